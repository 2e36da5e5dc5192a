"""Which settings keep to the constraints, which no other betters, and which one wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firstdose.simulation.tuning.aims import EQUAL_DIGITS, Aim, Constraint
from firstdose.simulation.tuning.measures import Summaries
from firstdose.simulation.tuning.pareto import non_dominated

RULE_WORDS = (
    "Among the settings that keep to every constraint, those within its indifference of the best value of the first "
    "aim go on; among them those within its indifference of the best value of the second; and so on. Of those left, "
    "the best in the first aim wins, of equal ones the best in the second, and so on; then the one with the smaller "
    "maximum number of participants, then the one that comes first in the plan. No setting that keeps to the "
    "constraints is at least as good as the winner in every aim and better in one."
)


@dataclass(frozen=True)
class Candidate:
    """A setting as far as the choice looks at it: its number, its figures, and its maximum number of participants."""

    number: int
    figures: Summaries
    max_participants: int


def keeping(candidates: Sequence[Candidate], constraints: Sequence[Constraint]) -> list[Candidate]:
    """Those that keep to every constraint."""
    return [each for each in candidates if not any(limit.shortfall(each.figures) for limit in constraints)]


def front(candidates: Sequence[Candidate], aims: Sequence[Aim]) -> list[Candidate]:
    """Those that none of the others betters."""
    if not candidates:
        return []
    scores = np.array([[aim.score(each.figures) for aim in aims] for each in candidates])
    return [each for each, kept in zip(candidates, non_dominated(scores).tolist(), strict=True) if kept]


def winner(candidates: Sequence[Candidate], aims: Sequence[Aim]) -> Candidate | None:
    """The one that wins by the rule; None where there is none."""
    left = list(candidates)
    for aim in aims:
        if left:
            best = max(aim.score(each.figures) for each in left)
            least = round(best - aim.indifference, EQUAL_DIGITS)
            left = [each for each in left if aim.score(each.figures) >= least]
    return min(left, key=lambda each: _order(each, aims), default=None)


def _order(each: Candidate, aims: Sequence[Aim]) -> tuple[float, ...]:
    return (*(-aim.score(each.figures) for aim in aims), each.max_participants, each.number)


@dataclass(frozen=True)
class Failing:
    """How near the settings came to one constraint: the number that keep to it, and the best value there is."""

    constraint: Constraint
    kept_by: int
    nearest: int
    value: float
    shortfall: float


def failing(candidates: Sequence[Candidate], constraints: Sequence[Constraint]) -> list[Failing]:
    """How near the settings came to each constraint, by itself."""
    found = []
    for limit in constraints:
        gaps = [limit.shortfall(each.figures) for each in candidates]
        place = int(np.argmin(gaps))
        nearest = candidates[place]
        found.append(Failing(limit, gaps.count(0.0), nearest.number, limit.value(nearest.figures), gaps[place]))
    return found


def least_failing(candidates: Sequence[Candidate], constraints: Sequence[Constraint]) -> Candidate:
    """The setting whose largest shortfall is smallest, each as a share of its bound; the first of equal ones."""
    return min(candidates, key=lambda each: (_largest(each, constraints), each.number))


def _largest(each: Candidate, constraints: Sequence[Constraint]) -> float:
    return max((limit.shortfall(each.figures) / max(abs(limit.bound), 1e-6) for limit in constraints), default=0.0)
