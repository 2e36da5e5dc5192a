"""Where outcomes come from: clinical measures, laboratory tests, metabolites and their classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.analysis.attribution.outcome import Outcome
from firstdose.analysis.attribution.recorded_days import days_of_samples
from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.results import lab_results
from firstdose.analysis.laboratory.shifts import after_start
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.scores.measured import FloatArray, IntArray, measured, objective_of_imaging, people_of
from firstdose.measures import MEASURES
from firstdose.metabolites import are_concentrations
from firstdose.protocol.attribution import AttributedOutcome, NegativeControl
from firstdose.records.derived import ScoreAnalysis

Wanted = AttributedOutcome | NegativeControl
IMAGING = ("brain_volume",)
CLASS = "metabolite_class"
UNSORTED = "others"
"""The class of metabolites that are in no other class; it is no finding of its own."""

RELATIVE = "relative to the other metabolites of the sample: where many rise, others seem to fall"
RELATIVE_TO_STABLE = (
    "relative to metabolites of the sample without a sign of a slope on the dose: where some of these change with it, "
    "others seem to change the other way"
)
AS_MEASURED = (
    "neither normalised nor known to be concentrations: how much of a sample was measured moves all metabolites"
)

RUNS_HELD = "slopes are at the same run of measurement, as in the models of metabolites"


@dataclass(frozen=True)
class Missing:
    """An outcome that cannot be made, and why."""

    name: str
    why: str


def wanted_outcomes(frame: Frame, prepared: Sequence[Prepared] = ()) -> tuple[Wanted, ...]:
    """The outcomes that the protocol names; else measures of endpoints, brain volume and metabolite classes, with data.

    Of measures only those that have any score, in the order of `MEASURES`.
    """
    named = frame.protocol.attribution.outcomes
    if named:
        return named
    scored = set(frame.data[ScoreAnalysis]["measure"].unique())
    of_endpoints = {each.measure for each in frame.protocol.endpoints}
    measures = [each for each in MEASURES if each in scored and (each in of_endpoints or each in IMAGING)]
    classes = dict.fromkeys(name for each in prepared for name in each.classes if name != UNSORTED)
    return (
        *(AttributedOutcome(kind="measure", name=each) for each in measures),
        *(AttributedOutcome(kind="metabolite_class", name=each) for each in classes),
    )


def outcome_of(
    frame: Frame, wanted: Wanted, prepared: Sequence[Prepared] = (), for_classes: Sequence[Prepared] = ()
) -> Outcome | Missing:
    """The values of an outcome that the protocol names, or why there are none.

    Metabolites are taken from the fluids of `prepared`, classes from those of `for_classes`, whose values are those of
    the tests of classes.
    """
    if wanted.kind == "measure":
        if wanted.name not in MEASURES:
            return Missing(wanted.name, "there is no clinical measure of this name")
        found: Outcome | None = of_measure(frame, wanted.name)
    elif wanted.kind == "laboratory":
        found = of_laboratory(frame, wanted.name)
    else:
        found = _in_first_fluid(frame, wanted, for_classes if wanted.kind == CLASS else prepared)
    if found is None:
        return Missing(wanted.name, f"no values of this {wanted.kind.replace('_', ' ')} are at hand")
    return found if len(found.value) else Missing(wanted.name, "nobody has a value")


def _in_first_fluid(frame: Frame, wanted: Wanted, prepared: Sequence[Prepared]) -> Outcome | None:
    """A metabolite or class in the first fluid that has it."""
    made = [one for each in prepared if (one := of_metabolites(frame, each, wanted)) is not None]
    if len(made) > 1:
        told = "measured in several fluids; the first one is looked at"
        return replace(made[0], warning="; ".join(filter(None, (made[0].warning, told))))
    return made[0] if made else None


def of_measure(frame: Frame, name: str) -> Outcome:
    """The scores of a clinical measure; of who was unable to perform it before treatment there is no earlier one."""
    found = measured(frame, name)
    before = ~found.is_later()
    used = np.isfinite(found.value) & ~(before & found.unable_before[found.person])
    if not found.has_baselines:
        used &= ~before
    rows = np.flatnonzero(used).tolist()
    unable = int(found.unable[~before].sum())
    return Outcome(
        kind="measure",
        name=name,
        unit=found.measure.unit,
        objective=objective_of_imaging(frame, name) if name in IMAGING else frame.objective(name),
        people=found.people,
        dose=found.people.doses(frame),
        person=found.person[rows],
        day=found.day[rows],
        visit=tuple(found.visit[row] or "" for row in rows),
        value=found.value[rows],
        before=before[rows],
        is_change=not found.has_baselines,
        records=tuple(found.records[row] for row in rows),
        warning=f"{unable} times somebody was unable to perform it; these have no value" if unable else "",
    )


def of_laboratory(frame: Frame, test: str) -> Outcome | None:
    """The numbers of a laboratory test, by its code, on known days, in the unit that is commonest."""
    rows = lab_results(frame).filter(
        (pl.col("test") == test) & pl.col("value").is_not_null() & pl.col("day").is_not_null()
    )
    if not rows.height:
        return None
    units = rows["unit"].fill_null("").value_counts(sort=True).sort("count", "unit", descending=[True, False])
    unit = str(units["unit"][0])
    other = rows.height - int(units["count"][0])
    kept = rows.filter(pl.col("unit").fill_null("") == unit).with_columns(after=after_start())
    warning = f"{other} values in another unit are left out" if other else ""
    return _from_rows(frame, "laboratory", test, unit, frame.objective("laboratory"), kept, warning)


def of_metabolites(frame: Frame, prepared: Prepared, wanted: Wanted) -> Outcome | None:
    """A metabolite, or the mean of a class: log2 values, each metabolite less its own mean over samples.

    So a value that is missing does not shift the mean of the class by that metabolite's level. The day of a sample is
    that on which it was recorded to be taken, else the planned day of its visit; samples with neither are left out.
    """
    if wanted.kind == CLASS:
        places = prepared.classes.get(wanted.name)
    else:
        places = [place for place, name in enumerate(prepared.names) if name == wanted.name] or None
    if not places:
        return None
    values = prepared.values[:, places]
    has = np.asarray(np.isfinite(values).any(axis=1))
    is_normalised = bool(np.any(prepared.factors != 1))
    relative = RELATIVE_TO_STABLE if wanted.kind == CLASS else RELATIVE
    days, planned = days_of_samples(frame, prepared)
    rows = pl.DataFrame(
        {
            "subject": prepared.subjects[has].tolist(),
            "visit": prepared.visits[has].tolist(),
            "day": [day for day, is_used in zip(days, has, strict=True) if is_used],
            "value": _mean_of_class(values)[has],
            "not_normalised": _mean_of_class(values + np.log2(prepared.factors)[:, None])[has],
            "record": [f"samples:{each}" for each in prepared.samples[has].tolist()],
            "run": prepared.batches[has].tolist(),
        },
        schema_overrides={"day": pl.Int64},
    ).with_columns(after=pl.col("day") > 0)
    dated = rows.filter(pl.col("day").is_not_null())
    doubts = [
        relative if is_normalised else "" if _are_concentrations(frame) else AS_MEASURED,
        f"{planned} samples without a known day stand at the planned day of their visit" if planned else "",
        f"{rows.height - dated.height} samples have no day and are left out" if dated.height < rows.height else "",
        RUNS_HELD if dated["run"].n_unique() > 1 else "",
    ]
    objective = frame.objective("metabolism")
    told = "; ".join(filter(None, doubts))
    return _from_rows(
        frame,
        wanted.kind,
        wanted.name,
        "log2",
        objective,
        dated if is_normalised else dated.drop("not_normalised"),
        told,
    )


def _mean_of_class(values: FloatArray) -> FloatArray:
    """The mean (samples,) over metabolites (samples, metabolites), each less its own mean; nan without any."""
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    level = np.divide(np.where(seen, values, 0.0).sum(axis=0), count, out=np.zeros(len(count)), where=count > 0)
    total, of = np.where(seen, values - level, 0.0).sum(axis=1), seen.sum(axis=1)
    return np.asarray(np.divide(total, of, out=np.full(len(values), np.nan), where=of > 0))


def _are_concentrations(frame: Frame) -> bool:
    """Whether the trial's abundances are concentrations, for which no other metabolite matters."""
    return frame.data.abundances is not None and are_concentrations(frame.data.abundances.units) is True


