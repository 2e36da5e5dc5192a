"""The whole analysis of one fluid in one call: the model, the classes, the analyses beside it, the samples' quality."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.analysis.metabolism.class_normalisation import ClassesBeside, classes_beside
from firstdose.analysis.metabolism.class_tests import ClassFit, class_fits
from firstdose.analysis.metabolism.modelling import Fitted, fit
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.metabolism.sample_quality import (
    PrincipalComponents,
    RunOrderTrends,
    principal_components,
    run_order_trends,
)
from firstdose.analysis.metabolism.sensitivities import Sensitivity, WithoutCohorts, sensitivities, without_cohorts
from firstdose.analysis.metabolism.stable_quotients import ClassBasis, class_basis
from firstdose.protocol.metabolism import Metabolism

BASIS_SEED = 50


@dataclass(frozen=True, eq=False)
class FluidModels:
    """The model of single metabolites, as the plan normalises them, and the one in which classes are tested."""

    fitted: Fitted
    basis: ClassBasis


@dataclass(frozen=True, eq=False)
class Beside:
    """The slopes of metabolites by other means, and with cohorts left out."""

    sensitivities: tuple[Sensitivity, ...]
    without_cohorts: tuple[WithoutCohorts, ...]


@dataclass(frozen=True, eq=False)
class FluidAnalysis:
    """All that is worked out for one fluid; pictures and tables are made of it.

    `fitted` and `beside` are of single metabolites, as the plan normalises them. Classes are tested in the model of
    `basis`, whose samples may be divided by other factors; `class_beside` are slopes of metabolites in that model,
    where that is another one with censored ones of the primary class only, and `by_normalisation` are the classes with
    other factors.
    """

    fitted: Fitted
    basis: ClassBasis
    classes: tuple[ClassFit, ...]
    by_normalisation: tuple[ClassesBeside, ...]
    beside: Beside
    class_beside: Beside
    components: PrincipalComponents | None
    trends: RunOrderTrends | None

    @property
    def sensitivities(self) -> tuple[Sensitivity, ...]:
        """The slopes of single metabolites by other means."""
        return self.beside.sensitivities

    @property
    def without_cohorts(self) -> tuple[WithoutCohorts, ...]:
        """The slopes of single metabolites with each cohort left out."""
        return self.beside.without_cohorts


def analyse_fluid(prepared: Prepared, plan: Metabolism, *, seed: int, certainty: float = 0.95) -> FluidAnalysis:
    """Analyse one fluid. Raises NotAnalysable as `fit`."""
    return analysis_of(models_of(prepared, plan, seed=seed, certainty=certainty), plan, seed=seed)


def models_of(prepared: Prepared, plan: Metabolism, *, seed: int, certainty: float = 0.95) -> FluidModels:
    """The models of one fluid. Raises NotAnalysable as `fit`."""
    fitted = fit(prepared, plan, certainty)
    return FluidModels(fitted, class_basis(fitted, plan, seed + BASIS_SEED))


def analysis_of(models: FluidModels, plan: Metabolism, *, seed: int) -> FluidAnalysis:
    """The whole analysis of one fluid, from its models, which were made with the same seed."""
    fitted, basis = models.fitted, models.basis
    prepared, beside = fitted.prepared, _beside(fitted, plan)
    primary = prepared.classes.get(plan.primary_class or "", [])
    return FluidAnalysis(
        fitted,
        basis,
        class_fits(basis.fitted, plan, seed),
        classes_beside(fitted, basis, plan, seed),
        beside,
        beside if basis.fitted is fitted else _beside(basis.fitted, plan, primary),
        principal_components(prepared),
        run_order_trends(prepared),
    )


def _beside(fitted: Fitted, plan: Metabolism, censored: list[int] | None = None) -> Beside:
    return Beside(tuple(sensitivities(fitted, plan, censored)), tuple(without_cohorts(fitted, plan)))
