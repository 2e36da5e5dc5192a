"""Tests and intervals for the fixed effects of a mixed model in small samples: Satterthwaite and Kenward-Roger.

Sources: Fai and Cornelius, J Stat Comput Simul 1996;54:363 (Satterthwaite's degrees of freedom for one and several
contrasts); Kenward and Roger, Biometrics 1997;53:983 (adjusted covariance, F).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, fdtrc, stdtrit

from firstdose.methods._counts import FloatArray
from firstdose.methods.covariance_random_effects import RandomEffectsCovariance
from firstdose.methods.mixed_model_data import RANK_TOLERANCE, NotEstimable
from firstdose.methods.mixed_model_fit import MixedModelFit
from firstdose.methods.mixed_model_likelihood import Curvature, curvature

Form: TypeAlias = Literal["linear", "general"]
Information: TypeAlias = Literal["observed", "expected"]
Method: TypeAlias = Literal["kenward-roger", "satterthwaite"]


@dataclass(frozen=True, eq=False)
class SmallSample:
    """A fit with what its tests need: made by `kenward_roger` or `satterthwaite`.

    covariance (p, p) of the coefficients, adjusted where the method adjusts it; weights (q, q), the covariance of the
    estimated covariance parameters; unadjusted (p, p) = Phi and slopes (q, p, p) = its derivatives by them, all in the
    units of the coefficients.
    """

    fit: MixedModelFit
    method: Method
    description: str
    covariance: FloatArray
    unadjusted: FloatArray
    weights: FloatArray
    slopes: FloatArray

    def degrees_of_freedom(self, rows: FloatArray) -> FloatArray:
        """2 (l'Phi l)^2 / var(l'Phi l) for each row l of (c, p)."""
        variance = np.einsum("cp,pr,cr->c", rows, self.unadjusted, rows)
        slope = np.einsum("cp,ipr,cr->ci", rows, self.slopes, rows, optimize=True)
        spread = np.einsum("ci,ij,cj->c", slope, self.weights, slope)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2.0 * variance**2 / spread)


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Estimates of linear combinations of the coefficients; every field has shape (c,)."""

    estimate: FloatArray
    standard_error: FloatArray
    degrees_of_freedom: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True)
class JointTest:
    """F test that several contrasts are all zero. scale multiplies the Wald F (1 for Satterthwaite)."""

    statistic: float
    numerator_degrees_of_freedom: int
    denominator_degrees_of_freedom: float
    p_value: float
    scale: float


def satterthwaite(fit: MixedModelFit) -> SmallSample:
    """Satterthwaite's degrees of freedom from the observed information; the covariance is not adjusted.

    Raises NotEstimable where the fit is no proper maximum. A singular covariance of random effects is allowed: what
    lies on the boundary is then taken as known.
    """
    _refuse_what_is_no_maximum(fit)
    return _small_sample(fit, "satterthwaite", "Satterthwaite, observed information", fit.curvature, "observed")


def kenward_roger(fit: MixedModelFit, *, form: Form = "linear", information: Information | None = None) -> SmallSample:
    """Kenward and Roger's adjusted covariance and degrees of freedom for a REML fit.

    form "linear" leaves out the second derivatives R_ij of the covariance. It is the whole formula where the
    covariance is linear in its parameters (compound symmetry, unstructured, Toeplitz, random effects), and does not
    depend on how a structure is parametrised. "general" keeps -R_ij / 4 in the parameters of `covariance`
    (logarithms of standard deviations, transformed correlations, Cholesky entries); its answer depends on them.
    information gives the weights: of "expected" information as in the paper (default for random effects, as R's
    pbkrtest) or "observed" (default by visit, as R's mmrm, whose default form is "general").

    Raises ValueError for a maximum-likelihood fit, and NotEstimable where the fit is no proper maximum. A random
    effect of variance zero is kept as a parameter.
    """
    if not fit.restricted:
        raise ValueError("Kenward and Roger's method is for fits by restricted maximum likelihood")
    if form not in ("linear", "general") or information not in (None, "observed", "expected"):
        raise ValueError(f"form {form!r} or information {information!r} is unknown")
    _refuse_what_is_no_maximum(fit)
    here, chosen = fit.curvature, information or "observed"
    if isinstance(fit.model, RandomEffectsCovariance):
        chosen = information or "expected"
        here = curvature(fit.model.linear_values(fit.parameters), fit.sums, restricted=True)
    phi, weights = here.covariance, _inverse_information(here, chosen)
    turned = phi @ here.slopes
    excess = np.einsum("ij,ijab->ab", weights, here.squares) - np.einsum(
        "ij,iab,jbc->ac", weights, here.slopes, turned, optimize=True
    )
    if form == "general":
        excess -= np.einsum("ij,ijab->ab", weights, here.bends) / 4.0
    adjusted = phi + 2.0 * phi @ ((excess + excess.T) / 2.0) @ phi
    description = f"Kenward-Roger, {form} form, {chosen} information"
    return _small_sample(fit, "kenward-roger", description, here, chosen, adjusted)


