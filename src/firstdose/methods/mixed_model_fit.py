"""A fitted linear mixed model: its figures in the user's units, and how far its search can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.covariance import CovarianceModel
from firstdose.methods.covariance_by_visit import VisitCovariance
from firstdose.methods.covariance_random_effects import RandomEffectsCovariance
from firstdose.methods.mixed_model_data import Observations, PatternSums
from firstdose.methods.mixed_model_likelihood import Curvature, curvature


@dataclass(frozen=True)
class Convergence:
    """How the search for the covariance parameters ended.

    arrived: Newton's next step promises no more (left_to_gain, in log-likelihood). largest_gradient: of the
    log-likelihood by any parameter. smallest_curvature: smallest eigenvalue of minus its Hessian; flat where that is
    too small for a maximum. boundary: what is degenerate about the covariance, or "". starts and starts_agreeing:
    searches made, and those that ended within 1e-6 of the best.
    """

    arrived: bool
    left_to_gain: float
    largest_gradient: float
    smallest_curvature: float
    flat: bool
    boundary: str
    steps: int
    starts: int
    starts_agreeing: int

    @property
    def at_maximum(self) -> bool:
        """Whether this is a proper maximum inside the parameter space."""
        return not self.problem

    @property
    def problem(self) -> str:
        """Why this is no proper maximum, in words; "" where it is one."""
        if self.boundary:
            return self.boundary
        if not self.arrived:
            return f"the search ended with {self.left_to_gain:.2g} of log-likelihood still to gain"
        return "the log-likelihood is flat in some covariance parameter" if self.flat else ""


@dataclass(frozen=True, eq=False)
class MixedModelFit:
    """A fitted mixed model; its numbers are in the units of the response and the design.

    coefficients (p,) and coefficient_covariance (p, p), not adjusted for small samples; log_likelihood with its full
    constant, as lme4, nlme and mmrm print it (restricted: with log|X'V^-1 X|); parameters (q,) of the covariance
    model (of the response divided by `observations.scale`) and the convergence of their search. people_patterns
    (people,) and slots (N,) say which pattern of visits each person has and which visit each observation is.
    """

    model: CovarianceModel
    restricted: bool
    observations: Observations
    sums: PatternSums
    people_patterns: IntArray
    slots: IntArray
    parameters: FloatArray
    log_likelihood: float
    coefficients: FloatArray
    coefficient_covariance: FloatArray
    convergence: Convergence

    @property
    def structure(self) -> str:
        """Name of the covariance structure."""
        return self.model.name

    @property
    def people(self) -> int:
        return len(self.observations.people)

    @property
    def covariance(self) -> FloatArray:
        """Covariance of a person's visits (m, m); ValueError for a random-effects model."""
        if not isinstance(self.model, VisitCovariance):
            raise ValueError("a random-effects model has no covariance by visit: see variance_components")
        matrix = self.model.structure.matrix(self.parameters, self.model.visits)
        return np.asarray(matrix * self.observations.scale**2)

    @property
    def variance_components(self) -> tuple[FloatArray, float]:
        """Covariance of the random effects (k, k) and variance of the errors; ValueError for other models."""
        if not isinstance(self.model, RandomEffectsCovariance):
            raise ValueError("only a random-effects model has variance components: see covariance")
        effects, errors = self.model.components(self.parameters)
        scale = self.observations.scale**2
        return effects * scale, errors * scale

    @cached_property
    def curvature(self) -> Curvature:
        """Derivatives of the log-likelihood by the search's parameters, in scaled units."""
        return curvature(self.model.values(self.parameters), self.sums, restricted=self.restricted)


def assemble(
    model: CovarianceModel,
    observations: Observations,
    sums: PatternSums,
    people_patterns: IntArray,
    slots: IntArray,
    parameters: FloatArray,
    convergence: Convergence,
    *,
    restricted: bool,
) -> MixedModelFit:
    """The fit at these covariance parameters; ValueError where the covariance is not positive definite."""
    here = curvature(model.values(parameters), sums, restricted=restricted)
    back = np.linalg.inv(observations.triangle)
    free = observations.count - observations.fixed_effects * restricted
    constant = -free * (np.log(2.0 * np.pi) / 2.0 + np.log(observations.scale))
    constant -= restricted * np.log(np.abs(np.diag(observations.triangle))).sum()
    return MixedModelFit(
        model,
        restricted,
        observations,
        sums,
        people_patterns,
        slots,
        parameters,
        here.log_likelihood + float(constant),
        back @ (observations.least_squares + observations.scale * here.coefficients),
        observations.scale**2 * back @ here.covariance @ back.T,
        convergence,
    )


def at_parameters(fit: MixedModelFit, parameters: FloatArray) -> MixedModelFit:
    """The same model at other covariance parameters, which are taken as if the search had ended there.

    For comparisons with fits of other software at their own parameters. Raises ValueError where the covariance is not
    positive definite.
    """
    return assemble(
        fit.model,
        fit.observations,
        fit.sums,
        fit.people_patterns,
        fit.slots,
        parameters,
        fit.convergence,
        restricted=fit.restricted,
    )
