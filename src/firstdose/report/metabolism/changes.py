"""Every person's change of metabolites and of classes from the first visit, as pictures show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.analysis.metabolism.class_tests import class_scores
from firstdose.analysis.metabolism.preparing import Prepared

Numbers = NDArray[np.float64]
Texts = NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Changes:
    """Samples (M) by what they are: subjects, visits and doses (M,), in the order of doses, people and visits.

    values (M, K) are changes from the first visit in log2 units; with one visit only, values less the mean of all
    people. NaN where either is missing. ``is_change`` tells which.
    """

    subjects: Texts
    visits: Texts
    doses: Numbers
    values: Numbers
    is_change: bool

    @property
    def people(self) -> list[tuple[str, float]]:
        """Each person with the dose, in the order of doses."""
        return list(dict.fromkeys(zip(self.subjects.tolist(), self.doses.tolist(), strict=True)))

    def frame(self, column: int, name: str) -> pl.DataFrame:
        """One column in long form: what, subject, dose, visit, value (null where missing)."""
        return pl.DataFrame(
            {
                "what": pl.repeat(name, len(self.subjects), dtype=pl.String, eager=True),
                "subject": self.subjects.tolist(),
                "dose": self.doses,
                "visit": self.visits.tolist(),
                "value": pl.Series(self.values[:, column], nan_to_null=True),
            },
            schema={
                "what": pl.String,
                "subject": pl.String,
                "dose": pl.Float64,
                "visit": pl.String,
                "value": pl.Float64,
            },
        )


def changes_of(prepared: Prepared, values: Numbers | None = None) -> Changes:
    """The changes of all metabolites, or of other ``values`` (N, K) of the same samples."""
    given = prepared.values if values is None else values
    first = prepared.visit_order[0]
    is_change = len(prepared.visit_order) > 1
    before = np.full(given.shape, np.nan)
    if is_change:
        for person in prepared.people:
            own = prepared.subjects == person
            before[own] = _means(given[own & (prepared.visits == first)])
    else:
        before[:] = _means(given)
    kept = np.flatnonzero(prepared.visits != first) if is_change else np.arange(len(given))
    order = {visit: number for number, visit in enumerate(prepared.visit_order)}
    rank = np.array([order[visit] for visit in prepared.visits[kept].tolist()], dtype=np.int64)
    kept = kept[np.lexsort((rank, prepared.subjects[kept], prepared.doses[kept]))]
    return Changes(
        prepared.subjects[kept],
        prepared.visits[kept],
        prepared.doses[kept],
        given[kept] - before[kept],
        is_change,
    )


def class_changes(prepared: Prepared, members: dict[str, list[int]]) -> Changes:
    """The changes of the means of classes, a column each; ``members`` are places of their metabolites."""
    scores = [class_scores(prepared, places) for places in members.values()]
    return changes_of(prepared, np.column_stack(scores) if scores else np.zeros((len(prepared.samples), 0)))


def _means(values: Numbers) -> Numbers:
    """Means of columns over what is known; NaN without any."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
