"""A named covariance structure bound to the visits that each person kept, with starts and boundary checks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.methods._counts import BoolArray, FloatArray
from firstdose.methods.covariance import CovarianceValues, Structure, padded

SMALLEST_EIGENVALUE = 1e-5  # of a correlation matrix; below it the matrix is singular for our purposes
LARGEST_SCALE_RATIO = 1e4
START_CORRELATIONS = (0.3, 0.0, 0.8)
CHANGED_CORRELATION = 0.5
ROOM = 0.1  # smallest eigenvalue of the correlations at a start


@dataclass(frozen=True, eq=False)
class VisitCovariance:
    """One structure for all people; a person who missed visits has the matching rows and columns.

    visits_seen (P, m) says which visits each pattern holds; rough (m, m) is a first covariance from the people that
    have both visits (it need not be positive definite), from which the search starts.
    """

    structure: Structure
    visits_seen: BoolArray
    rough: FloatArray

    @property
    def name(self) -> str:
        return self.structure.name

    @property
    def visits(self) -> int:
        return int(self.visits_seen.shape[1])

    @property
    def parameter_count(self) -> int:
        return self.structure.parameter_count(self.visits)

    def values(self, parameters: FloatArray) -> CovarianceValues:
        """Covariance and derivatives for each pattern of visits."""
        return padded(self.visits_seen, *self.structure.derivatives(parameters, self.visits))

    def matrices(self, parameters: FloatArray) -> FloatArray:
        """Covariance of each pattern, padded (P, m, m)."""
        return self.values(parameters).matrices

    def starts(self) -> list[FloatArray]:
        """Parameters to start the search from: moderate, no and strong positive correlation, and changed signs.

        With few people and missed visits a rich structure's likelihood has several maxima. So ante-dependence and the
        unstructured form also start from what the data suggest and with each visit in turn against the others, the
        serial ones with alternating signs.
        """
        scales: FloatArray = np.sqrt(np.diag(self.rough))
        lag = np.subtract.outer(np.arange(self.visits), np.arange(self.visits))
        pattern = self.structure.pattern
        powers = lag != 0 if pattern in ("compound symmetry", "unstructured") else np.abs(lag)
        starts = [np.outer(scales, scales) * float(rho) ** powers for rho in START_CORRELATIONS]
        signs: FloatArray = np.empty((0, self.visits))
        if pattern in ("unstructured", "ante-dependence"):
            signs = 1.0 - 2.0 * np.eye(self.visits)
            starts += [_shrunken(self.rough, scales)]
        elif pattern in ("autoregressive", "toeplitz"):
            signs = np.asarray((-1.0) ** np.arange(self.visits)[None, :], dtype=np.float64)
        starts += [np.outer(scales * sign, scales * sign) * CHANGED_CORRELATION**powers for sign in signs]
        return [self.structure.parameters_of(start) for start in starts]

    def boundary(self, parameters: FloatArray) -> str:
        """What makes this covariance one that no data should give, or "" where nothing does."""
        covariance = self.structure.matrix(parameters, self.visits)
        scales = np.sqrt(np.diag(covariance))
        if not np.isfinite(scales).all() or scales.min() * LARGEST_SCALE_RATIO < scales.max():
            return "the standard deviation of a visit goes to zero or grows without limit"
        smallest = float(np.linalg.eigvalsh(covariance / np.outer(scales, scales))[0])
        if smallest < SMALLEST_EIGENVALUE:
            return "the correlations of the visits go to the edge of what is possible"
        return ""


def _shrunken(rough: FloatArray, scales: FloatArray) -> FloatArray:
    """The rough covariance with its correlations made smaller until it is well inside what is possible."""
    correlations = rough / np.outer(scales, scales)
    smallest = float(np.linalg.eigvalsh(correlations)[0])
    kept = min(1.0, (1.0 - ROOM) / max(1.0 - smallest, ROOM))
    return np.asarray(np.outer(scales, scales) * (kept * correlations + (1.0 - kept) * np.eye(len(scales))))
