"""A throw-away server of PostgreSQL: one for a process of tests, on a socket of its own, with a schema for each test.

The server is started by an account without rights, since PostgreSQL refuses to run as root.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.patience import PATIENCE_SECONDS

OWNER, APPLICATION, SUPERUSER = "trial_owner", "trial_site", "server"
WITH_PASSWORD, PASSWORD = "trial_guarded", "a password of its own"
"""A role that the server asks for its password; it believes the others."""
DATABASE = "postgres"
# Processes are killed here, never the machine, so that nothing depends on what has reached the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}
ROOM = 512 * 2**20
"""More than the databases of one process of tests take; a container often has 64 MB in all."""


@dataclass(frozen=True)
class Server:
    """A server that runs; its databases are made one after the other."""

    sockets: Path
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def url(self, role: str, database: str = DATABASE, schema: str = "") -> str:
        """The address of a database for a role; with a schema, that is where its tables are."""
        options = f"&options={quote(f'-csearch_path={schema}', safe='')}" if schema else ""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='')}{options}"

    def new_schema(self) -> str:
        """The name of a new, empty schema of DATABASE that OWNER owns: a place of its own for a test."""
        name = f"trial_{next(self.numbers)}"
        self.as_superuser(f"CREATE SCHEMA {name} AUTHORIZATION {OWNER}")
        return name

    def new_database(self, more: str = "") -> str:
        """The name of a new, empty database that OWNER owns, where a schema is not enough."""
        name = f"whole_{next(self.numbers)}"
        self.as_superuser(f"CREATE DATABASE {name} OWNER {OWNER} {more}")
        return name

    def as_superuser(self, statement: str, database: str = DATABASE) -> None:
        with psycopg.connect(self.url(SUPERUSER, database), autocommit=True) as connection:
            connection.execute(statement.encode())


def database_in(url: str) -> str:
    """The name of the database in an address that a Server made."""
    return url.partition("@/")[2].partition("?")[0]


def quick_folder(purpose: str) -> Path:
    """A new folder that does not wait for a disk, where there is one with room for all processes of the tests."""
    memory, processes = Path("/dev/shm"), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM * processes
    return Path(tempfile.mkdtemp(prefix=f"firstdose-{purpose}-", dir=memory if has_room else None))


def programs() -> Path | None:
    """The folder with initdb and postgres: on the PATH, or where Debian keeps the newest."""
    if (found := shutil.which("initdb")) and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


def running_server() -> Server:
    """The server of this process of tests; without PostgreSQL skip, or fail where FIRSTDOSE_REQUIRE_TOOLS=1."""
    folder = programs()
    if folder is None:
        message = "postgresql is not installed"
        if os.environ.get("FIRSTDOSE_REQUIRE_TOOLS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return _started(folder)


@cache
def _started(folder: Path) -> Server:
    home = quick_folder("postgresql")
    account = _account()
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)
    who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    data = home / "data"
    initdb = [folder / "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd="/", **who)  # type: ignore[call-overload]
    rules = data / "pg_hba.conf"
    rules.write_text(f"local all {WITH_PASSWORD} scram-sha-256\n{rules.read_text('utf-8')}", "utf-8")
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    process = subprocess.Popen(  # type: ignore[call-overload]
        [folder / "postgres", "-D", data, "-k", home, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        **who,
    )
    atexit.register(_stop, process, home, os.getpid())
    server = Server(home)
    _wait_for(server, process)
    for role in (OWNER, APPLICATION):
        server.as_superuser(f"CREATE ROLE {role} LOGIN")
    server.as_superuser(f"CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD '{PASSWORD}'")
    return server


def _account() -> pwd.struct_passwd | None:
    """An account without rights, where this process has them all."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name: each for each in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(server.url(SUPERUSER)).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, "the server of PostgreSQL ended at once"
            assert time.monotonic() < end, "the server of PostgreSQL does not answer"
            time.sleep(0.05)


def _stop(process: "subprocess.Popen[bytes]", home: Path, starter: int) -> None:
    if os.getpid() == starter:
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE_SECONDS)
        shutil.rmtree(home, ignore_errors=True)
