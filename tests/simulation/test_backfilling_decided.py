"""What `decide` says after the history of a simulated trial that backfills is what the simulation decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest

from firstdose.designs.boin import Boin
from firstdose.designs.cohort_size_guards import Titration
from firstdose.designs.design import Frame
from firstdose.designs.guards import StopWhenEnough
from firstdose.designs.history import Cohort, History
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Floats, Stop
from firstdose.simulation.calendar import Calendar, Site, simulate_in_time
from firstdose.simulation.calendar.backfilling import BackfillingClocks
from firstdose.simulation.calendar.people import Rows

FRAME = Frame((5.0, 10.0, 16.0, 24.0), "million cells", 0.25, 3, 24)
CALENDAR = Calendar(window_days=30, sites=(Site(6.0),))
TRUTH = np.array([0.08, 0.16, 0.25, 0.4])
TOXIC = np.array([0.25, 0.4, 0.5, 0.6])


@dataclass(frozen=True)
class Decided:
    """A decision of one simulated trial: on which day, with how many dosed, and the level and stop that it gave."""

    day: float
    dosed: int
    level: int
    stop: int
    selected: int


def decisions_of(
    rule: EscalationRule, calendar: Calendar, truth: Floats, trials: int, seed: int, patch: pytest.MonkeyPatch
) -> tuple[BackfillingClocks, list[list[Decided]]]:
    """The trials, and the decisions of each in order."""
    found: list[list[Decided]] = [[] for _ in range(trials)]
    decide = BackfillingClocks._decide_complete

    def kept(clocks: BackfillingClocks, rows: Rows, day: Floats) -> None:
        decide(clocks, rows, day)
        now = clocks.states
        for row, when in zip(rows.tolist(), day.tolist(), strict=True):
            last = int(now.level[row]), int(now.stop[row]), int(now.selected[row])
            found[row].append(Decided(when, clocks.people.dosed, *last))

    patch.setattr(BackfillingClocks, "_decide_complete", kept)
    clocks = simulate_in_time(rule, calendar, truth, range(trials), seed)
    assert isinstance(clocks, BackfillingClocks)
    return clocks, found


def history_at(clocks: BackfillingClocks, trial: int, decided: list[Decided], day: float, dosed: int) -> History:
    """What was known on a day of those dosed by then: each who was backfilled before the first decision that knew."""
    people, cohorts, last = clocks.people, [], None
    known_from: list[tuple[float, Cohort]] = []
    for place in range(dosed):
        closes, level = float(people.closes[place, trial]), int(people.level[place, trial])
        letter = "T" if people.is_toxic[place, trial] else "-" if people.is_lost[place, trial] else "N"
        letter = "?" if closes > day else letter
        if clocks.is_backfilled[place][trial]:
            known_from.append((closes, Cohort(level, letter, is_backfilled=True)))
            continue
        taken = sum(each.dosed <= place for each in decided)
        if taken != last:
            cohorts.append(Cohort(level, ""))
            last = taken
        cohorts[-1] = replace(cohorts[-1], outcomes=cohorts[-1].outcomes + letter)
    assert all(cohort.outcomes for cohort in cohorts)
    history: list[Cohort] = []
    for number, cohort in enumerate(cohorts):
        after = decided[number - 1].day if number else -np.inf
        until = decided[number].day if number + 1 < len(cohorts) else np.inf
        history += [cohort, *(each for closes, each in known_from if after < closes <= until)]
    return History(tuple(history))


RULES = {
    "boin": EscalationRule(Boin(frame=FRAME)).with_backfill(9),
    "many": EscalationRule(Boin(frame=FRAME, elimination_certainty=0.85)).with_backfill(15),
    "guards": EscalationRule(Boin(frame=FRAME), (StopWhenEnough(frame=FRAME, participants=9),)).with_backfill(12),
    "titration": EscalationRule(Boin(frame=FRAME), (Titration(frame=FRAME),)).with_backfill(9),
}


CALENDARS = {
    "plain": CALENDAR,
    "meetings": replace(
        CALENDAR, whole_days=True, meeting_interval_days=14, decision_lag_days=3, between_cohorts_days=40
    ),
    "leaving": replace(CALENDAR, leaving=0.25),
    "apart": replace(CALENDAR, whole_days=True, between_participants_days=9),
    "late": replace(CALENDAR, meeting_interval_days=14, decision_lag_days=20, between_participants_days=3),
}
UNDER = {
    "boin": ["plain", "meetings", "leaving", "apart", "late"],
    "many": ["plain"],
    "guards": ["meetings"],
    "titration": ["leaving"],
}


def check_what_lies_between(clocks: BackfillingClocks, found: list[list[Decided]]) -> None:
    """Everybody keeps the interval; no DLT comes between a decision to go on and the dosing that it allows."""
    people, calendar, rounding = clocks.people, clocks.calendar, 1e-9
    for trial, decided in enumerate(found):
        places = [place for place in range(people.dosed) if people.level[place, trial]]
        dosed_on = people.dosed_on[places, trial]
        assert (np.diff(dosed_on) >= calendar.between_participants_days - rounding).all()
        for each in decided:
            if each.stop != Stop.GOES_ON:
                continue
            begins = dosed_on[each.dosed]  # the next place is the first of the new cohort
            assert begins >= each.day + calendar.decision_lag_days - rounding
            before = slice(0, each.dosed)
            closes, toxic = people.closes[before, trial], people.is_toxic[before, trial]
            assert not (toxic & (closes > each.day) & (closes <= begins)).any()


@pytest.mark.parametrize("truth", [TRUTH, TOXIC], ids=["usual", "toxic"])
@pytest.mark.parametrize(("name", "conditions"), [(name, each) for name, some in UNDER.items() for each in some])
def test_decide_says_what_the_simulation_decided(
    name: str, conditions: str, truth: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, calendar = RULES[name], CALENDARS[conditions]
    clocks, found = decisions_of(rule, calendar, truth, 25, 17, monkeypatch)
    beside = pooled = 0
    for trial, decided in enumerate(found):
        for number, each in enumerate(decided):
            at = partial(history_at, clocks, trial, decided[: number + 1])
            advice = rule.decide(at(each.day, each.dosed))
            beside += sum(cohort.evaluable > 0 for cohort in at(each.day, each.dosed).backfilled)
            pooled += "together levels" in advice.reason
            if each.stop == Stop.GOES_ON:
                assert (advice.action, advice.next_level) == ("dose", each.level)
            elif advice.action == "stop":
                assert advice.stop_reason == Stop(each.stop).name.lower()
                assert advice.recommended_level == (each.selected or None)
            else:
                assert "no level is named before" in advice.reason
            assert all(calendar.leaving and "not evaluable, left out" in flag for flag in advice.flags)
        last = rule.decide(at(float(clocks.ended[trial]), each.dosed))
        if each.stop == Stop.MAXIMUM:
            assert (last.action, last.stop_reason, last.recommended_level) == ("stop", "maximum", each.selected)
    check_what_lies_between(clocks, found)
    assert beside > 25
    assert pooled > 0 or calendar.leaving


@pytest.mark.parametrize("truth", [TRUTH, TOXIC], ids=["usual", "toxic"])
@pytest.mark.parametrize("leaving", [0.0, 0.25])
@pytest.mark.parametrize("replaces", [True, False])
def test_decide_names_the_level_at_which_the_simulation_backfills(
    truth: Floats, leaving: float, replaces: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = replace(RULES["boin"], replaces=replaces)
    clocks, found = decisions_of(rule, replace(CALENDAR, leaving=leaving), truth, 15, 3, monkeypatch)
    people, asked = clocks.people, 0
    for trial, decided in enumerate(found):
        for place in range(people.dosed):
            if not clocks.is_backfilled[place][trial]:
                continue
            before = [each for each in decided if each.dosed <= place]
            history = history_at(clocks, trial, before, float(people.dosed_on[place, trial]), place)
            assert rule.decide(history).backfill_level == people.level[place, trial], str(history)
            asked += 1
    assert asked >= 30
