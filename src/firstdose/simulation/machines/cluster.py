"""Runs parts of work on a Dask cluster: processes of this machine, or the workers of a scheduler elsewhere.

A part whose worker is lost is done anew by another one. Dask is imported by the functions that use it: it is an extra.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from importlib.metadata import version
from itertools import islice
from typing import Any

from firstdose.simulation.machines.interrupts import deaf_to_interrupts
from firstdose.simulation.machines.running import MachinesError, PartType, ResultType, RunParts

CONNECT_SECONDS = 10
MOST_UNDER_WAY = 1_000
"""Parts that the scheduler holds at a time, so that it need not keep all of them."""
SAME_EVERYWHERE = ("firstdose", "numpy", "scipy", "polars")
"""Packages on whose versions the last bits of figures may depend."""

NOT_INSTALLED = (
    "--cluster needs the package distributed, which is not installed: pip install 'firstdose[cluster]', or leave the "
    "option out to run on the cores of this machine"
)


@contextmanager
def local_cluster(workers: int) -> Iterator[RunParts]:
    """A scheduler in this process and processes of this machine, which end with the block.

    They listen on this machine alone, and speak TLS with certificates made for the occasion: other users of the machine
    cannot send them work.
    """
    distributed = _dask()
    import logging

    with ExitStack() as open_:
        with deaf_to_interrupts():
            cluster = open_.enter_context(
                distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    scheduler_port=0,
                    dashboard_address="127.0.0.1:0",
                    security=True,
                    memory_limit=0,
                    silence_logs=logging.CRITICAL + 1,  # what ends it in the middle is told by who ends it
                )
            )
            client = open_.enter_context(distributed.Client(cluster, set_as_default=False))
        yield _runner(client)


@contextmanager
def scheduler_at(address: str, tell: Callable[[str], None]) -> Iterator[RunParts]:
    """The scheduler at an address and whatever workers it has; TLS as Dask's own configuration says.

    ``tell`` is called when it has no worker yet: parts wait for the first one.
    """
    distributed = _dask()
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError, ImportError) as error:
        why = f"{error}".strip().splitlines()
        within = f" within {CONNECT_SECONDS} seconds" if isinstance(error, OSError) else ""
        raise MachinesError(
            f"--cluster {address}: no Dask scheduler could be reached there{within} "
            f"({why[0] if why else type(error).__name__}); give the address that it tells when it starts, such as "
            "tcp://10.0.0.5:8786, or local for processes of this machine"
        ) from None
    with client:
        if not client.scheduler_info()["workers"]:
            tell(f"the scheduler at {address} has no worker yet; waiting for one")
        yield _runner(client)


def _dask() -> Any:
    try:
        import distributed
    except ImportError:
        raise MachinesError(NOT_INSTALLED) from None
    return distributed


def _runner(client: Any) -> RunParts:
    """The call that does parts of work through a client."""

    def run(
        function: Callable[[PartType], ResultType], parts: Sequence[PartType], /
    ) -> Iterator[tuple[int, ResultType]]:
        from distributed.scheduler import KilledWorker

        try:
            yield from _results(client, partial(_in_the_same_versions, function, versions()), parts)
        except KilledWorker as error:
            raise MachinesError(
                f"{error.allowed_failures + 1} workers of the cluster were lost one after the other over the same part "
                "of the work, perhaps for want of memory; give each worker more, or ask for fewer trials"
            ) from None
        except CancelledError:
            raise MachinesError(
                "the cluster's scheduler was lost before the work was done; start it again, then the command"
            ) from None

    return run


def _results(
    client: Any, function: Callable[[PartType], ResultType], parts: Sequence[PartType]
) -> Iterator[tuple[int, ResultType]]:
    """Results as they come, with only so many parts under way."""
    waiting = iter(enumerate(parts))
    places: dict[str, int] = {}

    def submitted(count: int) -> list[Any]:
        futures = []
        for place, part in islice(waiting, count):
            future = client.submit(function, part, pure=False)
            places[future.key] = place
            futures.append(future)
        return futures

    finished = _dask().as_completed(submitted(MOST_UNDER_WAY), loop=client.loop)
    for future in finished:
        result = future.result()
        finished.update(submitted(1))
        yield places.pop(future.key), result
        future.release()


@cache
def versions() -> tuple[str, ...]:
    """The packages on which figures depend, with their versions here."""
    return tuple(f"{name} {version(name)}" for name in SAME_EVERYWHERE)


def _in_the_same_versions(
    function: Callable[[PartType], ResultType], expected: tuple[str, ...], part: PartType
) -> ResultType:
    """The result of a part on a worker, which must have the versions of the one who asks."""
    found = versions()
    if found != expected:
        different = [f"{there} instead of {here}" for there, here in zip(found, expected, strict=True) if there != here]
        raise MachinesError(
            f"a worker of the cluster has {', '.join(different)}: figures could differ in their last bits; install the "
            "same versions everywhere"
        )
    return function(part)
