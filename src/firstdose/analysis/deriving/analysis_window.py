"""Only what happened by the last day that the protocol's analyses look at; later follow-up waits for its own."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from firstdose.records.derived import AnalysisNote
from firstdose.records.frames import frame_of
from firstdose.records.wording import counted

LATER = "conventions.analysis_until_day ({day}): left out of the analysis, as later than that: {count}"

BEGINS = {"events": "first_day", "scores": "day", "laboratory": "day", "relapses": "onset_first_day"}
"""The day on which each kind of derived record begins; one that is not known to be later stays."""
NOUNS = {"events": "event", "scores": "score", "laboratory": "laboratory result", "relapses": "relapse"}

ENDS = {
    "subjects": ("left_day", "death_day"),
    "events": ("end_first_day", "end_last_day"),
    "relapses": ("end_day",),
}
"""Days of what is not known yet on the last day, and so becomes open."""


def within(frames: Mapping[str, pl.DataFrame], last_day: int | None) -> dict[str, pl.DataFrame]:
    """Derived frames up to a day, with a note on how many rows of each kind are later; all of them without a day."""
    if last_day is None:
        return dict(frames)
    kept, notes = dict(frames), []
    for name, column in BEGINS.items():
        frame = frames[name]
        kept[name] = frame.filter((pl.col(column) <= last_day) | pl.col(column).is_null())
        later = frame.height - kept[name].height
        if later:
            words = LATER.format(day=last_day, count=counted(later, NOUNS[name]))
            notes.append(AnalysisNote(kind=name, record="", what="analysis window", note=words))
    left_later = pl.col("left_day") > last_day
    because = pl.when(left_later).then(None).otherwise(pl.col("left_because")).alias("left_because")
    followed = pl.min_horizontal(pl.col("followed_to_day"), pl.lit(last_day, pl.Int64))
    is_known = pl.col("followed_to_day").is_not_null()
    kept["subjects"] = frames["subjects"].with_columns(
        (pl.col("death_day") > last_day).alias("died_later"),
        because,
        pl.when(is_known).then(followed).alias("followed_to_day"),
    )
    for name, columns in ENDS.items():
        kept[name] = kept[name].with_columns(
            pl.when(pl.col(column) > last_day).then(None).otherwise(pl.col(column)).alias(column) for column in columns
        )
    kept["events"] = _open_again(kept["events"], frames["events"])
    kept["notes"] = pl.concat([frames["notes"], frame_of(AnalysisNote, notes)])
    return kept


def _open_again(kept: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Events whose end was taken out are not recovered yet, whatever became of them later."""
    ends = before.select("subject", "number", known=pl.col("end_last_day"))
    opened = pl.col("known").is_not_null() & pl.col("end_last_day").is_null()
    return (
        kept.join(ends, on=["subject", "number"], how="left", maintain_order="left")
        .with_columns(outcome=pl.when(opened).then(pl.lit("not_recovered")).otherwise(pl.col("outcome")))
        .drop("known")
    )
