"""The planned days on which curves of worsening go by, and what actual days would make of the last onsets."""

from dataclasses import replace

import pytest

from firstdose.analysis.disability.confirmed import seek_all
from firstdose.analysis.disability.definitions import definitions
from firstdose.analysis.disability.planned_days import planned_days
from firstdose.analysis.disability.worsening_curves import worsening_curves
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import measured
from firstdose.protocol import Protocol
from firstdose.records.derived import ScoreAnalysis
from firstdose.records.results import Result
from tests.analysis.made_scores import MONTHS, REFERENCE, course, frame_with, people, protocol_with, rows, steps


def curve(frame: Frame) -> list[tuple[str, float | None, float | None]]:
    """Everyone's curve by the leading definition: day, share free of worsening and number at risk."""
    (sought,) = seek_all(frame, measured(frame, "edss"), definitions(frame, "edss")[:1])
    found: list[Result] = rows(worsening_curves(frame, sought, {"chapter": "disability"}), group="all")
    return [(each.when, each.value, each.of) for each in found]


def shifted(*shifts: int) -> list[dict[str, int]]:
    """The days of visits that are all early or late by some days."""
    return [{visit: day + by if day > 0 else day for visit, day in MONTHS.items()} for by in shifts]


@pytest.mark.parametrize("shifts", [(0, 0, 0, 0), (-7, -3, 0, 6), (6, 0, -3, -7)])
def test_an_onset_is_held_against_everybody_seen_at_its_visit(shifts: tuple[int, ...]) -> None:
    """Onset of the fourth person at month 6, the last that can be confirmed: one of four, early or late. By actual
    days nobody else would be at risk any more when that person is seen last, and the share would fall to 0."""
    changes: list[dict[str, float | str | None]] = [{}, {}, {}, {"M6": 7.5}]
    scores = [
        row
        for one, its, days in zip(people((4,)), changes, shifted(*shifts), strict=True)
        for row in course(one.subject, "edss", steps(6.5, its), days=days)
    ]
    assert curve(frame_with([*people((4,)), *scores])) == [("day 183", 0.75, 4)]


def test_who_cannot_be_confirmed_later_leaves_at_the_last_visit_that_can() -> None:
    """P01 was seen up to month 9: an onset can be confirmed until month 3, at which P01 still is at risk."""
    seen = course("P01", "edss", steps(6.5, visits=[visit for visit in MONTHS if MONTHS[visit] <= 274]))
    for visit, expected in (("M6", ("day 183", 0, 1)), ("M3", ("day 91", 0.5, 2))):
        scores = [*seen, *course("P02", "edss", steps(6.5, {visit: 7.5}))]
        assert curve(frame_with([*people((2,)), *scores])) == [expected]


def score(subject: str, day: int, visit: str | None) -> ScoreAnalysis:
    return ScoreAnalysis(
        subject=subject,
        measure="edss",
        part="score",
        day=day,
        visit=visit,
        state="score",
        value=6.5,
        is_baseline=day == -3,
        record_numbers="1",
    )


def days_of(seen: dict[int, str | None], protocol: Protocol = REFERENCE) -> list[int]:
    """The planned days of one person's scores, after another person's, which must not matter."""
    scores = [score("P01", 361, "M12"), *(score("P02", day, visit) for day, visit in seen.items())]
    frame = frame_with([*people((2,)), *scores], protocol)
    found: list[int] = planned_days(frame, measured(frame, "edss")).tolist()
    return found[1:]


def test_a_visit_stands_at_its_planned_day_and_another_at_that_of_the_next() -> None:
    assert days_of({-3: "M0", 28: "M1", 63: "M2", 98: "M3", 351: "M12", 560: "F548"}) == [-1, 30, 61, 91, 365, 548]
    assert days_of({-3: "M0", 40: None, 58: "M2"}) == [-1, 61, 61]
    assert days_of({-3: "M0", 10: "unscheduled", 183: None}) == [-1, 30, 183]
    assert days_of({-3: "M0", 58: "M2", 60: None, 61: None, 85: "M3"}) == [-1, 61, 91, 91, 91]
    assert days_of({-3: "M0", 370: None, 400: None}) == [-1, 548, 548]


def test_beyond_the_schedule_or_without_one_a_score_keeps_its_own_day() -> None:
    assert days_of({-3: "M0", 1900: None}) == [-1, 1900]
    assert days_of({-3: "M0", 28: "M1"}, protocol_with(schedule=None)) == [-3, 28]
    assert REFERENCE.schedule is not None
    short = replace(REFERENCE.schedule, long_term_follow_up=None)
    assert days_of({-3: "M0", 370: None}, protocol_with(schedule=short)) == [-1, 370]
