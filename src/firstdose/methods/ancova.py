"""Analysis of covariance of many trials at once: arms, one covariate with a common slope, contrasts between arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.methods._counts import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class AdjustedContrasts:
    """Contrasts of adjusted arm means (T, C), their standard errors, and degrees of freedom (T,).

    nan where an arm that a contrast needs is empty, or too few people are left.
    """

    estimate: FloatArray
    error: FloatArray
    degrees_of_freedom: FloatArray


def adjusted_contrasts(
    response: FloatArray, covariate: FloatArray, seen: BoolArray, arm: IntArray, contrasts: FloatArray
) -> AdjustedContrasts:
    """Least squares of the response on arms and covariate, both (T, N); ``seen`` (T, N) tells who has a response.

    ``arm`` (N,) numbers the arms from 0; ``contrasts`` (C, A) are sums of arm means. The slope is that within arms, and
    the variance is common to all arms. Source: Fisher, Statistical Methods for Research Workers, 1932, section 49.1;
    Cochran, Biometrics 1957;13:261.
    """
    member = (arm[:, None] == np.arange(contrasts.shape[1])).astype(np.float64)
    present = seen.astype(np.float64)
    y, x = np.where(seen, response, 0.0), np.where(seen, covariate, 0.0)
    count = present @ member
    some = np.maximum(count, 1.0)
    mean_y, mean_x = (y @ member) / some, (x @ member) / some
    y, x = np.where(seen, y - mean_y[:, arm], 0.0), np.where(seen, x - mean_x[:, arm], 0.0)
    xx, xy, yy = (x * x).sum(axis=1), (x * y).sum(axis=1), (y * y).sum(axis=1)
    slope = np.divide(xy, xx, out=np.zeros_like(xy), where=xx > 0)
    free = count.sum(axis=1) - (count > 0).sum(axis=1) - (xx > 0)
    left = np.maximum(yy - slope * xy, 0.0)
    variance = np.divide(left, free, out=np.full_like(left, np.nan), where=free > 0)
    shift = mean_x @ contrasts.T
    estimate = mean_y @ contrasts.T - slope[:, None] * shift
    lever = np.divide(shift**2, xx[:, None], out=np.zeros_like(shift), where=xx[:, None] > 0)
    error = np.sqrt(variance[:, None] * ((1.0 / some) @ (contrasts**2).T + lever))
    lost = ((count == 0) @ (contrasts != 0).T.astype(np.float64)) > 0
    return AdjustedContrasts(
        np.where(lost, np.nan, estimate), np.where(lost, np.nan, error), np.asarray(free, dtype=np.float64)
    )
