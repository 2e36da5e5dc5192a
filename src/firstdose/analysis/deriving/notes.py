"""Notes on what was assumed, left out or could not be derived, one for each record and thing."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from firstdose.records import NAMES, keys_of
from firstdose.records.derived import AnalysisNote
from firstdose.records.frames import frame_of, identity
from firstdose.records.question import columns_of
from firstdose.records.trial_data import TrialData


def note(record_type: type, record: str, what: str, text: str) -> AnalysisNote:
    """A note about one record, by its identity (`P01/3`)."""
    return AnalysisNote(kind=NAMES[record_type], record=record, what=what, note=text)


def notes_frame(notes: Iterable[AnalysisNote]) -> pl.DataFrame:
    """All notes, each once, in an order that does not depend on the order of the records."""
    frame = frame_of(AnalysisNote, notes)
    return frame.unique().sort(frame.columns)


def without_duplicates(data: TrialData) -> tuple[TrialData, list[AnalysisNote]]:
    """The data with one record of each identity; which of several that is does not depend on their order."""
    frames, notes = {}, []
    for name, frame in data.frames.items():
        record_type = next(kind for kind, known in NAMES.items() if known == name)
        keys = list(keys_of(record_type))
        if not frame.height or not frame.select(pl.struct(keys).is_duplicated().any()).item():
            continue
        several = frame.filter(pl.struct(keys).is_duplicated()).select(identity(record_type)).to_series().unique()
        notes += [note(record_type, each, "record", TWICE) for each in several]
        frames[name] = frame.sort(list(columns_of(record_type))).unique(keys, keep="first", maintain_order=True)
    return (data.replace(frames) if frames else data), notes


TWICE = "recorded more than once; the first in the order of their content was used"


def left_out(before: TrialData, after: TrialData) -> list[AnalysisNote]:
    """Notes on the records that are in the first data and not in the second, being later than the day of the data."""
    notes = []
    for record_type, name in NAMES.items():
        if before.frames[name].height > after.frames[name].height:
            keys = list(keys_of(record_type))
            lost = before.frames[name].join(after.frames[name], on=keys, how="anti", nulls_equal=True)
            text = f"left out: it is dated after the day of the data, {after.as_of}"
            identities = lost.select(identity(record_type)).to_series()
            notes += [note(record_type, each, "record", text) for each in identities]
    return notes
