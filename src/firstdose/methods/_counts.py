"""Checking counts of participants and DLTs, shared by the methods that take them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]


def as_counts(participants: ArrayLike, dlts: ArrayLike) -> tuple[IntArray, IntArray]:
    """Return both counts as integer arrays of one shape.

    Raises ValueError unless they are whole numbers with 0 <= dlts <= participants.
    """
    n, t = np.broadcast_arrays(_whole(participants, "participants"), _whole(dlts, "dlts"))
    if n.size and (t.min() < 0 or bool((t > n).any())):
        place = tuple(int(i) for i in np.argwhere((t < 0) | (t > n))[0])
        raise ValueError(f"at {place}: {t[place]} DLTs in {n[place]} participants; need 0 <= dlts <= participants")
    return n, t


def as_count_rows(participants: ArrayLike, dlts: ArrayLike, levels: int) -> tuple[IntArray, IntArray]:
    """Return both counts with shape (S, levels); a single row may be given flat.

    Raises ValueError for other shapes and for what `as_counts` refuses.
    """
    n, t = as_counts(participants, dlts)
    n, t = np.atleast_2d(n, t)
    if n.ndim != 2 or n.shape[1] != levels:
        raise ValueError(f"counts have shape {n.shape}; need (states, {levels}), one column per dose level")
    return n, t


def _whole(values: ArrayLike, name: str) -> IntArray:
    array = np.asarray(values)
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind not in "iu":
        with np.errstate(invalid="ignore"):
            rounded = array.astype(np.int64)
        if array.dtype.kind != "f" or not np.array_equal(rounded, array):
            raise ValueError(f"{name} must be whole numbers")
        return rounded
    return array.astype(np.int64, copy=False)
