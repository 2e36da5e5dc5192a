"""The live trial and the simulation count alike: simulated trials written as records, and read as a trial's records."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from firstdose.designs.building import build_design
from firstdose.dosing import history_of, recommendation
from firstdose.simulation.calendar import Calendar, Clocks, Manufacturing, Site, outcomes_in_the_end, simulate_in_time
from tests.dosing.trial import DOSES, Trial, at, protocol
from tests.simulation.counted_trials import cohorts_of

RULES = protocol(
    lambda text: text.replace("design: three_plus_three", "design: boin\n  target_dlt_rate: 0.25").replace(
        "  settings: {variant: previous}\n", ""
    )
)
RULE = build_design(RULES)
TRUTH = np.array([0.1, 0.25, 0.45, 0.6])
CALENDAR = Calendar(
    window_days=28,
    sites=(Site(3000.0),),
    whole_days=True,
    manufacturing=Manufacturing(7, shortfall_by_level=(0.0, 0.2, 0.4, 0.6)),
    outcomes_count_at="live_trial",
)
LATE = "2040-01-01T12:00"


def as_records(clocks: Clocks, trial: int) -> Trial:
    """A simulated trial, in the live trial's records: doses assigned and given, DLTs with their verdict."""
    assert clocks.doses is not None
    people, records, evaluable = clocks.people, Trial().batch(), 0
    opening = datetime(2026, 2, 2, 8, 0)
    for number, cohort in enumerate(cohorts_of(clocks, trial), start=1):
        name, level = f"C{number}", int(clocks.doses.assigned[cohort[0]][trial])
        opened = opening + timedelta(days=float(people.dosed_on[cohort[0], trial]))
        size = min(3, RULE.frame.max_participants - evaluable)
        records = records.cohort(name, level, opened.isoformat(timespec="minutes"), size=size)
        for slot, place in enumerate(cohort, start=1):
            subject, given = f"P{place}", int(clocks.doses.given[place][trial])
            start = opening + timedelta(days=float(people.dosed_on[place, trial]), minutes=place)
            records = records.person(subject).slot(name, slot, subject, state="dosed")
            records = records.dosed(
                subject, start.isoformat(timespec="minutes"), name, level, dose_given=DOSES[given - 1]
            )
            evaluable += bool(given == level or people.is_toxic[place, trial])
            if people.is_toxic[place, trial]:
                seen = opening + timedelta(days=float(people.closes[place, trial]), hours=12)
                when = seen.isoformat(timespec="minutes")
                records = records.event(subject, when[:10]).verdict(subject, "dlt", when)
    return records


def test_the_records_of_a_simulated_trial_give_its_counts_and_its_level() -> None:
    """The counts at every level, and the level that ``decide`` names, by the records' own rules of dose and DLT."""
    clocks = simulate_in_time(RULE, CALENDAR, TRUTH, range(25), 8)
    states, elsewhere = outcomes_in_the_end(clocks), 0
    for trial in range(25):
        records = as_records(clocks, trial)
        found = history_of(RULES, records.data, at(LATE))
        assert not found.missing
        participants, dlts = [0] * 4, [0] * 4
        for cohort in found.history.cohorts:
            participants[cohort.level - 1] += cohort.evaluable
            dlts[cohort.level - 1] += cohort.dlts
        assert participants == states.participants[trial].tolist(), str(found.history)
        assert dlts == states.dlts[trial].tolist(), str(found.history)
        lost = sum(cohort.not_evaluable for cohort in found.history.cohorts)
        assert lost == clocks.people.dosed_at[trial].sum() - sum(participants)
        advice = recommendation(RULES, records.data, at(LATE))
        assert (advice.action, advice.recommended_level or 0) == ("stop", states.selected[trial])
        elsewhere += any("given level differs from assigned" in flag for flag in found.flags)
    assert elsewhere > 15


def test_counting_otherwise_gives_other_counts_than_the_records() -> None:
    """So that the agreement above could fail."""
    for way in ("assigned", "given"):
        clocks = simulate_in_time(RULE, replace(CALENDAR, outcomes_count_at=way), TRUTH, range(25), 8)
        states, other = outcomes_in_the_end(clocks), 0
        for trial in range(25):
            history = history_of(RULES, as_records(clocks, trial).data, at(LATE)).history
            evaluable = [
                sum(cohort.evaluable for cohort in history.cohorts if cohort.level == level) for level in (1, 2, 3, 4)
            ]
            other += evaluable != states.participants[trial].tolist()
        assert other > 15
