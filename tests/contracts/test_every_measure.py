"""What every measure promises, whatever it measures."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import firstdose.measures
from firstdose.measures import MEASURES, Answer, Answers, Item, Measure, Missing, Score, UnableToPerform
from firstdose.protocol.problems import Problem

SHARED_MODULES = {
    *(
        "__init__",
        "change",
        "checking",
        "edss_rules",
        "item",
        "measure",
        "occasions",
        "record_checks",
        "recorded",
        "reference",
    ),
    *("result", "trials"),
}
EVERY = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
EVERY_ITEM = pytest.mark.parametrize(
    ("measure", "item"),
    [(measure, item) for measure in MEASURES.values() for item in measure.items],
    ids=[f"{name}-{item.name}" for name, measure in MEASURES.items() for item in measure.items],
)

# Answers that make a score, and what it is.
COMPLETE: dict[str, tuple[dict[str, Answer], float]] = {
    "edss": ({"mobility": "walks", "distance_metres": 60, "aid": "one_side", "step": 6.0}, 6.0),
    "timed_walk": ({"trial_1": 12.0, "trial_2": 14.0, "aid": "both_sides"}, 13.0),
    "nine_hole_peg": ({"dominant_1": 30.0, "dominant_2": 32.0, "other_1": 40.0, "other_2": 42.0}, 36.0),
    "symbol_digit": ({"correct": 41, "attempted": 45, "form": "oral"}, 41.0),
    "barthel": ({item.name: max(map(int, item.choices)) for item in MEASURES["barthel"].items}, 100.0),
    "brain_volume": (
        {"percentage_change": -0.5, "first_scan": date(2025, 1, 1), "second_scan": date(2026, 1, 1)},
        -0.5003,
    ),
    "lesion_counts": ({"new_t2": 2, "enhancing": 1, "contrast_given": True}, 2.0),
    "neurofilament": ({"replicate_1": 8.0, "replicate_2": 12.0, "fluid": "serum"}, 96**0.5),
}


def answers_of(item: Item) -> st.SearchStrategy[Answer]:
    """Possible answers to an item."""
    if item.kind in ("number", "whole number"):
        lowest, highest = item.lowest if item.lowest is not None else -1e6, item.highest or 1e6
        numbers: st.SearchStrategy[Answer] = st.floats(lowest, highest)
        return st.integers(int(lowest), int(highest)) if item.kind == "whole number" else numbers
    if item.kind == "choice":
        return st.sampled_from(list(item.choices))
    if item.kind == "yes or no":
        return st.booleans()
    return st.dates(date(2020, 1, 1), date(2030, 1, 1)) if item.kind == "date" else st.just("text")


@st.composite
def possible_answers(draw: st.DrawFn, measure: Measure) -> Answers:
    """Answers of which each is possible, some left out and some "unable to perform"."""
    answers: dict[str, Answer] = {}
    for item in measure.items:
        unable = [st.just(UnableToPerform("too weak"))] if item.may_be_unable else []
        answers[item.name] = draw(st.one_of(st.none(), answers_of(item), *unable))
    return answers


def impossible(item: Item) -> Iterator[Any]:
    """Answers that must never be taken for a value."""
    yield from (float("nan"), float("inf"), "", [])
    if item.kind != "yes or no":
        yield True
    if item.lowest is not None:
        yield item.lowest - 1
    if item.highest is not None:
        yield item.highest + 1
    if item.kind == "choice":
        yield "no such code"
    if not item.may_be_unable:
        yield UnableToPerform("asleep")


def test_every_file_is_listed_once_under_its_own_name() -> None:
    folder = Path(firstdose.measures.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - SHARED_MODULES == set(MEASURES)
    assert all(measure.name == name for name, measure in MEASURES.items())
    assert set(COMPLETE) == set(MEASURES)


@EVERY
def test_it_says_what_it_is(measure: Measure) -> None:
    assert measure.title
    assert measure.unit
    assert len(measure.source) > 20
    assert measure.minimum_change.words
    names = [item.name for item in measure.items]
    assert len(set(names)) == len(names)


@EVERY_ITEM
def test_an_item_has_words_and_limits(measure: Measure, item: Item) -> None:
    assert item.question
    assert measure.item(item.name) is item
    assert bool(item.choices) == (item.kind == "choice")
    if item.kind in ("number", "whole number"):
        assert item.lowest is not None
        assert item.highest is not None
        assert item.lowest < item.highest


@EVERY_ITEM
def test_an_impossible_answer_is_a_problem_and_gives_no_score(measure: Measure, item: Item) -> None:
    answers, _ = COMPLETE[measure.name]
    for wrong in impossible(item):
        changed = answers | {item.name: wrong}
        problems = measure.check(changed)
        assert [problem.place.key for problem in problems] == [item.name], wrong
        result = measure.score(changed)
        assert isinstance(result, Missing)
        assert item.name in result.reason


@EVERY
def test_complete_answers_make_the_score(measure: Measure) -> None:
    answers, expected = COMPLETE[measure.name]
    result = measure.score(answers)
    assert isinstance(result, Score)
    assert result.value == pytest.approx(expected, abs=1e-4)
    assert result.unit == measure.unit
    assert measure.check(answers) == []


@EVERY
def test_no_answers_are_missing_with_a_reason(measure: Measure) -> None:
    result = measure.score({})
    assert isinstance(result, Missing)
    assert result.reason


@EVERY
def test_a_question_that_was_not_asked_is_a_problem(measure: Measure) -> None:
    answers, _ = COMPLETE[measure.name]
    problems = measure.check(answers | {"shoe_size": 42}, place="visit M1")
    assert [str(problem.place) for problem in problems] == ["visit M1"]
    assert isinstance(problems[0], Problem)


@EVERY
@given(data=st.data())
def test_every_possible_answer_scores_to_a_number_or_says_why_not(measure: Measure, data: st.DataObject) -> None:
    answers = data.draw(possible_answers(measure))
    result = measure.score(answers)
    if isinstance(result, Score):
        assert isfinite(result.value)
        assert all(map(isfinite, result.parts.values()))
        assert measure.lowest is None or result.value >= measure.lowest - 1e-9
        assert measure.highest is None or result.value <= measure.highest + 1e-9
    else:
        assert result.reason
    assert measure.score(dict(reversed(list(answers.items())))) == result
    for problem in measure.check(answers):
        assert problem.place.key in answers
        assert problem.rule
        assert problem.fix


@EVERY
@given(data=st.data())
def test_worse_and_better_are_opposite_and_no_change_is_neither(measure: Measure, data: st.DataObject) -> None:
    lowest = measure.lowest if measure.lowest is not None else -10.0
    highest = measure.highest if measure.highest is not None else 1000.0
    one, other = data.draw(st.floats(lowest, highest)), data.draw(st.floats(lowest, highest))
    if measure.minimum_change.rule is None:
        assert measure.is_worse(one, other) is None
        assert measure.is_better(one, other) is None
        return
    assert not (measure.is_worse(one, other) and measure.is_better(one, other))
    assert not measure.is_worse(one, one)
    assert not measure.is_better(one, one)
    if measure.is_worse(one, other):
        assert (other > one) == (measure.worse == "higher")
    amount = measure.minimum_change.amount(one)
    assert amount is not None
    assert amount >= 0


def test_a_date_with_a_time_is_not_a_date() -> None:
    answers = COMPLETE["brain_volume"][0] | {"second_scan": datetime(2026, 1, 1, 12, tzinfo=UTC)}
    assert [problem.place.key for problem in MEASURES["brain_volume"].check(answers)] == ["second_scan"]
