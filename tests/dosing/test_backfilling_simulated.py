"""Records made from simulated trials that backfill: the live trial's advice is what the simulation decided.

Outcomes become known as in the simulation: windows at midnight, DLTs at one in the morning of their day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from firstdose.designs.building import build_design
from firstdose.designs.states import Floats, Stop
from firstdose.dosing import history_of, may_be_dosed, recommendation
from firstdose.protocol import Protocol
from firstdose.records import TrialData
from firstdose.simulation.calendar import Site, calendar_of, simulate_in_time
from firstdose.simulation.calendar.backfilling import BackfillingClocks
from firstdose.simulation.calendar.people import Rows
from tests.dosing.trial import ROME, Trial, protocol, time

OPENING = datetime(2026, 1, 1, tzinfo=ROME)
RULES = """
trial: {id: B-1, title: A trial that backfills}
dose_levels: {unit: million cells, values: [5, 10, 16, 24]}
escalation:
  design: boin
  target_dlt_rate: 0.25
  cohort_size: 3
  max_participants: 15
  dlt: {definition: grade 3 or more, attribution: [product], window_days: 28}
  backfill: {most_at_a_level: 9}
"""


def moment(day: float, place: int, minutes: int = 0) -> datetime:
    """The minute of a day at which somebody of this place is dosed, or minutes after it."""
    return OPENING + timedelta(days=int(day), hours=3, minutes=10 * place + minutes)


def written(when: datetime) -> str:
    return when.replace(tzinfo=None).isoformat(timespec="minutes")


def simulated(
    rules: Protocol, truth: list[float], trials: int, seed: int, patch: pytest.MonkeyPatch
) -> tuple[BackfillingClocks, list[list[tuple[float, int, int, int]]]]:
    """Trials in time, and of each decision its day, how many were dosed, and the level and stop that it gave."""
    decided: list[list[tuple[float, int, int, int]]] = [[] for _ in range(trials)]
    decide = BackfillingClocks._decide_complete

    def kept(clocks: BackfillingClocks, rows: Rows, day: Floats) -> None:
        decide(clocks, rows, day)
        for row, when in zip(rows.tolist(), day.tolist(), strict=True):
            now = clocks.states
            decided[row].append((when, clocks.people.dosed, int(now.level[row]), int(now.stop[row])))

    patch.setattr(BackfillingClocks, "_decide_complete", kept)
    calendar = calendar_of(rules.escalation, (Site(8.0),))
    clocks = simulate_in_time(build_design(rules), calendar, np.array(truth), range(trials), seed)
    assert isinstance(clocks, BackfillingClocks)
    return clocks, decided


def records_of(clocks: BackfillingClocks, trial: int, decided: list[tuple[float, int, int, int]]) -> TrialData:
    """Everybody's records: cohorts of the escalation opened by the decisions, and one a level of those backfilled."""
    people, made, opened = clocks.people, Trial(), set()
    ends = [dosed for _, dosed, _, _ in decided]
    beside = [bool(clocks.is_backfilled[place][trial]) for place in range(ends[-1])]
    for place in range(ends[-1]):
        level, day = int(people.level[place, trial]), float(people.dosed_on[place, trial])
        number = sum(end <= place for end in ends)
        cohort = f"B{level}" if beside[place] else f"C{number + 1}"
        if cohort not in opened:
            opened.add(cohort)
            first = ends[number - 1] if number else 0
            size = None if beside[place] else sum(not each for each in beside[first : ends[number]])
            kind = "backfill" if beside[place] else "escalation"
            made = made.cohort(cohort, level, written(moment(day, place, -1)), size=size, kind=kind)
        name, start = f"P{place + 1:02d}", moment(day, place)
        made = made.slot(cohort, place + 1, name, assigned=time(written(start)))
        made = made.dosed(name, written(start), cohort, level, batch=None)
        if people.is_toxic[place, trial]:
            closes = float(people.closes[place, trial])
            seen = start + timedelta(minutes=3) if closes == day else OPENING + timedelta(days=int(closes), hours=1)
            made = made.event(name, written(seen)).verdict(name, "dlt", written(seen))
    return made.data


@pytest.mark.parametrize("truth", [[0.08, 0.16, 0.25, 0.4], [0.15, 0.3, 0.45, 0.6]], ids=["usual", "toxic"])
def test_the_live_advice_is_what_the_simulation_decided(truth: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    rules = protocol(lambda _: RULES)
    clocks, found = simulated(rules, truth, 20, 11, monkeypatch)
    asked = beside = 0
    for trial, decided in enumerate(found):
        data = records_of(clocks, trial, decided)
        for day, dosed, level, stop in decided:
            now = moment(day, dosed - 1, 6)
            advice = recommendation(rules, data, now)
            assert not [flag for flag in advice.flags if "departs" in flag]
            if stop == Stop.GOES_ON:
                assert (advice.action, advice.next_level) == ("dose", level), advice.reason
            else:
                is_open = bool(history_of(rules, data, now).history.backfilled) and advice.action == "wait"
                assert is_open or (advice.action, advice.stop_reason) == ("stop", Stop(stop).name.lower())
            asked += 1
        for place in np.flatnonzero([each[trial] for each in clocks.is_backfilled[: decided[-1][1]]])[::2].tolist():
            now = moment(float(clocks.people.dosed_on[place, trial]), place, -1)
            gate = may_be_dosed(rules, data, f"P{place + 1:02d}", now, zone=ROME)
            assert "escalation.backfill" not in {reason.rule for reason in gate.reasons}, gate.reasons
            assert recommendation(rules, data, now).backfill_level == clocks.people.level[place, trial]
            beside += 1
    assert asked > 60
    assert beside > 60
