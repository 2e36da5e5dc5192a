"""Runs parts of work in processes of this machine, where that is quicker."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread

from firstdose.simulation.machines.interrupts import deaf_to_interrupts, end_children
from firstdose.simulation.machines.running import (
    MachinesError,
    PartType,
    ResultType,
    RunParts,
    in_this_process,
)

SECONDS_WORTH_PROCESSES = 5.0
"""Work that takes less is done here: processes need a second or two to start and to import."""


@contextmanager
def cores(workers: int, worth_seconds: float = SECONDS_WORTH_PROCESSES) -> Iterator[RunParts]:
    """Parts are done here until those that are left are seen to need so many seconds; processes do these.

    Processes start afresh, once, and end with the block.
    """
    pool: ProcessPoolExecutor | None = None
    others = frozenset(active_children())

    def run(
        function: Callable[[PartType], ResultType], parts: Sequence[PartType], /
    ) -> Iterator[tuple[int, ResultType]]:
        nonlocal pool
        if workers <= 1:
            yield from in_this_process(function, parts)
            return
        done, seconds = 0, 0.0
        while pool is None and done < len(parts):
            left = len(parts) - done
            expected = seconds / done * left if done else 0.0
            if left > 1 and (worth_seconds <= 0 or expected > worth_seconds):
                pool = ProcessPoolExecutor(
                    min(workers, left), mp_context=get_context("spawn"), initializer=_leave_with_parent
                )
                break
            began = time.perf_counter()
            result = function(parts[done])
            seconds += time.perf_counter() - began
            yield done, result
            done += 1
        if pool is not None:
            yield from _in_pool(pool, function, parts, done)

    try:
        yield run
    except KeyboardInterrupt:
        if pool is not None:
            end_children(others)
            # its thread can wait for ever for what the ended processes held
            pool.shutdown(wait=False, cancel_futures=True)
            pool = None
        raise
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _in_pool(
    pool: ProcessPoolExecutor, function: Callable[[PartType], ResultType], parts: Sequence[PartType], first: int
) -> Iterator[tuple[int, ResultType]]:
    """The parts from a place on, as they come."""
    try:
        with deaf_to_interrupts():
            places = {pool.submit(function, part): place for place, part in enumerate(parts[first:], start=first)}
        for done in as_completed(places):
            yield places.pop(done), done.result()
    except BrokenProcessPool:
        raise MachinesError(
            "a process of this machine that shared the work was ended from outside, perhaps for want of memory; "
            "run it again with fewer --workers, or with --cluster local, which does the lost parts anew"
        ) from None


def _leave_with_parent() -> None:
    """End this process when the one that started it has gone, however it went."""
    parent = parent_process()

    def wait() -> None:
        assert parent is not None
        parent.join()
        os._exit(1)

    if parent is not None:
        Thread(target=wait, daemon=True).start()
