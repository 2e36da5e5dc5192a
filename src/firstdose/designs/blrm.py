"""BLRM, the Bayesian logistic regression model with overdose control."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator

from firstdose.designs.design import Complaint, Design, close_call, no_memory
from firstdose.designs.states import Booleans, Floats, Integers, Seen, Selection, States, Step, Stop
from firstdose.methods.logistic_model import TwoParameterPosterior
from firstdose.methods.packing import distinct_rows
from firstdose.protocol.meaning import Meaning, part

MOST_KEPT = 100_000  # trials whose posterior is kept until the next ones are asked about
Rate = Annotated[float, Meaning("A DLT rate.", above=0, below=1)]
PriorMean = Annotated[float, Meaning("A prior mean.", lowest=-20, highest=20)]
PriorDeviation = Annotated[float, Meaning("A prior standard deviation.", lowest=0.01, highest=10)]


@part
class ReferenceDose:
    """A dose with its unit ("" when the file gave a bare number)."""

    value: Annotated[float, Meaning("The dose.", above=0)]
    unit: Annotated[str, Meaning("Its unit, that of the dose levels.")] = ""


def bare_number_as_dose(value: Any) -> Any:
    """Let a bare number stand for a dose whose unit was not given."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value} if is_number else value


@part
class Declaration:
    """When the MTD is declared before the maximum, and whether it must be."""

    participants: Annotated[int, Meaning("Participants treated at the level.", lowest=1)] = 6
    target_probability: Annotated[float, Meaning("Posterior probability of the target interval.", above=0, below=1)] = (
        0.5
    )
    required: Annotated[bool, Meaning("Whether none is selected when the maximum comes first.")] = False


