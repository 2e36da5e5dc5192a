"""CRM, the continual reassessment method with a one-parameter model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal

import numpy as np
from scipy.special import expit

from firstdose.designs.design import Complaint, Design, no_memory
from firstdose.designs.states import Floats, Integers, Seen, Selection, States, Step, Stop
from firstdose.methods.packing import distinct_rows
from firstdose.methods.power_model import OneParameterPosterior
from firstdose.methods.skeleton import skeleton_from_indifference_interval
from firstdose.protocol.meaning import Meaning

Rate = Annotated[float, Meaning("A DLT rate.", above=0, below=1)]


@dataclass(frozen=True, kw_only=True)
class Crm(Design):
    """Treats at the level whose estimated DLT rate is closest to the target (O'Quigley, Pepe and Fisher 1990).

    The estimate is the model at the posterior mean of its parameter, as in the R package dfcrm, whose defaults
    are kept. ``restrict`` allows at most one level above the last cohort's, and no step up straight after a cohort
    whose share of DLTs reaches the target (Cheung 2005). The method has no safety stop of its own.
    """

    title: ClassVar[str] = "Continual reassessment method (CRM)"
    summary: ClassVar[str] = "A one-parameter curve through all levels, refitted after each cohort."
    source: ClassVar[str] = (
        "O'Quigley J, Pepe M, Fisher L. Continual reassessment method: a practical design for phase 1 clinical trials "
        "in cancer. Biometrics 1990;46:33-48. Cheung YK. Dose Finding by the Continual Reassessment Method. "
        "Chapman & Hall, 2011."
    )
    is_model_based: ClassVar[bool] = True

    model: Annotated[
        Literal["empiric", "logistic"],
        Meaning("The curve: skeleton to the power exp(beta), or logistic with fixed intercept."),
    ] = "empiric"
    skeleton: Annotated[tuple[Rate, ...] | None, Meaning("DLT rates expected beforehand, one a level, increasing.")] = (
        None
    )
    half_width: Annotated[
        float | None,
        Meaning("Instead of a skeleton: half the width of the indifference interval.", above=0, below=0.5),
    ] = None
    prior_mtd: Annotated[int | None, Meaning("With half_width: the level expected to be the MTD.", lowest=1)] = None
    prior_variance: Annotated[float, Meaning("Variance of the normal prior of beta.", lowest=0.01, highest=20)] = 1.34
    intercept: Annotated[float, Meaning("The logistic model's fixed intercept.", above=-20, below=20)] = 3.0
    restrict: Annotated[
        bool,
        Meaning("One level up at most, and never up straight after a cohort whose DLT share reaches the target."),
    ] = True

    def complaints(self) -> Iterator[Complaint]:
        levels, target = self.frame.levels, self.frame.target
        if self.skeleton is not None:
            if self.half_width is not None or self.prior_mtd is not None:
                yield Complaint(
                    "skeleton",
                    "a skeleton leaves no room for half_width and prior_mtd",
                    "give one or the other",
                )
            if len(self.skeleton) != levels:
                yield Complaint(
                    "skeleton",
                    f"needs one rate a level: {levels}, not {len(self.skeleton)}",
                    "add or remove rates",
                )
            if any(later <= earlier for earlier, later in zip(self.skeleton, self.skeleton[1:], strict=False)):
                yield Complaint(
                    "skeleton", "must increase from level to level", "sort the rates and separate equal ones"
                )
            if self.skeleton and max(self.skeleton) >= self.ceiling:
                yield Complaint(
                    "skeleton",
                    f"must stay below {self.ceiling:.3f}, which this logistic curve never reaches",
                    "lower the rates or raise the intercept",
                )
            return
        if self.half_width is None or self.prior_mtd is None:
            yield Complaint(
                "skeleton",
                "a CRM needs a skeleton, or half_width and prior_mtd",
                "add skeleton: [one rate a level]",
            )
            return
        if self.prior_mtd > levels:
            yield Complaint("prior_mtd", f"must be a level, 1 to {levels}", "correct the level")
        if target is not None and not 0 < target - self.half_width < target + self.half_width < self.ceiling:
            yield Complaint(
                "half_width",
                f"must keep {target:g} plus and minus it within 0 and {self.ceiling:.3g}",
                "give a smaller width",
            )
        elif (
            target is not None and self.prior_mtd <= levels and not all(0 < rate < self.ceiling for rate in self.rates)
        ):
            yield Complaint(
                "half_width", "is so wide that rates of the skeleton reach 0 or the highest", "give a smaller width"
            )

    @property
    def ceiling(self) -> float:
        """The DLT rate that no dose can reach under the model."""
        return 1.0 if self.model == "empiric" else float(expit(self.intercept))

    @cached_property
    def rates(self) -> tuple[float, ...]:
        """The skeleton, given or made from the indifference interval (Lee and Cheung 2009)."""
        if self.skeleton is not None:
            return self.skeleton
        assert self.half_width is not None
        assert self.prior_mtd is not None
        made = skeleton_from_indifference_interval(
            self.half_width, self.frame.rate, self.prior_mtd, self.frame.levels, self.model, self.intercept
        )
        return tuple(float(rate) for rate in made)

    @cached_property
    def posterior(self) -> OneParameterPosterior:
        """The model with its prior, ready for any counts."""
        return OneParameterPosterior(self.model, self.rates, self.prior_variance, self.intercept)

    def estimates(self, participants: Integers, dlts: Integers) -> Floats:
        """DLT rates at the posterior mean of beta, shape (trials, levels)."""
        first, inverse = distinct_rows(participants, dlts)
        return np.asarray(self.posterior.rates(participants[first], dlts[first])[inverse])

    def next_step(self, seen: Seen) -> Step:
        level = self.restricted(self.closest_level(self.estimates(seen.participants, seen.dlts)), seen)
        stop = np.full(seen.rows, Stop.GOES_ON, dtype=np.int8)
        return Step(level.astype(np.int8), seen.highest, stop, no_memory(seen.rows))

    def restricted(self, level: Integers, seen: Seen) -> Integers:
        """The levels asked for, as far as ``restrict`` lets the trial go up."""
        if not self.restrict:
            return level
        too_many = seen.cohort_dlts >= self.frame.rate * seen.cohort_size - 1e-9
        return np.minimum(level, seen.current + np.where(too_many & (seen.cohort_size > 0), 0, 1))

    def closest_level(self, rates: Floats) -> Integers:
        """The level whose rate is closest to the target, shape (trials,)."""
        # Equally close but for the last digit is equally close: then the higher of levels below the target, or else
        # the lower one.
        distance = np.round(np.abs(rates - self.frame.rate), 12)
        level = np.arange(1, self.frame.levels + 1)
        return np.asarray(np.argmin(distance + 1e-14 * np.where(rates < self.frame.rate, -level, level), axis=1) + 1)

    def select(self, states: States) -> Selection:
        top = states.level == self.frame.top
        below = np.zeros(len(states), dtype=bool)
        if top.any():
            rates = self.estimates(states.participants[top], states.dlts[top])
            below[top] = rates[:, self.frame.top - 1] < self.frame.rate
        return Selection(states.level, below)

    def selection_words(self) -> str:
        return (
            "The level that the rule would treat next after the last cohort, its restrictions included: the one whose "
            "DLT rate at the posterior mean is closest to the target (of equally close levels the lower). It may be a "
            "level that was never treated."
        )

    def probability_above_target(self, participants: Integers, dlts: Integers, level: int) -> Floats:
        first, inverse = distinct_rows(participants, dlts)
        above = self.posterior.probability_above(self.frame.rate, participants[first], dlts[first])
        return np.asarray(above[inverse, level - 1])

    def probability_between(self, participants: Integers, dlts: Integers, lower: float, upper: float) -> Floats:
        first, inverse = distinct_rows(participants, dlts)
        return np.asarray(self.posterior.probability_between(participants[first], dlts[first], lower, upper)[inverse])

    def explain(self, seen: Seen, step: Step) -> str:
        return self.words(self.estimates(seen.participants, seen.dlts), seen, step)

    def words(self, rates: Floats, seen: Seen, step: Step) -> str:
        """Why these estimated rates lead to the step, for the single trial in row 0."""
        closest = int(self.closest_level(rates)[0])
        listed = ", ".join(f"{rate:.3f}" for rate in rates[0])
        reason = f"the estimated DLT rates are {listed}; level {closest} is closest to the target {self.frame.rate:g}"
        current = int(seen.current[0])
        if int(step.level[0]) == closest:
            return reason
        if int(step.level[0]) == current:
            return (
                f"{reason}, but the last cohort's share of DLTs reached the target, so level {current} is not exceeded"
            )
        return f"{reason}, but one may go up one level at a time only"
