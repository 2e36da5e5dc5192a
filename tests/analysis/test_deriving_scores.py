"""Scores on the days of the trial: scored by the measures, with baseline, change, and what is missing."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.deriving.derive import derive
from firstdose.measures import MEASURES, Score
from firstdose.records import Assessment, Relapse, TrialData, Visit
from firstdose.records.derived import AnalysisNote, RelapseAnalysis, ScoreAnalysis
from tests.analysis.trial_records import any_trial, at, day, dosing, on, reference_protocol, trial


def edss(number: int, step: float | None, **fields: Any) -> Assessment:
    usual: dict[str, Any] = {"subject": "P1", "number": number, "measure": "edss", "item": "step", "answer": step}
    return Assessment(**usual | fields)


def derived(data: TrialData, part: str = "score") -> list[dict[str, Any]]:
    return derive(reference_protocol(), data)[ScoreAnalysis].filter(part=part).sort("measure", "day").rows(named=True)


def notes(data: TrialData) -> list[str]:
    found = derive(reference_protocol(), data)[AnalysisNote]
    return found.filter(pl.col("kind") == "assessments")["note"].to_list()


def test_baseline_and_change() -> None:
    rows = derived(
        trial(
            edss(1, 6.5, assessed=day(-91), visit="R3"),
            edss(2, 7.0, assessed=day(-1), visit="M0"),
            edss(3, 7.5, assessed=day(30), visit="M1"),
            edss(4, 6.5, assessed=day(61), visit="M2"),
        )
    )
    assert [row["day"] for row in rows] == [-91, -1, 30, 61]
    assert [row["is_baseline"] for row in rows] == [False, True, False, False]
    assert [row["baseline"] for row in rows] == [7.0] * 4
    assert [row["change"] for row in rows] == [None, None, 0.5, -0.5]
    assert {row["unit"] for row in rows} == {"step"}
    assert [row["record_numbers"] for row in rows] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("fields", "is_baseline", "is_noted"),
    [
        ({"assessed": day(0, "08:00"), "visit": "D0"}, True, False),
        ({"assessed": day(0, "10:00"), "visit": "M0"}, False, False),  # the times decide
        ({"assessed": day(0), "visit": "M0"}, True, False),  # planned for the day before
        ({"assessed": day(0), "visit": "D0"}, True, True),
        ({"assessed": day(0), "visit": "unscheduled 1"}, True, True),
        ({"assessed": day(0), "visit": "M1"}, False, False),
    ],
)
def test_a_score_of_the_day_of_treatment(fields: dict[str, Any], is_baseline: bool, is_noted: bool) -> None:
    data = trial(edss(1, 7.0, **fields))
    assert derived(data)[0]["is_baseline"] is is_baseline
    assert bool(notes(data)) is is_noted


def test_the_parts_of_a_score_have_rows_and_baselines_of_their_own() -> None:
    def with_pyramidal(number: int, step: float, pyramidal: float, when: int) -> list[Assessment]:
        when_it_was = day(when)
        return [
            edss(number, step, assessed=when_it_was),
            edss(number + 1, pyramidal, item="pyramidal", assessed=when_it_was),
        ]

    data = trial(*with_pyramidal(1, 6.5, 3, -1), *with_pyramidal(3, 7.0, 4, 30))
    rows = derived(data, "pyramidal")
    assert [(row["value"], row["baseline"], row["change"]) for row in rows] == [(3, 3, None), (4, 3, 1)]
    assert [row["record_numbers"] for row in rows] == ["1;2", "3;4"]
    assert {row["bound"] for row in rows} == {None}
    assert {row["bound"] for row in derived(data)} == {"exact"}


def walk(number: int, trial_number: int, seconds: float | None, **fields: Any) -> Assessment:
    usual: dict[str, Any] = {
        "subject": "P1",
        "number": number,
        "measure": "timed_walk",
        "item": f"trial_{trial_number}",
    }
    return Assessment(**usual | {"answer": seconds, "unit": "s", "assessed": day(30)} | fields)


def test_unable_to_perform_is_a_result_and_what_was_not_done_is_missing() -> None:
    unable: dict[str, Any] = {"performed": "unable_to_perform", "reason": "wheelchair"}
    (row,) = derived(trial(walk(1, 1, None, **unable), walk(2, 2, None, **unable)))
    assert (row["state"], row["value"], row["reason"]) == ("unable_to_perform", None, "wheelchair")
    not_done: dict[str, Any] = {"performed": "not_done", "reason": "no stopwatch"}
    (row,) = derived(trial(walk(1, 1, None, **not_done), walk(2, 2, None, **not_done)))
    assert (row["state"], row["value"], row["reason"]) == ("missing", None, "not done: no stopwatch")
    (row,) = derived(trial(walk(1, 1, 20.0), walk(2, 2, None, **unable)))
    assert (row["state"], row["value"]) == ("score", 20.0)
    assert "unable to perform" in row["reason"]


def test_an_item_answered_twice_leaves_no_score() -> None:
    (row,) = derived(trial(edss(1, 6.5, assessed=day(30)), edss(2, 7.0, assessed=day(30))))
    assert (row["state"], row["reason"]) == ("missing", "edss: step is answered with 6.5 and with 7.0")
    (row,) = derived(trial(edss(1, 6.5, assessed=day(30)), edss(2, 6.5, assessed=day(30))))
    assert (row["state"], row["value"], row["record_numbers"]) == ("score", 6.5, "1;2")


def test_of_two_assessments_of_a_day_the_planned_one_is_used_and_the_other_noted() -> None:
    data = trial(edss(1, 6.5, assessed=day(30), visit="unscheduled"), edss(2, 7.0, assessed=day(30), visit="M1"))
    (row,) = derived(data)
    assert (row["value"], row["visit"]) == (7.0, "M1")
    assert notes(data) == [
        "another edss of day 30 is used (visit M1); this one (visit unscheduled) is left out",
    ]


def test_a_result_comes_before_a_planned_assessment_that_was_not_done() -> None:
    not_done = edss(1, None, performed="not_done", reason="tired", assessed=day(30), visit="M1")
    (row,) = derived(trial(not_done, edss(2, 7.0, assessed=day(30), visit="unscheduled")))
    assert (row["state"], row["value"], row["record_numbers"]) == ("score", 7.0, "2")


def test_missed_visits_have_rows_with_the_reason() -> None:
    data = trial(
        Visit(subject="P1", visit="M1", state="missed", reason="travelling"),
        Visit(subject="P1", visit="M2", state="missed"),
        Visit(subject="P1", visit="M3", state="done", start=day(93)),
        Visit(subject="P1", visit="M4", start=day(122)),  # it is not known whether it took place
        Visit(subject="P1", visit="D0", state="missed"),  # no measure is planned on that day
    )
    found = [
        (row["day"], row["visit"], row["state"], row["reason"]) for row in derived(data) if row["measure"] == "edss"
    ]
    assert found == [
        (30, "M1", "missing", "travelling"),
        (61, "M2", "missing", "the visit was missed"),
        (93, "M3", "missing", "not assessed at this visit"),
    ]
    schedule = reference_protocol().schedule
    assert schedule is not None
    measures = {each.id: each.measure for each in schedule.activities}
    planned = {(v.id, m) for v in schedule.visits for each in v.activities if (m := measures[each]) is not None}
    assert {(row["visit"], row["measure"]) for row in derived(data)} == {
        each for each in planned if each[0] in ("M1", "M2", "M3")
    }


def test_a_visit_that_is_missed_after_the_day_of_the_data_has_no_row() -> None:
    visit = Visit(subject="P1", visit="M2", state="missed")
    assert not derived(trial(visit, as_of=date(2026, 5, 9)))
    assert {row["day"] for row in derived(trial(visit, as_of=date(2026, 5, 10)))} == {61}


def test_an_assessment_without_a_date_has_that_of_its_visit_and_a_note() -> None:
    data = trial(edss(1, 7.0, visit="M1"), Visit(subject="P1", visit="M1", start=day(31)))
    assert [row["day"] for row in derived(data)] == [31]
    assert notes(data) == ["without a date; that of its visit is used"]


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([edss(1, 7.0, assessed=at("2026-04"))], "its day is known only in part"),
        ([edss(1, 7.0)], "no date is recorded"),
        ([edss(1, 7.0, assessed=day(3)), dosing(given="none")], "not treated"),
        ([edss(1, 7.0, assessed=day(3), measure="ADAS-COG")], "no measure called ADAS-COG is known"),
    ],
)
def test_what_has_no_day_or_no_measure_is_left_out_and_noted(records: list[Any], words: str) -> None:
    data = trial(*records)
    assert not derived(data)
    assert [words in each for each in notes(data)] == [True]


@pytest.mark.parametrize(
    ("onset", "exact", "first", "last"),
    [("2026-03-20", 10, 10, 10), ("2026-03", None, -9, 21), ("2026", None, -68, 296), (None, None, None, None)],
)
def test_a_relapse_keeps_every_day_on_which_it_may_have_begun(
    onset: str | None, exact: int | None, first: int | None, last: int | None
) -> None:
    """Day 0 is 10 March 2026."""
    data = trial(Relapse(subject="P1", number=1, onset=on(onset) if onset else None))
    found = derive(reference_protocol(), data)
    (row,) = found[RelapseAnalysis].to_dicts()
    assert (row["onset_day"], row["onset_first_day"], row["onset_last_day"]) == (exact, first, last)
    remarks = found[AnalysisNote].filter(kind="relapses")["note"].to_list()
    assert [("not known where it may have begun near" in each) for each in remarks] == [True] * (exact is None)


def test_brain_volume_is_a_change_already_and_has_no_baseline() -> None:
    items = {"percentage_change": (-0.5, None), "first_scan": (None, "2026-03-09"), "second_scan": (None, "2026-09-09")}
    data = trial(
        *(
            Assessment(
                subject="P1", number=number, measure="brain_volume", item=item, answer=value, answer_text=text,
                assessed=day(183), visit="M6",
            )
            for number, (item, (value, text)) in enumerate(items.items(), start=1)
        )
    )  # fmt: skip
    (row,) = derived(data)
    assert row["value"] == pytest.approx(100 * (0.995 ** (365.25 / 184) - 1))
    assert row["unit"] == "% per year"
    assert row["baseline"] is row["change"] is None
    assert [each["unit"] for each in derived(data, "percentage_change")] == ["%"]


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_every_score_is_that_of_the_measure(seed: int) -> None:
    """Recorded steps, grouped by hand, against the rows; and baseline and change against the rows themselves."""
    data = any_trial(seed)
    found = derive(reference_protocol(), data)[ScoreAnalysis].filter(part="score")
    steps = {(each.subject, each.number): each.answer for each in data.records(Assessment)}
    for row in found.filter(pl.col("record_numbers") != "").rows(named=True):
        (step,) = {steps[row["subject"], int(number)] for number in row["record_numbers"].split(";")}
        result = MEASURES["edss"].score({"step": step})
        assert row["value"] == (result.value if isinstance(result, Score) else None)
    for rows in found.partition_by("subject", maintain_order=True):
        at_baseline = rows.filter("is_baseline")
        assert at_baseline.height <= 1
        reference = at_baseline["value"][0] if at_baseline.height else None
        later = rows.filter(pl.col("day") > at_baseline["day"][0]) if at_baseline.height else rows.clear()
        assert later.filter(pl.col("change").ne_missing(pl.col("value") - reference)).is_empty()
        assert rows.filter(pl.col("change").is_not_null()).height == later.filter(pl.col("value").is_not_null()).height
        assert (at_baseline["day"] <= 0).all()
