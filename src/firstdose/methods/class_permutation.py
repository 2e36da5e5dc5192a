"""Does a class of metabolites change with dose? Doses are dealt anew to people, who keep their visits and values.

The statistic of a class is the mean, over its metabolites, of the moderated t of one column of the design that is a
product with dose (the visit-by-dose slope). Effects that are not tested are first taken out of the responses: the
residuals of the model without the tested column stay with their people, and the whole model is fitted to them for each
arrangement of doses (Freedman and Lane). So metabolites keep their correlation, and batches stay where they were.

An untested column that depends on others is skipped in the arrangements that make it so. Where the doses as given do
(batches that coincide with doses), it has its place in all others: without it, these would take differences between
people for part of the tested slope. Only the slope at a visit with one dose is left out everywhere, since nobody can
tell it. Only the tested column decides what can be permuted.

With w the inverse covariance times the residuals, w is orthogonal to all columns without dose. What an arrangement adds
is then a sum over people: dose times w summed over their rows. No arrangement needs the observations again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._conditional_sums import Tails, tails
from firstdose.methods._counts import FloatArray
from firstdose.methods.dependent_columns import along_columns, independent_columns
from firstdose.methods.dose_arrangements import Arrangements, arrange_doses
from firstdose.methods.linear_fits import Weighting, fit_linear, weighted, weighting
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.moderated_model import ModeratedModel, Moderation, fit_moderated_model, unit_contrast
from firstdose.methods.moderated_variance import VariancePrior, posterior_variance
from firstdose.methods.products import serial_product
from firstdose.methods.response_matrix import ResponseMatrix, arrange

PERMUTATIONS, ENUMERATE_UP_TO = 999, 10_000
AT_ONCE, FEWEST_AT_ONCE = 100_000, 16  # numbers held at a time, which stay near the processor; and arrangements


@dataclass(frozen=True, eq=False)
class DoseDesign:
    """A design in which some columns are products with dose: [fixed (N, q), dose (N,) times by_dose (N, r)].

    by_dose holds ones for the slope at the first visit and indicators of later visits for changes of the slope. dose
    is on the scale of the model and one and the same in all rows of a person.
    """

    fixed: FloatArray
    by_dose: FloatArray
    dose: FloatArray

    @property
    def matrix(self) -> FloatArray:
        """The whole design (N, q + r)."""
        return np.column_stack([self.fixed, self.dose[:, None] * self.by_dose])


@dataclass(frozen=True)
class ClassTest(Tails):
    """A class's statistic among its values over the arrangements of doses; probabilities as in `Tails`.

    members counts the metabolites that took part. exact says whether every distinct arrangement was looked at; else
    the actual one counts as one of those drawn, so no probability is 0, and `error_of` gives the Monte Carlo standard
    error. indistinct arrangements, in which the tested column depends on others, count as reaching the statistic.
    """

    statistic: float
    members: int
    arrangements: int
    possible: int
    exact: bool
    smallest_attainable: float
    indistinct: int

    def error_of(self, p: float) -> float:
        """Monte Carlo standard error of one of the tail probabilities; 0 where all arrangements were looked at."""
        return 0.0 if self.exact else float(np.sqrt(p * (1 - p) / self.arrangements))


def permute_doses(
    response: ArrayLike,
    design: DoseDesign,
    person: ArrayLike,
    tested: int,
    classes: Mapping[str, Sequence[int]],
    *,
    seed: int,
    permutations: int = PERMUTATIONS,
    enumerate_up_to: int = ENUMERATE_UP_TO,
    moderation: Moderation = "plain",
    model: ModeratedModel | None = None,
) -> dict[str, ClassTest]:
    """Test the column `tested` of by_dose for each class (places of its metabolites in the response).

    response (N, G) with NaN where missing; person (N,). A model that was already fitted to the same response, design
    and person may be given. Metabolites that cannot be tested are left out; a class without any is not in the answer.
    A metabolite with missing values takes part with what was observed, as if what is missing had no weight, and its
    statistic is a little nearer to 0 than its moderated t.

    Source: Freedman and Lane, J Bus Econ Stat 1983;1:292; Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39.
    Raises ValueError for malformed input, NotEstimable where the tested slope cannot be told from other columns.
    """
    people = _people(response, design, person, tested)
    fitted = model or fit_moderated_model(response, design.matrix, person, moderation=moderation)
    contrast = unit_contrast(design.fixed.shape[1] + design.by_dose.shape[1], design.fixed.shape[1] + tested)
    if not fitted.fits.data.design.weights(contrast)[1].all():
        raise NotEstimable("the tested slope cannot be told apart from the other columns of the design")
    usable = np.isfinite(fitted.test(contrast).p)
    members = {name: [place for place in places if usable[place]] for name, places in classes.items()}
    members = {name: places for name, places in members.items() if places}
    chosen = sorted({place for places in members.values() for place in places})
    if not chosen:
        return {}
    arrangements = arrange_doses(people, random=permutations, seed=seed, enumerate_up_to=enumerate_up_to)
    tables = _tables(np.asarray(response, dtype=np.float64)[:, chosen], design, person, tested, fitted, chosen)
    share = np.zeros((len(chosen), len(members)))
    for column, places in enumerate(members.values()):
        share[np.searchsorted(chosen, places), column] = 1 / len(places)
    drawn = _statistics(tables, arrangements.doses, share)
    if np.isnan(drawn[0]).any():
        raise NotEstimable("the tested slope can hardly be told apart from the other columns, so nothing is permuted")
    return {
        name: _outcome(drawn[:, column], len(places), arrangements)
        for column, (name, places) in enumerate(members.items())
    }


@dataclass(frozen=True, eq=False)
class _Tables:
    """All that the statistic of an arrangement needs, by person."""

    cross: FloatArray  # (n, q r): fixed' inverse(V) by_dose
    square: FloatArray  # (n, r r): by_dose' inverse(V) by_dose
    fixed: FloatArray  # (q, q), pseudo-inverse of fixed' inverse(V) fixed
    scores: FloatArray  # (n, r G): by_dose' w
    total: FloatArray  # (G,), weighted sum of squares of the residuals
    prior: VariancePrior
    free: FloatArray  # (G,)


def _tables(
    response: FloatArray,
    design: DoseDesign,
    person: ArrayLike,
    tested: int,
    model: ModeratedModel,
    chosen: list[int],
) -> _Tables:
    untested = [column for column in range(design.by_dose.shape[1]) if column != tested]
    told = [untested[place] for place in independent_columns(design.fixed, _columns_of(design, untested))]
    hidden = [column for column in untested if column not in told and _has_doses(design, column)]
    order = [*told, *hidden, tested]
    others = _columns_of(design, told)
    data = arrange(response, np.column_stack([design.fixed, others]), person)
    correlation = model.fits.correlation
    if correlation is None:
        raise ValueError("the class test needs a model with a correlation within people, not one of effects of people")
    fixed, by_dose = design.fixed[data.rows], design.by_dose[data.rows][:, order]
    residuals = fit_linear(data, correlation).residuals
    weights = weighting(correlation, data.most_visits)
    w = weighted(data, weights, residuals)
    weighted_fixed, weighted_dose = (_weighted_columns(data, weights, part) for part in (fixed, by_dose))
    products = data.by_person((fixed[:, :, None] * weighted_dose[:, None, :]).reshape(len(fixed), -1))
    squares = data.by_person((by_dose[:, :, None] * weighted_dose[:, None, :]).reshape(len(fixed), -1))
    scores = np.concatenate([data.by_person(column[:, None] * w) for column in by_dose.T], axis=1)
    prior = VariancePrior(model.variances.prior.variance[chosen], model.variances.prior.degrees_of_freedom[chosen])
    free = model.fits.degrees_of_freedom[chosen].astype(np.float64)
    inverse = np.asarray(np.linalg.pinv(fixed.T @ weighted_fixed, rcond=1e-12, hermitian=True), dtype=np.float64)
    return _Tables(products, squares, inverse, scores, (w * residuals).sum(axis=0), prior, free)


def _columns_of(design: DoseDesign, places: Sequence[int]) -> FloatArray:
    """Columns of a design (N, k) that are products with dose, by their places in by_dose."""
    return np.asarray(design.dose[:, None] * design.by_dose[:, list(places)])


def _has_doses(design: DoseDesign, column: int) -> bool:
    """Whether the rows of a column were reached at two doses or more."""
    return bool(np.unique(design.dose[design.by_dose[:, column] != 0]).size > 1)


def _weighted_columns(data: ResponseMatrix, weights: Weighting, columns: FloatArray) -> FloatArray:
    """Inverse covariance of complete data times columns of a design (N, k)."""
    people = weights.inverse[np.bincount(data.person)][:, None] * data.by_person(columns)
    return weights.scale * (columns - data.to_rows(people))


def _statistics(tables: _Tables, doses: FloatArray, share: FloatArray) -> FloatArray:
    """The statistic of each class (B, C) for each arrangement of doses (B, n); NaN where it is indistinct."""
    step = max(FEWEST_AT_ONCE, AT_ONCE // tables.scores.shape[1])
    parts = [
        serial_product(_moderated(tables, doses[first : first + step]), share) for first in range(0, len(doses), step)
    ]
    return np.concatenate(parts)


def _moderated(tables: _Tables, doses: FloatArray) -> FloatArray:
    """Moderated t of every metabolite (B, G) when the whole model is fitted to the residuals."""
    count, metabolites = len(doses), len(tables.total)
    columns = tables.scores.shape[1] // metabolites
    cross = serial_product(doses, tables.cross).reshape(count, -1, columns)
    square = serial_product(np.square(doses), tables.square).reshape(count, columns, columns)
    own = np.sqrt(np.einsum("bii->bi", square))
    own = np.where(own > 0, own, 1.0)
    left = square - cross.transpose(0, 2, 1) @ tables.fixed @ cross
    left = left / own[:, :, None] / own[:, None, :]
    scores = serial_product(doses, tables.scores).reshape(count, columns, metabolites) / own[:, :, None]
    along = along_columns(left, scores)
    rest = np.maximum(tables.total - np.square(along).sum(axis=1), 0.0)
    return np.asarray(along[:, -1] / np.sqrt(posterior_variance(tables.prior, rest / tables.free, tables.free)))


def _outcome(drawn: FloatArray, members: int, arrangements: Arrangements) -> ClassTest:
    lost = np.isnan(drawn)
    values = np.where(lost, drawn[0], drawn)
    found = tails(values, np.full(len(values), 1 / len(values)), float(drawn[0]))
    return ClassTest(
        **vars(found),
        statistic=float(drawn[0]),
        members=members,
        arrangements=len(drawn),
        possible=arrangements.possible,
        exact=arrangements.exact,
        smallest_attainable=arrangements.smallest_attainable,
        indistinct=int(lost.sum()),
    )


def _people(response: ArrayLike, design: DoseDesign, person: ArrayLike, tested: int) -> FloatArray:
    """The dose of each person, in the order of the sorted labels; ValueError for malformed input."""
    y, labels = np.asarray(response, dtype=np.float64), np.asarray(person)
    shapes = (design.fixed.shape, design.by_dose.shape, design.dose.shape, labels.shape)
    if y.ndim != 2 or [len(shape) for shape in shapes] != [2, 2, 1, 1] or {shape[0] for shape in shapes} != {len(y)}:
        raise ValueError(f"fixed, by_dose, dose and person have shapes {shapes}; need a row for each of {y.shape}")
    if not 0 <= tested < design.by_dose.shape[1]:
        raise ValueError(f"tested {tested} is no column of by_dose {design.by_dose.shape}")
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    doses = design.dose[first]
    if not np.array_equal(doses[number.ravel()], design.dose):
        raise ValueError("a person has more than one dose")
    return doses
