"""Which contrasts a design can estimate: those that are sums of its rows."""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from firstdose.methods._counts import BoolArray, FloatArray

TOLERANCE = 1e-8


def rank_of(matrix: FloatArray) -> int:
    """The rank of a design (rows, columns), columns brought to one length first."""
    return len(row_space(matrix))


def row_space(matrix: FloatArray) -> FloatArray:
    """An orthonormal basis (rank, columns) of the rows of a design, its columns brought to one length first."""
    if not matrix.size:
        return np.zeros((0, matrix.shape[1]))
    _, sizes, basis = np.linalg.svd(_scaled(matrix), full_matrices=False)
    return np.asarray(basis[sizes > TOLERANCE * max(float(sizes.max(initial=0.0)), 1e-300)])


def estimable(matrix: FloatArray, contrasts: FloatArray) -> BoolArray:
    """Whether each contrast (contrasts, columns) is a sum of rows of the design (rows, columns); shape (contrasts,).

    A contrast of the coefficients has an unbiased linear estimate if and only if it lies in the row space of the
    design. Source: Bose 1944; Scheffé, The Analysis of Variance, 1959, section 1.4. A contrast of zeros is none.
    """
    basis = row_space(matrix)
    lengths = _lengths(matrix)
    wanted = contrasts / lengths
    size = np.linalg.norm(wanted, axis=1)
    rest = np.linalg.norm(wanted - (wanted @ basis.T) @ basis, axis=1)
    return np.asarray((size > 0) & (rest <= TOLERANCE * size))


def estimable_for_all(
    known: FloatArray, open_rows: tuple[FloatArray, ...], contrasts: FloatArray
) -> NDArray[np.object_]:
    """The same where some rows are known in part: True, False, or None where it depends on what they are.

    ``known`` holds the rows that are sure, ``open_rows`` every reading of those that are not. A contrast that the sure
    rows carry is estimable however the others are read; one that not even all readings together carry never is.
    """
    sure = estimable(known, contrasts)
    if not any(each.size for each in open_rows):
        return np.asarray(sure.astype(object))
    possible = estimable(reduce(lambda above, below: np.vstack([above, below]), open_rows, known), contrasts)
    return np.where(sure, True, np.where(possible, None, False))  # type: ignore[call-overload]


def _lengths(matrix: FloatArray) -> FloatArray:
    """The length of each column; 1 for a column of zeros."""
    lengths = np.sqrt((matrix**2).sum(axis=0))
    return np.where(lengths > 0, lengths, 1.0)


def _scaled(matrix: FloatArray) -> FloatArray:
    return np.asarray(matrix / _lengths(matrix))