def contrasts(small_sample: SmallSample, rows: ArrayLike, *, certainty: float = 0.95) -> Contrasts:
    """Tests (t) and intervals for each row (c, p) of coefficients' multipliers; a single row may be given flat.

    Raises ValueError for another number of columns or a certainty outside 0 to 1. A row of zeros has a standard error
    of zero and no test (NaN). With one contrast both methods have the degrees of freedom
    2 (l'Phi l)^2 / var(l'Phi l); Kenward-Roger's scale is then 1.
    """
    multipliers, tail = _rows(small_sample, rows), (1.0 - _certain(certainty)) / 2.0
    estimate = multipliers @ small_sample.fit.coefficients
    error = np.sqrt(np.maximum(np.einsum("cp,pr,cr->c", multipliers, small_sample.covariance, multipliers), 0.0))
    freedom = small_sample.degrees_of_freedom(multipliers)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / error
        p_value = betainc(freedom / 2.0, 0.5, freedom / (freedom + statistic**2))
    half = stdtrit(freedom, 1.0 - tail) * error
    return Contrasts(estimate, error, freedom, statistic, p_value, estimate - half, estimate + half)


def joint_test(small_sample: SmallSample, rows: ArrayLike) -> JointTest:
    """F test that every row (c, p) of multipliers gives zero.

    Kenward-Roger: the scaled F of the 1997 paper; Satterthwaite: Fai and Cornelius. Where a method's formula gives no
    positive degrees of freedom (very little information), the p value and they are NaN. Raises ValueError for rows
    that depend on each other.
    """
    multipliers = _rows(small_sample, rows)
    count = len(multipliers)
    if np.linalg.matrix_rank(multipliers, tol=RANK_TOLERANCE * np.abs(multipliers).max()) < len(multipliers):
        raise ValueError("the rows of a joint test must be independent of each other")
    estimate = multipliers @ small_sample.fit.coefficients
    wald = float(estimate @ np.linalg.solve(multipliers @ small_sample.covariance @ multipliers.T, estimate)) / count
    if count == 1:
        freedom, scale = float(small_sample.degrees_of_freedom(multipliers)[0]), 1.0
    elif small_sample.method == "kenward-roger":
        freedom, scale = _kenward_roger_freedom(small_sample, multipliers)
    else:
        freedom, scale = _fai_cornelius_freedom(small_sample, multipliers), 1.0
    if not (freedom > 0 and scale > 0):
        return JointTest(wald, count, float("nan"), float("nan"), float("nan"))
    return JointTest(scale * wald, count, freedom, float(fdtrc(count, freedom, scale * wald)), scale)


