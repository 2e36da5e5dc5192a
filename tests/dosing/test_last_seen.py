"""A window that passes by the calendar alone is told as such, everywhere that it counts. Days are counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.dosing import ParticipantCourse, course_of, history_of, may_be_dosed, recommendation
from firstdose.records import AdverseEvent, Assessment, Disposition, Dosing, LabResult, Sample, Visit, VitalSign
from firstdose.safety.evaluability import Status
from tests.dosing.trial import Trial, at, protocol, time

PLAIN = protocol()
C1 = Trial().batch().cohort("C1", 1).full_cohort("C1", 1, ["P1", "P2", "P3"], "2026-02-02T10:00")
"""Dosed on 2, 9 and 16 February; the windows' last days are 2, 9 and 16 March."""
LATER = "2026-04-20T12:00"
CALENDAR = "that the window of 28 days passed without a DLT is by the calendar alone"


def visit(name: str, start: str, number: int = 1, **facts: Any) -> Visit:
    return Visit(subject=name, visit=f"V{number}", start=time(start), **({"state": "done"} | facts))


SEEN = C1.plus(visit("P1", "2026-03-04"), visit("P2", "2026-03-10"))
"""P1 and P2 were seen after their windows; of P3 there is nothing."""


def course(trial: Trial, name: str = "P3", as_of: str = LATER) -> ParticipantCourse:
    return next(each for each in course_of(PLAIN, trial.data, at(as_of)) if each.subject == name)


def test_silence_is_told_wherever_the_outcome_counts() -> None:
    trial = SEEN.plus(visit("P3", "2026-02-19"))
    words = f"nothing is recorded after day 3; {CALENDAR}"
    found = course(trial)
    assert (found.status, found.by_calendar, found.flags) == (Status.EVALUABLE, words, (words,))
    assert words in found.evaluability.reasons
    history = history_of(PLAIN, trial.data, at(LATER))
    assert (str(history.history), history.flags) == ("1NNN", (f"P3: {words}",))
    assert f"P3: {words}" in recommendation(PLAIN, trial.data, at(LATER)).flags
    gate = may_be_dosed(PLAIN, trial.person("P4").data, "P4", at(LATER))
    assert f"P3: {words}" in gate.notes


def test_those_who_were_seen_are_not_named() -> None:
    assert {each: course(SEEN, each).by_calendar for each in ("P1", "P2")} == {"P1": "", "P2": ""}


def test_nobody_is_named_before_the_window_is_over_or_where_no_follow_up_is_held() -> None:
    assert course(SEEN, as_of="2026-03-16T23:59").by_calendar == ""
    assert course(SEEN, as_of="2026-03-17T00:00").by_calendar.startswith("nothing is recorded after day 0")
    assert course(C1).flags == ()


@pytest.mark.parametrize(
    "record",
    [
        visit("P3", "2026-03-16"),
        Assessment(subject="P3", number=1, measure="edss", item="step", assessed=time("2026-03-20")),
        LabResult(subject="P3", number=1, test="ALT", drawn=time("2026-03-16T08:00")),
        VitalSign(subject="P3", number=1, test="PULSE", measured=time("2026-04-01")),
        Sample(subject="P3", sample="S1", fluid="serum", taken=time("2026-04-01")),
        AdverseEvent(subject="P3", number=1, term="Cold", start=time("2026-04-01")),
        AdverseEvent(subject="P3", number=1, term="Cold", start=time("2026-02-10"), end=time("2026-03-18")),
        Disposition(subject="P3", number=1, event="completed", occurred=time("2026-04-01")),
        Dosing(subject="P3", number=2, procedure_start=time("2026-04-01T10:00")),
    ],
    ids=lambda each: type(each).__name__,
)
def test_any_sign_on_the_last_day_or_later_is_news(record: Any) -> None:
    assert course(SEEN.plus(record)).by_calendar == ""


@pytest.mark.parametrize(
    ("record", "day"),
    [
        (visit("P3", "2026-03-15"), "after day 27"),
        (visit("P3", "2026-03"), "after day 13"),
        (visit("P3", "2026-03-16", state="missed"), "after day 0"),
        (visit("P3", "2026-04-21"), "after day 0"),
        (
            Assessment(
                subject="P3", number=1, measure="edss", item="step", assessed=time("2026-03-20"), performed="not_done"
            ),
            "after day 0",
        ),
    ],
    ids=["the day before", "a month", "missed", "later than now", "not done"],
)
def test_what_is_no_news(record: Any, day: str) -> None:
    """Day 0, the dosing, is 16 February: 15 March is day 27, and March began on day 13."""
    told = course(SEEN.plus(record)).by_calendar
    expected = f"nothing is recorded {day}; {CALENDAR}"
    assert told == expected


def test_a_verdict_given_later_says_nothing_of_later_days() -> None:
    trial = SEEN.event("P3", "2026-02-17", end=time("2026-02-19")).verdict("P3", "not_dlt", "2026-04-01")
    assert course(trial).by_calendar == f"nothing is recorded after day 3; {CALENDAR}"


def test_a_dlt_needs_no_news() -> None:
    trial = SEEN.event("P3", "2026-02-17").verdict("P3", "dlt", "2026-02-20")
    assert course(trial).by_calendar == ""
