"""A Dask cluster of several processes of this machine: the same figures as one, also when a worker is lost."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import distributed
import pytest

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.calendar import Calendar, CalendarError, Site, characteristics_in_time, simulate_in_time
from firstdose.simulation.machines import MachinesError, RunParts, in_order, in_this_process, place_to_run
from firstdose.simulation.machines import cluster as on_dask
from firstdose.simulation.scenarios import listed
from tests.patience import PATIENCE_SECONDS

RULE = EscalationRule(DESIGNS["tite_boin"](frame=Frame((5.0, 10.0, 16.0), "million cells", 0.25, 3, 18)))
SCENARIOS = listed([[0.08, 0.25, 0.45], [0.3, 0.4, 0.5]], 3)
CALENDAR = Calendar(window_days=28, sites=(Site(6.0),), between_participants_days=7, leaving=0.1, whole_days=True)


@pytest.fixture(scope="module")
def two_processes() -> Iterator[RunParts]:
    with place_to_run("local", workers=2) as run:
        yield run


def timed(run: RunParts) -> tuple[object, ...]:
    return astuple(characteristics_in_time(RULE, CALENDAR, SCENARIOS, trials=900, seed=4, block=100, run=run))


def durations(trials: range) -> tuple[int, bytes]:
    """The process that did it, and the bits of the days on which trials ended."""
    return os.getpid(), simulate_in_time(RULE, CALENDAR, SCENARIOS.truths[0], trials, 4).ended.tobytes()


def die_once(part: tuple[int, Path]) -> int:
    """Part 5 ends its own process, as an operating system short of memory would; at the second time it is done."""
    number, marker = part
    if number == 5 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_always(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse_three(number: int) -> int:
    if number == 3:
        raise CalendarError("three makes no sense")
    return number


def test_the_figures_are_the_same_bits_as_on_one_machine(two_processes: RunParts) -> None:
    assert repr(timed(two_processes)) == repr(timed(in_this_process))


def test_a_worker_killed_in_the_middle_changes_no_figure(two_processes: RunParts) -> None:
    parts = [range(first, first + 25) for first in range(0, 1500, 25)]
    expected = [bits for _, bits in in_order(in_this_process, durations, parts)]
    found: dict[int, bytes] = {}
    killed = None
    for place, (pid, bits) in two_processes(durations, parts):
        if killed is None:
            killed = pid
            os.kill(pid, signal.SIGKILL)
        found[place] = bits
    assert killed not in (None, os.getpid())
    assert [found[place] for place in range(len(parts))] == expected


def test_a_part_that_lost_its_worker_is_done_anew(two_processes: RunParts, tmp_path: Path) -> None:
    parts = [(number, tmp_path / "killed") for number in range(12)]
    assert in_order(two_processes, die_once, parts) == list(range(12))
    assert (tmp_path / "killed").exists()


def test_what_a_part_raises_is_raised_here(two_processes: RunParts) -> None:
    with pytest.raises(CalendarError, match="makes no sense"):
        list(two_processes(refuse_three, range(6)))
    assert in_order(two_processes, refuse_three, [0, 1]) == [0, 1]


def test_workers_with_other_versions_are_refused(two_processes: RunParts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "versions", lambda: ("firstdose 0.0.1", *on_dask.SAME_EVERYWHERE[1:]))
    with pytest.raises(MachinesError, match=r"instead of firstdose 0\.0\.1"):
        list(two_processes(refuse_three, [0]))


def test_a_scheduler_s_address_is_used_with_the_workers_that_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "CONNECT_SECONDS", PATIENCE_SECONDS)
    told: list[str] = []
    cluster: Any = distributed.LocalCluster
    with cluster(
        n_workers=0, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=0
    ) as elsewhere:
        with place_to_run(elsewhere.scheduler_address, tell=told.append) as run:
            elsewhere.scale(1)
            assert in_order(run, refuse_three, [0, 1, 2]) == [0, 1, 2]
        with place_to_run(elsewhere.scheduler_address, tell=told.append) as run:
            assert in_order(run, refuse_three, [0, 1, 2]) == [0, 1, 2]
    assert len(told) == 1
    assert "no worker yet" in told[0]


def test_a_part_that_kills_every_worker_is_told_in_words(two_processes: RunParts, tmp_path: Path) -> None:
    with pytest.raises(MachinesError, match="4 workers of the cluster were lost"):
        list(two_processes(die_always, [0]))
    assert in_order(two_processes, refuse_three, [0, 1]) == [0, 1]


def test_an_address_that_cannot_be_reached_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "CONNECT_SECONDS", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(MachinesError, match="no Dask scheduler could be reached"), place_to_run(address):
            raise AssertionError
    with pytest.raises(MachinesError, match="no Dask scheduler could be reached"), place_to_run("carrier-pigeon://x:1"):
        raise AssertionError


def test_without_the_package_the_option_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MachinesError, match=r"firstdose\[cluster\]"), place_to_run("local"):
        raise AssertionError
