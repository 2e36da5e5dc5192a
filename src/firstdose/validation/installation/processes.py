"""Processes of their own that write to a ledger: started, asked, killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from firstdose.validation.installation.bench import START, Bench
from firstdose.validation.installation.check import Departure

CHILD = Path(__file__).with_name("child.py")
PATIENCE_SECONDS = 30.0


class Process:
    """A process that writes to a ledger, and what it tells, line by line."""

    def __init__(self, bench: Bench, url: str, do: str, name: str, now: datetime = START, **more: str) -> None:
        self.name = name
        self.told: list[Any] = []
        self._lines: SimpleQueue[str] = SimpleQueue()
        # What stands on a command line can be seen by others on the machine; an address may hold a password.
        job = {"do": do, "url": url, "key_file": str(bench.key_file), "name": name, "now": now.isoformat(), **more}
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.ask(json.dumps(job))

    def ask(self, line: str) -> None:
        """Send a line."""
        if self._process.stdin is not None:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def next(self) -> Any:
        """What it tells next.

        Raises Departure if it tells nothing.
        """
        try:
            line = self._lines.get(timeout=PATIENCE_SECONDS)
        except Empty:
            line = ""
        if not line:
            raise Departure(f"the process {self.name} gave no answer")
        self.told.append(json.loads(line))
        return self.told[-1]

    def kill(self) -> None:
        """End it at once, wherever it is (SIGKILL), and read what it had told by then."""
        self._process.kill()
        self.leave()
        while not self._lines.empty():
            line = self._lines.get()
            if line.endswith("\n"):
                self.told.append(json.loads(line))

    def leave(self) -> None:
        """Let it end, and wait for that."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(PATIENCE_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        """Pass on the lines, and an empty one at the end."""
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put("")


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Processes that have ended when this has, whatever happens."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
