"""A site as a hospital runs it: the command in a process of its own, at a time that the test sets, and browsers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.conftest import find_tool, missing_tool
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

FAKETIME = sorted(Path("/usr/lib").glob("*-linux-gnu*/faketime/libfaketimeMT.so.1"))
PASSWORD = re.compile(r"shown once: (\S+)|password (\S+) \(shown once")
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

EXPECTED = ("409", "ERR_SOCKET_NOT_CONNECTED", "ERR_CONNECTION_RESET")
"""A form that was refused, as tests provoke it; a connection that the server closed at a leap of time, in two words."""


class RunningSite:
    """The site of a trial, and the time that its machine believes it is."""

    def __init__(self, folder: Path, protocol: Path, start: datetime) -> None:
        library = next(iter(FAKETIME), None)
        if library is None:
            raise missing_tool("libfaketime is not installed: apt-get install faketime")
        self.clock = folder / "clock"
        self.set_clock(start)
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        environment = {
            **os.environ,
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FIRSTDOSE_ZONE": "Europe/Rome",
            "FIRSTDOSE_HOSTS": "localhost",
        }
        for name in ("DATABASE_URL", "FIRSTDOSE_KEY_FILE", "FIRSTDOSE_FOLDER", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        command = [str(Path(sys.executable).with_name("firstdose")), "serve", str(protocol)]
        self.output = folder / "output"
        self._written = self.output.open("wb")
        self._process = subprocess.Popen(
            [*command, "--folder", str(folder / "site"), "--port", str(self.port)],
            env=environment, stdout=self._written, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._wait()

    def set_clock(self, moment: datetime) -> None:
        """Set the time of the site's machine; it then goes on from there."""
        self.now = moment
        behind = time.time() - moment.timestamp()
        # Whole at once: the site reads this file whenever it asks for the time.
        written = self.clock.with_name("clock.new")
        written.write_text(f"{-behind:+.0f}s\n")
        written.replace(self.clock)

    def later(self, **span: float) -> None:
        """Let time pass, and wait until the site has seen it.

        A leap of its clock lets the server close every connection that browsers kept open, as idle for days. A
        browser that asks for a picture over one of them just then reports that it failed to load.
        """
        self.set_clock(self.now + timedelta(**span))
        self._wait()

    @property
    def first_password(self) -> str:
        return password_in(self.output.read_text("utf-8"))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
        self._written.close()

    def _wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise AssertionError(f"the site ended: {self.output.read_text('utf-8')}")
            if answers(f"{self.address}/account/login/"):
                return
            time.sleep(0.2)
        raise AssertionError(f"the site does not answer: {self.output.read_text('utf-8')}")


class Person:
    """Somebody at a browser."""

    def __init__(self, browser: Any, site: RunningSite, account: str, password: str) -> None:
        self.site, self.account, self.password = site, account, password
        self.page = new_page(browser)
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self._hear)
        self.open("/")

    def open(self, address: str) -> None:
        """Open a page; who did nothing for half an hour signs in again, and a password that was given is changed."""
        self.page.goto(self.site.address + address)
        if "/account/login/" in self.page.url:
            self._send(login=self.account, password=self.password)
        if "/account/password/change/" in self.page.url:
            given, self.password = self.password, f"{self.password} of my own"
            self._send(oldpassword=given, password1=self.password, password2=self.password)
            self.open(address)

    def _send(self, **fields: str) -> None:
        """Fill the only form of the page and send it."""
        self.fill(**fields)
        with self.page.expect_navigation():  # the page that is there by now may still be the one before
            self.page.locator("main form button").first.click()

    def fill(self, **fields: str) -> None:
        """Fill fields of the page by their names."""
        for name, text in fields.items():
            self.fill_named(name, text)

    def fill_named(self, name: str, text: str, within: str = "") -> None:
        place = self.page.locator(f'{within} [name="{name}"]:not([type=hidden])').first
        assert place.count(), f"no field {name} on the page:\n{self.page.inner_text('main')}"
        if place.evaluate("each => each.tagName") == "SELECT":
            place.select_option(text)
        else:
            place.fill(text)

    def press(self, words: str) -> str:
        """Press a button; what the site then says."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words, exact=True).first.click()
        return str(self.page.inner_text("main"))

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            self.troubles.append(f"{message.text} {message.location}")


def answers(url: str) -> bool:
    """Whether a site of this machine answers, whatever proxy this machine is told to use."""
    try:
        DIRECTLY.open(url, timeout=60).read()
    except OSError:
        return False
    return True


def new_page(browser: Any) -> Any:
    """A page of somebody else's, as wide as a desk's, which waits for slow machines."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    return context.new_page()


def password_in(text: str) -> str:
    """The first password that the site shows once."""
    found = PASSWORD.search(text)
    assert found, text
    return found[1] or found[2]


@contextmanager
def browser_running() -> Iterator[Any]:
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_tool("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()
