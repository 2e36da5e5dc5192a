"""The days on which each person was at risk of a counted adverse event, in all and in each period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.safety.periods import Immunosuppression, Period, spans

WHOLE = ""
"""The name of all days from the procedure on, beside those of the periods."""

SPANS = {"subject": pl.String(), "when": pl.String(), "first_day": pl.Int64(), "last_day": pl.Int64()}
NOT_KNOWN = "the end of the time at risk is not known"


def time_at_risk(frame: Frame) -> pl.DataFrame:
    """A row for each treated person and each period that holds a day at risk, and one for all of them (`WHOLE`).

    Time begins on day 0, the day of the procedure, and ends with follow-up, or with the window after the last
    treatment in which events count where the protocol has one. Both ends belong to it. People for whom this end is not
    known have no row.
    """
    people = frame.people("treated").with_columns(last_at_risk(frame))
    rows = [row for person in people.iter_rows(named=True) for row in _of_person(person)]
    return pl.DataFrame(rows, schema=SPANS, orient="row")


def periods_of(spans: pl.DataFrame) -> list[str]:
    """The periods that hold a day at risk of anybody, in their order."""
    held = set(spans["when"])
    return [period.value for period in Period if period.value in held]


def last_at_risk(frame: Frame) -> pl.Expr:
    """The last day on which an event would have been seen and counted; missing where it is not known."""
    followed, window = pl.col("followed_to_day"), frame.conventions.treatment_emergent_days
    if window is None:
        return followed.alias("last_at_risk")
    end = pl.col("treatment_last_day") + window
    return (
        pl.when(end.is_not_null() & followed.is_not_null()).then(pl.min_horizontal(followed, end)).alias("last_at_risk")
    )


def _of_person(person: dict[str, Any]) -> Iterator[tuple[str, str, int, int]]:
    end = person["last_at_risk"]
    if end is None or end < 0:
        return
    yield person["subject"], WHOLE, 0, end
    for span in spans(immunosuppression(person)):
        if span.period is Period.BEFORE or span.first_day is None:
            continue
        last = end if span.last_day is None else min(span.last_day, end)
        if last >= span.first_day:
            yield person["subject"], span.period.value, span.first_day, last


def immunosuppression(person: dict[str, Any]) -> Immunosuppression:
    """A person's background treatment, as far as periods depend on it."""
    withdrawal = person["background_withdrawal_days"] or 0
    return Immunosuppression(person["background_last_day"], withdrawal, person["background_taken"])
