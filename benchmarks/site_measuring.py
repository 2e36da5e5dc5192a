"""Measures the site at work: 50 people on a trial of about 100 participants, in real processes over HTTP, on SQLite."""

from __future__ import annotations

import http.client
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.measuring import Measured, run_python
from benchmarks.site_data import ACCOUNTS, PASSWORD

PEOPLE = 50
SECONDS = 60.0
THINKING_SECONDS = 5.0
SEED = 20231127
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SUBJECT = re.compile(r'href="/participants/(?!new/)([^/"]+)/"')
WAIT_SECONDS = 120


@dataclass
class Times:
    """How long the answers took, in seconds: of pages, of saved forms, and of the page that reads nothing."""

    pages: list[float] = field(default_factory=list)
    saved: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)


class Worker:
    """One person at work: opens pages and saves adverse events, with time to think."""

    def __init__(self, port: int, number: int, cookies: str) -> None:
        self._port, self._number, self._cookies = port, number, cookies
        self._random = random.Random(SEED + number)
        self._saved = 0
        self.times = Times()
        self.subjects = SUBJECT.findall(self.get("/participants/", []))

    def work(self, until: float) -> None:
        """Go on until a moment of the monotonic clock."""
        while time.monotonic() < until:
            time.sleep(self._random.expovariate(1 / THINKING_SECONDS))
            subject = self._random.choice(self.subjects)
            forms = f"/participants/{subject}/adverse_events/"
            chosen = self._random.random()
            if chosen < 0.15:
                self._save(forms)
            elif chosen < 0.20:
                self.get("/account/password/change/", self.times.plain)
            else:
                pages = (
                    "/",
                    "/participants/",
                    f"/participants/{subject}/",
                    forms,
                    f"{forms}new/",
                    f"/doses/{subject}/",
                )
                self.get(self._random.choice(pages), self.times.pages)

    def get(self, address: str, times: list[float]) -> str:
        """A page, and how long it took."""
        return _answer(self._port, "GET", address, self._cookies, None, times, (200,))

    def _save(self, forms: str) -> None:
        """Open a form and save an adverse event."""
        token = TOKEN.search(self.get(f"{forms}new/", self.times.pages))
        if token is None:
            raise AssertionError(f"{forms}: the form has no token")
        self._saved += 1
        number = 1_000 * (1 + self._number) + self._saved
        known = {"number": number, "term": "Headache", "grade": "1", "start": date.today().isoformat()}
        fields = {"csrfmiddlewaretoken": token[1], **known}
        _answer(self._port, "POST", f"{forms}new/", self._cookies, urlencode(fields), self.times.saved, (302,))


def measure_site() -> Iterator[Measured]:
    """The site in a process of its own; each answer is timed by who asks, from its sending to its last byte."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_python("-m", "benchmarks.site_data", str(folder))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            str(Path(sys.executable).with_name("firstdose")),
            "serve",
            "--folder",
            str(folder),
            "--port",
            str(port),
        ]
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(port)
            times = _at_work(port)
        finally:
            process.terminate()
            process.wait(WAIT_SECONDS)
    asked = f"{len(times.pages) + len(times.saved)} answers in {SECONDS:.0f} s"
    naive = percentile(times.plain, 95)
    for what, found in (("pages", times.pages), ("saved forms", times.saved)):
        note = f"median {1000 * percentile(found, 50):.0f} ms, {asked}; naive: a page that reads nothing of the trial"
        at_95 = percentile(found, 95)
        what = f"site: {PEOPLE} people, {what}, 95th percentile"
        yield Measured(what, 0.3, at_95, at_95, at_95, naive=naive, note=note)


def _at_work(port: int) -> Times:
    """Everybody works for a while."""
    cookies = [_sign_in(port, f"nurse{number}") for number in range(ACCOUNTS)]
    workers = [Worker(port, number, cookies[number % ACCOUNTS]) for number in range(PEOPLE)]
    for address in ("/", f"/doses/{workers[0].subjects[0]}/"):
        workers[0].get(address, [])
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=worker.work, args=(until,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = Times()
    for worker in workers:
        every.pages += worker.times.pages
        every.saved += worker.times.saved
        every.plain += worker.times.plain
    return every


def percentile(times: list[float], share: int) -> float:
    """The time that a share of the answers, in percent, did not exceed."""
    return sorted(times)[min(len(times) - 1, len(times) * share // 100)]


def _sign_in(port: int, account: str) -> str:
    """Sign in; the cookies of the session."""
    connection = http.client.HTTPConnection("localhost", port, timeout=WAIT_SECONDS)
    connection.request("GET", "/account/login/")
    answer = connection.getresponse()
    token, cookies = TOKEN.search(answer.read().decode()), _cookies(answer)
    assert token is not None
    fields = urlencode({"csrfmiddlewaretoken": token[1], "login": account, "password": PASSWORD})
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/account/login/", fields, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 302:
        raise AssertionError(f"{account} cannot sign in: {answer.status}")
    return f"{cookies}; {_cookies(answer)}"


def _cookies(answer: http.client.HTTPResponse) -> str:
    """The cookies that an answer sets, as they are sent back."""
    return "; ".join(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie") or ())


def _answer(
    port: int, method: str, address: str, cookies: str, body: str | None, times: list[float], expected: tuple[int, ...]
) -> str:
    """One answer, on a connection of its own."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("localhost", port, timeout=WAIT_SECONDS)
    headers = {"Cookie": cookies} | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
    connection.request(method, address, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    times.append(time.perf_counter() - begun)
    if answer.status not in expected:
        raise AssertionError(f"{method} {address}: {answer.status}")
    return text


def _wait(port: int) -> None:
    """Wait until the site answers."""
    for _ in range(5 * WAIT_SECONDS):
        try:
            with socket.create_connection(("localhost", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the site does not answer")
