"""Everything recorded of a trial as of a day: immutable, one frame for each kind of record, with a content hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

import polars as pl

from firstdose.records.catalogue import NAMES, RECORDS
from firstdose.records.frames import fit_schema, frame_of, in_parts, records_of
from firstdose.records.partial_date_frames import earliest_day, is_day_before
from firstdose.records.question import beginning_of, columns_of, occurrence_of

RecordType = TypeVar("RecordType")


@dataclass(frozen=True, eq=False)
class TrialData:
    """The records of a trial; `as_of` is the day up to which they were gathered, if it is stated."""

    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Complete the frames, so that every kind of record has one with all its columns."""
        unknown = self.frames.keys() - RECORDS.keys()
        if unknown:
            raise ValueError(f"there is no kind of record called {', '.join(sorted(unknown))}")
        frames = {
            name: fit_schema(record_type, self.frames.get(name, pl.DataFrame()))
            for name, record_type in RECORDS.items()
        }
        object.__setattr__(self, "frames", MappingProxyType(frames))

    @classmethod
    def of(cls, records: Iterable[Any], as_of: date | None = None) -> TrialData:
        """Trial data from records of any kinds."""
        by_type: dict[type, list[Any]] = {}
        for each in records:
            by_type.setdefault(type(each), []).append(each)
        return cls({NAMES[kind]: frame_of(kind, each) for kind, each in by_type.items()}, as_of)

    def __getitem__(self, record_type: type) -> pl.DataFrame:
        """The frame of a record type."""
        return self.frames[NAMES[record_type]]

    def records(self, record_type: type[RecordType]) -> Iterator[RecordType]:
        """The records of a type, one by one."""
        return records_of(record_type, self[record_type])

    def replace(self, frames: Mapping[str, pl.DataFrame], as_of: date | None = None) -> TrialData:
        """The same data with some frames replaced."""
        return TrialData({**self.frames, **frames}, as_of or self.as_of)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of what is recorded: independent of the order of rows, and of fields that hold nothing."""
        return hash_frames({name: frame for name, frame in self.frames.items() if frame.height})

    def __eq__(self, other: object) -> bool:
        """Whether the same is recorded, in whatever order."""
        return isinstance(other, TrialData) and self.as_of == other.as_of and self.content_hash == other.content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)


def without_names(trial_data: TrialData) -> TrialData:
    """The data without what identifies people directly, such as dates of birth: as most roles see them."""
    frames = {}
    for name, frame in trial_data.frames.items():
        names = [key for key, each in columns_of(RECORDS[name]).items() if each.question.identifying == "directly"]
        if names:
            frames[name] = frame.with_columns(pl.lit(None, frame.schema[key]).alias(key) for key in names)
    return trial_data.replace(frames)


def hash_frames(frames: Mapping[str, pl.DataFrame]) -> str:
    """SHA-256 of the sorted hashes of rows, each row written with the names and lengths of what it holds."""
    digest = hashlib.sha256()
    for name in sorted(frames):
        frame = frames[name]
        cells = [_cell(column, kind) for column, kind in sorted(frame.schema.items())]
        rows = []
        for _, part in in_parts(frame):
            texts = part.select(pl.concat_str(cells, ignore_nulls=True).alias("row"))["row"]
            rows += [hashlib.sha256(text.encode()).digest() for text in texts]
        digest.update(f"{name}:{len(rows)}\n".encode())
        for row in sorted(rows):
            digest.update(row)
    return digest.hexdigest()


def _cell(name: str, kind: pl.DataType) -> pl.Expr:
    """One cell for the hash: name, length and content; a number by its bits, so that no printing matters."""
    value = pl.col(name)
    if kind == pl.Float64:
        value = pl.when(value == 0).then(pl.lit(0.0)).otherwise(value).reinterpret(dtype=pl.Int64)
    text = value.cast(pl.String)
    return pl.concat_str([pl.lit(f"{name}="), text.str.len_bytes().cast(pl.String), pl.lit(":"), text, pl.lit(";")])


def cut(trial_data: TrialData, day: date) -> TrialData:
    """What had occurred by a day, to the extent that the dates say so.

    A record that may have occurred by then, and one without a date, stays (`uncertain_at` lists them). Where a record
    stays, what became known surely later (an event's end and outcome) is taken out. A grade stays the highest.
    """
    dates = (
        frame[field]
        for name, frame in trial_data.frames.items()
        for field in {occurrence_of(RECORDS[name]), beginning_of(RECORDS[name]), *_known_at(RECORDS[name]).values()}
        if field
    )
    later = later_dates(dates, day)
    frames = {}
    for name, frame in trial_data.frames.items() if later else ():
        occurrence = occurrence_of(RECORDS[name])
        if occurrence and name != "subjects":
            frame = frame.filter(_dated(name, occurrence).is_in(later).fill_null(False).not_())
        frames[name] = frame.with_columns(
            pl.when(pl.col(known_at).is_in(later)).then(None).otherwise(pl.col(fact)).alias(fact)
            for fact, known_at in _known_at(RECORDS[name]).items()
        )
    return trial_data.replace(frames, day)


def uncertain_at(trial_data: TrialData, day: date) -> dict[str, pl.DataFrame]:
    """The records of which it is unknown whether they had occurred by a day."""
    found = {}
    for name, frame in trial_data.frames.items():
        occurrence = occurrence_of(RECORDS[name])
        if occurrence and frame.height:
            found[name] = frame.filter(is_day_before(pl.lit(day.isoformat()), _dated(name, occurrence)).is_null())
    return {name: frame for name, frame in found.items() if frame.height}


def _dated(name: str, occurrence: str) -> pl.Expr:
    """When a thing occurred; where that is empty, when it was begun, so that it came no earlier."""
    return pl.coalesce(occurrence, beginning_of(RECORDS[name]) or occurrence)


def is_later(date_field: str, day: date) -> pl.Expr:
    """Whether the date in a field is surely after a day."""
    return (earliest_day(pl.col(date_field)) > day).fill_null(False)


def later_dates(columns: Iterable[pl.Series], day: date) -> list[str]:
    """The dates in columns of dates that are surely after a day, each once: most dates stand in many rows."""
    dates = pl.concat([column.unique().alias("date") for column in columns])
    return dates.to_frame().unique().filter(is_later("date", day))["date"].to_list()


def _known_at(record_type: type) -> dict[str, str]:
    """The fields that may become known later than a record occurs, each with the field that says when."""
    return {
        name: column.question.known_at for name, column in columns_of(record_type).items() if column.question.known_at
    }
