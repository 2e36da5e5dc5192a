"""What each arm buys: which contrasts a way to randomise can tell at all, and at what price in people.

Means of the arms in each period between starts and stops of the drug are sums of parameters of their own in each
period: the course of time, the injection, the cells at each dose, the drug, and what the drug changes in the cells'
effect. A contrast of them is identified if it is a sum of rows of the design (`firstdose.methods.estimability`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from firstdose.methods.estimability import estimable
from firstdose.simulation.next_trial.arms import Arm, ArmDesign
from firstdose.simulation.next_trial.plan import Floats

CONTRASTS = {
    "cells_on_drug": "cells against none, on the drug",
    "cells_off_drug": "cells against none, without the drug or after it was stopped",
    "dose": "highest against lowest dose of cells",
    "drug_without_cells": "the drug, without cells",
    "drug_with_cells": "the drug, with cells",
    "interaction": "whether the drug changes the cells' effect",
    "cells_if_additive": "cells against none, if the drug does not change their effect",
    "drug_if_additive": "the drug, if cells do not change its effect",
    "procedure": "the injection itself",
    "time": "the course without any treatment",
}
PLAIN_VARIANCE = 4.0
"""Variance of the difference of two halves, times people over the variance of one person."""


@dataclass(frozen=True)
class Identified:
    """One contrast under one design: whether it is told in each period in which it could be.

    ``periods`` are (from month, to month, whether); ``price`` is how many times the people of a plain two-arm trial the
    same precision needs, in the best period; none where it is not identified.
    """

    contrast: str
    periods: tuple[tuple[float, float, bool], ...]
    price: float | None

    @property
    def text(self) -> str:
        """In a word or two."""
        told = [period for period in self.periods if period[2]]
        if not self.periods:
            return "not applicable"
        if not told:
            return "no"
        if len(told) == len(self.periods):
            return "yes"
        return ", ".join(f"months {first:g} to {last:g}" for first, last, _ in told)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        periods = [{"from_month": a, "to_month": b, "identified": told} for a, b, told in self.periods]
        return {"contrast": self.contrast, "answer": self.text, "price": self.price, "periods": periods}


def identified(arms: Sequence[Arm], until: float) -> tuple[Identified, ...]:
    """Every contrast of `CONTRASTS` for arms that are followed up to a month."""
    doses = sorted({arm.cells for arm in arms if arm.cells > 0})
    people = np.array([arm.share for arm in arms], dtype=np.float64)
    found: dict[str, list[tuple[float, float, bool]]] = {name: [] for name in CONTRASTS}
    prices: dict[str, list[float]] = {name: [] for name in CONTRASTS}
    for first, last in periods_of(arms, until):
        whole = np.array([_row(arm, doses, arm.takes_drug_at(last)) for arm in arms])
        for name, rows in _wanted(doses):
            design = whole[:, : rows.shape[1]]
            told = bool(estimable(design, rows).all())
            found[name].append((first, last, told))
            if told:
                prices[name].append(_price(design, rows, people))
    return tuple(Identified(name, tuple(found[name]), min(prices[name], default=None)) for name in CONTRASTS)


def periods_of(arms: Sequence[Arm], until: float) -> list[tuple[float, float]]:
    """The periods between starts and stops of the drug, up to a month."""
    edges = {0.0, until}
    for arm in arms:
        if arm.drug_until_month is not None:
            edges |= {month for month in (arm.drug_from_month, arm.drug_until_month) if month < until}
    return list(pairwise(sorted(edges)))


def single_arm(design: ArmDesign) -> tuple[Arm, ...]:
    """The trial before: every dose of the design with the drug, all escalated, nobody without cells."""
    with_cells = {arm.cells: arm for arm in design.arms if arm.cells > 0 and arm.drug_until_month is not None}
    return tuple(with_cells[dose] for dose in sorted(with_cells))


def _row(arm: Arm, doses: list[float], on: bool) -> list[float]:
    """Course, injection, cells at each dose, drug, and drug beside cells."""
    given = [float(arm.cells == dose) for dose in doses]
    return [1.0, float(arm.injection), *given, float(on), float(on and arm.cells > 0)]


def _wanted(doses: list[float]) -> Iterator[tuple[str, Floats]]:
    """Each contrast as rows of coefficients: one for each dose where it is about cells.

    Rows without the last column are about a design whose cells and drug add up.
    """
    width = len(doses) + 4
    time, procedure, drug, both = np.eye(width)[[0, 1, width - 2, width - 1]]
    cells = np.eye(width)[2 : 2 + len(doses)]
    if doses:
        yield "cells_on_drug", cells + both
        yield "cells_off_drug", cells
        yield "drug_with_cells", (drug + both)[None]
        yield "interaction", both[None]
        yield "cells_if_additive", cells[:, :-1]
        yield "drug_if_additive", drug[None, :-1]
    if len(doses) > 1:
        yield "dose", (cells[-1] - cells[0])[None]
    yield "drug_without_cells", drug[None]
    yield "procedure", procedure[None]
    yield "time", time[None]


def _price(design: Floats, rows: Floats, people: Floats) -> float:
    """Variance of a contrast at a given number of people over that of a plain comparison of two halves."""
    weights = people / people.sum()
    inverse = np.linalg.pinv(design.T @ (weights[:, None] * design))
    return float(np.einsum("ij,jk,ik->i", rows, inverse, rows).max() / PLAIN_VARIANCE)
