"""One connection for each thread of each process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """A connection to a database."""

    def close(self) -> None:
        """Give it back."""


Connection = TypeVar("Connection", bound=Closable)


class _Held(Generic[Connection]):
    """A connection that is closed when its thread ends."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        with suppress(Exception):
            self.connection.close()


class PerThread(Generic[Connection]):
    """Opens a connection for a thread when it first asks for one.

    What a process inherited from the one that it was split off belongs to that one: it is neither used nor closed.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._process = os.getpid()
        self._of_thread = threading.local()
        self._inherited: list[object] = []

    def get(self) -> Connection:
        """This thread's connection."""
        self._leave_inherited()
        held: _Held[Connection] | None = getattr(self._of_thread, "held", None)
        if held is None:
            held = self._of_thread.held = _Held(self._connect())
        return held.connection

    def close(self) -> None:
        """Close this thread's connection, if it has one; a next one is opened when it is asked for."""
        self._leave_inherited()
        self._of_thread.held = None

    def _leave_inherited(self) -> None:
        if self._process != os.getpid():
            self._inherited.append(getattr(self._of_thread, "held", None))
            self._of_thread, self._process = threading.local(), os.getpid()
