"""The figures of classes: mean slopes, permutations of doses, rotations, and what other analyses make of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.analysis.metabolism.class_normalisation import WORDS_OF, what_normalisation_changes
from firstdose.analysis.metabolism.class_tests import ClassFit
from firstdose.analysis.metabolism.feature_figures import METHODS_OF, WORDS
from firstdose.analysis.metabolism.whole import FluidAnalysis
from firstdose.records.results import Result

EXPLORATORY = "exploratory"
NORMALISATION = "normalisation"
"""The statistic of the row that says, by its warning, whether a finding on a class rests on the normalisation."""


def class_figures(analysis: FluidAnalysis, unit: str, objective: str, where: dict[str, Any]) -> Iterator[Result]:
    """Every class at every visit; only the primary one has the objective of the endpoint."""
    if not analysis.classes:
        yield Result(**where, table="class_slopes", what="classes", statistic="slope", warning="no name has a class")
    for found in analysis.classes:
        at = {**where, "table": "class_slopes", "what": found.name, "when": found.term.visit}
        yield from _one(found, unit, analysis.fitted.certainty, {**at, "objective": _objective(found, objective)})
    if analysis.basis.note and any(found.permutation for found in analysis.classes):
        yield Result(
            **{**where, "table": "class_sensitivity"}, what="classes", statistic=NORMALISATION, format="text",
            text=analysis.basis.note, method="stable_quotients",
        )  # fmt: skip
    for number, found in enumerate(analysis.classes):
        if found.members and not found.term.problem:
            at = {**where, "table": "class_sensitivity", "what": found.name, "when": found.term.visit}
            at["objective"] = _objective(found, objective)
            yield from _by_normalisation(analysis, number, at, unit)
            yield from _beside(analysis, found, {**at, "unit": unit})


def _objective(found: ClassFit, objective: str) -> str:
    return objective if found.is_primary else EXPLORATORY


def _one(found: ClassFit, unit: str, certainty: float, at: dict[str, Any]) -> Iterator[Result]:
    yield Result(**at, statistic="analysis", text="primary" if found.is_primary else EXPLORATORY, format="text")
    yield Result(**at, statistic="metabolites", value=float(len(found.members)), format="count")
    if found.problem and np.isnan(found.slope):
        yield Result(**at, statistic="slope of the class", unit=unit, warning=found.problem)
        return
    yield Result(**at, statistic="mean of the slopes", value=found.mean_slope, unit=unit, method="moderated_model")
    yield Result(
        **at, statistic="slope of the class", value=found.slope, lower=found.lower, upper=found.upper, unit=unit,
        confidence=certainty, method="class_slope",
    )  # fmt: skip
    if found.permutation is not None:
        yield from _permuted(found, at)
    else:
        yield Result(**at, statistic="p by permutation of doses", format="p_value", warning=found.problem)
    rotation = found.rotation
    if rotation is None:
        yield Result(**at, statistic="p by rotation", format="p_value", warning=found.rotation_problem)
    else:
        yield Result(
            **at, statistic="p by rotation", value=rotation.p_two_sided, format="p_value", method="class_rotation",
            text=f"{rotation.members} metabolites without missing values",
        )  # fmt: skip


def _permuted(found: ClassFit, at: dict[str, Any]) -> Iterator[Result]:
    test = found.permutation
    if test is None:
        return
    figures = {
        "p by permutation of doses": test.p_doubled,
        "p for a rise": test.p_increasing,
        "p for a fall": test.p_decreasing,
        "adjusted p": found.adjusted_p,
        "smallest attainable one-sided p": test.smallest_attainable,
    }
    for statistic, value in figures.items():
        method = "benjamini_hochberg" if statistic == "adjusted p" else "dose_permutation"
        yield Result(**at, statistic=statistic, value=float(value), format="p_value", method=method)
    yield Result(**at, statistic="statistic", value=test.statistic, method="dose_permutation")
    yield Result(
        **at, statistic="arrangements of doses", value=float(test.arrangements), of=float(test.possible),
        format="count", text="all" if test.exact else "drawn at random", method="dose_permutation",
    )  # fmt: skip
    if not test.exact:
        error = test.error_of(test.p_doubled)
        yield Result(**at, statistic="Monte Carlo error of p", value=error, method="dose_permutation")


def _by_normalisation(analysis: FluidAnalysis, number: int, at: dict[str, Any], unit: str) -> Iterator[Result]:
    """The class with samples made comparable otherwise, and a row that warns where the finding rests on that."""
    if not analysis.by_normalisation:
        return
    for each in analysis.by_normalisation:
        other, words = each.classes[number], WORDS_OF[each.name]
        if np.isfinite(other.slope):
            yield Result(
                **at, statistic=f"slope {words}", value=other.slope, lower=other.lower, upper=other.upper, unit=unit,
                confidence=analysis.fitted.certainty, method="class_slope",
            )  # fmt: skip
        if other.permutation is not None:
            yield Result(
                **at, statistic=f"p by permutation {words}", value=other.permutation.p_doubled, format="p_value",
                method="dose_permutation",
            )  # fmt: skip
    changed = what_normalisation_changes(number, analysis.classes[number], analysis.by_normalisation)
    told = "" if changed else "the answer does not rest on the normalisation"
    yield Result(**at, statistic=NORMALISATION, text=told, format="text", warning=changed)


def _beside(analysis: FluidAnalysis, found: ClassFit, at: dict[str, Any]) -> Iterator[Result]:
    """The mean over the class of the slopes by other means."""
    members = list(found.members)
    for other in analysis.class_beside.sensitivities:
        if other.term is found.term and not other.problem:
            slopes = other.estimate[members]
            known = int(np.isfinite(slopes).sum())
            if known:
                told = f"{known} of {len(members)} metabolites"
                mean, method = float(np.nanmean(slopes)), METHODS_OF[other.name]
                yield Result(**at, statistic=WORDS[other.name], value=mean, text=told, method=method)
    for without in analysis.class_beside.without_cohorts:
        if without.term is found.term:
            for cohort, slopes in zip(without.cohorts, without.estimates[:, members], strict=True):
                statistic = f"without {cohort if cohort.startswith('cohort') else f'dose {cohort}'}"
                if np.isfinite(slopes).any():
                    mean = float(np.nanmean(slopes))
                    yield Result(**at, statistic=statistic, value=mean, method="leave_one_cohort_out")
                else:
                    yield Result(**at, statistic=statistic, warning="the others leave the slope open")
