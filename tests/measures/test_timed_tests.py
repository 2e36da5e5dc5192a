"""Timed walk, peg test and symbol digit: trials, unable to perform, and the smallest changes."""

import pytest

from firstdose.measures import MEASURES, Answer, Missing, Score, UnableToPerform

WALK, PEGS, SYMBOLS = MEASURES["timed_walk"], MEASURES["nine_hole_peg"], MEASURES["symbol_digit"]
CANNOT = UnableToPerform("cannot stand")


def test_one_completed_trial_is_enough_and_is_remarked_upon() -> None:
    assert WALK.score({"trial_1": 20.0, "trial_2": CANNOT}) == Score(
        20.0, "s", {"trial_1": 20.0}, remarks=("trial_2: unable to perform, cannot stand",)
    )
    result = WALK.score({"trial_2": 20.0})
    assert isinstance(result, Score)
    assert result.remarks == ("trial_1: not done",)


def test_who_cannot_walk_is_unable_and_not_missing() -> None:
    assert WALK.score({"trial_1": CANNOT, "trial_2": CANNOT}) == CANNOT
    assert WALK.score({"trial_1": CANNOT}) == CANNOT
    assert isinstance(WALK.score({"aid": "none"}), Missing)


@pytest.mark.parametrize(("answer", "fits"), [(180, True), (180.1, False), (0.5, False)])
def test_a_trial_ends_after_three_minutes(answer: float, fits: bool) -> None:
    assert (WALK.check({"trial_1": answer}) == []) == fits


def test_one_hand_that_cannot_makes_the_test_unable_but_keeps_the_other_hand() -> None:
    answers: dict[str, Answer] = {"dominant_1": 30.0, "dominant_2": 34.0, "other_1": CANNOT, "other_2": CANNOT}
    assert PEGS.score(answers) == UnableToPerform("other hand: cannot stand", {"dominant": 32.0})


def test_one_hand_that_was_not_tested_makes_it_missing() -> None:
    result = PEGS.score({"dominant_1": 30.0})
    assert isinstance(result, Missing)
    assert result.reason == "other hand: not answered: other_1, other_2"
    assert result.parts == {"dominant": 30.0}


def test_twenty_per_cent_slower_is_worse() -> None:
    for measure in (WALK, PEGS):
        assert measure.is_worse(5.5, 6.6)
        assert not measure.is_worse(10, 11.9)
        assert measure.is_better(10, 8)


@pytest.mark.parametrize(("before", "after", "worse"), [(50, 46, True), (50, 47, False), (10, 8, True), (10, 9, False)])
def test_four_symbols_or_twenty_per_cent_fewer_whichever_is_smaller_is_worse(
    before: int, after: int, worse: bool
) -> None:
    assert SYMBOLS.is_worse(before, after) == worse


def test_nobody_gets_more_right_than_were_attempted() -> None:
    (problem,) = SYMBOLS.check({"correct": 30, "attempted": 20})
    assert problem.place.key == "correct"
    assert SYMBOLS.score({"correct": CANNOT}) == CANNOT
