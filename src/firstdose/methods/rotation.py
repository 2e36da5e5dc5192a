"""Class tests by rotation: the residual space of the model is rotated at random, or in closed form.

After whitening by the correlation within people, a metabolite has one component along the tested contrast and d along
the residuals. If the contrast is zero and errors are normal, every rotation of these d + 1 components is as likely,
and it is one and the same for all metabolites, which so keep their correlation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.moderated_model import ModeratedModel
from firstdose.methods.moderated_variance import VariancePrior, posterior_variance
from firstdose.methods.products import serial_product
from firstdose.methods.tail_probabilities import normal_score, t_two_sided

ROTATIONS = 9_999
AT_ONCE, FEWEST_AT_ONCE = 30_000, 16  # numbers held at a time, which stay near the processor; and rotations
HIGHEST, NODES = 60.0, 24_001  # of the table that turns t into normal scores
REMEMBERED = 8  # tables, since the tests of all visits share their degrees of freedom
CHANGED = np.sqrt(2)  # a metabolite whose score exceeds it counts as risen or fallen


@dataclass(frozen=True)
class RotationTest:
    """A class among its rotations. members counts the metabolites that took part: those without missing values.

    The statistic is the mean normal score; p_up and p_down are one-sided, p_two_sided twice the smaller, and p_mixed
    tests the mean size of the scores, so risen and fallen metabolites add up. None is 0. share_up and share_down are
    the shares of members that changed by themselves (score beyond sqrt 2).
    """

    statistic: float
    members: int
    share_up: float
    share_down: float
    p_up: float
    p_down: float
    p_two_sided: float
    p_mixed: float
    rotations: int


@dataclass(frozen=True)
class ClosedForm:
    """A class's mean of standardised components: t with its degrees of freedom and two-sided probability."""

    statistic: float
    members: int
    degrees_of_freedom: int
    p: float


@dataclass(frozen=True, eq=False)
class Components:
    """Components of complete metabolites along the contrast (first row) and the residuals (d + 1, G), with the prior.

    places (G,) of these metabolites in the response.
    """

    rows: FloatArray
    prior: VariancePrior
    most_degrees: float
    places: IntArray

    @property
    def residual(self) -> int:
        return len(self.rows) - 1


def components(model: ModeratedModel, contrast: ArrayLike) -> Components:
    """Whiten a fitted model's data and turn it so that the contrast (p,) comes first.

    Raises NotEstimable where the contrast is not estimable or nothing is left for residuals, and ValueError for a
    model with effects of people.
    """
    fits = model.fits
    if fits.correlation is None:
        raise ValueError("rotation needs a model with a correlation within people, not one of effects of people")
    data = fits.data
    weights, estimable = data.design.weights(contrast)
    if len(weights) != 1 or not estimable.all():
        raise NotEstimable("the contrast cannot be told apart from the other columns of the design")
    if len(data.values) <= data.design.rank:
        raise NotEstimable("no residual degrees of freedom are left to rotate")
    places = np.flatnonzero(data.complete & fits.usable)
    covariance = np.where(data.person[:, None] == data.person, fits.correlation, 0.0)
    np.fill_diagonal(covariance, 1.0)
    root = np.linalg.cholesky(covariance)
    basis, response = (np.linalg.solve(root, part) for part in (data.design.basis, data.values[:, places]))
    whole, triangle = np.linalg.qr(basis, mode="complete")
    rank = data.design.rank
    direction = np.linalg.solve(triangle[:rank].T, weights[0])
    along = direction / np.linalg.norm(direction) @ (whole[:, :rank].T @ response)
    prior = model.variances.prior
    chosen = VariancePrior(prior.variance[places], prior.degrees_of_freedom[places])
    pooled = float(fits.degrees_of_freedom[fits.usable].sum())
    return Components(np.vstack([along, whole[:, rank:].T @ response]), chosen, pooled, places)


