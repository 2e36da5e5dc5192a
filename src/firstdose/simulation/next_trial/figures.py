"""The figures of a next trial: shares of simulated trials with their Monte Carlo errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstdose.simulation.next_trial.plan import Plan
from firstdose.simulation.next_trial.trials import Trials, run_trials
from firstdose.simulation.next_trial.truths import Truth, believed_truths, stated_truth


@dataclass(frozen=True)
class Estimate:
    """A mean over simulated trials, and its Monte Carlo standard error; nan where no trial is left to count."""

    value: float
    error: float

    @classmethod
    def of(cls, values: NDArray[Any]) -> Estimate:
        """The mean of values, one a trial."""
        if not len(values):
            return cls(float("nan"), float("nan"))
        spread = float(np.std(values)) / np.sqrt(len(values))
        return cls(float(np.mean(values)), float(spread))

    def as_json(self) -> dict[str, float | None]:
        """Both numbers; none where there is no trial to count."""
        known = np.isfinite(self.value)
        return {"value": self.value if known else None, "standard_error": self.error if known else None}


@dataclass(frozen=True)
class Course:
    """How trials end: the share at each look, and months and people up to then."""

    ended_at: tuple[float, ...]
    months: Estimate
    recruited: Estimate


@dataclass(frozen=True)
class Power:
    """One design, endpoint and number of participants under the effects that are stated."""

    design: str
    endpoint: str
    participants: int
    trials: int
    shown: dict[str, Estimate]
    any_shown: Estimate
    all_shown: Estimate
    course: Course

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "design": self.design,
            "endpoint": self.endpoint,
            "participants": self.participants,
            "trials": self.trials,
            "power": {name: each.as_json() for name, each in self.shown.items()},
            "any": self.any_shown.as_json(),
            "all": self.all_shown.as_json(),
            "ended_at_look": list(self.course.ended_at),
            "mean_months": self.course.months.as_json(),
            "mean_recruited": self.course.recruited.as_json(),
        }


@dataclass(frozen=True)
class Assurance:
    """The same where effects are drawn from what is believed; `first` is the first comparison of the design.

    ``if_effect`` and ``if_none``: the share that shows it among trials whose cells have an effect, and have none;
    ``effect_if_shown``: the share with an effect among trials that show it. They are told where the first comparison
    is of cells.
    """

    design: str
    endpoint: str
    participants: int
    trials: int
    shown: dict[str, Estimate]
    if_effect: Estimate | None
    if_none: Estimate | None
    effect_if_shown: Estimate | None

    @property
    def first(self) -> Estimate:
        """The assurance of the first comparison."""
        return next(iter(self.shown.values()))

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        conditional = {
            name: None if each is None else each.as_json()
            for name in ("if_effect", "if_none", "effect_if_shown")
            for each in [getattr(self, name)]
        }
        return {
            "design": self.design,
            "endpoint": self.endpoint,
            "participants": self.participants,
            "trials": self.trials,
            "assurance": {name: each.as_json() for name, each in self.shown.items()},
            **conditional,
        }


def power_of(plan: Plan, trials: int, seed: int, first: int = 0) -> Power:
    """Power under the effects that the settings state, from so many trials from number ``first`` on."""
    found = run_trials(plan, _stated, range(first, first + trials), seed)
    shown = found.rejected_at < found.looks
    return Power(
        plan.design.id,
        plan.endpoint.id,
        plan.participants,
        trials,
        _shown(plan, found),
        Estimate.of(np.asarray(shown.any(axis=1))),
        Estimate.of(np.asarray(shown.all(axis=1))),
        Course(
            tuple(float((found.ended_at == look).mean()) for look in range(found.looks)),
            Estimate.of(found.months),
            Estimate.of(found.recruited),
        ),
    )


def assurance_of(plan: Plan, trials: int, seed: int) -> Assurance:
    """The share of trials that show each comparison, where each trial's truth is drawn from the prior."""
    found = run_trials(plan, believed_truths, range(trials), seed)
    works = (believed_truths(plan, range(trials), seed).cells != 0).any(axis=1)
    first = found.rejected_at[:, 0] < found.looks
    about_cells = compares_cells(plan)
    return Assurance(
        plan.design.id,
        plan.endpoint.id,
        plan.participants,
        trials,
        _shown(plan, found),
        Estimate.of(first[works]) if about_cells else None,
        Estimate.of(first[~works]) if about_cells else None,
        Estimate.of(works[first]) if about_cells else None,
    )


def compares_cells(plan: Plan) -> bool:
    """Whether the first comparison is of cells against none."""
    arms = plan.design.arms
    pairs = plan.pairs_of(plan.design.comparisons[0])
    return all(arms[treated].cells > 0 and arms[control].cells == 0 for treated, control in pairs)


def _shown(plan: Plan, found: Trials) -> dict[str, Estimate]:
    return {
        comparison.id: Estimate.of(found.rejected_at[:, column] < found.looks)
        for column, comparison in enumerate(plan.design.comparisons)
    }


def _stated(plan: Plan, *_: object) -> Truth:
    return stated_truth(plan)
