"""From abundances to what the models fit: log2 values of one fluid, with the person, visit, dose and batch of each row.

Missing values stay missing. Samples and metabolites that cannot be used are left out, and said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.analysis.metabolism.choosing import NO_VALUE, LeftOut, choose_samples, with_doses_of_people
from firstdose.analysis.metabolism.metabolite_quality import metabolite_quality
from firstdose.analysis.metabolism.sample_factors import NO_FLUID, as_log2, pooled_controls, sample_factors
from firstdose.analysis.metabolism.sample_warnings import (
    dosed_by_others,
    names_alike,
    visit_warning,
    without_a_sample,
)
from firstdose.analysis.metabolism.visit_order import VisitOrder, ordered_visits
from firstdose.metabolites import Abundances
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.wording import counted

Numbers = NDArray[np.float64]
Texts = NDArray[np.str_]
DETECTION_LIMIT = "detection_limit"


@dataclass(frozen=True, eq=False)
class Prepared:
    """One fluid, ready for the models: N samples in rows and G metabolites in columns.

    values (N, G) are log2, normalised if `factors` (N,) are not all 1, NaN where missing. subjects, visits, batches
    ("" where unknown) and cohorts are texts (N,), doses (N,) as given, one a person. metabolites has G rows with
    `metabolite`, `main_class` (null if unknown) and what else the source has. visit_order begins with the reference.
    limits (N, G) are limits of detection on the scale of values, None where none were given. quality has a row for
    every metabolite that was measured, those left out too, with the reason. visit_warning says that the order of visits
    is not known, if so; visits_missing that the plan has visits without a sample; names_warning that names of people
    are nearly alike; normalisation_warning that samples are not divided by
    quotients since these would come of what changes with dose, or are, as asked for.
    """

    fluid: str
    values: Numbers
    samples: Texts
    subjects: Texts
    visits: Texts
    doses: Numbers
    batches: Texts
    cohorts: Texts
    run_order: Numbers
    metabolites: pl.DataFrame
    visit_order: tuple[str, ...]
    factors: Numbers
    limits: Numbers | None
    quality: pl.DataFrame
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    visit_warning: str = ""
    visits_missing: str = ""
    names_warning: str = ""
    normalisation_warning: str = ""

    @property
    def people(self) -> tuple[str, ...]:
        """The people in order of their identifiers."""
        return tuple(np.unique(self.subjects).tolist())

    @property
    def names(self) -> list[str]:
        """Identifiers of the metabolites (G,)."""
        return list(self.metabolites["metabolite"].to_list())

    @property
    def classes(self) -> dict[str, list[int]]:
        """Places of the metabolites of each class, classes in the order of their names."""
        found: dict[str, list[int]] = {}
        for place, name in enumerate(self.metabolites["main_class"].to_list()):
            if name is not None:
                found.setdefault(name, []).append(place)
        return dict(sorted(found.items()))

    def with_values(self, values: Numbers) -> Prepared:
        """The same with other values, for analyses beside the main one."""
        return replace(self, values=values)


def prepare(abundances: Abundances, plan: Metabolism) -> tuple[Prepared, ...]:
    """Each fluid of the plan, in the plan's order or that of their names, made ready for the models.

    abundances must have people, visits and doses in `samples`; `features` may have `main_class` and `detection_limit`
    (raw scale). A fluid without a usable sample is left out. Raises nothing for what is in the data.
    """
    samples, filled = _completed(abundances)
    whole = replace(abundances, samples=samples)
    found = (_prepare(whole, fluid, plan, filled) for fluid in _fluids(whole.samples, plan))
    return tuple(each for each in found if each is not None)


def left_out_of(abundances: Abundances, plan: Metabolism) -> tuple[LeftOut, ...]:
    """The study samples of the plan's fluids that cannot be used, with the reasons, whether others can or not."""
    samples, _ = _completed(abundances)
    return tuple(each for fluid in _fluids(samples, plan) for each in choose_samples(samples, fluid, plan.visits)[1])


