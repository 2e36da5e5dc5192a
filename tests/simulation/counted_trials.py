"""Trials in time with doses below those assigned, and their people cohort by cohort, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.calendar import Calendar, Clocks, Manufacturing, Site
from firstdose.simulation.calendar.conditions import CountedAt

TARGET, MOST, SEED = 0.25, 18, 21
TRUTH = (0.1, 0.3, 0.55)
CHANCES = (0.0, 0.3, 0.6)
POLICIES: tuple[CountedAt, ...] = ("assigned", "given", "live_trial")
MAKING = Manufacturing(lead_days=14, shortfall_by_level=CHANCES, feasible_share=0.5)
CALENDAR = Calendar(window_days=28, sites=(Site(6.0),), whole_days=True, manufacturing=MAKING)
INSTANT = Calendar(window_days=0, sites=(Site(30.0),), manufacturing=MAKING)


def rule_of(design: str = "boin", most: int = MOST, start: int = 1, **given: Any) -> EscalationRule:
    size = DESIGNS[design].own_cohort_size or 3
    frame = Frame((5.0, 10.0, 16.0), "million cells", TARGET, size, most, start_level=start)
    needed: dict[str, dict[str, Any]] = {
        "three_plus_three": {"variant": "step_down"},
        "crm": {"skeleton": (0.08, 0.2, 0.38)},
        "tite_crm": {"skeleton": (0.08, 0.2, 0.38)},
    }
    return EscalationRule(DESIGNS[design](frame=frame, **needed.get(design, {})), **given)


def counting(counts_at: CountedAt, calendar: Calendar = CALENDAR) -> Calendar:
    return replace(calendar, outcomes_count_at=counts_at)


def cohorts_of(clocks: Clocks, trial: int) -> list[list[int]]:
    """The places of a trial's people, cohort by cohort, of trials with accrual far quicker than the window.

    A cohort ends where every window was awaited before the next dosing, unless somebody of it was then still to be
    replaced.
    """
    found: list[list[int]] = []
    for stretch in _stretches(clocks, trial):
        if found and _lacks(found[-1], clocks, trial):
            found[-1] += stretch
        else:
            found.append(stretch)
    return found


def _stretches(clocks: Clocks, trial: int) -> list[list[int]]:
    """Those dosed one after the other without waiting for every window before."""
    people = clocks.people
    count = int((people.closes[: people.dosed, trial] > -np.inf).sum())
    found: list[list[int]] = []
    for place in range(count):
        closed = all(people.closes[each, trial] <= people.dosed_on[place, trial] for each in range(place))
        if place == 0 or closed:
            found.append([])
        found[-1].append(place)
    return found


def _lacks(cohort: list[int], clocks: Clocks, trial: int) -> bool:
    """Whether fewer than planned of a cohort are evaluable."""
    assert clocks.doses is not None
    people, level = clocks.people, clocks.doses.assigned[cohort[0]][trial]
    counted = [(people.level[place, trial], not people.is_lost[place, trial]) for place in range(cohort[-1] + 1)]
    before = sum(at == level and is_evaluable for at, is_evaluable in counted[: cohort[0]])
    size = 3 - before % 3 if clocks.rule.design.name == "three_plus_three" else 3
    return sum(is_evaluable for _, is_evaluable in counted[cohort[0] :]) < size
