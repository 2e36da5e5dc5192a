"""Takes the measurements of a Dask cluster: two workers of this machine against one."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks import rules
from benchmarks.case import seconds
from benchmarks.measuring import Measured
from firstdose.designs.rule import EscalationRule
from firstdose.designs.tite_boin import TiteBoin
from firstdose.simulation.calendar import Calendar, Site, characteristics_in_time
from firstdose.simulation.machines import RunParts, in_this_process, place_to_run

TRIALS, BLOCK, REPEATS = 60_000, 5_000, 2
CALENDAR = Calendar(window_days=90, sites=(Site(3.0),), between_participants_days=7, leaving=0.05, whole_days=True)


def measure_machines() -> Iterator[Measured]:
    """Simulation in time on one worker and on two; the start of the cluster and of its processes is left out."""
    expected = _figures(in_this_process)
    one, two = (_times(workers, expected) for workers in (1, 2))
    ratio = min(one) / min(two)
    yield Measured(
        f"{TRIALS:,} trials in time, two Dask workers",
        min(one),
        two[0],
        min(two),
        statistics.median(two),
        naive=min(one),
        note=f"limit and naive: one Dask worker; two are {ratio:.2f} times as quick, and the figures are the same bits",
    )


def _times(workers: int, expected: str) -> list[float]:
    """Seconds of the repeats, after a call in which every process starts and imports."""
    found: list[str] = []
    with place_to_run("local", workers) as run:
        found.append(_figures(run))
        taken = [seconds(lambda: found.append(_figures(run))) for _ in range(REPEATS)]
    if set(found) != {expected}:
        raise AssertionError(f"{workers} workers gave other figures than this process")
    return taken


def _figures(run: RunParts) -> str:
    """Every figure of one scenario, to the last bit."""
    rule = EscalationRule(TiteBoin(frame=rules.frame()))
    found = characteristics_in_time(
        rule, CALENDAR, rules.one_scenario(), trials=TRIALS, seed=1, block=BLOCK, run=run, distributions=False
    )
    return repr(found)
