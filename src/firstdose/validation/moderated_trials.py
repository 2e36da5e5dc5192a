"""Made-up trials with many metabolites, whose truth is known: for the calibration of the moderated model.

Fifteen people, four doses, three visits, ten classes of metabolites. Within a class errors are correlated, so that the
metabolites of a null class rise and fall together by chance. Batches cross people and visits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.class_permutation import DoseDesign

SEED = 20_231_130
PEOPLE_BY_DOSE = {5.0: 3, 10.0: 3, 16.0: 3, 24.0: 6}
VISITS = 3
CLASSES = {
    "fatty_acid": 30,
    "acylcarnitine": 30,
    "bile_acid": 12,
    "oxylipin": 24,
    "amino_acid": 30,
    "purine": 15,
    "tca": 20,
    "phospholipid": 80,
    "sphingolipid": 30,
    "other": 29,
}
AFFECTED_CLASSES = ("fatty_acid", "acylcarnitine")
PARAMETERS: dict[str, float] = {
    "residual_deviation_median": 0.39,
    "person_deviation_median": 0.49,
    "log_deviation_spread": 0.33,  # of both deviations, between metabolites
    "correlation_within_class": 0.25,  # of the errors of a sample
    "batch_deviation": 0.25,
    "visit_deviation": 0.3,
    "affected_share": 0.8,  # of the metabolites of an affected class
    "slope_mean": 0.6,  # per doubling of dose at the last visit
    "slope_deviation": 0.13,
    "slope_at_second_visit": 0.4,  # as a share of that at the last
    "missing_share": 0.05,
}


@dataclass(frozen=True)
class Scenario:
    """What is true of the made-up trials: whether dose does anything, and whether values are missing."""

    name: str
    number: int
    slopes: bool
    missing: bool


SCENARIOS = (
    Scenario("null", 0, slopes=False, missing=False),
    Scenario("dose_slopes", 1, slopes=True, missing=False),
    Scenario("null_missing", 2, slopes=False, missing=True),
)


@dataclass(frozen=True, eq=False)
class MadeUpTrial:
    """Responses (N, G), the design, person (N,), which rows are a person's first, classes, and who is affected (G,)."""

    response: FloatArray
    design: DoseDesign
    person: IntArray
    first_visit: BoolArray
    classes: dict[str, list[int]]
    affected: BoolArray


def class_members(sizes: dict[str, int]) -> dict[str, list[int]]:
    """The places of each class's metabolites, one class after the other."""
    ends = np.cumsum(list(sizes.values()))
    return {name: list(range(end - sizes[name], end)) for name, end in zip(sizes, ends.tolist(), strict=True)}


def make_trial(scenario: Scenario, number: int) -> MadeUpTrial:
    """A trial of a scenario; the same number gives the same trial."""
    draw = np.random.default_rng([SEED, scenario.number, number])
    classes = class_members(CLASSES)
    doses = np.repeat(list(PEOPLE_BY_DOSE), list(PEOPLE_BY_DOSE.values()))
    people = len(doses)
    person, visit = np.repeat(np.arange(people), VISITS), np.tile(np.arange(VISITS), people)
    later = (visit[:, None] == np.arange(1, VISITS)).astype(np.float64)
    batch = draw.permutation(np.arange(people * VISITS) % 2).astype(np.float64)
    ones = np.ones((len(person), 1))
    design = DoseDesign(
        np.column_stack([ones, batch, later]), np.column_stack([ones, later]), np.log2(doses / 10)[person]
    )
    affected = np.zeros(sum(CLASSES.values()), dtype=np.bool_)
    if scenario.slopes:
        places = np.concatenate([classes[name] for name in AFFECTED_CLASSES])
        share = round(PARAMETERS["affected_share"] * len(places))
        affected[draw.permutation(places)[:share]] = True
    response = _noise(draw, classes, person) + _known_effects(draw, design, affected)
    if scenario.missing:
        response[draw.random(response.shape) < PARAMETERS["missing_share"]] = np.nan
    return MadeUpTrial(response, design, person, visit == 0, classes, affected)


def _noise(draw: np.random.Generator, classes: dict[str, list[int]], person: IntArray) -> FloatArray:
    """Each metabolite's level, its differences between people, and errors that are correlated within classes."""
    count = sum(len(places) for places in classes.values())
    spread, shared = PARAMETERS["log_deviation_spread"], PARAMETERS["correlation_within_class"]
    deviations = PARAMETERS["residual_deviation_median"] * np.exp(spread * draw.standard_normal(count))
    between = PARAMETERS["person_deviation_median"] * np.exp(spread * draw.standard_normal(count))
    level = draw.normal(20, 2.5, count)
    people = between * draw.standard_normal((person.max() + 1, count))
    errors = np.sqrt(1 - shared) * draw.standard_normal((len(person), count))
    for places in classes.values():
        errors[:, places] += np.sqrt(shared) * draw.standard_normal((len(person), 1))
    return np.asarray(level + people[person] + deviations * errors)


def _known_effects(draw: np.random.Generator, design: DoseDesign, affected: BoolArray) -> FloatArray:
    """Batch, visits, and the dose slopes of those affected."""
    count = len(affected)
    batch = design.fixed[:, 1:2] * draw.normal(0, PARAMETERS["batch_deviation"], count)
    visits = design.fixed[:, 2:] @ draw.normal(0, PARAMETERS["visit_deviation"], (VISITS - 1, count))
    slope = np.where(affected, draw.normal(PARAMETERS["slope_mean"], PARAMETERS["slope_deviation"], count), 0.0)
    by_visit = np.linspace(PARAMETERS["slope_at_second_visit"], 1, VISITS - 1)
    changes = (design.dose[:, None] * design.by_dose[:, 1:]) @ by_visit
    return np.asarray(batch + visits + changes[:, None] * slope)
