"""CRM skeletons from an indifference interval, and what a given skeleton is indifferent about."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from firstdose.methods._counts import FloatArray
from firstdose.methods.power_model import Model, beta_at, check_skeleton, rates_at


def skeleton_from_indifference_interval(
    half_width: float,
    target: float,
    prior_mtd: int,
    levels: int,
    model: Model = "empiric",
    intercept: float = 3.0,
) -> FloatArray:
    """Skeleton whose neighbours of the MTD may be taken for it only within target +- half_width; shape (L,).

    prior_mtd is the level (1 the lowest) expected to have the target rate.
    Source: Lee and Cheung, Clin Trials 2009;6:227. Raises ValueError unless target +- half_width lies
    between 0 and 1 (logistic: expit(intercept)), half_width > 0 and 1 <= prior_mtd <= levels.
    """
    highest = 1.0 if model == "empiric" else float(expit(intercept))
    if not (half_width > 0 and target - half_width > 0 and target + half_width < highest):
        raise ValueError(f"target {target} +- half_width {half_width} must lie strictly between 0 and {highest:.6g}")
    if not 1 <= prior_mtd <= levels:
        raise ValueError(f"prior_mtd {prior_mtd} must be one of the levels 1 to {levels}")
    steps = np.arange(1, levels + 1) - prior_mtd
    # Each step down or up multiplies the dose label (log s, or logit s - intercept) by the same factor.
    if model == "empiric":
        factor = np.log(target + half_width) / np.log(target - half_width)
        return np.asarray(target ** (factor**steps))
    factor = (logit(target + half_width) - intercept) / (logit(target - half_width) - intercept)
    return np.asarray(expit(intercept + (logit(target) - intercept) * factor**steps))


def equidistant_parameters(
    skeleton: tuple[float, ...], target: float, model: Model = "empiric", intercept: float = 3.0
) -> FloatArray:
    """The beta at which levels k and k + 1 lie equally far from the target; shape (L - 1,), rising.

    Between two of them one level is the MTD. Solved by bisection to the last digit.
    Raises ValueError for a skeleton or model that `OneParameterPosterior` refuses, and for a target
    outside the model's range.
    """
    check_skeleton(skeleton, model, intercept)
    if not 0 < target < (1.0 if model == "empiric" else float(expit(intercept))):
        raise ValueError(f"target {target} is not a rate the model can reach")
    at_target = beta_at(target, skeleton, model, intercept)
    low, high = at_target[:-1].copy(), at_target[1:].copy()  # there level k, then k + 1, has the target rate
    pair = np.arange(len(low))
    for _ in range(100):
        middle = (low + high) / 2
        rates = rates_at(middle, skeleton, model, intercept)
        too_high = rates[pair, pair] + rates[pair, pair + 1] > 2 * target
        low, high = np.where(too_high, middle, low), np.where(too_high, high, middle)
    return np.asarray((low + high) / 2)


def indifference_intervals(
    skeleton: tuple[float, ...], target: float, model: Model = "empiric", intercept: float = 3.0
) -> FloatArray:
    """Rates of the MTD's neighbours at which these may be chosen instead, with each level as the MTD.

    Shape (L, 2): column 0 is the rate of the level below, column 1 of the level above; nan where none is.
    Source: Cheung and Chappell, Biometrics 2002;58:671. Errors as `equidistant_parameters`.
    """
    rates = rates_at(equidistant_parameters(skeleton, target, model, intercept), skeleton, model, intercept)
    pair = np.arange(len(rates))
    intervals = np.full((len(skeleton), 2), np.nan)
    intervals[1:, 0] = rates[pair, pair]
    intervals[:-1, 1] = rates[pair, pair + 1]
    return intervals
