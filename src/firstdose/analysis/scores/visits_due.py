"""Which visits of a person were not due yet when the data were gathered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from firstdose.analysis.deriving.follow_up import recorded_dates
from firstdose.analysis.frame import Frame

WHOLE_DATE = len("2026-03-14")


def still_open(frame: Frame, subjects: Sequence[str]) -> Callable[[int, str], bool]:
    """Whether the window of a visit was not over by the last day of the data, for a person by their place.

    False where the person left or died before its end, since then nothing more is to come; and where the day of
    treatment is not known, or the visit is not planned.
    """
    schedule = frame.protocol.schedule
    window_ends = {visit.id: visit.last_day for visit in schedule.every_visit} if schedule else {}
    last_days = _last_days(frame)
    ends = _ends(frame)

    def is_open(person: int, visit: str) -> bool:
        subject = subjects[person]
        last, due = last_days.get(subject), window_ends.get(visit)
        if last is None or due is None or due <= last:
            return False
        return ends.get(subject) is None

    return is_open


def last_date(frame: Frame) -> date | None:
    """The day up to which the data were gathered, or else the last whole date in them."""
    if frame.data.as_of is not None:
        return frame.data.as_of
    dates = recorded_dates(frame.data.trial_data)["date"].str.slice(0, WHOLE_DATE)
    whole = dates.filter(dates.str.len_chars() == WHOLE_DATE).str.to_date(strict=False).drop_nulls()
    found = whole.max()
    return found if isinstance(found, date) else None


def _last_days(frame: Frame) -> dict[str, int]:
    """The last day of the data, counted from the treatment of each person whose day of treatment is known."""
    until = last_date(frame)
    if until is None:
        return {}
    starts = frame.subjects.select("subject", pl.col("treatment_start").str.slice(0, WHOLE_DATE).alias("start"))
    known = starts.filter(pl.col("start").str.len_chars() == WHOLE_DATE)
    return {subject: (until - date.fromisoformat(start)).days for subject, start in known.iter_rows()}


def _ends(frame: Frame) -> dict[str, int | None]:
    """The day on which each person left or died, of those who did."""
    day = pl.coalesce("death_day", "left_day")
    return dict(frame.subjects.select("subject", day).drop_nulls().iter_rows())
