"""Adverse events with dates, completed by rule where they are known in part, and with the worst of each person."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.events.counted_events import counted_events
from firstdose.analysis.events.durations import FIRST_COUNTED
from firstdose.analysis.frame import Frame
from firstdose.analysis.recorded import recorded
from firstdose.records import AdverseEvent
from firstdose.records.derived import EventAnalysis
from firstdose.records.partial_date_frames import earliest_day, is_complete_day, latest_day

KEYS = ["subject", "number"]
WORST: dict[str, list[str]] = {
    "is_worst": ["subject"],
    "is_worst_in_class": ["subject", "organ_class"],
    "is_worst_in_term": ["subject", "organ_class", "term"],
}
"""Within what each flag marks one event."""


def event_rows(frame: Frame, people: pl.DataFrame) -> pl.DataFrame:
    """A row an adverse event, columns as `EventRow`; ``people`` as `PersonRow`.

    A start that is known in part is the first day that it can be, but not before treatment where the event counts as
    begun after it; an end is the last day that it can be. Dates in the site's calendar where day 0 is known, else as
    they were written. What was not known yet by the last day of the analysis stays open.
    """
    written = recorded(frame, AdverseEvent).select(*KEYS, written_start="start", written_end="end")
    events = (
        frame.data[EventAnalysis]
        .join(written, on=KEYS, how="left", maintain_order="left")
        .join(people.select("subject", "day_0"), on="subject", how="left", maintain_order="left")
        .with_columns(pl.col("day_0").str.to_date("%Y-%m-%d"))
    )
    start = _date(FIRST_COUNTED, earliest_day(pl.col("written_start")))
    end = _date(pl.col("end_last_day"), latest_day(pl.col("written_end")))
    dated = events.with_columns(start=start, end=end)
    flagged = dated.select(
        *KEYS,
        start=pl.col("start").dt.to_string("%Y-%m-%d"),
        start_imputed=_imputed("start"),
        end=pl.col("end").dt.to_string("%Y-%m-%d"),
        end_imputed=_imputed("end"),
    )
    return flagged.join(_worst(frame), on=KEYS, how="left", maintain_order="left").with_columns(
        pl.col(list(WORST)).fill_null(False)
    )


def _date(day: pl.Expr, as_written: pl.Expr) -> pl.Expr:
    """The date of a day of the trial; without a day 0 what was written."""
    return pl.when(pl.col("day_0").is_null()).then(as_written).otherwise(pl.col("day_0") + pl.duration(days=day))


def _imputed(name: str) -> pl.Expr:
    """What of a date was completed: the day, or month and day."""
    text = pl.col(f"written_{name}")
    is_whole = is_complete_day(text).fill_null(False)
    part = pl.when(text.str.contains(r"^[0-9]{4}-[0-9]{2}")).then(pl.lit("D")).otherwise(pl.lit("M"))
    return pl.when(pl.col(name).is_not_null() & ~is_whole).then(part)


def _worst(frame: Frame) -> pl.DataFrame:
    """Which counted events are the first of the highest grade; none of a person without a grade."""
    events = counted_events(frame).filter(pl.col("grade").is_not_null())
    ordered = events.sort("subject", pl.col("grade"), "first_day", "number", descending=[False, True, False, False])
    return ordered.select(*KEYS, **{name: pl.int_range(pl.len()).over(within) == 0 for name, within in WORST.items()})
