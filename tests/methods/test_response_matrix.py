"""Responses arranged by person and by what is missing: literal inputs and properties."""

import numpy as np
import pytest

from firstdose.methods.response_matrix import arrange, design_space

NAN = float("nan")
PERSON = ["b", "a", "b", "a", "c"]
DESIGN = np.column_stack([np.ones(5), [0, 0, 1, 1, 0]])


def test_rows_are_sorted_by_person_and_patterns_shared() -> None:
    response = np.array([[1, 1, 1], [2, NAN, NAN], [3, 3, 3], [4, 4, 4], [5, 5, 5.0]])
    data = arrange(response, DESIGN, PERSON)
    assert data.rows.tolist() == [1, 3, 0, 2, 4]
    assert data.person.tolist() == [0, 0, 1, 1, 2]
    assert data.values[:, 1].tolist() == [0, 4, 1, 3, 5]
    assert len(data.observed) == 2
    assert data.pattern[1] == data.pattern[2] != data.pattern[0]
    assert data.complete.tolist() == [True, False, False]
    assert data.count.tolist() == [5, 4, 4]
    assert data.visits[:, 1].tolist() == [1, 2, 1]
    assert data.mean.tolist() == [3, 3.25, 3.25]
    assert data.most_visits == 2


def test_a_metabolite_that_was_never_observed_has_no_mean() -> None:
    data = arrange(np.column_stack([np.arange(5.0), np.full(5, NAN)]), DESIGN, PERSON)
    assert np.isnan(data.mean[1])
    assert data.count[1] == 0


def test_sums_are_those_of_the_observed_rows() -> None:
    rng = np.random.default_rng(1)
    response = np.where(rng.random((12, 6)) < 0.3, NAN, rng.normal(size=(12, 6)))
    design, person = rng.normal(size=(12, 3)), np.repeat(np.arange(4), 3)
    data = arrange(response, design, person)
    for metabolite in range(6):
        seen, pattern = ~np.isnan(response[:, metabolite]), data.pattern[metabolite]
        rows = data.design.basis * seen[:, None]
        np.testing.assert_allclose(data.sums.gram[pattern], rows.T @ rows, atol=1e-14)
        for visits in (1, 2, 3):
            people = [each for each in range(4) if seen[person == each].sum() == visits]
            sums = np.array([rows[person == each].sum(axis=0) for each in people]).reshape(-1, 3)
            np.testing.assert_allclose(data.sums.by_visits[pattern, visits - 1], sums.T @ sums, atol=1e-14)
            assert data.sums.people[pattern, visits - 1] == len(people)


def test_dependent_columns_leave_contrasts_open() -> None:
    batch = np.array([0, 0, 1, 1, 1.0])
    space = design_space(np.column_stack([np.ones(5), batch, 1000 * batch, 1 - batch]))
    assert space.rank == 2
    _, estimable = space.weights([[0, 1, 0, 0], [0, 1, 1000, -1], [1, 0, 0, 1], [0, 0, 0, 1]])
    assert estimable.tolist() == [False, True, True, False]


def test_estimability_does_not_depend_on_units() -> None:
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    for unit in (1e-9, 1.0, 1e9):
        assert design_space(x * [1, unit]).weights(np.eye(2))[1].all()


@pytest.mark.parametrize(
    ("response", "design", "person", "message"),
    [
        (np.zeros((5, 2)), DESIGN[:4], PERSON, "need"),
        (np.zeros(5), DESIGN, PERSON, "need"),
        (np.zeros((5, 2)), DESIGN, PERSON[:4], "need"),
        (np.zeros((0, 2)), np.zeros((0, 2)), [], "need"),
        (np.full((5, 2), np.inf), DESIGN, PERSON, "finite"),
        (np.zeros((5, 2)), DESIGN * NAN, PERSON, "finite"),
        (np.zeros((5, 2)), DESIGN * 0, PERSON, "zero throughout"),
    ],
)
def test_bad_input_is_named(response: object, design: object, person: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        arrange(response, design, person)  # type: ignore[arg-type]


@pytest.mark.parametrize("contrast", [[0, 0], [1, NAN], [1], [1, 0, 0]])
def test_bad_contrasts_are_named(contrast: list[float]) -> None:
    with pytest.raises(ValueError, match="contrasts"):
        design_space(DESIGN).weights(contrast)
