"""What a naive design is: written from its paper, slow, one trial at a time, on its whole history.

Nothing here and in the designs beside it knows states, tables or arrays over trials, and nothing is taken from the
package. A history is the list of cohorts that were dosed; a decision is worked out afresh from all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from scipy.stats import beta as beta_distribution


class Given(NamedTuple):
    """One cohort: ``dosed`` of ``planned`` participants, fewer when its decision was settled before.

    Those ``lost`` were dosed too, were not evaluable and were replaced.
    """

    level: int
    dlts: int
    dosed: int
    planned: int
    lost: int = 0


History = tuple[Given, ...]
Data = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Trial:
    """What every design is bound to."""

    levels: int
    target: float | None
    cohort_size: int
    most: int
    start: int = 1
    doses: tuple[float, ...] = (5.0, 10.0, 16.0)
    cap: int | None = None

    @property
    def top(self) -> int:
        """The highest level that may be given."""
        return self.cap or self.levels

    @property
    def rate(self) -> float:
        assert self.target is not None
        return self.target


@dataclass(frozen=True)
class Answer:
    """The advice after a history: the next level, the lowest level that is barred for good, and why it stops."""

    level: int
    barred_from: int
    stop: str = ""


def as_judged(history: History) -> list[Given]:
    """The cohorts as the last decision saw them: who was not dosed in the last cohort counts as without DLT."""
    if not history:
        return []
    last = history[-1]
    return [*history[:-1], last._replace(dosed=last.planned)]


def at(cohorts: list[Given] | History, level: int) -> tuple[int, int]:
    """Participants and DLTs at a level."""
    here = [cohort for cohort in cohorts if cohort.level == level]
    return sum(cohort.dosed for cohort in here), sum(cohort.dlts for cohort in here)


def counts(cohorts: list[Given] | History, levels: int) -> Data:
    """Participants and DLTs at every level."""
    return tuple(at(cohorts, level) for level in range(1, levels + 1))


class NaiveDesign(ABC):
    """A design on one trial's history."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    @abstractmethod
    def answer(self, history: History) -> Answer:
        """What it advises after at least one cohort."""

    @abstractmethod
    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        """The level named when the trial ends for this reason (0: none), and whether the MTD may lie above it."""

    def size(self, history: History, level: int) -> int:
        """Participants in the next cohort."""
        return self.trial.cohort_size

    def chance_above_target(self, cohorts: list[Given]) -> float:
        """P(DLT rate of level 1 > target | data)."""
        n, t = at(cohorts, 1)
        return beta_above(self.trial.rate, n, t)

    def chance_between(self, cohorts: list[Given], level: int, lower: float, upper: float) -> float:
        """P(lower < DLT rate <= upper | data); model-based designs."""
        raise NotImplementedError


@cache
def beta_above(rate: float, n: int, t: int, a: float = 1.0, b: float = 1.0) -> float:
    """P(DLT rate > rate) after t DLTs in n, under a Beta(a, b) prior."""
    return float(beta_distribution.sf(rate, a + t, b + n - t))
