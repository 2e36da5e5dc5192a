"""Item 18: no room, no right to write, files that went missing, a server that goes away."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from firstdose.conduct.ledger import Ledger, LedgerError, Unavailable, make_key, verify
from tests.conduct.ledger.clients import written_until_refused
from tests.conduct.ledger.places import COORDINATOR, KEY, Clock, Place, entered, filled, new_place
from tests.conduct.ledger.running_clients import clients
from tests.conduct.ledger.servers import APPLICATION, OWNER, Server

NOBODY = 65534


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A disk of one MiB; only the superuser can make one."""
    folder = Path(tempfile.mkdtemp(prefix="firstdose-disk-"))
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", folder], capture_output=True, check=False
    )
    try:
        if made.returncode:
            pytest.skip("disks cannot be mounted here")
        yield folder
    finally:
        if not made.returncode:
            subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def test_item_18_files_that_may_not_grow(tmp_path: Path) -> None:
    """A limit on the size of files, which needs no rights to set."""
    place = new_place("sqlite", tmp_path)
    filled(place.create())
    place.close()
    found = clients("on-little-room", place.url, 300_000)
    assert found["said"].startswith("Unavailable: ")
    after = place.open()
    assert after.head().sequence == found["acknowledged"] + 8
    assert str(after.head()) == found["head"]
    assert verify(after).is_whole
    after.write(COORDINATOR, [entered("afterwards", pulse="60")])
    place.close()


def test_item_18_a_full_disk(tiny_disk: Path) -> None:
    place = new_place("sqlite", tiny_disk)
    ledger = place.create()
    found = written_until_refused(ledger)
    assert "full" in found["said"]
    assert ledger.head().sequence == found["acknowledged"] > 5
    assert verify(ledger).is_whole
    place.close()


@pytest.mark.postgresql
def test_item_18_a_full_disk_of_the_server(tiny_disk: Path, server: Server, tmp_path: Path) -> None:
    """The tables of the ledger on a disk of one MiB."""
    owner = server.sockets.stat()
    os.chown(tiny_disk, owner.st_uid, owner.st_gid)
    server.as_superuser(f"CREATE TABLESPACE tiny LOCATION '{tiny_disk}'")
    server.as_superuser(f"GRANT CREATE ON TABLESPACE tiny TO {OWNER}")
    database = server.new_database()
    server.as_superuser(f"ALTER DATABASE {database} SET default_tablespace = tiny")
    place = Place("postgresql", server.url(OWNER, database), server.url(APPLICATION, database))
    try:
        ledger = place.create()

        def fill() -> None:
            for number in range(500):  # with many letters: one letter alone would be packed into nothing
                text = "".join(chr(0x4E00 + (number * 7919 + each * 104729) % 20000) for each in range(3000))
                ledger.write(COORDINATOR, [entered(f"full-{number}", text=text)])

        with pytest.raises(Unavailable, match=r"No space left.*nothing was written"):
            fill()
        found = verify(ledger)
        assert found.is_whole
        assert found.entries == ledger.head().sequence > 5
    finally:
        place.close()
        server.as_superuser(f"DROP DATABASE {database} WITH (FORCE)")
        server.as_superuser("DROP TABLESPACE tiny")


def test_item_18_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    """As an account without rights: it may read, or is told why not; it is never told that something was written."""
    folder = Path(tempfile.mkdtemp(prefix="firstdose-readonly-"))
    try:
        place = new_place("sqlite", folder)
        filled(place.create())
        place.close()
        assert place.path is not None
        place.path.chmod(0o444)
        folder.chmod(0o555)
        found = clients("without-rights", place.url, NOBODY)
        assert "Unavailable: " in found["read"] + found["said"]
        assert found["said"] != "written"
        folder.chmod(0o755)
        place.path.chmod(0o644)
        assert place.open().head().sequence == 8
        place.close()
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_item_18_a_disk_that_turned_read_only(tiny_disk: Path) -> None:
    place = new_place("sqlite", tiny_disk)
    ledger = place.create()
    filled(ledger, 1)
    place.close()
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    with pytest.raises(Unavailable):
        place.open().write(COORDINATOR, [entered("none", pulse="1")])
    subprocess.run(["mount", "-o", "remount,rw", tiny_disk], check=True)
    assert verify(place.open()).entries == 2
    place.close()


