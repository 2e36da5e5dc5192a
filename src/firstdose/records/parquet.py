"""Reads Parquet in parts, as text, so that it is checked by the same rules as any other file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from firstdose.records.delimited import ROW
from firstdose.records.frames import ROWS_AT_ONCE
from firstdose.records.problems import Collector

SIMPLE = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Categorical, pl.Enum, pl.Null)


def read_parquet(path: Path, file: str, collector: Collector) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file in parts, as text; `ROW` counts from 1."""
    try:
        yield from _parts(pl.scan_parquet(path, glob=False), file, collector)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        collector.add(f"must be a readable Parquet file: {reason}", "write it again", "not read", file=file)


def _parts(source: pl.LazyFrame, file: str, collector: Collector) -> Iterator[pl.DataFrame]:
    """Parts of the file."""
    columns = []
    for name, kind in source.collect_schema().items():
        if name != ROW and (kind.is_numeric() or isinstance(kind, SIMPLE)):
            columns.append(_as_text(name, kind))
        else:
            rule = f"must hold one value in each row; it holds {kind}"
            collector.add(rule, "write it as text or numbers", "not read", file=file, field=name)
    offset = 0
    while True:
        part = source.slice(offset, ROWS_AT_ONCE).select(columns).collect()
        if part.height or not offset:
            yield part.insert_column(0, pl.arange(offset + 1, offset + part.height + 1, eager=True).alias(ROW))
        if part.height < ROWS_AT_ONCE:
            return
        offset += part.height


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column as text."""
    if isinstance(kind, pl.Datetime):
        return pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S" + ("%:z" if kind.time_zone else ""))
    return pl.col(name).cast(pl.String)
