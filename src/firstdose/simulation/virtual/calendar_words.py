"""Days of a trial as text, whole or in part. Inside a virtual trial a day is a whole number, counted from an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from firstdose.simulation.virtual.columns import NOTHING, Integers, Paired, Picked, Table, pick, table_of

YEARS_BEFORE, YEARS = 4, 44
MINUTES = 24 * 60
NO_TIME = MINUTES
WHOLE, DAY_UNKNOWN, MONTH_UNKNOWN = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Calendar:
    """The days from the epoch on: their texts, and the month and year that each lies in."""

    epoch: date
    days: int
    words: Table
    times: Table
    month_of: Integers
    year_of: Integers
    first_of_month: Integers
    first_of_year: Integers

    @classmethod
    def around(cls, day: date) -> Calendar:
        """The calendar of a trial that begins on a day."""
        epoch = date(day.year - YEARS_BEFORE, 1, 1)
        end = date(epoch.year + YEARS, 1, 1)
        every = [epoch + timedelta(days=number) for number in range((end - epoch).days)]
        months = np.array([(each.year - epoch.year) * 12 + each.month - 1 for each in every])
        years = np.array([each.year - epoch.year for each in every])
        texts = [each.isoformat() for each in every]
        texts += [f"{epoch.year + month // 12}-{month % 12 + 1:02}" for month in range(12 * YEARS)]
        texts += [str(epoch.year + year) for year in range(YEARS)]
        times = table_of([f"T{minute // 60:02}:{minute % 60:02}" for minute in range(MINUTES)] + [""])
        ends = len(every)
        return cls(
            epoch=epoch,
            days=ends,
            words=Table.of(texts),
            times=times,
            month_of=months,
            year_of=years,
            first_of_month=np.append(np.unique(months, return_index=True)[1], ends),
            first_of_year=np.append(np.unique(years, return_index=True)[1], ends),
        )

    def number_of(self, day: date) -> int:
        """The number of a day."""
        return (day - self.epoch).days

    def date_of(self, number: int) -> date:
        """The day of a number."""
        return self.epoch + timedelta(days=int(number))

    def codes(self, days: NDArray[np.integer], known: NDArray[np.integer]) -> Integers:
        """The code of each day's text as far as it is known: WHOLE, DAY_UNKNOWN, MONTH_UNKNOWN or NOTHING."""
        inside = np.clip(days, 0, self.days - 1)
        months, years = self.days + self.month_of[inside], self.days + 12 * YEARS + self.year_of[inside]
        unless_whole = np.where(known == DAY_UNKNOWN, months, np.where(known == MONTH_UNKNOWN, years, NOTHING))
        return np.where(known == WHOLE, inside, unless_whole)

    def text(self, days: NDArray[np.integer], known: NDArray[np.integer] | None = None) -> Picked:
        """The text of each day; NOTHING is an empty cell."""
        return pick(self.words, days if known is None else self.codes(days, known))

    def moments(self, days: NDArray[np.integer], minutes: NDArray[np.integer]) -> Paired:
        """The text of each day with its time: minutes after midnight, or NO_TIME."""
        return Paired(pick(self.words, days), pick(self.times, np.where(days == NOTHING, NO_TIME, minutes)))

    def earliest(self, days: Integers, known: NDArray[np.integer]) -> Integers:
        """The first day that a text of each day may mean."""
        months, years = self.first_of_month[self.month_of[days]], self.first_of_year[self.year_of[days]]
        return np.where(known == WHOLE, days, np.where(known == DAY_UNKNOWN, months, years))

    def latest(self, days: Integers, known: NDArray[np.integer]) -> Integers:
        """The last day that a text of each day may mean."""
        months = self.first_of_month[self.month_of[days] + 1] - 1
        years = self.first_of_year[self.year_of[days] + 1] - 1
        return np.where(known == WHOLE, days, np.where(known == DAY_UNKNOWN, months, years))

    def working_day(self, day: int) -> int:
        """This day, or the Monday after it if it lies in a weekend."""
        weekday = (day + self.epoch.weekday()) % 7
        return day + (7 - weekday if weekday >= 5 else 0)
