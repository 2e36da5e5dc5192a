"""Mixed models of a measure's change from baseline: the slope over doublings of the dose, and means, at key visits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.analysis.counting import number_of
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.changes_at_visits import Changes, changes_at, key_visits
from firstdose.analysis.scores.measured import FloatArray, Measured, doses_in_doublings
from firstdose.analysis.scores.score_design import Model, build_model, visits_without_slope
from firstdose.methods.mixed_model_chain import PRIMARY_ORDER, SENSITIVITY_ORDER, ChainResult, fit_chain
from firstdose.methods.mixed_model_inference import Contrasts, Method, contrasts
from firstdose.records.results import Result

AVERAGE = "average of the visits"
FEWEST_FREEDOM = 2.0  # with so few or fewer the t distribution has no variance
WITHOUT_MODEL = {
    "lesion_counts": "counts, mostly of nothing, have no model with normal errors; the exact tests carry them",
    "brain_volume": "a yearly change from a short time is far less certain than one from a year, so visits have no "
    "covariance in common; the chapter on imaging has the slope of the last scan",
}
"""Measures without a mixed model, and why."""


@dataclass(frozen=True)
class Chain:
    """One chain of covariance structures, and how its coefficients are tested."""

    name: str
    order: Sequence[str]
    method: Method
    key: str


CHAINS = (
    Chain("primary", PRIMARY_ORDER, "kenward-roger", "mixed_model_kenward_roger"),
    Chain("sensitivity", SENSITIVITY_ORDER, "satterthwaite", "mixed_model_satterthwaite"),
)


def score_models(frame: Frame, measured: Measured) -> Iterator[Result]:
    """The primary model of a measure and, as sensitivity, the chain that starts with the richest structure."""
    where: dict[str, Any] = {"chapter": "scores", "what": measured.name, "population": measured.people.analysis_set}
    if reason := WITHOUT_MODEL.get(measured.name):
        yield Result(**where, table="model", within="primary", statistic="structure", text="none", warning=reason)
        return
    changes = changes_at(measured, key_visits(frame, measured))
    doubling = doses_in_doublings(measured.people.doses(frame))
    for visit, reason in visits_without_slope(changes, doubling).items():
        yield Result(
            **where, table="dose_slopes", within="primary", when=visit, statistic=_slope_name(measured), warning=reason
        )
    model = build_model(measured, changes, doubling)
    left_out = "; ".join(_left_out(measured, changes, doubling))
    dropped = _dropped(model, changes, doubling)
    for chain in CHAINS:
        objective = frame.objective(measured.name) if chain.name == "primary" else "exploratory"
        same = {**where, "within": chain.name, "objective": objective}
        if model is None:
            reason = "nobody with a dose above 0 and a baseline was scored at a key visit"
            yield Result(**same, table="model", statistic="structure", text="not estimable", warning=reason)
        else:
            yield from _fitted(frame, measured, model, chain, left_out, dropped, same)


def fit_model(model: Model, chain: Chain) -> ChainResult:
    """The chain's fit of the model."""
    return fit_chain(
        model.response,
        model.design,
        model.subject,
        model.visit,
        order=chain.order,
        visits=len(model.visits),
        method=chain.method,
    )


def _fitted(
    frame: Frame, measured: Measured, model: Model, chain: Chain, left_out: str, dropped: str, same: dict[str, Any]
) -> Iterator[Result]:
    """The structure with its steps, the slopes and the means of one chain."""
    fitted = fit_model(model, chain)
    estimable = fitted.small_sample is not None
    same = {**same, "method": chain.key if estimable else ""}
    yield Result(
        **same,
        table="model",
        statistic="structure",
        text=_proper(fitted.structure),
        warning="; ".join(filter(None, ("" if estimable else _proper(fitted.reason), left_out))),
    )
    people = float(np.unique(model.subject).size)
    counts = {"people": people, "scores": float(len(model.response))}
    for unit, count in counts.items():
        yield Result(**same, table="model", statistic=unit, value=count, format="count", unit=unit, warning=dropped)
    for step in fitted.steps:
        text = "accepted" if step.accepted else f"given up: {_proper(step.reason)}"
        yield Result(
            **same,
            table="model_steps",
            when=step.structure,
            statistic="log_likelihood",
            value=step.log_likelihood,
            text=text,
        )
    slope = _slope_name(measured)
    if not model.has_dose:
        reason = "everyone who was scored counts at one dose"
        yield Result(**same, table="dose_slopes", when=AVERAGE, statistic=slope, warning=reason)
    elif not estimable:
        yield Result(
            **same,
            table="dose_slopes",
            when=AVERAGE,
            statistic=slope,
            warning=f"not estimable: {_proper(fitted.reason)}",
        )
    if fitted.small_sample is None:
        return
    if model.has_dose:
        slopes = contrasts(fitted.small_sample, model.slope_rows(), certainty=frame.certainty)
        for number, visit in enumerate((*model.visits, AVERAGE)):
            yield _estimate(frame, measured, slopes, number, {**same, "table": "dose_slopes", "when": visit}, slope)
            yield from _test(slopes, number, {**same, "table": "dose_slopes", "when": visit})
    means = contrasts(fitted.small_sample, model.mean_rows(), certainty=frame.certainty)
    places = [(str(level), visit) for level in model.levels for visit in model.visits]
    name = "mean_change" if measured.measure.scale == "arithmetic" else "mean_ratio"
    for number, (level, visit) in enumerate(places):
        place = {**same, "table": "model_means", "group": level, "when": visit}
        yield _estimate(frame, measured, means, number, place, name)


