"""The design of the model `~ batch + visit * dose` for the samples of one fluid, and which of its terms can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.methods.class_permutation import DoseDesign
from firstdose.methods.response_matrix import design_space
from firstdose.protocol.metabolism import Metabolism

Numbers = NDArray[np.float64]
TermName = Literal["dose_slope", "dose_slope_change", "visit_change"]
ONE_DOSE = "everyone has the same dose"
WITH_BATCH = "batch and dose coincide: the batches cannot be told from it"
WITH_BATCH_VISIT = "batch and visit coincide: the batches cannot be told from it"
TOO_FEW = "too few people and visits to tell it from the other terms"
NO_BATCH = ""


class NotAnalysable(ValueError):
    """The data do not allow the model at all; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Term:
    """One contrast (p,) of the coefficients at a visit; `problem` says why it cannot be estimated, else ""."""

    name: TermName
    visit: str
    contrast: Numbers
    problem: str


@dataclass(frozen=True, eq=False)
class Layout:
    """The design, its terms in order, and what must be told of batches.

    The dose is centred on its mean over people (the geometric one on the log2 scale), so that `visit_change` is that at
    a middle dose, which `middle` gives as a dose.
    """

    design: DoseDesign
    terms: tuple[Term, ...]
    middle: float
    notes: tuple[str, ...]

    @property
    def matrix(self) -> Numbers:
        """The whole design (N, p)."""
        return self.design.matrix

    def term(self, name: TermName, visit: str) -> Term:
        """One of the terms; KeyError if there is none."""
        for each in self.terms:
            if (each.name, each.visit) == (name, visit):
                return each
        raise KeyError((name, visit))


def lay_out(prepared: Prepared, plan: Metabolism) -> Layout:
    """The design for prepared samples. Raises NotAnalysable for a dose of 0 on the log2 scale."""
    dose, middle = scaled_dose(prepared, plan)
    later = prepared.visit_order[1:]
    visits = np.column_stack([prepared.visits == each for each in later]).astype(np.float64) if later else None
    count = len(dose)
    visit_columns = np.zeros((count, 0)) if visits is None else visits
    batches, notes = _batch_columns(prepared)
    fixed = np.column_stack([np.ones(count), batches, visit_columns])
    design = DoseDesign(fixed, np.column_stack([np.ones(count), visit_columns]), dose)
    bare = DoseDesign(np.column_stack([np.ones(count), visit_columns]), design.by_dose, dose)
    terms = tuple(_terms(prepared, design, bare, batches.shape[1]))
    return Layout(design, terms, middle, notes)


def scaled_dose(prepared: Prepared, plan: Metabolism) -> tuple[Numbers, float]:
    """The dose of each sample on the plan's scale, centred, and the dose that is its middle."""
    first = np.unique(prepared.subjects, return_index=True)[1]
    if plan.dose_scale == "linear":
        middle = float(prepared.doses[first].mean())
        return prepared.doses - middle, middle
    if (prepared.doses <= 0).any():
        who = ", ".join(np.unique(prepared.subjects[prepared.doses <= 0]).tolist()[:6])
        raise NotAnalysable(f"a dose of 0 ({who}) has no logarithm; choose the dose scale linear")
    logs = np.log2(prepared.doses)
    middle = float(logs[first].mean())
    return logs - middle, float(2**middle)


def _batch_columns(prepared: Prepared) -> tuple[Numbers, tuple[str, ...]]:
    """Indicators of all batches but the first, and what must be told of them."""
    labels = np.unique(prepared.batches)
    columns = np.column_stack([prepared.batches == each for each in labels]).astype(np.float64)[:, 1:]
    if len(labels) == 1:
        told = "all samples are of one batch" if labels[0] != NO_BATCH else "no batches are known"
        return columns, (f"{told}, so the model has no term for it",)
    unknown = int((prepared.batches == NO_BATCH).sum())
    return columns, (f"the batch of {unknown} samples is not known; they count as one batch",) if unknown else ()


def _terms(prepared: Prepared, design: DoseDesign, bare: DoseDesign, batches: int) -> list[Term]:
    """Every term with what stands against it."""
    visits = prepared.visit_order
    first_dose = design.fixed.shape[1]
    columns = first_dose + len(visits)

    def contrast(*places: int) -> Numbers:
        row = np.zeros(columns)
        row[list(places)] = 1.0
        return row

    wanted: list[tuple[TermName, str, Numbers]] = []
    for number, visit in enumerate(visits):
        slope = contrast(first_dose) if number == 0 else contrast(first_dose, first_dose + number)
        wanted.append(("dose_slope", visit, slope))
    for number, visit in enumerate(visits[1:], start=1):
        wanted.append(("dose_slope_change", visit, contrast(first_dose + number)))
    for number, visit in enumerate(visits[1:]):
        wanted.append(("visit_change", visit, contrast(1 + batches + number)))
    rows = np.array([row for _, _, row in wanted])
    told = design_space(design.matrix).weights(rows)[1]
    without = np.delete(rows, np.arange(1, 1 + batches), axis=1)
    told_without = design_space(bare.matrix).weights(without)[1]
    one_dose = len(np.unique(design.dose)) < 2
    return [
        Term(name, visit, row, "" if can else _why(name, one_dose, bool(can_without)))
        for (name, visit, row), can, can_without in zip(wanted, told, told_without, strict=True)
    ]


def _why(name: TermName, one_dose: bool, without_batches: bool) -> str:
    if name != "visit_change" and one_dose:
        return ONE_DOSE
    if without_batches:
        return WITH_BATCH_VISIT if name == "visit_change" else WITH_BATCH
    return TOO_FEW
