"""How long each adverse event lasted, and how that ended: resolved, by the person's death, or not seen to end."""

from __future__ import annotations

import polars as pl

GOES_ON, RESOLVED, DIED = 0, 1, 2
RECOVERED = ("recovered", "recovered_with_sequelae")


START_IS_ASSUMED = (
    pl.col("is_emergent").is_null() & pl.col("counts") & (pl.col("first_day") < 0) & (pl.col("last_day") >= 0)
).fill_null(False)
"""Which events count as begun after treatment started although their partial date leaves that open."""

FIRST_COUNTED = pl.when(START_IS_ASSUMED).then(0).otherwise("first_day").cast(pl.Int64)
"""The first day on which an event can have begun, if it began after treatment started as it counts."""


def durations(events: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Events with ``ending`` (`GOES_ON`, `RESOLVED`, `DIED`), the days that it may span, and the times in days.

    It began from ``start_from`` to ``start_to`` and ended, or was last seen, from ``end_from`` to ``end_to``; so the
    time to its ending is from ``shortest`` to ``longest``.

    ``events`` have the columns of `EventAnalysis`, ``people`` ``subject``, ``followed_to_day`` and ``death_day``. An
    event is resolved where its outcome says so, or where it has an end and no known outcome; with another outcome it
    was not seen to end. An event that counts as begun after treatment started, since its partial date leaves that open
    (``start_is_assumed``), begins on day 0 at the earliest. All are missing where start or end of observation is not
    known, or the end comes first.
    """
    outcome, end, follow_up, death = (
        pl.col(name) for name in ("outcome", "end_last_day", "followed_to_day", "death_day")
    )
    events = events.with_columns(start_is_assumed=START_IS_ASSUMED, first_day=FIRST_COUNTED)
    is_resolved = outcome.is_in(RECOVERED) | (end.is_not_null() & (outcome.is_null() | (outcome == "unknown")))
    is_fatal = (outcome == "fatal").fill_null(False)
    joined = events.drop("death_day", strict=False).join(
        people.select("subject", "followed_to_day", "death_day"), on="subject", maintain_order="left"
    )
    ending = (
        pl.when(is_fatal)
        .then(DIED)
        .when(is_resolved.fill_null(False))
        .then(RESOLVED)
        .when(death.is_not_null())
        .then(DIED)
        .otherwise(GOES_ON)
    )
    seen = pl.when(ending == DIED).then(pl.coalesce(death, end, follow_up)).otherwise(pl.coalesce(end, follow_up))
    soonest = pl.when(ending == RESOLVED).then(pl.coalesce("end_first_day", "first_day")).otherwise(seen)
    longest = seen - pl.col("first_day")
    start_to = pl.min_horizontal(pl.coalesce("last_day", seen), seen)
    end_from = pl.max_horizontal(soonest, pl.col("first_day"))
    shortest = pl.max_horizontal(end_from - start_to, pl.lit(0))
    spans = {
        "longest": longest,
        "shortest": shortest,
        "start_from": pl.col("first_day"),
        "start_to": start_to,
        "end_from": end_from,
        "end_to": seen,
    }
    return joined.with_columns(ending=ending, **{name: pl.when(longest >= 0).then(day) for name, day in spans.items()})
