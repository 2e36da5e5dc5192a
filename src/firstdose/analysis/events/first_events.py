"""How often each person had events of one kind while at risk, and how long it took until the first."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from firstdose.analysis.events.person_time import WHOLE
from firstdose.safety.periods import Period

LATER = "began after the end of the time at risk: in no rate"
NO_PERIOD = "the period is not known: in no rate by period"
WORSENED = "began before treatment and became worse after it: counted from day 0, and in no rate by period"


def events_at_risk(spans: pl.DataFrame, events: pl.DataFrame, kinds: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """A row for each kind of event, span of time and person at risk in it.

    ``spans`` are those of `person_time.time_at_risk`, ``events`` those of `counted_events.counted_events`; each kind is
    a three-valued expression. Columns: ``what``, ``when``, ``subject``; ``days`` at risk; ``events`` of the kind and
    their ``records``, ``known`` and ``not_known`` answers; ``record`` of the first event; ``days_to_first``, its day
    included (all days without one), with the earliest day that dates leave open, and ``days_to_first_at_latest``.
    """
    whats = pl.DataFrame({"what": list(kinds)}, schema={"what": pl.String()})
    answers = pl.concat([_within(spans, events).with_columns(what=pl.lit(what), answer=kinds[what]) for what in kinds])
    is_of_kind = pl.col("answer")
    counted = answers.group_by("what", "when", "subject").agg(
        events=is_of_kind.sum(),
        known=is_of_kind.is_not_null().sum(),
        not_known=is_of_kind.is_null().sum(),
        first=pl.col("earliest").filter(is_of_kind).min(),
        first_at_latest=pl.col("latest").filter(is_of_kind).min(),
        record=pl.col("record").filter(is_of_kind).sort_by(pl.col("earliest").filter(is_of_kind)).first(),
        records=pl.col("record").filter(is_of_kind),
    )
    days = pl.col("last_day") - pl.col("first_day") + 1
    return (
        spans.join(whats, how="cross")
        .join(counted, on=["what", "when", "subject"], how="left", maintain_order="left")
        .select(
            "what",
            "when",
            "subject",
            pl.col("events", "known", "not_known").fill_null(0),
            "record",
            "records",
            days=days,
            days_to_first=(pl.col("first") - pl.col("first_day") + 1).fill_null(days),
            days_to_first_at_latest=(pl.col("first_at_latest") - pl.col("first_day") + 1).fill_null(days),
        )
    )


def left_out(spans: pl.DataFrame, events: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The events that `events_at_risk` cannot place, by the reason in words."""
    ends = spans.filter(pl.col("when") == WHOLE).select("subject", end="last_day")
    placed = events.join(ends, on="subject", how="left", maintain_order="left")
    is_before = pl.col("period") == Period.BEFORE.value
    return {
        LATER: placed.filter(pl.col("first_day") > pl.col("end")),
        NO_PERIOD: placed.filter(pl.col("period").is_null()),
        WORSENED: placed.filter(is_before),
    }


def _within(spans: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Events with each span that they began in, on the earliest and the latest day of it that dates leave open."""
    joined = events.rename({"first_day": "begun", "last_day": "begun_at_latest"}).join(spans, on="subject")
    earliest = pl.max_horizontal("begun", "first_day")
    latest = pl.max_horizontal(pl.min_horizontal("begun_at_latest", "last_day"), "first_day")
    is_here = (pl.col("when") == WHOLE) | (pl.col("when") == pl.col("period")).fill_null(False)
    placed = joined.filter(is_here).with_columns(earliest=earliest, latest=latest)
    return placed.filter(pl.col("earliest") <= pl.col("last_day"))