def _completed(abundances: Abundances) -> tuple[pl.DataFrame, pl.Series]:
    """The samples, each with a fluid and with the dose of its person; and whose dose that of other samples is."""
    return with_doses_of_people(abundances.samples.with_columns(pl.col("fluid").fill_null(NO_FLUID)))


def _fluids(samples: pl.DataFrame, plan: Metabolism) -> list[str]:
    measured = samples.filter(pl.col("kind") == "study")["fluid"].unique().sort().to_list()
    return [fluid for fluid in plan.fluids if fluid in measured] if plan.fluids else measured


def _prepare(whole: Abundances, fluid: str, plan: Metabolism, filled: pl.Series) -> Prepared | None:
    rows, left = choose_samples(whole.samples, fluid, plan.visits)
    study = whole.take(samples=rows)
    log2, zeros = as_log2(study)
    found = sample_factors(study, log2, plan)
    factors, nothing = found.factors, found.nothing
    if nothing.any():
        names = study.samples["sample"].to_list()
        left = (*left, *(LeftOut(names[at], NO_VALUE) for at in np.flatnonzero(nothing)))
        study, log2, factors = study.take(samples=~nothing), log2[~nothing], factors[~nothing]
    if not len(log2):
        return None
    values = log2 - np.log2(factors)[:, None]
    is_normalised = bool((factors != 1).any())
    quality = metabolite_quality(study.features, log2, pooled_controls(whole, fluid, log2, is_normalised), plan)
    kept = quality["left_out"].is_null().to_numpy()
    features = study.features.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in ("main_class",) if name not in study.features.columns
    )
    frame = study.samples
    told = [
        *([f"{counted(zeros, 'value')} of zero: zero has no logarithm and counts as missing"] if zeros else []),
        *dosed_by_others(frame["sample"], set(whole.samples["sample"].filter(filled))),
    ]
    order = _visit_order(frame, plan)
    return Prepared(
        fluid=fluid,
        values=values[:, kept],
        samples=_texts(frame["sample"]),
        subjects=_texts(frame["subject"]),
        visits=_texts(frame["visit"]),
        doses=frame["dose"].to_numpy().astype(np.float64),
        batches=_texts(frame["batch"]),
        cohorts=_cohorts(frame),
        run_order=frame["run_order"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        metabolites=features.filter(pl.Series(kept)),
        visit_order=order.names,
        factors=factors,
        limits=_limits(features.filter(pl.Series(kept)), factors),
        quality=quality,
        left_out=left,
        notes=(*found.notes, *told),
        visit_warning=visit_warning(order),
        visits_missing=without_a_sample(frame, plan),
        names_warning=names_alike(frame),
        normalisation_warning=found.warning,
    )


def _visit_order(frame: pl.DataFrame, plan: Metabolism) -> VisitOrder:
    found = list(dict.fromkeys(frame["visit"].to_list()))
    return VisitOrder(tuple(each for each in plan.visits if each in found)) if plan.visits else ordered_visits(found)


def _cohorts(frame: pl.DataFrame) -> Texts:
    """The cohort of each sample where the source has it, else the people of one dose."""
    doses = pl.Series([plain_dose(dose) for dose in frame["dose"].to_list()], dtype=pl.String)
    return _texts(frame["cohort"].fill_null(doses) if "cohort" in frame.columns else doses)


def _limits(features: pl.DataFrame, factors: Numbers) -> Numbers | None:
    if DETECTION_LIMIT not in features.columns or features[DETECTION_LIMIT].dtype != pl.Float64:
        return None
    raw = features[DETECTION_LIMIT].fill_null(float("nan")).to_numpy()
    known = np.log2(raw, out=np.full(raw.shape, np.nan), where=raw > 0)
    return np.asarray(known - np.log2(factors)[:, None])


def _texts(column: pl.Series) -> Texts:
    return np.array(column.fill_null("").to_list(), dtype=np.str_)


def plain_dose(dose: float) -> str:
    """A dose as text."""
    return f"{dose:g}"
