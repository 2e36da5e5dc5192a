"""How often the chain of mixed models calls a trend that is not there: fifteen people, five visits, no effect of dose.

`python -m tests.recovery.chain_level` makes `chain_level.json` again, in about eight minutes. Each simulated set has a
seed of its own, so that any set can be made alone, and the test makes some of them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firstdose.methods.mixed_model_chain import PRIMARY_ORDER, SENSITIVITY_ORDER, fit_chain
from firstdose.methods.mixed_model_inference import contrasts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FILE = Path(__file__).with_suffix(".json")
SEED, SETS, NOMINAL = 20260314, 2000, 0.05
DOSES, COHORTS, VISITS, MISSED = (5.0, 10.0, 16.0, 24.0), (3, 3, 3, 6), 5, 0.1
PEOPLE = sum(COHORTS)
ROUNDING = 100_000  # p values are kept in hundred-thousandths
ORDERS = {"primary": PRIMARY_ORDER, "sensitivity": SENSITIVITY_ORDER}


def exchangeable(random: Generator, number: int) -> FloatArray:
    """People differ by as much as their visits: what compound symmetry describes."""
    return np.asarray(np.sqrt(0.5) * (random.normal(size=(PEOPLE, 1)) + random.normal(size=(PEOPLE, VISITS))))


def autoregressive(random: Generator, number: int) -> FloatArray:
    """Visits are the less alike the further apart: correlation 0.8 from one to the next."""
    outcome: FloatArray = random.normal(size=(PEOPLE, VISITS))
    for visit in range(1, VISITS):
        outcome[:, visit] = 0.8 * outcome[:, visit - 1] + 0.6 * outcome[:, visit]
    return outcome


def own_slopes(random: Generator, number: int) -> FloatArray:
    """As exchangeable, and each person has a slope, with standard deviation 0.7 from the first visit to the last."""
    return exchangeable(random, number) + 0.7 * random.normal(size=(PEOPLE, 1)) * np.linspace(0, 1, VISITS)


def half_steps(random: Generator, number: int) -> FloatArray:
    """A scale in half steps that mostly stays, read with error; in one set of ten nobody changes, in one a single
    person does so once."""
    start = random.choice([6.5, 7.0, 7.5, 8.0], size=(PEOPLE, 1))
    moves = random.choice([-0.5, 0, 0.5], p=[0.06, 0.84, 0.1], size=(PEOPLE, VISITS)).cumsum(axis=1)
    errors = random.choice([-0.5, 0, 0.5], p=[0.1, 0.8, 0.1], size=(PEOPLE, VISITS))
    if number % 10 > 1:
        return np.asarray(np.clip(start + moves + errors, 0, 10))
    outcome = np.repeat(start, VISITS, axis=1)
    outcome[random.integers(PEOPLE), -1] += 0.5 * (number % 10)
    return outcome


OUTCOMES: dict[str, Callable[[Generator, int], FloatArray]] = {
    "exchangeable": exchangeable,
    "autoregressive": autoregressive,
    "own slopes": own_slopes,
    "half steps": half_steps,
}


@dataclass(frozen=True)
class Ending:
    """Where the chain ended on one set, and the p value of dose by time; None where nothing is estimable."""

    structure: str
    p_value: float | None


def small_trial(outcome: str, number: int) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Response, design, person and visit of one set: a mean for each visit, log2 dose, and log2 dose by time."""
    random = np.random.default_rng([SEED, list(OUTCOMES).index(outcome), number])
    response = OUTCOMES[outcome](random, number)
    response[random.random(response.shape) < MISSED] = np.nan
    person, visit = np.divmod(np.arange(PEOPLE * VISITS), VISITS)
    dose = np.log2(np.repeat(DOSES, COHORTS) / 10)[person]
    design = np.column_stack([np.eye(VISITS)[visit], dose, dose * visit / (VISITS - 1)])
    return response.ravel(), design, person, visit


def ending(outcome: str, order: Sequence[str], number: int) -> Ending:
    """Fit the chain to one set and test dose by time by Kenward and Roger."""
    response, design, person, visit = small_trial(outcome, number)
    found = fit_chain(response, design, person, visit, order=order, visits=VISITS)
    if found.small_sample is None:
        return Ending(found.structure, None)
    dose_by_time = [0.0] * VISITS + [0.0, 1.0]
    return Ending(found.structure, float(contrasts(found.small_sample, dose_by_time).p_value[0]))


def rounded(p_value: float | None) -> int | None:
    """A p value as it is kept."""
    return None if p_value is None else round(p_value * ROUNDING)


def level_of(p_values: Sequence[int | None]) -> dict[str, float]:
    """How often an estimable set was called a trend, with the error that simulation leaves."""
    estimable = [p for p in p_values if p is not None]
    level = sum(p < NOMINAL * ROUNDING for p in estimable) / len(estimable)
    error = (level * (1 - level) / len(estimable)) ** 0.5
    return {"estimable": len(estimable), "level": round(level, 5), "standard_error": round(error, 5)}


def simulate(outcome: str, order: str, sets: int = SETS) -> dict[str, Any]:
    """All sets of one outcome under one order of structures."""
    endings = [ending(outcome, ORDERS[order], number) for number in range(sets)]
    p_values = [rounded(each.p_value) for each in endings]
    structures = Counter(each.structure for each in endings)
    return {
        "outcome": outcome,
        "order": order,
        "sets": sets,
        **level_of(p_values),
        "structures": dict(structures.most_common()),
        "p_values": p_values,
    }


def main() -> None:
    """Make the file again."""
    document = {
        "what": "Level of Kenward-Roger's test of log2 dose by time at the end of the chain, without an effect of dose",
        "made_by": "python -m tests.recovery.chain_level",
        "versions": {name: version(name) for name in ("firstdose", "numpy", "scipy")},
        "seed": SEED,
        "doses": DOSES,
        "people_at_each": COHORTS,
        "visits": VISITS,
        "share_of_visits_missed": MISSED,
        "nominal_level": NOMINAL,
        "p_values_in_parts_of": ROUNDING,
        "simulated": [simulate(outcome, order) for outcome in OUTCOMES for order in ORDERS],
    }
    text = json.dumps(document, indent=1)
    FILE.write_text(_on_one_line(text) + "\n", encoding="utf-8")


def _on_one_line(text: str) -> str:
    """JSON whose innermost lists stand on one line each."""
    parts = text.split("[")
    return "[".join(
        " ".join(inner.split()) + end + rest if end and "{" not in inner else part
        for part in parts
        for inner, end, rest in [part.partition("]")]
    )


if __name__ == "__main__":
    main()
