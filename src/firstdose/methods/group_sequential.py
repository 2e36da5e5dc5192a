"""Boundaries of interim looks: error spending, constant shapes, and the probabilities to cross them.

With information fraction t the statistic Z(t) sqrt(t) has independent increments of variance t, so the probability to
cross first at a look is a recursion of one-dimensional integrals. Source: Armitage, McPherson and Rowe, J R Stat Soc A
1969;132:235; Jennison and Turnbull, Group Sequential Methods, 1999, chapter 19. Boundaries are upper ones, one-sided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy.special import ndtr, ndtri

from firstdose.methods._counts import FloatArray
from firstdose.methods.quadrature import gauss_legendre
from firstdose.methods.root import root_between

Spending: TypeAlias = Literal["obrien_fleming", "pocock", "linear"]

NODES = 400
FAR = 9.0  # standard deviations below the mean at which the integrals begin
HIGHEST = 8.5  # a boundary further out is never crossed in practice
SMALLEST_SPENT = 1e-12
SMALLEST_STEP = 0.01  # of information between two looks, which the nodes can follow


def spent(spending: Spending, error: float, information: Sequence[float]) -> FloatArray:
    """One-sided error spent up to each information fraction; shape (K,).

    ``obrien_fleming``: 2 - 2 Phi(z(error / 2) / sqrt(t)); ``pocock``: error ln(1 + (e - 1) t); ``linear``: error t.
    Source: Lan and DeMets, Biometrika 1983;70:659. Raises ValueError for another name, an error outside 0 to 1/2, and
    fractions that do not rise from above 0 to at most 1.
    """
    t = _checked(information)
    if not 0 < error < 0.5:
        raise ValueError(f"error {error} must lie between 0 and 0.5")
    if spending == "obrien_fleming":
        return np.asarray(2.0 * ndtr(float(ndtri(error / 2)) / np.sqrt(t)))
    if spending == "pocock":
        return np.asarray(error * np.log1p((np.e - 1.0) * t))
    if spending == "linear":
        return np.asarray(error * t)
    raise ValueError(f"spending {spending!r} must be one of {', '.join(get_args(Spending))}")


def spending_boundaries(information: Sequence[float], error: float, spending: Spending) -> FloatArray:
    """The boundary at each look that spends the error so; infinite where nothing is spent; shape (K,)."""
    steps = np.diff(spent(spending, error, information), prepend=0.0)
    path = _Path.at_start(_checked(information))
    found = []
    for wanted in steps.tolist():
        found.append(path.boundary_of(wanted))
        path = path.below(found[-1])
    return np.array(found)


def shaped_boundaries(information: Sequence[float], error: float, exponent: float) -> FloatArray:
    """Boundaries c (t / t_K)^exponent that are crossed with probability ``error`` in all; shape (K,).

    The exponent is 0 for Pocock's and -1/2 for O'Brien and Fleming's. Source: Wang and Tsiatis, Biometrics 1987;43:193.
    """
    t = _checked(information)
    shape = (t / t[-1]) ** exponent

    def excess(constant: float) -> float:
        return float(crossing_probabilities(information, constant * shape).sum()) - error

    return np.asarray(root_between(excess, 0.0, HIGHEST, absolute=1e-9, relative=1e-12) * shape)


def crossing_probabilities(
    information: Sequence[float], boundaries: Sequence[float] | FloatArray, drift: float = 0.0
) -> FloatArray:
    """Probability to cross first at each look; ``drift`` is the mean of Z at information 1; shape (K,)."""
    path = _Path.at_start(_checked(information), drift)
    found = []
    for boundary in np.asarray(boundaries, dtype=np.float64).tolist():
        found.append(path.crossing(boundary))
        path = path.below(boundary)
    return np.array(found)


@dataclass(frozen=True, eq=False)
class _Path:
    """Those who have crossed nothing before a look: weights at values of Z(t) sqrt(t), one at 0 at the start."""

    information: FloatArray
    look: int
    drift: float
    value: FloatArray
    weight: FloatArray

    @classmethod
    def at_start(cls, information: FloatArray, drift: float = 0.0) -> _Path:
        return cls(information, 0, drift, np.zeros(1), np.ones(1))

    @property
    def _step(self) -> float:
        return float(self.information[self.look] - (self.information[self.look - 1] if self.look else 0.0))

    def crossing(self, boundary: float) -> float:
        """Probability to be above a boundary of Z at this look."""
        if np.isinf(boundary):
            return 0.0 if boundary > 0 else float(self.weight.sum())
        height = boundary * float(np.sqrt(self.information[self.look]))
        above = ndtr((self.value + self.drift * self._step - height) / np.sqrt(self._step))
        return float(self.weight @ above)

    def boundary_of(self, wanted: float) -> float:
        """The boundary of Z that is crossed at this look with a probability; infinite where that is nothing."""
        if wanted <= SMALLEST_SPENT or self.crossing(HIGHEST) >= wanted:
            return float("inf")
        return root_between(
            lambda height: self.crossing(height) - wanted, -HIGHEST, HIGHEST, absolute=1e-9, relative=1e-12
        )

    def below(self, boundary: float) -> _Path:
        """Those who are below the boundary at this look, on their way to the next."""
        if self.look + 1 == len(self.information):
            return self
        here = float(self.information[self.look])
        centre, spread = self.drift * here, float(np.sqrt(here))
        low, high = centre - FAR * spread, min(centre + FAR * spread, boundary * spread)
        x, w = gauss_legendre(NODES)
        half = max(high - low, 0.0) / 2
        value = low + half * (1.0 + x)
        distance = (value[:, None] - self.value - self.drift * self._step) / np.sqrt(self._step)
        density = np.exp(-(distance**2) / 2) @ self.weight / np.sqrt(2 * np.pi * self._step)
        return _Path(self.information, self.look + 1, self.drift, value, half * w * density)


def _checked(information: Sequence[float]) -> FloatArray:
    t = np.asarray(information, dtype=np.float64)
    if t.ndim != 1 or not t.size or t[0] <= 0 or t[-1] > 1 or bool((np.diff(t) <= 0).any()):
        raise ValueError(f"information {t.tolist()} must rise from above 0 to at most 1")
    if bool((np.diff(t, prepend=0.0) < SMALLEST_STEP).any()):
        raise ValueError(f"information {t.tolist()} must rise by at least {SMALLEST_STEP} from look to look")
    return t
