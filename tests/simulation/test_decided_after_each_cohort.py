"""What `decide` says after each cohort of simulated trials is what the simulation decided, whatever ends a cohort.

Cohorts are those between two decisions, written as the live trial's history has them: a DLT after less is a part at the
level given before the rest of its cohort, nobody else with less is evaluable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from firstdose.designs.cohort_size_guards import CohortSizes, Titration
from firstdose.designs.guards import Guard
from firstdose.designs.history import Cohort, History, parse_outcomes
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.simulation.calendar import Calendar, Clocks, Site, simulate_in_time
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.calendar.people import Rows
from tests.simulation.counted_trials import CALENDAR, SEED, TRUTH, counting, rule_of

PLENTY = (Site(3000.0),)
LESS = counting("live_trial", replace(CALENDAR, sites=PLENTY, leaving=0.1))
LEAVING = replace(CALENDAR, sites=PLENTY, manufacturing=None, leaving=0.2)
SENTINEL: dict[str, Any] = {"sentinels": 1, "sentinel_interval_days": 7, "sentinel_dlt": "end_cohort"}
FRAME = rule_of().frame
GUARDS: dict[str, tuple[Guard, ...]] = {
    "titration": (Titration(frame=FRAME),),
    "by_cohort": (CohortSizes(frame=FRAME, by_cohort=(1, 2, 3, 4)),),
    "by_level": (CohortSizes(frame=FRAME, by_level=(1, 2, 3)),),
}
TRIALS = 60


def letter(clocks: Clocks, place: int, trial: int) -> str:
    return "T" if clocks.people.is_toxic[place, trial] else "-" if clocks.people.is_lost[place, trial] else "N"


def ended_by_its_sentinel(clocks: Clocks, trial: int, places: Sequence[int], participants: int) -> bool:
    """Whether a sentinel of a cohort had a DLT; who follows one who left too early, or was given less, is one too."""
    people, doses, sentinels = clocks.people, clocks.doses, list[int]()

    def counts(place: int, day: float) -> bool:
        dosed_on, closes = people.dosed_on[place, trial], people.closes[place, trial]
        if people.is_toxic[place, trial] and closes <= day:
            return True
        if doses is not None and doses.given[place][trial] < doses.assigned[place][trial]:
            return False
        left = people.is_lost[place, trial] and closes <= day
        return not (left and closes - dosed_on < clocks.calendar.sentinel_interval_days)

    for place in places:
        day = people.dosed_on[place, trial]
        if sum(counts(each, day) for each in sentinels) < participants:
            sentinels.append(place)
    return any(people.is_toxic[each, trial] for each in sentinels)


def cohorts_written(clocks: Clocks, trial: int, places: Sequence[int], ended_by: int) -> list[Cohort]:
    """A cohort in its parts; ``ended_by`` is the number of sentinels whose DLT ends it."""
    is_over = ended_by_its_sentinel(clocks, trial, places, ended_by)
    doses = clocks.doses
    assigned = [int((doses.assigned if doses else clocks.people.level)[place][trial]) for place in places]
    given = [int((doses.given if doses else clocks.people.level)[place][trial]) for place in places]
    level = assigned[0]
    assert set(assigned) == {level}
    letters = [letter(clocks, place, trial) for place in places]
    below = [toxic for toxic, dose in zip(letters, given, strict=True) if toxic == "T" and dose < level]
    own = [each for each, dose in zip(letters, given, strict=True) if each != "T" or dose == level]
    parts = [Cohort(level - 1, "".join(below), is_part=bool(own), is_over=is_over)] if below else []
    return [*parts, Cohort(level, "".join(own), is_over=is_over)] if own else parts


def every_decision(rule: EscalationRule, calendar: Calendar, patch: pytest.MonkeyPatch) -> int:
    """Compares all decisions of simulated trials; returns how many cohorts had somebody who counts elsewhere."""
    found: list[list[tuple[int, int, int, int, int]]] = [[] for _ in range(TRIALS)]
    decide = Clocks._decide_complete

    def kept(clocks: Clocks, rows: Rows, day: Floats) -> None:
        decide(clocks, rows, day)
        now = clocks.states
        for row in rows.tolist():
            after = (int(now.level[row]), int(now.stop[row]), int(now.selected[row]), int(clocks.planned[row]))
            found[row].append((clocks.people.dosed, *after))

    patch.setattr(Clocks, "_decide_complete", kept)
    clocks = simulate_in_time(rule, calendar, np.array(TRUTH), range(TRIALS), SEED)
    in_parts = 0
    for trial, decided in enumerate(found):
        history: list[Cohort] = []
        begin = 0
        for dosed, level, stop, selected, planned in decided:
            history += cohorts_written(clocks, trial, range(begin, dosed), rule.sentinels_that_end)
            begin, in_parts = dosed, in_parts + history[-1].is_part
            advice = rule.decide(History(tuple(history)))
            said = str(History(tuple(history))), advice.reason
            if stop == Stop.GOES_ON:
                assert (advice.action, advice.next_level, advice.cohort_size) == ("dose", level, planned), said
            else:
                assert (advice.action, advice.recommended_level or 0) == ("stop", selected), said
        in_parts += sum(cohort.is_part for cohort in history)
    return in_parts


@pytest.mark.parametrize("design", ["boin", "crm"])
@pytest.mark.parametrize("guard", GUARDS)
def test_cohorts_of_other_sizes(design: str, guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cohort keeps the size with which it began, whatever a DLT of it at the level below would plan."""
    assert every_decision(rule_of(design, guards=GUARDS[guard]), LESS, monkeypatch) > 5


