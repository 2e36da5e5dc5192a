"""Times to events: to confirmed change, to the first adverse event, and from an adverse event to its resolution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from firstdose.analysis.disability.confirmed import Sought
from firstdose.analysis.disability.definitions import EVENTS
from firstdose.analysis.disability.worsening_curves import times_to
from firstdose.analysis.events.counted_events import QUESTIONS, counted_events
from firstdose.analysis.events.durations import DIED, GOES_ON, RESOLVED, durations
from firstdose.analysis.events.event_rates import RATED
from firstdose.analysis.events.first_events import events_at_risk
from firstdose.analysis.events.person_time import WHOLE, time_at_risk
from firstdose.analysis.frame import Frame
from firstdose.records.analysis_tables import TimeRow
from firstdose.records.frames import fit_schema, frame_of

ENDINGS = {RESOLVED: "event", GOES_ON: "censored", DIED: "died"}


def time_rows(frame: Frame, sought: Iterable[Sought]) -> pl.DataFrame:
    """A row a time, columns as `TimeRow`; ``sought`` is what `worsening_sought` found."""
    changes = frame_of(TimeRow, [row for each in sought for row in _to_change(frame, each)])
    return pl.concat([changes, _to_first_event(frame), _to_resolution(frame)])


def _to_change(frame: Frame, sought: Sought) -> Iterator[TimeRow]:
    """Of everybody who is evaluable, for each event that the definition is about.

    Observed from the baseline score to the onset, or to the last visit at which one could still be confirmed; the time
    is that of the curves, from treatment to the planned day of the visit.
    """
    each, definition = sought.measured, sought.definition
    for event in definition.events:
        having, perhaps = sought.first(*EVENTS[event]), sought.perhaps(*EVENTS[event])
        for person, time in times_to(frame, sought, having).items():
            found = having.get(person)
            confirming = None if found is None else found.confirming_row
            yield TimeRow(
                subject=each.people.subjects[person],
                kind="confirmed_change",
                about=each.name,
                definition=definition.name,
                event=event,
                start_day=int(each.day[each.baseline_rows[person]]),
                day=sought.watched_to[person] if found is None else int(each.day[found.onset_row]),
                time=time,
                ending="censored" if found is None else "event",
                confirmed_day=None if confirming is None else int(each.day[confirming]),
                is_shown=definition.is_shown_in_full,
                is_open=person in perhaps,
            )


def _to_first_event(frame: Frame) -> pl.DataFrame:
    """Of everybody at risk, to the first event of each kind that rates are made of; the day of the event included."""
    spans = time_at_risk(frame).filter(pl.col("when") == WHOLE)
    rows = events_at_risk(spans, counted_events(frame), {what: QUESTIONS[what] for what in RATED})
    number = pl.col("record").str.extract(r"/([0-9]+)$").cast(pl.Int64)
    return _times(
        rows.select(
            "subject",
            kind=pl.lit("first_adverse_event"),
            about="what",
            event="what",
            number=pl.when(pl.col("events") > 0).then(number),
            start_day=pl.lit(0),
            day=pl.col("days_to_first") - 1,
            time="days_to_first",
            longest="days_to_first_at_latest",
            ending=pl.when(pl.col("events") > 0).then(pl.lit("event")).otherwise(pl.lit("censored")),
            is_open=(pl.col("not_known") > 0) & (pl.col("events") == 0),
        )
    )


def _to_resolution(frame: Frame) -> pl.DataFrame:
    """Of every counted event of the treated whose time is known."""
    lasting = durations(counted_events(frame), frame.people("treated")).filter(pl.col("longest").is_not_null())
    return _times(
        lasting.select(
            "subject",
            "number",
            "shortest",
            "longest",
            kind=pl.lit("resolution_of_adverse_event"),
            about=pl.lit("any adverse event"),
            event=pl.lit("resolved"),
            start_day="start_from",
            day="end_to",
            time="longest",
            ending=pl.col("ending").replace_strict(ENDINGS, return_dtype=pl.String),
            is_open=pl.lit(False),
        )
    )


def _times(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of times that no definition is for."""
    return fit_schema(TimeRow, rows.with_columns(definition=pl.lit(""), is_shown=pl.lit(True)))
