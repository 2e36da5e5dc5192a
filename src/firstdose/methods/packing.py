"""Rows of small whole numbers packed into single integers, to compare and merge many rows fast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WORD = 2**62


def pack_columns(columns: Sequence[NDArray[np.integer]], sizes: Sequence[int]) -> NDArray[np.int64]:
    """One integer a row, equal for two rows exactly when all their columns are equal.

    ``columns[i]`` holds whole numbers 0 <= value < sizes[i], shape (rows,). Columns are read as the digits of one
    number; when it would pass 2^62 the digits so far are replaced by their rank among the rows, so the code is exact.
    """
    rows = columns[0].shape[0]
    packed = np.zeros(rows, dtype=np.int64)
    span = 1
    for column, size in zip(columns, sizes, strict=True):
        if span * size > WORD:
            _, packed = np.unique(packed, return_inverse=True)
            span = int(packed.max()) + 1 if rows else 1
        packed = packed * size
        packed += column
        span *= size
    return packed


def distinct_rows(
    participants: NDArray[np.integer], dlts: NDArray[np.integer]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first row of each distinct pair of count rows, and for every row the place of its pair among them.

    Both arrays have shape (rows, levels).
    """
    if len(participants) < 2:
        return np.arange(len(participants)), np.arange(len(participants))
    most = int(participants.max()) + 1
    levels = participants.shape[1]
    columns = [counts[:, level] for level in range(levels) for counts in (participants, dlts)]
    packed = pack_columns(columns, [most] * (2 * levels))
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    return first, inverse
