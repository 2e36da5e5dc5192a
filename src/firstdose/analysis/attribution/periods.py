"""Each person's change on the drug and after it: what the comparisons are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from firstdose.analysis.attribution.drug import JUST_STOPPED, OFF, ON, UNKNOWN, Drug, states_of
from firstdose.analysis.attribution.outcome import Outcome
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Changes:
    """A change of each person: ``value`` (people,), nan without, and what changed with it in the runs of measurement.

    ``runs`` (people, K) are the changes of the indicators of runs, so their coefficients are what sets the runs apart.
    """

    value: FloatArray
    runs: FloatArray

    def __sub__(self, other: Changes) -> Changes:
        return Changes(self.value - other.value, self.runs - other.runs)

    def of(self, known: BoolArray) -> Changes:
        """Those of some people only."""
        return Changes(self.value[known], self.runs[known])


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
    on: Changes
    after: Changes

    @property
    def later(self) -> BoolArray:
        """Which values are from after treatment."""
        return np.asarray(~self.outcome.before)

    @property
    def leading(self) -> Changes:
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
            parts.append(f"{never} {'person' if never == 1 else 'people'} took none of the drug")
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
    takes_last = frame.protocol.attribution.value_of_period == "last"
    on = _changes(outcome, later & (state == ON), takes_last)
    after = _changes(outcome, later & (state == OFF) & of_takers, takes_last)
    return Periods(outcome, state, took, has_drug, on, after)


def _changes(outcome: Outcome, rows: BoolArray, takes_last: bool) -> Changes:
    """Everybody's change from baseline to some rows, and the change of each indicator of runs in the same way."""

    def change(values: FloatArray) -> FloatArray:
        one = replace(outcome, value=values)
        return (one.last_of(rows) if takes_last else one.mean_of(rows)) - one.baseline

    runs = np.zeros((len(outcome.value), 0)) if outcome.runs is None else outcome.runs
    columns = [change(each) for each in runs.T]
    empty = np.zeros((outcome.people.count, 0))
    return Changes(change(outcome.value), np.column_stack(columns) if columns else empty)
