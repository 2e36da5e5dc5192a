"""Places to run parts of work on this machine: the same figures, errors in words."""

from __future__ import annotations

import os
import signal
from dataclasses import astuple

import numpy as np
import pytest

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.calendar import Calendar, CalendarError, Site, characteristics_in_time
from firstdose.simulation.machines import MachinesError, RunParts, in_order, in_this_process, place_to_run, run_blocks
from firstdose.simulation.machines.blocks import Block
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.scenarios import listed

FRAME = Frame((5.0, 10.0, 16.0), "million cells", 0.25, 3, 18)
SCENARIOS = listed([[0.08, 0.25, 0.45], [0.3, 0.4, 0.5]], 3)
CALENDAR = Calendar(window_days=28, sites=(Site(6.0),), between_participants_days=7, leaving=0.1, whole_days=True)


def square_in(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def refuse_three(number: int) -> int:
    if number == 3:
        raise CalendarError("three makes no sense")
    return number


def end_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def figures(run: RunParts) -> tuple[object, ...]:
    """Everything that two engines say of two scenarios, in parts of unequal size."""
    in_time = EscalationRule(DESIGNS["tite_boin"](frame=FRAME))
    timed = characteristics_in_time(in_time, CALENDAR, SCENARIOS, trials=950, seed=4, block=200, run=run)
    rule = EscalationRule(DESIGNS["boin"](frame=FRAME))
    plain = monte_carlo(rule, SCENARIOS, trials=950, seed=4, block=300, run=run)
    return astuple(timed), astuple(plain)


def test_figures_are_the_same_bits_on_one_core_on_several_and_in_one_part() -> None:
    here = figures(in_this_process)
    with place_to_run(workers=2, worth_seconds=0) as run:
        assert repr(figures(run)) == repr(here)
    whole = characteristics_in_time(
        EscalationRule(DESIGNS["tite_boin"](frame=FRAME)), CALENDAR, SCENARIOS, trials=950, seed=4
    )
    assert repr(astuple(whole)) == repr(here[0])


def test_results_come_with_their_places_from_processes_that_stay() -> None:
    with place_to_run(workers=2, worth_seconds=0) as run:
        first = dict(run(square_in, range(20)))
        second = dict(run(square_in, range(5)))
    assert {place: value for place, (value, _) in first.items()} == {number: number**2 for number in range(20)}
    pids = {pid for _, pid in (*first.values(), *second.values())}
    assert os.getpid() not in pids
    assert len(pids) <= 2


def test_little_work_is_done_here() -> None:
    with place_to_run(workers=2, worth_seconds=60) as run:
        assert {pid for _, (_, pid) in run(square_in, range(50))} == {os.getpid()}
    with place_to_run(workers=1, worth_seconds=0) as run:
        assert {pid for _, (_, pid) in run(square_in, range(3))} == {os.getpid()}
        assert list(run(square_in, [])) == []


def test_results_are_put_in_order_and_progress_counts_parts() -> None:
    def backwards(function, parts):  # type: ignore[no-untyped-def]
        yield from reversed(list(enumerate(map(function, parts))))

    told: list[tuple[int, int]] = []
    assert in_order(backwards, refuse_three, [0, 1, 2], lambda done, total: told.append((done, total))) == [0, 1, 2]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_blocks_cover_every_trial_of_every_scenario_once() -> None:
    found = run_blocks(in_this_process, _numbers, 2, range(10, 35), 10)
    assert found == [[(index, list(range(a, b))) for a, b in ((10, 20), (20, 30), (30, 35))] for index in range(2)]


def _numbers(block: Block) -> tuple[int, list[int]]:
    return block.scenario, list(block.trials)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_part_raises_is_raised_here(workers: int) -> None:
    with place_to_run(workers=workers, worth_seconds=0) as run, pytest.raises(CalendarError, match="makes no sense"):
        list(run(refuse_three, range(6)))


def test_a_process_that_is_ended_from_outside_is_told_in_words() -> None:
    with place_to_run(workers=2, worth_seconds=0) as run, pytest.raises(MachinesError, match="want of memory"):
        list(run(end_at_three, range(6)))


def test_random_numbers_do_not_depend_on_the_part() -> None:
    rule = EscalationRule(DESIGNS["boin"](frame=FRAME))
    parts = [monte_carlo(rule, SCENARIOS, trials=120, seed=2, block=block) for block in (11, 37, 500)]
    assert repr(parts[0]) == repr(parts[1]) == repr(parts[2])
    assert np.isfinite(parts[0].scenarios[0].mean_total_dosed)
