"""Objections to the answers of an occasion. Truth: Kurtzke's scale, and which answers were made to contradict."""

from typing import Any

from firstdose.measures.occasions import objections

WALKS = {"mobility": "walks", "distance_metres": 60.0, "aid": "one_side", "step": 6.0}


def rows(measure: str, answers: dict[str, Any], **occasion: Any) -> list[dict[str, Any]]:
    """One row an item, as the trial holds them; "unable" for who could not do it."""
    same = {"subject": "P1", "measure": measure, "visit": "M3", "assessed": "2026-03-05", "reason": None} | occasion
    found = []
    for item, answer in answers.items():
        is_number = isinstance(answer, float)
        row = {**same, "item": item, "performed": "done"}
        row |= {"answer": answer if is_number else None, "answer_text": None if is_number else answer}
        found.append({**row, "performed": "unable_to_perform", "answer_text": None} if answer == "unable" else row)
    return found


def test_answers_that_fit_together_are_not_objected_to() -> None:
    """Walking 60 m with an aid on one side is step 6.0; one trial of two that could not be done is no contradiction."""
    given = rows("edss", WALKS) + rows("timed_walk", {"trial_1": 9.5, "trial_2": "unable", "aid": "one_side"})
    assert list(objections(given)) == []


def test_a_step_that_does_not_fit_walking_is_told_at_the_step() -> None:
    (found,) = objections(rows("edss", WALKS | {"step": 4.0}))
    assert (found.row, found.field) == (3, "answer")
    assert found.rule == "must be 6.0 as ambulation sets it"


def test_an_answer_that_is_not_there_is_asked_of_the_one_that_calls_for_it() -> None:
    (found,) = objections(rows("edss", {"mobility": "walks", "distance_metres": 60.0, "step": 6.0}))
    assert (found.row, found.field) == (0, "answer_text")
    assert "Aid needed to walk that distance: must be given for a person who walks" in found.rule


def test_an_answer_that_nobody_could_read_is_not_missed() -> None:
    given = rows("edss", WALKS | {"aid": None})
    assert [each.row for each in objections(given)] == [0]
    assert list(objections(given, unread={2})) == []


def test_an_impossible_answer_is_told_alone_before_contradictions_are_sought() -> None:
    """There is no step 4.2; and once it is one, it does not fit."""
    (found,) = objections(rows("edss", WALKS | {"step": 4.2}))
    assert (found.row, found.field) == (3, "answer")
    assert "half step" in found.rule
    (item,) = objections(rows("timed_walk", {"trial_3": 9.0}))
    assert item.field == "item"
    (unable,) = objections(rows("edss", {"step": "unable"}))
    assert unable.field == "performed"


def test_two_different_answers_to_one_item_are_told_at_the_second() -> None:
    twice = rows("edss", {"step": 6.0}) + rows("edss", {"step": 6.5})
    (found,) = objections(twice)
    assert (found.row, found.rule) == (1, "is answered in another record of the same occasion with 6")
    assert list(objections(rows("edss", {"step": 6.0}) * 2)) == []


def test_occasions_are_apart_by_person_visit_and_day() -> None:
    """A contradiction needs answers of one person, one visit and one day; one without a date is of its visit's day."""
    first, second = rows("edss", {"step": 6.0}), {"step": 6.5}
    for other in ({"subject": "P2"}, {"visit": "M6"}, {"assessed": "2026-03-06"}):
        assert list(objections(first + rows("edss", second, **other))) == []
    assert len(list(objections(first + rows("edss", second, assessed="2026-03-05T14:00+01:00")))) == 1
    assert len(list(objections(first + rows("edss", second, assessed=None)))) == 1
    two_days = first + rows("edss", {"step": 6.5}, assessed="2026-03-06")
    assert list(objections(two_days + rows("edss", {"step": 3.0}, assessed=None))) == [], "of which day is not known"
    nowhere = {"visit": None, "assessed": None}
    assert list(objections(rows("edss", {"step": 6.0}, **nowhere) + rows("edss", second, **nowhere))) == []
    timed = {"visit": None, "assessed": "2026-03-05T14:00"}
    assert len(list(objections(rows("edss", {"step": 6.0}, **timed) + rows("edss", second, **timed)))) == 1


def test_a_measure_that_is_not_known_is_left_alone() -> None:
    assert list(objections(rows("msis", {"item_1": 3.0}))) == []