@pytest.mark.postgresql
def test_item_18_a_server_that_only_reads(server: Server) -> None:
    database = server.new_database()
    place = Place("postgresql", server.url(OWNER, database), server.url(APPLICATION, database))
    filled(place.create())
    place.close()
    server.as_superuser(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    ledger = place.open()
    assert verify(ledger).entries == 8
    with pytest.raises(Unavailable, match="read-only transaction"):
        ledger.write(COORDINATOR, [entered("none", pulse="1")])
    assert ledger.head().sequence == 8
    place.close()


def test_item_18_a_write_ahead_log_that_was_deleted(tmp_path: Path) -> None:
    """A process is killed and leaves a log; without the log its last entries are gone, and only a head can tell."""
    place = new_place("sqlite", tmp_path)
    filled(place.create())
    place.close()
    clients("killed", place.url, 5, 1)
    assert place.path is not None
    log = place.path.with_name(place.path.name + "-wal")
    assert log.stat().st_size > 0
    for name in ("-wal", "-shm"):
        shutil.copy(f"{place.path}{name}", tmp_path / f"kept{name}")
    shutil.copy(place.path, tmp_path / "kept")
    whole = Ledger.open(f"sqlite:///{tmp_path / 'kept'}", KEY, Clock())
    head = whole.head()
    assert verify(whole, [head]).is_whole
    whole.close()
    log.unlink()
    place.path.with_name(place.path.name + "-shm").unlink()
    found = verify(place.open(to_verify=True), [head])
    assert not found.is_whole
    assert 8 <= found.head.sequence < head.sequence
    assert found.faults[0].sequence == found.head.sequence + 1
    place.close()


@pytest.mark.parametrize("damage", ["zeros", "cut", "letters"])
def test_item_18_a_damaged_file_is_told_and_never_a_traceback(tmp_path: Path, damage: str) -> None:
    place = new_place("sqlite", tmp_path)
    filled(place.create(), 40)
    place.close()
    assert place.path is not None
    content = bytearray(place.path.read_bytes())
    middle = len(content) // 2
    if damage == "zeros":
        content[middle : middle + 4096] = bytes(4096)
    elif damage == "cut":
        del content[middle:]
    else:
        content[:100] = b"not a database at all" * 4 + bytes(16)
    place.path.write_bytes(content)
    said = ""
    try:
        found = verify(place.open(to_verify=True))
        assert not found.is_whole
    except LedgerError as problem:
        said = str(problem)
    assert not said or str(place.path) in said
    place.close()


@pytest.mark.postgresql
def test_item_18_a_connection_that_was_cut_is_told_and_replaced(tmp_path: Path, server: Server) -> None:
    place = new_place("postgresql", tmp_path)
    ledger = place.create()
    filled(ledger)
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{APPLICATION}'"

    def write(*, and_one_more: bool) -> None:
        with ledger.writing(COORDINATOR, request="a") as writing:
            writing.append(entered("S02-1", pulse="60"))
            server.as_superuser(cut)
            if and_one_more:
                writing.append(entered("S02-2", pulse="60"))

    with pytest.raises(Unavailable, match="nothing was written"):
        write(and_one_more=True)
    assert ledger.head().sequence == 8
    with pytest.raises(Unavailable, match="the same request again"):  # it was cut at COMMIT
        write(and_one_more=False)
    ledger.write(COORDINATOR, [entered("S02-1", pulse="60")], request="a")
    assert verify(ledger).is_whole
    place.close()


def test_item_18_no_server_and_no_place_are_told(tmp_path: Path) -> None:
    for url, words in (
        (f"sqlite:///{tmp_path}/none/trial.sqlite3", "there is no ledger"),
        ("mysql://somewhere/trial", "must be sqlite:///PATH or postgresql://"),
        ("trial.sqlite3", "must be sqlite:///PATH or postgresql://"),
    ):
        with pytest.raises(LedgerError, match=words):
            Ledger.open(url, KEY, Clock())
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be made"):
        Ledger.create(f"sqlite:///{tmp_path}/file/trial.sqlite3", KEY, Clock())


@pytest.mark.postgresql
def test_item_18_a_server_that_is_not_there_is_told(tmp_path: Path, server: Server) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        Ledger.open(f"postgresql://nobody@/none?host={tmp_path}", KEY, Clock())
    database = server.new_database("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with pytest.raises(LedgerError, match="UTF8"):
        Ledger.create(server.url(OWNER, database), KEY, Clock())


def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path)
    filled(place.create())
    make_key(tmp_path / "key")
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    place.close()


def test_a_driver_that_is_missing_is_told() -> None:
    code = (
        "import sys\nsys.modules['psycopg'] = None\nfrom firstdose.conduct.ledger import Ledger, LedgerError\n"
        "try:\n    Ledger.open('postgresql://a/b', b'', None)\nexcept LedgerError as error:\n    print(error)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "PostgreSQL needs its driver: pip install 'firstdose[postgresql]'\n"
