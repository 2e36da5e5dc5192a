"""Each person's change on the drug and after it: what the comparisons are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.analysis.attribution.drug import JUST_STOPPED, OFF, ON, UNKNOWN, Drug, states_of
from firstdose.analysis.attribution.outcome import Outcome
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Periods:
    """An outcome with the state of each value (values,), and each person's changes from baseline (people,).

    ``on`` is the change on the drug, ``after`` the change once it was stopped and the withdrawal window is over; nan
    without a value. Who never took the drug has neither, unless nobody did: then all is ``after``.
    """

    outcome: Outcome
    state: IntArray
    took: BoolArray
    has_drug: bool
    on: FloatArray
    after: FloatArray

    @property
    def later(self) -> BoolArray:
        """Which values are from after treatment."""
        return np.asarray(~self.outcome.before)

    @property
    def leading(self) -> FloatArray:
        """The change on the drug, or where there is no drug the change."""
        return self.on if self.has_drug else self.after

    def count(self, state: int) -> int:
        """How many values after treatment were measured in a state."""
        return int((self.later & (self.state == state)).sum())

    @property
    def doubts(self) -> str:
        """What of the values is not used, and why."""
        parts = []
        if self.count(UNKNOWN):
            parts.append(f"of {self.count(UNKNOWN)} values it is not known whether they were measured on the drug")
        if self.count(JUST_STOPPED):
            parts.append(f"{self.count(JUST_STOPPED)} values are from the withdrawal window")
        never = int((~self.took).sum()) if self.has_drug else 0
        if never:
            parts.append(f"{never} people took none of the drug")
        return "; ".join(filter(None, (self.outcome.warning, *parts)))


def periods(frame: Frame, outcome: Outcome, drug: Drug | None) -> Periods:
    """The states of an outcome's values, and each person's change in both periods.

    The protocol's `attribution.value_of_period` says whether the last value of a period stands for it, or their mean.
    """
    state = states_of(frame, outcome, drug)
    took = np.array([drug is not None and drug.took(each) is not False for each in outcome.people.subjects], np.bool_)
    has_drug = bool(took.any())
    later = ~outcome.before
    of_takers = took[outcome.person] if has_drug else np.ones(len(outcome.value), dtype=np.bool_)
    summary = outcome.last_of if frame.protocol.attribution.value_of_period == "last" else outcome.mean_of
    on = summary(later & (state == ON)) - outcome.baseline
    after = summary(later & (state == OFF) & of_takers) - outcome.baseline
    return Periods(outcome, state, took, has_drug, on, after)
