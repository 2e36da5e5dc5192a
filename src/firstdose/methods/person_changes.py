"""Fits beside the moderated model: changes from each person's baseline, and slopes with one group left out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.moderated_model import Moderation, fit_moderated_model
from firstdose.methods.moderated_tests import ModeratedT


@dataclass(frozen=True, eq=False)
class Changes:
    """Differences of each later observation from the same person's baseline (M rows, in the order given).

    response (M, G), NaN where either value is missing; design (M, k) of the columns that change within people, and
    columns (k,), which these are; person (M,); rows (M,), where the later observation stood.
    """

    response: FloatArray
    design: FloatArray
    columns: tuple[int, ...]
    person: NDArray[Any]
    rows: IntArray


@dataclass(frozen=True, eq=False)
class LeftOut:
    """A contrast of each metabolite when one group of people is left out."""

    group: Hashable
    people: int
    result: ModeratedT


def changes_from_baseline(response: ArrayLike, design: ArrayLike, person: ArrayLike, is_baseline: ArrayLike) -> Changes:
    """Take each person's baseline from the later observations: the response (N, G) and the design (N, p) alike.

    is_baseline (N,) is boolean. Columns that are constant within people fall out, those of later visits and their
    products with dose stay; fit the result with the coefficients' old meaning. People without a baseline row are left
    out, which `rows` shows. Raises ValueError for other shapes and for two baselines of one person.
    """
    y, x = np.asarray(response, dtype=np.float64), np.asarray(design, dtype=np.float64)
    labels, first = np.asarray(person), np.asarray(is_baseline)
    if y.ndim != 2 or x.ndim != 2 or not len(y) == len(x) == len(labels) == len(first) or first.dtype != np.bool_:
        raise ValueError("response (N, G), design (N, p), person (N,) and boolean is_baseline (N,) must have N rows")
    number = np.unique(labels, return_inverse=True)[1]
    baseline = np.full(number.max(initial=-1) + 1, -1)
    baseline[number[first]] = np.flatnonzero(first)
    if len(np.unique(number[first])) < first.sum():
        raise ValueError("a person has more than one baseline observation")
    rows = np.flatnonzero(~first & (baseline[number] >= 0))
    differences = x[rows] - x[baseline[number[rows]]]
    columns = np.flatnonzero(np.abs(differences).max(axis=0, initial=0.0) > 0)
    return Changes(
        y[rows] - y[baseline[number[rows]]], differences[:, columns], tuple(columns.tolist()), labels[rows], rows
    )


def leave_one_group_out(
    response: ArrayLike,
    design: ArrayLike,
    person: ArrayLike,
    group: ArrayLike,
    contrast: ArrayLike,
    *,
    moderation: Moderation = "plain",
    certainty: float = 0.95,
) -> tuple[LeftOut, ...]:
    """The contrast (p,) without each group of people in turn, correlation and prior estimated anew each time.

    group (N,) holds sortable labels, one a person. Where the rest cannot tell the contrast from others it is NaN.
    Raises ValueError for fewer than two groups and a person in two of them; other errors as `fit_moderated_model`.
    """
    y, x = np.asarray(response, dtype=np.float64), np.asarray(design, dtype=np.float64)
    labels, groups = np.asarray(person), np.asarray(group)
    if groups.shape != labels.shape:
        raise ValueError(f"group {groups.shape} and person {labels.shape} need one and the same shape (N,)")
    names, number = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError("two groups or more are needed to leave one out")
    people, person_number = np.unique(labels, return_inverse=True)
    if len(np.unique(np.stack([person_number, number]), axis=1).T) > len(people):
        raise ValueError("a person belongs to more than one group")
    found = []
    for each, name in enumerate(names.tolist()):
        kept = number != each
        model = fit_moderated_model(y[kept], x[kept], labels[kept], moderation=moderation)
        left = len(np.unique(person_number[~kept]))
        found.append(LeftOut(name, left, model.test(contrast, certainty=certainty)))
    return tuple(found)
