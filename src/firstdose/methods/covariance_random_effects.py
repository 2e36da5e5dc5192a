"""Covariance from random effects: each person has an intercept (and slopes) of their own, and independent errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.methods._counts import BoolArray, FloatArray
from firstdose.methods.covariance import CovarianceValues, product_derivatives, scaled

SINGULAR = 1e-5  # relative standard deviation of a random effect below which it is none
LARGEST_RELATIVE_SCALE = 1e5
START_SCALES = (0.83, 0.29, 3.1)


@dataclass(frozen=True, eq=False)
class RandomEffectsCovariance:
    """V = sigma^2 (I + Z T T' Z') with a full covariance matrix of the k random effects.

    designs (P, m, k) holds Z for each pattern, zero rows at visits it lacks (visits_seen (P, m)). Parameters: the
    logarithm of sigma, then the lower triangle of T with its diagonal, row by row. Where a variance is zero the
    likelihood is flat at a finite T, so that the search ends there ("singular fit") and does not run away. The columns
    of Z are an orthogonal basis of those the user gave (given = Z @ triangle).
    Source: Bates et al., J Stat Softw 2015;67(1), section 2.2 for the relative factor T.
    """

    designs: FloatArray
    visits_seen: BoolArray
    log_scale: float
    triangle: FloatArray

    name = "random effects"

    @property
    def effects(self) -> int:
        return int(self.designs.shape[2])

    @property
    def parameter_count(self) -> int:
        return 1 + self.effects * (self.effects + 1) // 2

    def values(self, parameters: FloatArray) -> CovarianceValues:
        """Covariance and derivatives for each pattern of visits."""
        z, rows = self.designs, np.tril_indices(self.effects)
        product, first, second = product_derivatives(self._factor(parameters), *rows)
        seen = np.eye(z.shape[1]) * self.visits_seen[:, :, None]
        zt = np.swapaxes(z, 1, 2)
        core = (seen + z @ product @ zt, z @ first[:, None] @ zt, z @ second[:, :, None] @ zt)
        matrices, by_one, by_two = scaled(parameters[:1], np.ones((1, z.shape[1])), core)
        return CovarianceValues(matrices + np.eye(z.shape[1]) * ~self.visits_seen[:, :, None], by_one, by_two)

    def matrices(self, parameters: FloatArray) -> FloatArray:
        """Covariance of each pattern, padded (P, m, m)."""
        return self.values(parameters).matrices

    def linear_values(self, parameters: FloatArray) -> CovarianceValues:
        """The same V with derivatives by sigma^2 and the entries of the random effects' covariance.

        V is linear in these, so the second derivatives are zero.
        """
        z, (rows, columns) = self.designs, np.tril_indices(self.effects)
        units = np.zeros((len(rows), self.effects, self.effects))
        units[np.arange(len(rows)), rows, columns] = units[np.arange(len(rows)), columns, rows] = 1.0
        seen = np.eye(z.shape[1]) * self.visits_seen[:, :, None]
        first = np.concatenate([seen[None], z @ units[:, None] @ np.swapaxes(z, 1, 2)])
        count = len(first)
        second = np.zeros((count, count, *first.shape[1:]))
        return CovarianceValues(self.values(parameters).matrices, first, second)

    def components(self, parameters: FloatArray) -> tuple[FloatArray, float]:
        """Covariance of the random effects that the user named (k, k) and the variance of the errors."""
        variance = float(np.exp(2.0 * parameters[0]))
        factor = np.linalg.solve(self.triangle, self._factor(parameters))
        return variance * (factor @ factor.T), variance

    def parameters_of(self, effects: FloatArray, errors: float) -> FloatArray:
        """Parameters of a positive definite covariance of the random effects and a variance of the errors."""
        factor = np.linalg.cholesky(self.triangle @ effects @ self.triangle.T / errors)
        return np.concatenate([[np.log(errors) / 2.0], factor[np.tril_indices(self.effects)]])

    def starts(self) -> list[FloatArray]:
        """Parameters to start the search from: independent random effects of several sizes."""
        unit = np.eye(self.effects)[np.tril_indices(self.effects)]
        return [np.concatenate([[self.log_scale], scale * unit]) for scale in START_SCALES]

    def boundary(self, parameters: FloatArray) -> str:
        """Whether the covariance of the random effects is singular, or swamps the errors; "" if neither."""
        if self._sizes(parameters)[0] > LARGEST_RELATIVE_SCALE:
            return "the variance of the errors goes to zero"
        return "the covariance of the random effects is singular" if self.is_singular(parameters) else ""

    def is_singular(self, parameters: FloatArray) -> bool:
        """Whether some combination of the random effects has no variance."""
        return bool(self._sizes(parameters)[-1] < SINGULAR)

    def _sizes(self, parameters: FloatArray) -> FloatArray:
        return np.asarray(np.linalg.svd(self._factor(parameters), compute_uv=False))

    def _factor(self, parameters: FloatArray) -> FloatArray:
        factor = np.zeros((self.effects, self.effects))
        factor[np.tril_indices(self.effects)] = parameters[1:]
        return factor
