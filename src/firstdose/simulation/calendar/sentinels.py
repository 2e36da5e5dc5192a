"""The sentinels of each trial's current cohort, by whom the others may go, many trials at once.

As ``dosing.counting_sentinels`` for one trial: whoever left before the interval was over, or was given less than was
assigned, is no sentinel, except with a DLT. The next to be dosed is then one, without waiting for the interval.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from firstdose.simulation.calendar.draws import Booleans, Floats
from firstdose.simulation.calendar.people import Rows


@dataclass
class Sentinels:
    """Places for ``count`` sentinels in each trial, who count from the day ``since`` to before the day ``until``.

    These have shape (count, trials), as has ``dosed_on``; ``toxic_on``, shape (trials,), is the day of the first DLT of
    any who ever was a sentinel of the cohort, infinite without one. ``interval`` is what the others wait.
    """

    count: int
    interval: float
    trials: int
    dosed_on: Floats = field(init=False)
    since: Floats = field(init=False)
    until: Floats = field(init=False)
    toxic_on: Floats = field(init=False)

    def __post_init__(self) -> None:
        shape = (self.count, self.trials)
        self.dosed_on, self.since, self.until = (np.full(shape, value) for value in (-np.inf, np.inf, -np.inf))
        self.toxic_on = np.full(self.trials, np.inf)

    def begin(self, rows: Rows) -> None:
        """A cohort begins in these trials: nobody of it was dosed."""
        if not self.count:
            return
        self.dosed_on[:, rows], self.since[:, rows], self.until[:, rows] = -np.inf, np.inf, -np.inf
        self.toxic_on[rows] = np.inf

    def note(self, rows: Rows, day: Floats, closes: Floats, toxic: Booleans, left: Booleans, less: Booleans) -> None:
        """One more of the cohort is dosed in each of these trials, as a sentinel where one is lacking.

        ``closes`` is the day of the DLT of those who are ``toxic`` and of leaving of those who ``left`` without one;
        ``less`` tells who was given less than was assigned.
        """
        if not self.count:
            return
        is_free = self._is_free(rows, day)
        some = np.flatnonzero(is_free.any(axis=0))
        place, row = is_free[:, some].argmax(axis=0), rows[some]
        toxic, less = toxic[some], less[some]
        is_spent = left[some] & (closes[some] - day[some] < self.interval)
        self.dosed_on[place, row] = day[some]
        self.since[place, row] = np.where(less, np.where(toxic, closes[some], np.inf), day[some])
        self.until[place, row] = np.where(is_spent, closes[some], np.inf)
        self.toxic_on[row] = np.minimum(self.toxic_on[row], np.where(toxic, closes[some], np.inf))

    def others_from(self, rows: Rows, day: Floats) -> Floats:
        """The first day on which the next may be dosed, as known on a day: at once where a sentinel is lacking.

        Where one will leave too early, it is the day of that, on which one is lacking.
        """
        if not self.count:
            return np.full(len(rows), -np.inf)
        over = self.dosed_on[:, rows].max(axis=0) + self.interval
        known = np.minimum(over, self.until[:, rows].min(axis=0))
        return np.where(self._is_free(rows, day).any(axis=0), -np.inf, known)

    def _is_free(self, rows: Rows, day: Floats) -> Booleans:
        """Which places no sentinel who counts has on these days, shape (count, rows)."""
        return np.asarray((self.since[:, rows] > day) | (self.until[:, rows] <= day))
