"""Linear mixed models by restricted maximum likelihood: repeated measures (MMRM) and random effects.

`fit_repeated_measures` gives people's visits one of the named structures of `covariance`; `fit_random_effects` gives
each person an intercept and slopes of their own. Both return a `MixedModelFit` that says whether it converged.
Intervals and tests: `mixed_model_inference`. The order of structures that a small trial prespecifies:
`mixed_model_chain`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.covariance import STRUCTURES, CovarianceModel
from firstdose.methods.covariance_by_visit import VisitCovariance
from firstdose.methods.covariance_random_effects import RandomEffectsCovariance
from firstdose.methods.mixed_model_data import (
    NotEstimable,
    Observations,
    PatternSums,
    design_patterns,
    observe,
    rough_covariance,
    sum_patterns,
    visit_patterns,
    visit_slots,
)
from firstdose.methods.mixed_model_fit import Convergence, MixedModelFit, assemble
from firstdose.methods.mixed_model_likelihood import Curvature, curvature, curvature_if_possible, log_likelihood
from firstdose.methods.mixed_model_search import SearchResult, maximise_from

SMALLEST_CURVATURE = 1e-7  # of the log-likelihood by a parameter, per observation, to count as a maximum


def fit_repeated_measures(
    response: ArrayLike,
    design: ArrayLike,
    subject: ArrayLike,
    visit: ArrayLike,
    structure: str,
    *,
    visits: int | None = None,
    restricted: bool = True,
) -> MixedModelFit:
    """Fit a mixed model for repeated measures with a named covariance structure (a key of `STRUCTURES`).

    response (N,), NaN where a visit was missed (or no row at all); design (N, p) of the fixed effects; subject (N,)
    any labels that sort; visit (N,) integers from 0 in the order of time; visits, the number planned (default: the
    highest seen plus one). `restricted` chooses REML, the default, or maximum likelihood.

    Raises ValueError for malformed input, an unknown structure and a visit twice in one person; NotEstimable (a
    ValueError) where the data cannot answer: dependent columns, too few observations or people, an outcome that never
    changes, a planned visit that nobody attended (where each has a variance of its own). A search that fails raises
    nothing: see `convergence`.
    """
    if structure not in STRUCTURES:
        raise ValueError(f"structure {structure!r} is none of {', '.join(STRUCTURES)}")
    observed = observe(response, design, subject)
    slot, count = visit_slots(visit, observed, visits)
    seen, pattern = visit_patterns(observed, slot, count)
    _refuse_too_little(observed, STRUCTURES[structure].parameter_count(count))
    missed = np.flatnonzero(~seen.any(axis=0))
    if missed.size and STRUCTURES[structure].heterogeneous:
        raise NotEstimable(f"nobody has an observation at visit {missed[0]}")
    model = VisitCovariance(STRUCTURES[structure], seen, rough_covariance(observed, slot, count))
    return _fit(model, observed, sum_patterns(observed, slot, count, pattern), pattern, slot, restricted)


def fit_random_effects(
    response: ArrayLike,
    design: ArrayLike,
    subject: ArrayLike,
    random_design: ArrayLike,
    *,
    restricted: bool = True,
) -> MixedModelFit:
    """Fit a mixed model with a full covariance of each person's random effects and independent errors.

    random_design (N, k): a column of ones for a random intercept, the time for a random slope. Other arguments and
    errors as `fit_repeated_measures`. A singular covariance of the random effects is an answer, with
    `convergence.boundary` set.
    """
    observed = observe(response, design, subject)
    z = np.asarray(random_design, dtype=np.float64)
    if z.ndim != 2 or len(z) != len(np.asarray(response)) or not z.shape[1]:
        raise ValueError(f"random_design {z.shape} needs shape (N, k), a row for each response")
    z = z[observed.rows]
    sizes = np.linalg.norm(z, axis=0)
    if not np.isfinite(z).all() or np.linalg.matrix_rank(z / np.where(sizes > 0, sizes, 1.0)) < z.shape[1]:
        raise NotEstimable("the columns of the random-effects design must be finite and independent of each other")
    _refuse_too_little(observed, 1 + z.shape[1] * (z.shape[1] + 1) // 2)
    basis, triangle = np.linalg.qr(z)
    unit = np.sqrt(observed.count)
    designs, seen, slot, pattern = design_patterns(observed, basis * unit)
    model = RandomEffectsCovariance(designs, seen, -0.5, triangle / unit)
    return _fit(model, observed, sum_patterns(observed, slot, seen.shape[1], pattern), pattern, slot, restricted)


def _fit(
    model: VisitCovariance | RandomEffectsCovariance,
    observed: Observations,
    sums: PatternSums,
    pattern: IntArray,
    slot: IntArray,
    restricted: bool,
) -> MixedModelFit:
    def value(parameters: FloatArray) -> float:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return log_likelihood(model.matrices(parameters), sums, restricted=restricted)

    def derivatives(parameters: FloatArray) -> Curvature | None:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return curvature_if_possible(model.values(parameters), sums, restricted=restricted)

    def degenerate(parameters: FloatArray) -> bool:
        return isinstance(model, VisitCovariance) and bool(model.boundary(parameters))

    results = maximise_from(value, derivatives, model.starts(), degenerate)
    if not results:
        raise NotEstimable(f"the covariance structure {model.name} is impossible at every start")
    best = results[0]
    here = curvature(model.values(best.parameters), sums, restricted=restricted)
    convergence = _convergence(model, results, here, observed.count)
    return assemble(model, observed, sums, pattern, slot, best.parameters, convergence, restricted=restricted)


def _convergence(model: CovarianceModel, results: list[SearchResult], here: Curvature, count: int) -> Convergence:
    best = results[0]
    smallest = float(np.linalg.eigvalsh(-here.hessian)[0])
    return Convergence(
        best.arrived,
        best.left_to_gain,
        float(np.abs(here.gradient).max()),
        smallest,
        smallest <= SMALLEST_CURVATURE * count,
        model.boundary(best.parameters),
        best.steps,
        len(results),
        sum(result.log_likelihood > best.log_likelihood - 1e-6 for result in results),
    )


def _refuse_too_little(observed: Observations, parameters: int) -> None:
    free = observed.count - observed.fixed_effects
    if free < parameters:
        raise NotEstimable(f"{free} degrees of freedom are left for {parameters} covariance parameters")
