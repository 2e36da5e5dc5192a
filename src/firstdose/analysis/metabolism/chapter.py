"""The chapter on metabolites: quality, slopes by dose, classes, and what these are sensitive to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from firstdose.analysis.frame import Frame, once_a_frame
from firstdose.analysis.metabolism.class_figures import class_figures
from firstdose.analysis.metabolism.feature_figures import feature_figures
from firstdose.analysis.metabolism.layout import NotAnalysable
from firstdose.analysis.metabolism.preparing import Prepared, prepare
from firstdose.analysis.metabolism.quality_figures import quality_figures, sample_figures
from firstdose.analysis.metabolism.stable_quotients import is_normalised
from firstdose.analysis.metabolism.trial_samples import POPULATION, with_doses
from firstdose.analysis.metabolism.whole import FluidAnalysis, FluidModels, analysis_of, models_of
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.results import Result

CHAPTER = "metabolism"
SEED_OFFSET, SEEDS_OF_A_FLUID = 5_000, 100
NOTHING_GIVEN = "no abundances of metabolites were given; they belong into the folder metabolites/ beside the records"
NO_SAMPLE = "no sample can be matched to a treated person, a visit and a dose"


def metabolism(frame: Frame) -> Iterator[Result]:
    """Every fluid, each by itself. Without abundances a row says so, if the protocol plans the analysis."""
    where: dict[str, Any] = {"chapter": CHAPTER, "population": POPULATION}
    if frame.data.abundances is None:
        if frame.protocol.metabolism is not None:
            yield _no_samples(where, NOTHING_GIVEN)
        return
    plan = plan_of(frame)
    fluids = prepared_fluids(frame)
    if not fluids:
        yield _no_samples(where, NO_SAMPLE)
    for number, prepared in enumerate(fluids):
        here = {**where, "population": population_of(prepared, fluids)}
        yield from sample_figures(prepared, here)
        try:
            analysis = analysed_fluid(frame, prepared, number)
        except NotAnalysable as error:
            yield Result(
                **here, table="metabolite_slopes", what="all metabolites", statistic="slope", warning=str(error)
            )
            continue
        unit = unit_of(plan, frame.protocol.dose_levels.unit)
        yield from quality_figures(analysis, plan, here)
        yield from class_figures(analysis, unit, frame.objective(CHAPTER), here)
        yield from feature_figures(analysis, unit, here)


@once_a_frame
def prepared_fluids(frame: Frame) -> tuple[Prepared, ...]:
    """The fluids of the trial's abundances, ready for models; none without abundances."""
    if frame.data.abundances is None:
        return ()
    return prepare(with_doses(frame, frame.data.abundances), plan_of(frame))


def analysed_fluid(frame: Frame, prepared: Prepared, number: int) -> FluidAnalysis:
    """The whole analysis of one of the `prepared_fluids`, by its place among them. Raises NotAnalysable as `fit`."""
    return analysis_of(_models(frame, prepared, number), plan_of(frame), seed=_seed(frame, number))


def fluids_for_classes(frame: Frame, fluids: Sequence[Prepared]) -> tuple[Prepared, ...]:
    """The `prepared_fluids` with the values that classes are tested on: relative to metabolites that seem stable.

    What was not normalised, or cannot be modelled, stays as it is.
    """
    return tuple(_for_classes(frame, prepared, number) for number, prepared in enumerate(fluids))


def _for_classes(frame: Frame, prepared: Prepared, number: int) -> Prepared:
    if not is_normalised(prepared):
        return prepared
    try:
        return _models(frame, prepared, number).basis.fitted.prepared
    except NotAnalysable:
        return prepared


@once_a_frame
def _models(frame: Frame, prepared: Prepared, number: int) -> FluidModels:
    """The models of a fluid, which the chapter on attribution asks for too."""
    return models_of(prepared, plan_of(frame), seed=_seed(frame, number), certainty=frame.certainty)


def _seed(frame: Frame, number: int) -> int:
    """The seed of a fluid, by its place."""
    return frame.seed + SEED_OFFSET + SEEDS_OF_A_FLUID * number


def population_of(prepared: Prepared, fluids: Sequence[Prepared]) -> str:
    """Whom the figures of a fluid are about; with several fluids it tells them apart."""
    return POPULATION if len(fluids) == 1 else f"{POPULATION}, {words_of(prepared.fluid)}"


def plan_of(frame: Frame) -> Metabolism:
    """The protocol's plan, or what is done without one."""
    return frame.protocol.metabolism or Metabolism()


def unit_of(plan: Metabolism, dose_unit: str) -> str:
    """The unit of a slope."""
    return "log2 per doubling" if plan.dose_scale == "log2" else f"log2 per {dose_unit}"


def words_of(fluid: str) -> str:
    """A fluid in words."""
    return fluid.replace("_", " ")


def _no_samples(where: dict[str, Any], why: str) -> Result:
    about = {**where, "table": "metabolite_samples", "what": "samples analysed", "statistic": "samples"}
    return Result(**about, format="count", warning=why)
