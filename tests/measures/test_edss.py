"""EDSS: the step must agree with the systems up to 5.0, and with walking from 5.5."""

from itertools import combinations_with_replacement

import pytest

from firstdose.measures import Answer, Missing, Score
from firstdose.measures.edss import EDSS, STEPS, expected_steps
from firstdose.measures.edss_rules import SYSTEMS, steps_of_systems

WALKS_500: dict[str, Answer] = {"mobility": "walks", "distance_metres": 500, "aid": "none"}
PLAIN = ("pyramidal", "brainstem", "cerebellar", "sensory")  # systems that are counted as examined


def systems(*grades: int) -> dict[str, Answer]:
    """These grades in systems that are counted as examined, bowel and cerebral after them, else 0."""
    order = (*PLAIN, "cerebral", "bowel_and_bladder", "visual")
    found: dict[str, Answer] = {**dict.fromkeys(SYSTEMS, 0)}
    found.update(zip(order, grades, strict=False))
    return found


@pytest.mark.parametrize(
    ("grades", "step"),
    [
        ((), (0, 0)),
        ((1,), (1, 1)),
        ((1, 1), (1.5, 1.5)),
        ((2,), (2, 2)),
        ((2, 1, 1, 1), (2, 2)),
        ((2, 2), (2.5, 2.5)),
        ((2, 2, 2), (3, 3)),
        ((2, 2, 2, 2), (3, 3)),
        ((3, 1), (3, 3)),
        ((3, 2), (3.5, 3.5)),
        ((3, 2, 2), (3.5, 3.5)),
        ((3, 3), (3.5, 3.5)),
        ((2, 2, 2, 2, 2), (3.5, 3.5)),
        ((3, 2, 2, 2), (4, 4)),
        ((3, 3, 2), (4, 4)),
        ((3, 3, 3), (4, 4)),
        ((4, 1), (4, 4)),
        ((4, 2), (4, 4.5)),
        ((4, 3), (4.5, 4.5)),
        ((3, 3, 3, 3, 3), (4.5, 4.5)),
        ((4, 3, 3, 3), (4.5, 5)),
        ((4, 4), (5, 5)),
        ((5,), (5, 5)),
    ],
)
def test_systems_set_the_step(grades: tuple[int, ...], step: tuple[float, float]) -> None:
    assert steps_of_systems(systems(*grades)) == step


def test_a_higher_grade_never_lowers_the_step() -> None:
    for grades in combinations_with_replacement(range(5), 4):
        lower = steps_of_systems(systems(*grades))
        for index in range(4):
            raised = steps_of_systems(systems(*grades[:index], grades[index] + 1, *grades[index + 1 :]))
            assert lower is not None
            assert raised is not None
            assert raised[0] >= lower[0]
            assert raised[1] >= lower[1]


def test_visual_and_bladder_grades_are_converted_and_fatigue_is_not_counted() -> None:
    nothing = dict.fromkeys(SYSTEMS, 0)
    assert steps_of_systems(nothing | {"visual": 6}) == (4, 4)
    assert steps_of_systems(nothing | {"visual": 3}) == (2, 2)
    assert steps_of_systems(nothing | {"bowel_and_bladder": 4}) == (3, 3)
    assert steps_of_systems(nothing | {"bowel_and_bladder": 6}) == (5, 5)
    assert steps_of_systems(nothing | {"cerebral": 1}) == (0, 0)
    assert steps_of_systems(nothing | {"cerebral": 2}) == (2, 2)
    assert steps_of_systems({"visual": 1}) is None


@pytest.mark.parametrize(
    ("metres", "aid", "step"),
    [
        (500, "none", 2.0),
        (499, "none", 4.5),
        (300, "none", 4.5),
        (299, "none", 5.0),
        (200, "none", 5.0),
        (199, "none", 5.5),
        (100, "none", 5.5),
        (99, "none", 6.0),
        (50, "one_side", 6.0),
        (49, "one_side", 6.5),
        (120, "both_sides", 6.0),
        (119, "both_sides", 6.5),
        (5, "both_sides", 6.5),
        (4, "both_sides", 7.0),
    ],
)
def test_walking_sets_the_step(metres: int, aid: str, step: float) -> None:
    answers = systems(2) | {"mobility": "walks", "distance_metres": metres, "aid": aid}
    assert expected_steps(answers) == (step, step)
    assert EDSS.check(answers | {"step": step}) == []
    (problem,) = EDSS.check(answers | {"step": 1.0})
    assert problem.place.key == "step"


@pytest.mark.parametrize(
    ("mobility", "step"), [("wheelchair", 7.0), ("wheelchair_with_help", 7.5), ("bed_or_chair", 8.0), ("dead", 10.0)]
)
def test_who_does_not_walk_has_the_step_of_the_mobility_whatever_the_systems_are(mobility: str, step: float) -> None:
    for grades in ((), (5, 5, 5)):
        assert EDSS.check(systems(*grades) | {"mobility": mobility, "step": step}) == []
        assert EDSS.check(systems(*grades) | {"mobility": mobility, "step": step - 0.5})


def test_the_step_is_kept_as_recorded_though_a_problem_is_reported() -> None:
    answers = systems(5) | WALKS_500 | {"step": 3.0}
    (problem,) = EDSS.check(answers)
    assert "must be 5.0" in problem.rule
    result = EDSS.score(answers)
    assert isinstance(result, Score)
    assert result.value == 3.0
    assert result.parts["pyramidal"] == 5


def test_a_step_that_was_not_recorded_is_missing_though_it_could_be_derived() -> None:
    result = EDSS.score(systems(2) | WALKS_500)
    assert isinstance(result, Missing)
    assert result.reason == "not answered: step"


@pytest.mark.parametrize("step", [0.5, 6.25, 3.3])
def test_what_is_no_step_of_the_scale_is_missing(step: float) -> None:
    assert isinstance(EDSS.score({"step": step}), Missing)
    assert len(EDSS.check({"step": step})) == 1


def test_there_are_twenty_steps() -> None:
    assert len(STEPS) == 20
    assert STEPS[:3] == (0, 1, 1.5)
    assert STEPS[-1] == 10


def test_walking_is_described_for_those_who_walk_and_only_for_them() -> None:
    assert [p.place.key for p in EDSS.check({"mobility": "walks", "step": 6.0})] == ["distance_metres", "aid"]
    assert [p.place.key for p in EDSS.check({"mobility": "dead", "aid": "none", "step": 10.0})] == ["aid"]


@pytest.mark.parametrize(
    ("reference", "worse", "not_yet"), [(0, 1.5, 1), (1, 2, 1.5), (5, 6, 5.5), (5.5, 6, 5.5), (7.5, 8, 7.5)]
)
def test_the_smallest_change_depends_on_where_one_starts(reference: float, worse: float, not_yet: float) -> None:
    assert EDSS.is_worse(reference, worse)
    assert not EDSS.is_worse(reference, not_yet)
    assert not EDSS.is_better(reference, worse)
    assert EDSS.is_better(6.5, 6.0)
