"""Outcomes of any kind as one: values of people over visits, with what was measured before treatment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from firstdose.analysis.scores.measured import BoolArray, FloatArray, IntArray, People, doses_in_doublings


@dataclass(frozen=True, eq=False)
class Outcome:
    """One outcome in the people of a set; arrays have one entry a value, in order of person and day, none missing.

    ``person`` numbers the people, ``dose`` (people,) is the dose that they count at (nan where it is not known, 0 in a
    control), ``before`` tells values from before treatment. With ``is_change`` values are changes from the person's own
    baseline already, and there is none before treatment. ``warning`` says what to beware of. ``not_normalised`` holds
    the values before they were normalised, if they were, and ``runs`` indicators (values, runs - 1) of the runs of
    measurement, without columns where there is one run or none is known.
    """

    kind: str
    name: str
    unit: str
    objective: str
    people: People
    dose: FloatArray
    person: IntArray
    day: IntArray
    visit: tuple[str, ...]
    value: FloatArray
    before: BoolArray
    is_change: bool
    records: tuple[str, ...]
    warning: str = ""
    not_normalised: FloatArray | None = None
    runs: FloatArray | None = None

    @cached_property
    def doubling(self) -> FloatArray:
        """Each person's dose on the scale of doublings; nan for no dose."""
        return doses_in_doublings(self.dose)

    @cached_property
    def baseline(self) -> FloatArray:
        """Each person's last value before treatment (people,); 0 where values are changes, nan without one."""
        if self.is_change:
            return np.zeros(self.people.count)
        return self.last_of(self.before)

    def last_of(self, rows: BoolArray) -> FloatArray:
        """Each person's last value among some rows (people,); nan without one."""
        found = np.full(self.people.count, np.nan)
        chosen = np.flatnonzero(rows)
        found[self.person[chosen]] = self.value[chosen]  # rows are in order of the day, so the last one stays
        return found

    def mean_of(self, rows: BoolArray) -> FloatArray:
        """Each person's mean over some rows (people,); nan without one."""
        count = np.bincount(self.person[rows], minlength=self.people.count)
        total = np.bincount(self.person[rows], weights=self.value[rows], minlength=self.people.count)
        return np.asarray(np.divide(total, count, out=np.full(self.people.count, np.nan), where=count > 0))
