"""Ctrl-C in a terminal reaches every process that it started; only the one that people see should answer it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import active_children, resource_tracker
from multiprocessing.process import BaseProcess

SECONDS_TO_END = 2.0


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes and threads that are started in this block never see an interrupt; one that comes waits for its end.

    They inherit that signals are held back, and hold them back for as long as they live. Where a system knows no such
    thing (Windows), nothing is done.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # it is started with the first process otherwise, and lets signals through again
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_children(but: frozenset[BaseProcess]) -> None:
    """End the processes that this one started, at once and in the middle of their work, but for some."""
    others = [each for each in active_children() if each not in but]
    for each in others:
        each.terminate()
    for each in others:
        each.join(SECONDS_TO_END)
