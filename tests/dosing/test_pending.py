"""A window that is open and a verdict that is missing are told apart. Days are counted by hand."""

from __future__ import annotations

from firstdose.conduct.standing import participation_of, standing
from firstdose.dosing import history_of, recommendation
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.records import Disposition, Dosing
from tests.dosing.trial import Trial, at, protocol, time

PLAIN = protocol()
C1 = Trial().batch().cohort("C1", 1).full_cohort("C1", 1, ["P1", "P2", "P3"], "2026-02-02T10:00")
"""Dosed on 2, 9 and 16 February; the windows' last days are 2, 9 and 16 March."""
WAITING = C1.event("P1", "2026-02-05", grade=1, term="Headache").event("P1", "2026-02-06", 2, term="Seizure")
VERDICT = (
    "P1: the window is over, and the outcome waits for the committee's verdict on Headache of grade 1 (event 1) and "
    "Seizure of grade 3 (event 2): an event in the window that may be related needs one, whatever its grade"
)


def reason(trial: Trial, as_of: str) -> str:
    advice = recommendation(PLAIN, trial.data, at(as_of))
    assert advice.action == "wait"
    return advice.reason


def test_a_missing_verdict_is_no_open_window() -> None:
    told = reason(WAITING, "2026-04-20T12:00")
    assert told.startswith("1 outcome waits for the committee's verdict (P1, events 1 and 2): with no more DLT")
    assert "window" not in told
    assert VERDICT in recommendation(PLAIN, WAITING.data, at("2026-04-20T12:00")).flags


def test_windows_and_verdicts_stand_beside_each_other() -> None:
    told = reason(WAITING, "2026-03-12T12:00")
    start = (
        "1 window still open (until 16 March 2026) and 1 outcome waits for the committee's verdict (P1, events 1 and "
        "2):"
    )
    assert told.startswith(start)


def test_open_windows_alone_are_told_as_before() -> None:
    assert reason(C1, "2026-03-12T12:00").startswith("1 window still open: ")
    assert reason(WAITING, "2026-02-20T12:00").startswith("3 windows still open: ")
    assert history_of(PLAIN, WAITING.data, at("2026-02-20T12:00")).flags == ()


def test_who_left_with_an_event_waits_for_the_verdict_only() -> None:
    left = Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-02-20"))
    assert VERDICT in history_of(PLAIN, WAITING.plus(left).data, at("2026-02-21T12:00")).flags


def test_the_ladder_has_a_place_for_it() -> None:
    def states(as_of: str) -> list[tuple[str, str]]:
        (rung,) = standing(PLAIN, WAITING.data, at(as_of)).rungs
        return [(place.state, place.words) for place in rung.places]

    verdict = ("awaiting_verdict", "awaiting the verdict on an event")
    assert states("2026-03-12T12:00") == [verdict, ("no_dlt", "no DLT"), ("in_window", "in the DLT window")]
    assert states("2026-03-01T12:00")[0] == ("in_window", "in the DLT window")


def said(trial: Trial, subject: str, as_of: str) -> tuple[str, str]:
    """What the list of participants says of somebody, and the ladder of doses."""
    courses = Courses(PLAIN, Records(trial.data, at(as_of)))
    (rung,) = standing(PLAIN, trial.data, at(as_of)).rungs
    (place,) = [place for place in rung.places if place.subject == subject]
    return participation_of(courses, subject), place.words


def test_the_list_of_participants_says_the_same_as_the_ladder() -> None:
    verdict = "awaiting the verdict on an event"
    assert said(WAITING, "P1", "2026-03-01T12:00") == ("dosed, in the DLT window", "in the DLT window")
    assert said(WAITING, "P1", "2026-03-12T12:00") == (f"dosed, {verdict}", verdict)
    judged = WAITING.verdict("P1", "not_dlt", "2026-03-11T12:00").verdict("P1", "dlt", "2026-03-11T12:00", event=2)
    assert said(judged, "P1", "2026-03-12T12:00") == ("in follow-up", "DLT")
    assert said(WAITING, "P2", "2026-03-12T12:00") == ("in follow-up", "no DLT")


def test_who_is_not_settled_for_another_reason_is_in_no_window_either() -> None:
    """The dose given to P2, whose window ended on 9 March, is not recorded."""
    trial = C1.changed(Dosing, lambda each: each.subject == "P2", dose_given=None, given=None)
    unknown = "outcome not known yet"
    assert said(trial, "P2", "2026-03-08T12:00") == ("dosed, in the DLT window", "in the DLT window")
    assert said(trial, "P2", "2026-03-12T12:00") == (f"dosed, {unknown}", unknown)
