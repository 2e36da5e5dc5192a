"""Estimable contrasts, held against exact arithmetic in fractions."""

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firstdose.methods.estimability import estimable, estimable_for_all, rank_of

SMALL = st.integers(-2, 2).map(float)
DESIGNS = arrays(np.float64, st.tuples(st.integers(1, 6), st.just(4)), elements=SMALL)
CONTRASTS = arrays(np.float64, (3, 4), elements=SMALL)


def exact_rank(matrix: np.ndarray) -> int:
    """The rank by elimination in fractions."""
    rows = [[Fraction(int(cell)) for cell in row] for row in matrix]
    rank = 0
    for column in range(matrix.shape[1]):
        lead = next((row for row in range(rank, len(rows)) if rows[row][column]), None)
        if lead is None:
            continue
        rows[rank], rows[lead] = rows[lead], rows[rank]
        for row in range(rank + 1, len(rows)):
            factor = rows[row][column] / rows[rank][column]
            rows[row] = [one - factor * other for one, other in zip(rows[row], rows[rank], strict=True)]
        rank += 1
    return rank


def is_estimable(design: np.ndarray, contrast: np.ndarray) -> bool:
    return bool(contrast.any()) and exact_rank(np.vstack([design, contrast])) == exact_rank(design)


@given(DESIGNS, CONTRASTS)
def test_rank_and_estimability_are_those_of_exact_arithmetic(design: np.ndarray, contrasts: np.ndarray) -> None:
    assert rank_of(design) == exact_rank(design)
    assert estimable(design, contrasts).tolist() == [is_estimable(design, each) for each in contrasts]


@given(DESIGNS, arrays(np.float64, st.tuples(st.integers(1, 3), st.just(3)), elements=SMALL), CONTRASTS)
def test_an_answer_that_is_given_holds_however_open_rows_are_read(
    design: np.ndarray, open_rows: np.ndarray, contrasts: np.ndarray
) -> None:
    """The last column of some rows is 0 or 1; every one of their readings is tried."""
    none, all_of = (np.column_stack([open_rows, np.full(len(open_rows), value)]) for value in (0.0, 1.0))
    answers = estimable_for_all(design, (none, all_of), contrasts)
    for reading in product((0.0, 1.0), repeat=len(open_rows)):
        read = np.vstack([design, np.column_stack([open_rows, reading])])
        for answer, contrast in zip(answers.tolist(), contrasts, strict=True):
            if answer is not None:
                assert answer is is_estimable(read, contrast)


def test_a_design_without_rows_tells_nothing() -> None:
    assert rank_of(np.zeros((0, 3))) == 0
    assert not estimable(np.zeros((0, 3)), np.eye(3)).any()
