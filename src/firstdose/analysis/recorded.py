"""Records as they stood on the day of the data, for what has no place in the derived data."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.frame import Frame, once_a_frame
from firstdose.records.question import keys_of, occurrence_of
from firstdose.records.trial_data import is_later


@once_a_frame
def recorded(frame: Frame, record_type: type) -> pl.DataFrame:
    """The records of a kind without those surely dated later than the day of the data; one of each identity."""
    rows, occurrence, as_of = frame.data.trial_data[record_type], occurrence_of(record_type), frame.data.as_of
    if as_of is not None and occurrence is not None:
        rows = rows.filter(~is_later(occurrence, as_of))
    return rows.unique(list(keys_of(record_type)), keep="first", maintain_order=True)
