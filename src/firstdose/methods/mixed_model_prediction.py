"""What a random-effects model says of each person: best linear unbiased predictions of the random effects."""

from __future__ import annotations

import numpy as np

from firstdose.methods._counts import FloatArray
from firstdose.methods.covariance_random_effects import RandomEffectsCovariance
from firstdose.methods.mixed_model_fit import MixedModelFit


def predict_random_effects(fit: MixedModelFit) -> FloatArray:
    """Predicted random effects (people, k), people in the order of `fit.observations.people`.

    G Z' V^-1 (y - X beta) with the estimated variances. Raises ValueError for a model without random effects.
    Source: Henderson, Biometrics 1975;31:423; Laird and Ware, Biometrics 1982;38:963.
    """
    model, observed = fit.model, fit.observations
    if not isinstance(model, RandomEffectsCovariance):
        raise ValueError("this model has no random effects")
    effects, _ = model.components(fit.parameters)
    around = observed.residuals - observed.basis @ fit.curvature.coefficients
    rows = np.zeros((fit.people, model.designs.shape[1]))
    rows[observed.person, fit.slots] = observed.scale * around
    pattern = fit.people_patterns
    weighted = np.linalg.solve(model.matrices(fit.parameters)[pattern], rows[:, :, None])
    given = model.designs @ model.triangle
    return np.asarray((effects @ np.swapaxes(given[pattern], 1, 2) @ weighted)[:, :, 0])