def rotate_classes(
    model: ModeratedModel,
    contrast: ArrayLike,
    classes: Mapping[str, Sequence[int]],
    *,
    seed: int,
    rotations: int = ROTATIONS,
) -> dict[str, RotationTest]:
    """Test a contrast (p,) for each class (places of its metabolites) by random rotations.

    Metabolites with missing values cannot be rotated and are left out; a class without any other is not in the answer.
    Source: Wu, Lim, Vaillant, Asselin-Labat, Visvader and Smyth, Bioinformatics 2010;26:2176 (ROAST; the statistic is
    their mean of normal scores, the prior stays as fitted). Errors as `components`, and ValueError unless rotations is
    positive.
    """
    if rotations < 1:
        raise ValueError(f"rotations {rotations} must be positive")
    found = components(model, contrast)
    members = _members(classes, found.places)
    if not members:
        return {}
    chosen = np.unique(np.concatenate(list(members.values())))
    part = Components(
        found.rows[:, chosen],
        VariancePrior(found.prior.variance[chosen], found.prior.degrees_of_freedom[chosen]),
        found.most_degrees,
        found.places[chosen],
    )
    share = np.zeros((len(chosen), len(members)))
    for column, places in enumerate(members.values()):
        share[np.searchsorted(chosen, places), column] = 1 / len(places)
    scores = _Scores(part)
    actual = scores.of(part.rows[:1])
    mean, size = actual @ share, np.abs(actual) @ share
    counts = np.zeros((3, len(members)))
    generator, step = np.random.default_rng(seed), max(FEWEST_AT_ONCE, AT_ONCE // len(chosen))
    for first in range(0, rotations, step):
        directions = generator.standard_normal((min(step, rotations - first), len(part.rows)))
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        drawn = scores.of(serial_product(directions, part.rows))
        means = serial_product(drawn, share)
        counts += [
            (means >= mean).sum(axis=0),
            (means <= mean).sum(axis=0),
            (serial_product(np.abs(drawn), share) >= size).sum(axis=0),
        ]
    up, down, mixed = (counts + 1) / (rotations + 1)
    risen, fallen = ((side > CHANGED) @ share for side in (actual, -actual))
    return {
        name: RotationTest(
            float(mean[0, column]),
            len(places),
            float(risen[0, column]),
            float(fallen[0, column]),
            float(up[column]),
            float(down[column]),
            float(min(1.0, 2 * min(up[column], down[column]))),
            float(mixed[column]),
            rotations,
        )
        for column, (name, places) in enumerate(members.items())
    }


def closed_form(
    model: ModeratedModel, contrast: ArrayLike, classes: Mapping[str, Sequence[int]]
) -> dict[str, ClosedForm]:
    """Test a contrast (p,) for each class without rotations: the mean of components, each divided by a moderated
    deviation of all d + 1 of them.

    That deviation is the same after any rotation, so the mean's d + 1 components are still rotated alike and its t is
    Student's with d degrees of freedom. After the idea of FRY in the R package limma, which divides by other
    deviations (docs/methods/moderated-model.md). Errors as `components`.
    """
    found = components(model, contrast)
    together = len(found.rows)
    variance = posterior_variance(
        found.prior, np.square(found.rows).mean(axis=0), np.full(len(found.places), float(together))
    )
    standardised = found.rows / np.sqrt(variance)
    answers = {}
    for name, places in _members(classes, found.places).items():
        mean = standardised[:, places].mean(axis=1)
        statistic = float(mean[0] / np.sqrt(np.square(mean[1:]).mean()))
        answers[name] = ClosedForm(
            statistic, len(places), found.residual, float(t_two_sided(statistic, found.residual))
        )
    return answers


class _Scores:
    """Normal scores of moderated t for components along a direction, by a table for each degrees of freedom."""

    def __init__(self, found: Components) -> None:
        self.found, self.total = found, np.square(found.rows).sum(axis=0)
        free = np.minimum(found.residual + found.prior.degrees_of_freedom, found.most_degrees)
        distinct, which = np.unique(free, return_inverse=True)
        self.tables = [(np.flatnonzero(which == each), _table(one)) for each, one in enumerate(distinct.tolist())]

    def of(self, along: FloatArray) -> FloatArray:
        """Scores (B, G) for components (B, G)."""
        free = float(self.found.residual)
        rest = np.maximum(self.total - np.square(along), 0.0) / free
        t = along / np.sqrt(posterior_variance(self.found.prior, rest, np.full(len(self.total), free)))
        place = (np.clip(t, -HIGHEST, HIGHEST) + HIGHEST) * ((NODES - 1) / (2 * HIGHEST))
        below = np.minimum(place.astype(np.int64), NODES - 2)
        beyond = place - below
        scores = np.empty_like(t)
        for columns, table in self.tables:
            low = below[:, columns]
            scores[:, columns] = table[low] + beyond[:, columns] * (table[low + 1] - table[low])
        return scores


@lru_cache(maxsize=REMEMBERED)
def _table(degrees_of_freedom: float) -> FloatArray:
    """The normal scores (NODES,) of evenly spaced t; those of -t are minus those of t."""
    half = normal_score(np.linspace(-HIGHEST, HIGHEST, NODES)[NODES // 2 :], degrees_of_freedom)
    return np.concatenate([-half[:0:-1], half])


def _members(classes: Mapping[str, Sequence[int]], places: IntArray) -> dict[str, IntArray]:
    """Places of each class's members among those that can be rotated, classes without any left out."""
    found = {name: np.flatnonzero(np.isin(places, list(members))) for name, members in classes.items()}
    return {name: members for name, members in found.items() if len(members)}
