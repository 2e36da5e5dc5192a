"""Columns of a design that depend on others: which can be left out, and what others explain in spite of them."""

from __future__ import annotations

import numpy as np

from firstdose.methods._counts import FloatArray

DEPENDENT = 1e-9  # the share of its sum of squares up to which what others leave of a column counts as nothing
RANK = 1e-10


def independent_columns(fixed: FloatArray, columns: FloatArray) -> list[int]:
    """Places of the columns (N, r) that depend neither on the fixed ones (N, q) nor on those before them."""
    left, singular, _ = np.linalg.svd(fixed, full_matrices=False)
    basis = left[:, singular > RANK * singular.max(initial=0.0)]
    kept: list[int] = []
    for place, column in enumerate(columns.T):
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)  # again, since rounding leaves a little along the basis
        if rest @ rest > DEPENDENT * (column @ column):
            kept.append(place)
            basis = np.column_stack([basis, rest / np.sqrt(rest @ rest)])
    return kept


def along_columns(products: FloatArray, scores: FloatArray) -> FloatArray:
    """Scores (B, r, G) of columns along directions that are orthogonal one after another, for B designs at once.

    products (B, r, r) are the inner products of the columns, each of length 1 or less, once others were taken out. A
    column that depends on those before it has 0, and if it is the last, NaN. So the sum of squares over the columns is
    what they explain, and the last is what its column explains beyond the others (Cholesky factors).
    """
    count, columns = products.shape[:2]
    factor, along = np.zeros((count, columns, columns)), np.zeros_like(scores)
    for place in range(columns):
        row = factor[:, place, :place]
        kept = products[:, place, place] - np.square(row).sum(axis=1)
        depends = kept <= DEPENDENT
        length = np.sqrt(np.where(depends, 1.0, kept))
        own = scores[:, place] - np.einsum("bi,big->bg", row, along[:, :place])
        nothing = np.nan if place == columns - 1 else 0.0
        along[:, place] = np.where(depends[:, None], nothing, own / length[:, None])
        below = products[:, place + 1 :, place] - np.einsum("bki,bi->bk", factor[:, place + 1 :, :place], row)
        factor[:, place + 1 :, place] = np.where(depends[:, None], 0.0, below / length[:, None])
    return along
