"""The moderated repeated-measures model in one call: correlation within people, fits, moderated variances, tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray
from firstdose.methods.linear_fits import LinearFits, fit_linear, fit_within_people
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.moderated_tests import ModeratedF, ModeratedT, moderated_f, moderated_t
from firstdose.methods.moderated_variance import ModeratedVariances, moderate_variances
from firstdose.methods.response_matrix import ResponseMatrix, arrange
from firstdose.methods.treat import BeyondThreshold, treat
from firstdose.methods.within_person_correlation import WithinPersonCorrelation, within_person_correlation

Moderation: TypeAlias = Literal["plain", "trend", "robust", "trend-robust"]
MODERATIONS: tuple[Moderation, ...] = get_args(Moderation)


@dataclass(frozen=True, eq=False)
class ModeratedModel:
    """Fits of all metabolites with moderated variances.

    correlation is what was estimated, None where a correlation was given or the fit is within people; see
    `fits.correlation` for the one that was used.
    """

    fits: LinearFits
    variances: ModeratedVariances
    correlation: WithinPersonCorrelation | None

    @property
    def problem(self) -> tuple[str, ...]:
        """Why a metabolite cannot be tested, else "" (G,)."""
        return self.fits.problem

    def test(self, contrast: ArrayLike, *, certainty: float = 0.95) -> ModeratedT:
        """Estimates, intervals and tests of a contrast (p,) of the coefficients."""
        return moderated_t(self.fits, self.variances, contrast, certainty=certainty)

    def joint_test(self, contrasts: ArrayLike) -> ModeratedF:
        """F tests that several contrasts (q, p) are all zero."""
        return moderated_f(self.fits, self.variances, contrasts)

    def test_beyond(self, contrast: ArrayLike, threshold: float) -> BeyondThreshold:
        """Tests that a contrast (p,) is larger than a threshold, in either direction."""
        return treat(self.fits, self.variances, contrast, threshold)


def fit_moderated_model(
    response: ArrayLike,
    design: ArrayLike,
    person: ArrayLike,
    *,
    moderation: Moderation = "plain",
    correlation: float | None = None,
) -> ModeratedModel:
    """Fit response (N, G; NaN where missing) on design (N, p), rows being observations of people (N,).

    The correlation within people is estimated unless it is given (0 is ordinary least squares). Where nobody was
    observed twice, or no metabolite informs about it, 0 is used. Columns of the design that depend on each other leave
    contrasts open, which are then NaN; nothing is imputed. Sources: see `linear_fits`, `within_person_correlation` and
    `moderated_variance`. Raises ValueError for malformed input.
    """
    data = arrange(response, design, person)
    found = None if correlation is not None or data.most_visits < 2 else _correlation(data)
    used = correlation if correlation is not None else found.common if found is not None else 0.0
    return moderated(fit_linear(data, used), moderation, found)


def fit_moderated_within_people(
    response: ArrayLike, design: ArrayLike, person: ArrayLike, *, moderation: Moderation = "plain"
) -> ModeratedModel:
    """The same with an effect of every person instead of a correlation: only changes within people are estimable.

    The design may hold columns that do not change within people; their coefficients are then NaN.
    """
    return moderated(fit_within_people(arrange(response, design, person)), moderation)


def moderated(
    fits: LinearFits, moderation: Moderation, correlation: WithinPersonCorrelation | None = None
) -> ModeratedModel:
    """Moderate the variances of fits; ValueError for a moderation that is none of MODERATIONS."""
    if moderation not in MODERATIONS:
        raise ValueError(f"moderation {moderation!r} is none of {', '.join(MODERATIONS)}")
    variances = moderate_variances(fits, trend="trend" in moderation, robust="robust" in moderation)
    return ModeratedModel(fits, variances, correlation)


def unit_contrast(columns: int, column: int) -> FloatArray:
    """The contrast (columns,) that picks one coefficient."""
    row = np.zeros(columns)
    row[column] = 1.0
    return row


def _correlation(data: ResponseMatrix) -> WithinPersonCorrelation | None:
    try:
        return within_person_correlation(data)
    except NotEstimable:
        return None
