"""Records as they stood on the day of the data, for what has no place in the derived data."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.records.question import keys_of, occurrence_of
from firstdose.records.trial_data import is_later


def recorded(frame: Frame, record_type: type) -> pl.DataFrame:
    """The records of a kind without those surely dated later than the day of the data; one of each identity."""
    if record_type not in frame.recorded:
        frame.recorded[record_type] = _recorded(frame, record_type)
    return frame.recorded[record_type]


def _recorded(frame: Frame, record_type: type) -> pl.DataFrame:
    rows, occurrence, as_of = frame.data.trial_data[record_type], occurrence_of(record_type), frame.data.as_of
    if as_of is not None and occurrence is not None:
        rows = rows.filter(~is_later(occurrence, as_of))
    return rows.unique(list(keys_of(record_type)), keep="first", maintain_order=True)
