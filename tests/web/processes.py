"""Real processes of `firstdose serve`, and people who reach them with a browser of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

SETTINGS = ("FIRSTDOSE_", "DATABASE_URL", "DJANGO_")


def environment(**more: str) -> dict[str, str]:
    """The environment of a process: nothing of this one's site, one thread of algebra, and what is given."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(SETTINGS)}
    return kept | {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | more


def command(*words: str | Path) -> list[str]:
    """`firstdose` with the real hash of passwords, computed fewer times over: a test guesses nobody's."""
    quick = (
        "import sys; from django.contrib.auth.hashers import PBKDF2PasswordHasher as hasher; hasher.iterations = 10; "
        "from firstdose.cli.application import main; sys.exit(main())"
    )
    return [sys.executable, "-u", "-c", quick, *map(str, words)]


def firstdose(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        command(*words), env=environment(**more), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


@dataclass
class Running:
    """A site that answers at a port of this machine, and what it told before it did."""

    port: int
    process: subprocess.Popen[str]
    told: str

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE_SECONDS)


def started(*words: str | Path, **more: str) -> Running:
    """`firstdose serve` at a free port, once it answers."""
    port = free_port()
    process = subprocess.Popen(
        command("serve", *words, "--port", str(port)),
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if line.startswith("The site is at"):
            return Running(port, process, told)
    raise AssertionError(f"the site did not start: {told}")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, and sends the token of a form with the form."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, address: str) -> Answer:
        return self._ask("GET", address)

    def post(self, address: str, **fields: str) -> Answer:
        """Send a form, with the token that stood on the page that was opened last."""
        return self._ask("POST", address, {"csrfmiddlewaretoken": self.token, **fields})

    def sign_in(self, account: str, password: str) -> Answer:
        self.get("/account/login/")
        answer = self.post("/account/login/", login=account, password=password)
        if answer.status == 302:
            self.get("/role/")
        return answer

    def _ask(self, method: str, address: str, fields: Mapping[str, str] | None = None) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Host": f"localhost:{self.port}"}
        headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        if fields is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://localhost:{self.port}"}
        connection.request(method, address, urlencode(fields or {}), headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        connection.close()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        self.token = found.group(1) if found else self.token
        return Answer(answer.status, dict(answer.headers), text)