def _proper(text: str) -> str:
    """Structures in prose: Toeplitz is a person."""
    return text.replace("toeplitz", "Toeplitz")


def _slope_name(measured: Measured) -> str:
    return "slope_per_doubling" if measured.measure.scale == "arithmetic" else "ratio_per_doubling"


def _estimate(
    frame: Frame, measured: Measured, found: Contrasts, number: int, where: dict[str, Any], statistic: str
) -> Result:
    """One estimate with its interval; on a geometric scale as a ratio."""
    figures = np.array([found.estimate[number], found.lower[number], found.upper[number]])
    arithmetic = measured.measure.scale == "arithmetic"
    with np.errstate(over="ignore", under="ignore"):
        value, lower, upper = (figures if arithmetic else np.exp(figures)).tolist()
    freedom = float(found.degrees_of_freedom[number])
    return Result(
        **where,
        statistic=statistic,
        value=value,
        lower=lower,
        upper=upper,
        confidence=frame.certainty,
        unit=measured.measure.unit if arithmetic else "ratio",
        warning="" if freedom >= FEWEST_FREEDOM else f"{freedom:.2g} degrees of freedom: hardly any information",
    )


def _test(found: Contrasts, number: int, where: dict[str, Any]) -> Iterator[Result]:
    """The two-sided test of one slope, and its degrees of freedom."""
    yield Result(**where, statistic="p", value=float(found.p_value[number]), format="p_value")
    yield Result(**where, statistic="degrees_of_freedom", value=float(found.degrees_of_freedom[number]))


def _dropped(model: Model | None, changes: Changes, doubling: FloatArray) -> str:
    """The scores, and the people, that are not in the model since their visits cannot show a slope."""
    usable = np.isfinite(changes.value) & np.isfinite(doubling)[:, None]
    if model is None or int(usable.sum()) == len(model.response):
        return ""
    visits = [visit for visit, some in zip(changes.visits, np.any(usable, axis=0).tolist(), strict=True) if some]
    at = ", ".join(visit for visit in visits if visit not in model.visits)
    scores = int(usable.sum()) - len(model.response)
    people = int(usable.any(axis=1).sum()) - np.unique(model.subject).size
    others = f", among them all of {number_of(people, 'people')}" if people else ""
    return f"left out with visits that cannot show a slope ({at}): {number_of(scores, 'scores')}{others}"


def _left_out(measured: Measured, changes: Changes, doubling: FloatArray) -> Iterator[str]:
    """Who is not in the model although there are scores."""
    unable = int(changes.unable.sum())
    if unable:
        yield f"not in the model: {number_of(unable, 'results')} 'unable to perform', which the exact tests rank worst"
    scored = np.unique(measured.person[np.isfinite(measured.value) | measured.unable])
    without = int(np.isnan(doubling[scored]).sum())
    if without:
        yield f"not in the model: {number_of(without, 'people')} without a dose above 0"
    baselines = int(np.isnan(measured.baselines[scored]).sum()) if measured.has_baselines else 0
    if baselines:
        yield f"not in the model: {number_of(baselines, 'people')} without a baseline score"
    bounds = sum(bound != "exact" for bound in measured.bound)
    if bounds:
        yield f"limits of what was measurable, taken as they are: {number_of(bounds, 'scores')}"
