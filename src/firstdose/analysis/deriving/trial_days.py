"""Recorded dates as moments in the site's calendar, and as days of the trial: day 0 is that of the procedure.

A time with an offset from UTC falls on the day that it has in the site's zone; where no zone is recorded, dates and
times are taken as they were written. Of a partial date both the first and the last possible day are kept. What is in
the data had happened by the day of the data, so that no possible day is later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, tzinfo
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from firstdose.dosing.known import moment_of
from firstdose.protocol.plan import Protocol
from firstdose.records import read_partial_date_time
from firstdose.safety.moments import MISSING, Moment

FIRST_YEAR, LAST_YEAR = 1800, 9000
"""Dates of other years, with which some systems say "not known", say nothing."""


class Days(NamedTuple):
    """The first and the last day of the trial that something can have been on; None where that is not known."""

    first: int | None
    last: int | None

    @property
    def exact(self) -> int | None:
        """The day, where it is known."""
        return self.first if self.first == self.last else None


UNKNOWN = Days(None, None)


@dataclass(frozen=True)
class Anchor:
    """What a person's days are counted from: the site's zone, and the start of treatment."""

    zone: tzinfo | None = None
    start: Moment = MISSING


UNTREATED = Anchor()


@lru_cache(maxsize=100_000)
def moment_of_text(text: str | None, zone: tzinfo | None, known_by: date | None = None) -> Moment:
    """The moment that the text of a date or time stands for, at most the day by which it was known."""
    noted = None if text is None else read_partial_date_time(text)
    if noted is None or not FIRST_YEAR <= (noted.date.year or FIRST_YEAR) <= LAST_YEAR:
        return MISSING
    if zone is None and noted.offset_minutes is not None:
        noted = replace(noted, offset_minutes=None)
    moment = moment_of(noted, zone or UTC)
    if known_by is None or moment.earliest is None or not moment.earliest <= known_by:
        return moment
    return replace(moment, latest=min(moment.latest or known_by, known_by))


def days_from(start: Moment, moment: Moment) -> Days:
    """Days from the day of one moment to that of another, both ends as far as they are known."""
    first = (moment.earliest - start.latest).days if moment.earliest and start.latest else None
    last = (moment.latest - start.earliest).days if moment.latest and start.earliest else None
    return Days(first, last)


def planned_days(protocol: Protocol) -> dict[str, int]:
    """The day of each visit that the protocol plans."""
    return {each.id: each.day for each in protocol.schedule.visits} if protocol.schedule else {}


@dataclass(frozen=True)
class TrialDays:
    """The days of everybody who was treated; `known_by` is the day up to which the data were gathered."""

    anchors: Mapping[str, Anchor]
    known_by: date | None = None

    def anchor(self, subject: str) -> Anchor:
        """What the days of a person are counted from."""
        return self.anchors.get(subject, UNTREATED)

    def moment(self, subject: str, text: str | None) -> Moment:
        """A recorded date of a person as a moment."""
        return moment_of_text(text, self.anchor(subject).zone, self.known_by)

    def days(self, subject: str, text: str | None) -> Days:
        """A recorded date of a person as days of the trial."""
        return days_from(self.anchor(subject).start, self.moment(subject, text))

    def add(self, frame: pl.DataFrame, field: str, planned: Mapping[str, int]) -> pl.DataFrame:
        """A frame with what is known of when the date in a field was, each distinct date looked at once.

        `first_day` and `last_day`; `moment_order`, by which moments of one person sort; `is_before` treatment, and
        whether that `is_assumed` (see `precedes_treatment`). `planned` holds the planned days of visits.
        """
        keys = ["subject", field, "visit"]
        rows = frame.select(keys).unique(maintain_order=True)
        found = [self._timing(subject, text, planned.get(visit or "")) for subject, text, visit in rows.iter_rows()]
        timing = pl.DataFrame(found, schema=TIMING, orient="row")
        return frame.join(pl.concat([rows, timing], how="horizontal"), on=keys, how="left", nulls_equal=True,
                          maintain_order="left")  # fmt: skip

    def _timing(self, subject: str, text: str | None, planned_day: int | None) -> tuple[object, ...]:
        """One row of `add`."""
        anchor, moment = self.anchor(subject), self.moment(subject, text)
        precedes = precedes_treatment(moment, anchor.start, planned_day)
        order = _order(moment, anchor.zone)
        return (*days_from(anchor.start, moment), order, precedes.answer, precedes.is_assumed)


TIMING = {
    "first_day": pl.Int64,
    "last_day": pl.Int64,
    "moment_order": pl.Float64,
    "is_before": pl.Boolean,
    "is_assumed": pl.Boolean,
}


class Precedes(NamedTuple):
    """Whether something came before treatment (None where that is open), and whether that rests on an assumption."""

    answer: bool | None
    is_assumed: bool = False


def precedes_treatment(moment: Moment, start: Moment, planned_day: int | None) -> Precedes:
    """Whether an examination came before treatment, and so may be a baseline.

    Another day than that of treatment decides; so do two times of that day. Where a time is not known, an examination
    of day 0 counts as before treatment unless its visit is planned for a later day; that is an assumption unless the
    visit is planned for an earlier day.
    """
    if moment.is_missing or start.is_missing:
        return Precedes(None)
    days = days_from(start, moment)
    if days.first is not None and days.first > 0:
        return Precedes(False)
    if days.last is not None and days.last < 0:
        return Precedes(True)
    if days != (0, 0):
        return Precedes(None)
    if moment.instant is not None and start.instant is not None:
        return Precedes(moment.instant < start.instant)
    return Precedes(planned_day is None or planned_day <= 0, planned_day is None or planned_day == 0)


DAY_SECONDS = 24 * 3600


def _order(moment: Moment, zone: tzinfo | None) -> float | None:
    """A number by which a person's moments sort: the local time, or the beginning of the first possible day."""
    if moment.earliest is None:
        return None
    midnight = moment.earliest.toordinal() * DAY_SECONDS
    if moment.instant is None:
        return float(midnight)
    local = moment.instant if zone is None else moment.instant.astimezone(zone)
    return float(midnight + local.hour * 3600 + local.minute * 60 + local.second)
