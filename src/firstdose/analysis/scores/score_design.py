"""The design of a measure's mixed model: who and which visits are in it, and what its coefficients stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.analysis.scores.changes_at_visits import Changes, on_scale
from firstdose.analysis.scores.measured import FloatArray, IntArray, Measured


@dataclass(frozen=True, eq=False)
class Model:
    """The model of one measure: rows are people at visits.

    ``response`` (N,), ``design`` (N, p), ``subject`` and ``visit`` (N,) are as `fit_chain` takes them. The columns are
    one for each visit, then the doublings of the dose (about ``centre``, their mean over people) at each visit unless
    there is a single dose, then the baseline (about its mean) if it differs. ``doublings`` are those of ``levels``.
    """

    visits: tuple[str, ...]
    levels: tuple[int, ...]
    doublings: tuple[float, ...]
    centre: float
    response: FloatArray
    design: FloatArray
    subject: IntArray
    visit: IntArray
    has_dose: bool

    @property
    def columns(self) -> int:
        return int(self.design.shape[1])

    def slope_rows(self) -> FloatArray:
        """Multipliers of the slope at each visit, then of their average."""
        visits = len(self.visits)
        rows = np.zeros((visits, self.columns))
        rows[np.arange(visits), visits + np.arange(visits)] = 1.0
        return np.vstack([rows, rows.mean(axis=0)])

    def mean_rows(self) -> FloatArray:
        """Multipliers of the mean at each level and visit (levels first), at the mean baseline."""
        visits = len(self.visits)
        rows = np.zeros((len(self.levels), visits, self.columns))
        rows[:, np.arange(visits), np.arange(visits)] = 1.0
        if self.has_dose:
            away = np.array(self.doublings) - self.centre
            rows[:, np.arange(visits), visits + np.arange(visits)] = away[:, None]
        return rows.reshape(-1, self.columns)


def build_model(measured: Measured, changes: Changes, doubling: FloatArray) -> Model | None:
    """The rows of the model; None where there is nothing to fit. Visits that cannot show a slope are left out."""
    usable = np.isfinite(changes.value) & np.isfinite(doubling)[:, None]
    has_dose = np.unique(doubling[usable.any(axis=1)]).size > 1
    kept = [
        number
        for number in range(len(changes.visits))
        if (np.unique(doubling[usable[:, number]]).size > 1 if has_dose else usable[:, number].any())
    ]
    usable = usable[:, kept]
    person, visit = np.nonzero(usable)
    if not person.size:
        return None
    inside = np.unique(person)
    centre = float(doubling[inside].mean())
    indicator = (visit[:, None] == np.arange(len(kept))).astype(np.float64)
    columns = [indicator]
    if has_dose:
        columns.append(indicator * (doubling[person, None] - centre))
    if measured.has_baselines:
        baseline = on_scale(measured, measured.baselines)
        if np.ptp(baseline[inside]) > 0:
            columns.append((baseline[person] - baseline[inside].mean())[:, None])
    levels = sorted({int(level) for each in inside if (level := measured.people.levels[each]) is not None})
    doublings = {measured.people.levels[each]: float(doubling[each]) for each in inside}
    return Model(
        tuple(changes.visits[number] for number in kept),
        tuple(levels),
        tuple(doublings[level] for level in levels),
        centre,
        changes.value[:, kept][person, visit],
        np.hstack(columns),
        person,
        visit,
        has_dose,
    )


def visits_without_slope(changes: Changes, doubling: FloatArray) -> dict[str, str]:
    """Key visits that the model leaves out, and why."""
    usable = np.isfinite(changes.value) & np.isfinite(doubling)[:, None]
    if np.unique(doubling[usable.any(axis=1)]).size < 2:
        return {}
    doses = {visit: np.unique(doubling[usable[:, number]]).size for number, visit in enumerate(changes.visits)}
    reasons = ("not estimable: nobody was scored then", "not estimable: only people at one dose were scored then")
    return {visit: reasons[count] for visit, count in doses.items() if count < len(reasons)}