def _from_rows(
    frame: Frame, kind: str, name: str, unit: str, objective: str, rows: pl.DataFrame, warning: str
) -> Outcome:
    """Rows with subject, visit, day, value, after, record and perhaps not_normalised and run as an outcome."""
    people = people_of(frame, "treated")
    place = {subject: number for number, subject in enumerate(people.subjects)}
    known = rows.filter(pl.col("subject").is_in(list(place))).with_columns(
        person=pl.col("subject").replace_strict(place, default=None, return_dtype=pl.Int64)
    )
    ordered = known.sort("person", "day", maintain_order=True)
    return Outcome(
        kind=kind,
        name=name,
        unit=unit,
        objective=objective,
        people=people,
        dose=people.doses(frame),
        person=_integers(ordered["person"]),
        day=_integers(ordered["day"]),
        visit=tuple(visit or "" for visit in ordered["visit"]),
        value=_floats(ordered["value"]),
        before=~ordered["after"].to_numpy().astype(np.bool_),
        is_change=False,
        records=tuple(ordered["record"]),
        warning=warning,
        not_normalised=_floats(ordered["not_normalised"]) if "not_normalised" in ordered.columns else None,
        runs=_indicators(ordered["run"].to_numpy()) if "run" in ordered.columns else None,
    )


def _indicators(labels: NDArray[np.object_]) -> FloatArray:
    """Columns (values, kinds - 1) for all kinds but the first."""
    return np.asarray(labels[:, None] == np.unique(labels)[1:], dtype=np.float64)


def _floats(column: pl.Series) -> FloatArray:
    return column.to_numpy().astype(np.float64)


def _integers(column: pl.Series) -> IntArray:
    return column.to_numpy().astype(np.int64)