@pytest.mark.parametrize("calendar", [LESS, LEAVING], ids=["less", "leaving"])
@pytest.mark.parametrize("design", ["boin", "three_plus_three"])
@pytest.mark.parametrize("replaces", [True, False])
def test_nobody_is_replaced_in_a_cohort_that_its_sentinel_has_ended(
    design: str, calendar: Calendar, replaces: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = rule_of(design, sentinels_that_end=1, replaces=replaces)
    every_decision(rule, replace(calendar, **SENTINEL), monkeypatch)


def test_a_part_is_no_cohort_of_its_own() -> None:
    rule = rule_of(guards=GUARDS["by_cohort"])
    for outcomes, size in [("1N 1NT", 3), ("1N 1T+ 2N", 3), ("1N 1TT", 3), ("1N 1T+ 2N 1NNN", 4)]:
        assert rule.decide(parse_outcomes(outcomes, 3)).cohort_size == size, outcomes


def test_numbers_of_cohorts_and_of_their_parts() -> None:
    """The part and the rest of its cohort are the second, even where the rest waits for a replacement."""
    flags = rule_of().decide(parse_outcomes("1NNN 1T+ 2N- 1NNN", 3)).flags
    assert flags[0] == "cohort 2: 1 of it counts at level 1"
    assert [flag[:8] for flag in flags if "departs" in flag] == ["cohort 3"]


def test_a_level_that_a_part_eliminates_is_given_to_nobody_more() -> None:
    """Two DLTs after the dose of level 2 rule it out for the 3+3: the place at level 3 is not filled again."""
    advice = rule_of("three_plus_three").decide(parse_outcomes("1NNN 2NNN 2TT+ 3-", 3))
    assert (advice.action, advice.next_level) == ("dose", 1)


def test_who_was_the_sentinel_is_told_by_the_order_of_dosing() -> None:
    rule = rule_of(sentinels_that_end=1)
    assert rule.decide(parse_outcomes("1NNN 2NT-", 3)).reason.startswith("1 of the cohort still to be replaced")
    over = rule.decide(parse_outcomes("1NNN 2TN-", 3))
    assert (over.action, over.next_level, over.cohort_size) == ("dose", 1, 3)