def average_rows(grid: ArrayLike, groups: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Rows of multipliers of least-squares means: the mean design row of each group of a reference grid.

    grid (g, p) holds one design row per combination of factor levels (covariates at the value wanted), groups (g,)
    what each belongs to. Returns the groups in order (c,) and the rows (c, p) for `contrasts`; combinations of a
    group count equally.
    """
    x, labels = np.asarray(grid, dtype=np.float64), np.asarray(groups)
    if x.ndim != 2 or labels.shape != x.shape[:1]:
        raise ValueError(f"grid {x.shape} and groups {labels.shape} need shapes (g, p) and (g,)")
    names, member = np.unique(labels, return_inverse=True)
    sums = np.zeros((len(names), x.shape[1]))
    np.add.at(sums, member, x)
    return names, sums / np.bincount(member)[:, None]


def _small_sample(
    fit: MixedModelFit,
    method: Method,
    description: str,
    here: Curvature,
    information: Information,
    adjusted: FloatArray | None = None,
) -> SmallSample:
    """Bring covariance and slopes from the orthonormal basis to the coefficients."""
    back = fit.observations.scale * np.linalg.inv(fit.observations.triangle)
    phi = here.covariance
    slopes = back @ (phi @ here.slopes @ phi) @ back.T
    covariance = back @ (phi if adjusted is None else adjusted) @ back.T
    weights = _inverse_information(here, information)
    return SmallSample(fit, method, description, covariance, back @ phi @ back.T, weights, slopes)


def _inverse_information(here: Curvature, information: Information) -> FloatArray:
    matrix = -here.hessian if information == "observed" else here.expected
    sizes = np.sqrt(np.maximum(np.abs(np.diag(matrix)), np.finfo(np.float64).tiny))
    return np.asarray(np.linalg.pinv(matrix / np.outer(sizes, sizes), hermitian=True) / np.outer(sizes, sizes))


def _refuse_what_is_no_maximum(fit: MixedModelFit) -> None:
    singular = isinstance(fit.model, RandomEffectsCovariance) and fit.model.is_singular(fit.parameters)
    if fit.convergence.problem and not (singular and fit.convergence.arrived):
        raise NotEstimable(fit.convergence.problem)


def _fai_cornelius_freedom(small_sample: SmallSample, rows: FloatArray) -> float:
    """E is the sum of nu / (nu - 2) over the independent directions; 2 E / (E - l) degrees of freedom."""
    _, axes = np.linalg.eigh(rows @ small_sample.unadjusted @ rows.T)
    nu = small_sample.degrees_of_freedom(axes.T @ rows)
    if np.ptp(nu) <= 1e-8 * nu.max():
        return float(nu.mean())
    expectation = float((nu[nu > 2] / (nu[nu > 2] - 2.0)).sum())
    return 2.0 * expectation / (expectation - len(rows)) if expectation > len(rows) else float("nan")


def _kenward_roger_freedom(small_sample: SmallSample, rows: FloatArray) -> tuple[float, float]:
    """Denominator degrees of freedom m and scale lambda, in the letters of Kenward and Roger 1997, section 3."""
    count = len(rows)
    middle = np.linalg.inv(rows @ small_sample.unadjusted @ rows.T)
    turned = middle @ (rows @ small_sample.slopes @ rows.T)
    w, traces = small_sample.weights, np.einsum("iaa->i", turned)
    a1 = float(traces @ w @ traces)
    a2 = float(np.einsum("ij,iab,jba->", w, turned, turned, optimize=True))
    b = (a1 + 6.0 * a2) / (2.0 * count)
    g = ((count + 1.0) * a1 - (count + 4.0) * a2) / ((count + 2.0) * a2)
    below = 3.0 * count + 2.0 * (1.0 - g)
    c1, c2, c3 = g / below, (count - g) / below, (count + 2.0 - g) / below
    expectation = 1.0 / (1.0 - a2 / count)
    variance = 2.0 / count * (1.0 + c1 * b) / ((1.0 - c2 * b) ** 2 * (1.0 - c3 * b))
    ratio = variance / (2.0 * expectation**2)
    freedom = 4.0 + (count + 2.0) / (count * ratio - 1.0)
    return freedom, freedom / (expectation * (freedom - 2.0))


def _rows(small_sample: SmallSample, rows: ArrayLike) -> FloatArray:
    matrix = np.atleast_2d(np.asarray(rows, dtype=np.float64))
    if matrix.ndim != 2 or matrix.shape[1] != len(small_sample.fit.coefficients) or not np.isfinite(matrix).all():
        raise ValueError(f"rows {matrix.shape} need a finite number for each of the model's coefficients")
    return matrix


def _certain(certainty: float) -> float:
    if not 0 < certainty < 1:
        raise ValueError(f"certainty {certainty} must lie strictly between 0 and 1")
    return certainty
