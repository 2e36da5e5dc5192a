"""Chooses the place to run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from firstdose.simulation.machines.cores import SECONDS_WORTH_PROCESSES, cores
from firstdose.simulation.machines.running import RunParts

LOCAL = "local"


def cores_allowed() -> int:
    """Cores that this process may use, which under SLURM and in containers are often fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def silent(words: str) -> None:
    """Tell nobody."""


@contextmanager
def place_to_run(
    cluster: str | None = None,
    workers: int | None = None,
    *,
    worth_seconds: float = SECONDS_WORTH_PROCESSES,
    tell: Callable[[str], None] = silent,
) -> Iterator[RunParts]:
    """The call that does parts of work, for the time of a block.

    ``cluster`` is ``local`` for a Dask cluster of processes of this machine, or the address of a Dask scheduler, whose
    workers are then used as they come; without it, processes of this machine once they are worth their start.
    ``workers`` is the number of processes, one a core if left out; the workers of a scheduler are its own matter.
    ``tell`` is called when somebody must wait. Raises MachinesError where the cluster cannot be used.
    """
    count = workers or cores_allowed()
    if cluster is None:
        with cores(count, worth_seconds) as run:
            yield run
        return
    from firstdose.simulation.machines.cluster import local_cluster, scheduler_at

    with local_cluster(count) if cluster == LOCAL else scheduler_at(cluster, tell) as run:
        yield run