@dataclass(frozen=True, kw_only=True)
class Blrm(Design):
    """Chooses among levels whose posterior probability of overdose is acceptable (Neuenschwander et al. 2008).

    logit p(d) = log_alpha + exp(log_beta) log(d / reference dose), (log_alpha, log_beta) bivariate normal. The
    posterior is integrated by fixed quadrature split at the interval bounds: no sampling, so one answer per history.
    Overdose control is computed afresh after each cohort; it eliminates nothing for good.
    """

    title: ClassVar[str] = "Bayesian logistic regression model (BLRM) with overdose control"
    summary: ClassVar[str] = "A two-parameter logistic curve; levels with too likely an overdose are barred."
    source: ClassVar[str] = (
        "Neuenschwander B, Branson M, Gsponer T. Critical aspects of the Bayesian approach to phase I cancer trials. "
        "Stat Med 2008;27:2420-2439."
    )
    is_model_based: ClassVar[bool] = True

    reference_dose: Annotated[
        ReferenceDose,
        BeforeValidator(bare_number_as_dose),
        Meaning(
            "Dose at which log_alpha is the logit of the DLT rate: {value, unit}; a bare number lies within the doses."
        ),
    ]
    prior_mean: Annotated[tuple[PriorMean, PriorMean], Meaning("Prior means of log_alpha and log_beta.")]
    prior_sd: Annotated[
        tuple[PriorDeviation, PriorDeviation], Meaning("Prior standard deviations of log_alpha and log_beta.")
    ]
    prior_correlation: Annotated[float, Meaning("Prior correlation of log_alpha and log_beta.", above=-1, below=1)] = (
        0.0
    )
    intervals: Annotated[
        tuple[Rate, Rate],
        Meaning("The DLT rates between which lies the target interval; above it is overdose."),
    ] = (0.16, 0.33)
    overdose_bound: Annotated[
        float,
        Meaning("A level may be given when its probability of overdose is at most this.", above=0, below=1),
    ] = 0.25
    choice: Annotated[
        Literal["highest_admissible", "max_target"],
        Meaning("Of the admissible levels, the highest or the one most likely in the target interval."),
    ] = "highest_admissible"
    declare: Annotated[Declaration | None, Meaning("When the MTD is declared before the maximum (never).")] = field(
        default=None
    )

    def complaints(self) -> Iterator[Complaint]:
        doses, unit, reference = self.frame.doses, self.frame.unit, self.reference_dose
        if reference.unit and reference.unit != unit:
            yield Complaint(
                "reference_dose",
                f"is in {reference.unit!r}, but the dose levels are in {unit!r}",
                f"convert it and write {{value: ..., unit: {unit}}}",
            )
        elif not reference.unit and not doses[0] <= reference.value <= doses[-1]:
            yield Complaint(
                "reference_dose",
                f"without a unit must lie within the doses, {doses[0]:g} to {doses[-1]:g} {unit}",
                f"write {{value: {reference.value:g}, unit: {unit}}} if it is meant",
            )
        if self.intervals[0] >= self.intervals[1]:
            yield Complaint("intervals", "must increase", "give the lower bound first")
        target = self.frame.target
        if target is not None and not self.intervals[0] <= target <= self.intervals[1]:
            yield Complaint("intervals", f"must contain the target {target:g}", "move the interval or the target")

    @cached_property
    def log_dose_ratios(self) -> Floats:
        """log(dose / reference dose), one a level."""
        return np.log(np.array(self.frame.doses) / self.reference_dose.value)

    @cached_property
    def _posteriors(self) -> dict[tuple[float, ...], TwoParameterPosterior]:
        return {}

    def posterior(self, thresholds: tuple[float, ...]) -> TwoParameterPosterior:
        """The model with its prior, its quadrature split at these DLT rates; built once for each set of rates."""
        if thresholds not in self._posteriors:
            self._posteriors[thresholds] = TwoParameterPosterior(
                tuple(self.log_dose_ratios),
                self.prior_mean,
                self.prior_sd,
                self.prior_correlation,
                thresholds,
            )
        return self._posteriors[thresholds]

    def interval_probabilities(
        self, participants: Integers, dlts: Integers, thresholds: tuple[float, ...] | None = None
    ) -> Floats:
        """P(under), P(target), P(over) at every level, shape (trials, levels, 3)."""
        first, inverse = distinct_rows(participants, dlts)
        rates = thresholds or self.intervals
        return np.asarray(self._of_distinct(participants[first], dlts[first], rates)[inverse])

    @cached_property
    def _asked_last(self) -> dict[tuple[float, ...], tuple[Integers, Integers, Floats]]:
        """For each set of rates the trials last asked about, with their answer.

        A trial that ends is asked about twice in a row: for its last step and for its selection.
        """
        return {}

    def _of_distinct(self, participants: Integers, dlts: Integers, rates: tuple[float, ...]) -> Floats:
        nothing = participants[:0], dlts[:0], np.empty((0, self.frame.levels, len(rates) + 1))
        known = self._asked_last.get(rates, nothing)
        both = [np.concatenate([before, now]) for before, now in zip(known, (participants, dlts), strict=False)]
        first, inverse = distinct_rows(*both)
        is_new = first >= len(known[0])
        of_all = np.empty((len(first), *known[2].shape[1:]))
        of_all[~is_new] = known[2][first[~is_new]]
        of_all[is_new] = self.posterior(rates).interval_probabilities(*(each[first[is_new]] for each in both))
        found = np.asarray(of_all[inverse[len(known[0]) :]])
        if len(participants) <= MOST_KEPT:
            self._asked_last[rates] = (participants, dlts, found)
        return found

    def estimates(self, participants: Integers, dlts: Integers) -> Floats:
        """Posterior mean DLT rates, shape (trials, levels)."""
        first, inverse = distinct_rows(participants, dlts)
        return np.asarray(self.posterior(self.intervals).mean_rates(participants[first], dlts[first])[inverse])

    def _choose(self, probabilities: Floats, eligible: Booleans | bool = True) -> Integers:
        """The chosen admissible and eligible level of each trial, 0 where there is none."""
        allowed = np.arange(1, self.frame.levels + 1) <= self.frame.top
        admissible = (probabilities[:, :, 2] <= self.overdose_bound) & eligible & allowed
        if self.choice == "highest_admissible":
            return np.asarray(np.max(np.where(admissible, np.arange(1, self.frame.levels + 1), 0), axis=1))
        best = np.argmax(np.where(admissible, probabilities[:, :, 1], -1.0), axis=1) + 1
        return np.where(admissible.any(axis=1), best, 0)

    def next_step(self, seen: Seen) -> Step:
        probabilities = self.interval_probabilities(seen.participants, seen.dlts)
        chosen = self._choose(probabilities)
        stop = np.where(chosen == 0, np.int8(Stop.TOO_TOXIC), np.int8(Stop.GOES_ON))
        level = np.maximum(chosen, 1)
        if self.declare is not None:
            certain = probabilities[np.arange(seen.rows), level - 1, 1] >= self.declare.target_probability
            declared = (chosen > 0) & (seen.at(level)[0] >= self.declare.participants) & certain
            stop = np.where(declared, np.int8(Stop.DECLARED), stop)
        return Step(level.astype(np.int8), seen.highest, stop, no_memory(seen.rows))

    def select(self, states: States) -> Selection:
        top = self.frame.top
        level, not_reached = states.level.copy(), np.zeros(len(states), dtype=bool)
        at_maximum = states.stop == Stop.MAXIMUM
        asked = np.flatnonzero(at_maximum | ((level == top) & (states.stop != Stop.TOO_TOXIC)))
        probabilities = self.interval_probabilities(states.participants[asked], states.dlts[asked])
        chosen = self._choose(probabilities, states.participants[asked] > 0)
        if self.declare is not None and self.declare.required:
            chosen = np.zeros_like(chosen)
        level[asked] = np.where(at_maximum[asked], chosen, level[asked])
        not_reached[asked] = (level[asked] == top) & (probabilities[:, top - 1, 0] > 0.5)
        return Selection(level, not_reached)

    def selection_words(self) -> str:
        words = (
            "At the maximum number of participants: of the levels that were treated and whose probability of a DLT "
            f"rate above {self.intervals[1]:g} is at most {self.overdose_bound:g}, "
            + ("the highest." if self.choice == "highest_admissible" else "the one most likely in the target interval.")
        )
        if self.declare is None:
            return words
        declared = (
            f" Before: the next level, once {self.declare.participants} participants were treated at it and its target "
            f"interval has a posterior probability of at least {self.declare.target_probability:g}."
        )
        return ("No level at the maximum." if self.declare.required else words) + declared

    def probability_above_target(self, participants: Integers, dlts: Integers, level: int) -> Floats:
        probabilities = self.interval_probabilities(participants, dlts, (self.frame.rate,))
        return np.asarray(probabilities[:, level - 1, 1])

    def probability_between(self, participants: Integers, dlts: Integers, lower: float, upper: float) -> Floats:
        return np.asarray(self.interval_probabilities(participants, dlts, (lower, upper))[:, :, 1])

    def close_calls(self, seen: Seen) -> list[str]:
        probabilities = self.interval_probabilities(seen.participants, seen.dlts)[0]
        warnings = []
        for level, (_, target, over) in enumerate(probabilities.tolist(), start=1):
            warnings += close_call(f"of overdose at level {level}", over, self.overdose_bound)
            if self.declare is not None and int(seen.participants[0, level - 1]) >= self.declare.participants:
                what = f"of the target interval at level {level}"
                warnings += close_call(what, target, self.declare.target_probability)
        return warnings

    def explain(self, seen: Seen, step: Step) -> str:
        probabilities = self.interval_probabilities(seen.participants, seen.dlts)[0]
        listed = ", ".join(f"{over:.3f}" for over in probabilities[:, 2])
        reason = (
            f"the probabilities of overdose (DLT rate above {self.intervals[1]:g}) are {listed}, "
            f"of which at most {self.overdose_bound:g} is allowed"
        )
        level = int(step.level[0])
        if step.stop[0] == Stop.TOO_TOXIC:
            return f"{reason}: no level is admissible"
        if self.choice == "max_target":
            chance = probabilities[level - 1, 1]
            return f"{reason}; of the admissible levels {level} is the likeliest in the target interval ({chance:.3f})"
        return f"{reason}; level {level} is the highest admissible"
