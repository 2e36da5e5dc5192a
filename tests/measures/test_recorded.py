"""Answers as records and back: nothing is lost, nothing is made up, and contradictions are refused."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.measures import MEASURES, Answer, Item, Measure, UnableToPerform
from firstdose.measures.recorded import AnsweredTwice, answers_of, assessments_of
from firstdose.records import Assessment, PartialDate, PartialDateTime, TrialData

EVERY = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
WHEN = PartialDateTime(PartialDate(2026, 3, 14))


def answers_to(item: Item) -> st.SearchStrategy[Answer]:
    """Possible answers to an item, of every kind."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "number": st.floats(item.lowest or 0, item.highest or 1e6),
        "whole number": st.integers(int(item.lowest or 0), int(item.highest or 1000)),
        "choice": st.sampled_from(list(item.choices) or [""]),
        "yes or no": st.booleans(),
        "date": st.dates(date(1990, 1, 1), date(2040, 1, 1)),
        "text": st.text(min_size=1).filter(str.strip),
    }
    unable = [st.builds(UnableToPerform, st.text(min_size=1).filter(str.strip))] if item.may_be_unable else []
    return st.one_of(st.none(), kinds[item.kind], *unable)


def every_answer(measure: Measure) -> st.SearchStrategy[dict[str, Answer]]:
    return st.fixed_dictionaries({item.name: answers_to(item) for item in measure.items})


@EVERY
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_recorded_is_what_was_answered(measure: Measure, data: st.DataObject) -> None:
    answers = data.draw(every_answer(measure))
    given_ones = {name: answer for name, answer in answers.items() if answer is not None}
    records = assessments_of(measure, answers, subject="P-01", assessed=WHEN, visit="M1", first_number=7)
    assert [record.number for record in records] == list(range(7, 7 + len(given_ones)))
    for rows in (records, [asdict(record) for record in records], list(reversed(records))):
        found = answers_of(measure, rows)
        assert found == given_ones
        assert {name: type(answer) for name, answer in found.items() if isinstance(answer, bool | date)} == {
            name: type(answer) for name, answer in given_ones.items() if isinstance(answer, bool | date)
        }
        assert measure.score(found) == measure.score(answers)
        assert len(measure.check(found)) == len(measure.check(given_ones))


@EVERY
@settings(max_examples=10)
@given(data=st.data())
def test_records_survive_a_frame(measure: Measure, data: st.DataObject) -> None:
    answers = data.draw(every_answer(measure))
    frame = TrialData.of(assessments_of(measure, answers, subject="P-01", assessed=WHEN))[Assessment]
    found = answers_of(measure, frame.iter_rows(named=True))
    assert found == {name: answer for name, answer in answers.items() if answer is not None}


def row(item: str, **fields: Any) -> dict[str, Any]:
    return {"measure": "timed_walk", "item": item, **fields}


def test_each_kind_of_answer_has_its_place() -> None:
    def only(measure: str, item: str, answer: Answer) -> Assessment:
        (record,) = assessments_of(MEASURES[measure], {item: answer}, subject="P-01")
        return record

    time = only("timed_walk", "trial_1", 7.5)
    assert (time.answer, time.answer_text, time.unit, time.performed) == (7.5, None, "s", "done")
    assert only("barthel", "feeding", 10).answer == 10
    assert only("edss", "aid", "one_side").answer_text == "one_side"
    assert only("lesion_counts", "contrast_given", False).answer_text == "no"
    assert only("brain_volume", "first_scan", date(2026, 3, 14)).answer_text == "2026-03-14"
    unable = only("timed_walk", "trial_1", UnableToPerform("cannot walk"))
    assert (unable.performed, unable.reason, unable.answer, unable.answer_text) == (
        "unable_to_perform", "cannot walk", None, None,
    )  # fmt: skip


def test_what_was_not_done_is_no_answer_and_unable_is_one() -> None:
    walk = MEASURES["timed_walk"]
    found = answers_of(
        walk,
        [
            row("trial_1", performed="not_done", reason="no time"),
            row("trial_2", performed="unable_to_perform"),
            row("aid", performed="done"),
        ],
    )
    assert found == {"trial_2": UnableToPerform("no reason was recorded")}


@pytest.mark.parametrize(
    ("measure", "item", "fields", "answer"),
    [
        ("barthel", "feeding", {"answer_text": "10"}, 10),
        ("barthel", "feeding", {"answer": 10.0}, 10),
        ("lesion_counts", "contrast_given", {"answer_text": "Y"}, True),
        ("lesion_counts", "contrast_given", {"answer_text": "No "}, False),
        ("brain_volume", "first_scan", {"answer_text": "14MAR2026"}, date(2026, 3, 14)),
    ],
)
def test_other_spellings_are_read(measure: str, item: str, fields: dict[str, Any], answer: Answer) -> None:
    found = answers_of(MEASURES[measure], [{"measure": measure, "item": item, **fields}])
    assert found == {item: answer}
    assert MEASURES[measure].check(found) == []


@pytest.mark.parametrize(
    ("measure", "item", "fields"),
    [
        ("timed_walk", "trial_1", {"answer_text": "about 7"}),
        ("timed_walk", "trial_1", {"answer": 700.0}),
        ("timed_walk", "aid", {"answer_text": "rollator"}),
        ("barthel", "feeding", {"answer": 7.0}),
        ("lesion_counts", "contrast_given", {"answer": 1.0}),
        ("lesion_counts", "new_t2", {"answer": 1.5}),
        ("brain_volume", "first_scan", {"answer_text": "2026-03"}),
        ("brain_volume", "first_scan", {"answer_text": "soon"}),
        ("edss", "step", {"performed": "unable_to_perform", "reason": "asleep"}),
        ("edss", "shoe_size", {"answer": 42.0}),
    ],
)
def test_what_the_item_does_not_allow_stays_and_is_objected_to(measure: str, item: str, fields: dict[str, Any]) -> None:
    found = answers_of(MEASURES[measure], [{"measure": measure, "item": item, **fields}])
    assert item in found
    assert [problem.place.key for problem in MEASURES[measure].check(found)] == [item]


def test_two_rows_may_agree_and_must_not_differ() -> None:
    walk = MEASURES["timed_walk"]
    assert answers_of(walk, [row("trial_1", answer=7.0), row("trial_1", answer=7.0)]) == {"trial_1": 7.0}
    with pytest.raises(AnsweredTwice, match=r"trial_1 is answered with 7\.0 and with 8\.0"):
        answers_of(walk, [row("trial_1", answer=7.0), row("trial_1", answer=8.0)])


def test_rows_of_another_measure_and_unknown_items_are_refused() -> None:
    with pytest.raises(ValueError, match="no answer to barthel"):
        answers_of(MEASURES["barthel"], [row("trial_1", answer=7.0)])
    with pytest.raises(ValueError, match="shoe_size: no item of barthel"):
        assessments_of(MEASURES["barthel"], {"shoe_size": 42.0}, subject="P-01")
