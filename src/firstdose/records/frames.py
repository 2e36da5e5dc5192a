"""Records as rows of frames and back; a date is held as the text of what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import polars as pl

from firstdose.records.partial_date_text import read_partial_date, read_partial_date_time
from firstdose.records.partial_dates import PartialDate, PartialDateTime
from firstdose.records.question import Column, columns_of, keys_of

RecordType = TypeVar("RecordType")

ROWS_AT_ONCE = 50_000

FRAME_TYPES: dict[type, type[pl.DataType]] = {
    bool: pl.Boolean,
    int: pl.Int64,
    float: pl.Float64,
    str: pl.String,
    PartialDate: pl.String,
    PartialDateTime: pl.String,
}


@cache
def schema_of(record_type: Any) -> pl.Schema:
    """The columns of a record type's frame."""
    return pl.Schema({name: FRAME_TYPES[column.kind] for name, column in columns_of(record_type).items()})


def frame_of(record_type: type, records: Iterable[Any]) -> pl.DataFrame:
    """Records as a frame."""
    rows = list(records)
    columns = columns_of(record_type).values()
    series = [_series(column, [getattr(row, column.name) for row in rows]) for column in columns]
    return pl.DataFrame(series)


def records_of(record_type: type[RecordType], frame: pl.DataFrame) -> Iterator[RecordType]:
    """The rows of a frame as records."""
    dates = {name: column.kind for name, column in columns_of(record_type).items() if column.is_date}
    for row in frame.iter_rows(named=True):
        for name, kind in dates.items():
            if row[name] is not None:
                row[name] = read_partial_date(row[name]) if kind is PartialDate else read_partial_date_time(row[name])
        yield record_type(**row)


def fit_schema(record_type: type, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with all columns of its record type, in order; those that it lacks are empty."""
    schema = schema_of(record_type)
    empty = empty_frame(record_type)
    if not frame.width:
        return empty
    if frame is empty or (frame.columns == empty.columns and frame.dtypes == empty.dtypes):
        return frame
    unknown = [name for name in frame.columns if name not in schema]
    if unknown:
        raise ValueError(f"{record_type.__name__} has no field {', '.join(unknown)}")
    missing = [
        name for name, column in columns_of(record_type).items() if column.is_required and name not in frame.columns
    ]
    if missing and frame.height:
        raise ValueError(f"{record_type.__name__} needs the field {', '.join(missing)}")
    columns = (
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind).alias(name)
        for name, kind in schema.items()
    )
    return frame.select(columns)


@cache
def empty_frame(record_type: Any) -> pl.DataFrame:
    """The frame of a record type without any record."""
    return pl.DataFrame(schema=schema_of(record_type))


def identity(record_type: type) -> pl.Expr:
    """What tells one record from another, as one text: subject and number, for example `P01/3`."""
    parts = (pl.col(key).cast(pl.String).fill_null("") for key in keys_of(record_type))
    return pl.concat_str(list(parts), separator="/").alias("identity")


def in_parts(frame: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """The rows of a frame in parts, each with the index of its first row, so that what is made of them stays small."""
    for first in range(0, frame.height, ROWS_AT_ONCE):
        yield first, frame.slice(first, ROWS_AT_ONCE)


def in_frame(value: Any) -> Any:
    """A value as a frame holds it."""
    return str(value) if isinstance(value, PartialDate | PartialDateTime) else value


def _series(column: Column, values: list[Any]) -> pl.Series:
    """One field of many records."""
    held = [in_frame(value) for value in values] if column.is_date else values
    return pl.Series(column.name, held, dtype=FRAME_TYPES[column.kind])
