"""Reads CDISC Dataset-JSON 1.1: one JSON document, or one document a line (NDJSON), which is read in parts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.cdisc.values import as_text, rows_as_text
from firstdose.records.frames import ROWS_AT_ONCE
from firstdose.records.problems import Collector, row_as_text

LARGEST_DOCUMENT_BYTES = 500_000_000
LONGEST_LINE_BYTES = 16_000_000
NOT_A_DATASET = "must be a Dataset-JSON 1.1 document with columns and rows"
WRITE_AGAIN = "write it again as Dataset-JSON 1.1"


def read_dataset_json(path: Path, file: str, collector: Collector) -> Iterator[pl.DataFrame]:
    """The rows of a Dataset-JSON document, as text."""
    if path.stat().st_size > LARGEST_DOCUMENT_BYTES:
        rule = f"must have at most {LARGEST_DOCUMENT_BYTES:,} bytes"
        collector.add(rule, "write it as NDJSON, which is read in parts", "not read", file=file)
        return
    document = _load(path.read_bytes(), file, collector)
    columns = _columns(document, file, collector)
    if columns:
        rows = document.get("rows")
        if not isinstance(rows, list):
            collector.add(NOT_A_DATASET, WRITE_AGAIN, "not read", file=file)
            return
        yield from _parts(columns, enumerate(rows, start=1), file, collector)
        _check_count(document, len(rows), file, collector)


def read_dataset_ndjson(path: Path, file: str, collector: Collector) -> Iterator[pl.DataFrame]:
    """The rows of a Dataset-JSON file with one document a line, the first of which describes the columns."""
    with path.open("rb") as stream:
        lines = iter(lambda: stream.readline(LONGEST_LINE_BYTES), b"")
        document = _load(next(lines, b""), file, collector)
        columns = _columns(document, file, collector)
        count = 0

        def rows() -> Iterator[tuple[int, Any]]:
            nonlocal count
            for number, line in enumerate(lines, start=2):
                if line.strip():
                    count += 1
                    yield number, _row(line)

        if columns:
            yield from _parts(columns, rows(), file, collector)
            _check_count(document, count, file, collector)


def _row(line: bytes) -> Any:
    """One line as a row; the text itself if it is none."""
    text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _load(content: bytes, file: str, collector: Collector) -> dict[str, Any]:
    """A JSON object, or an empty one with a problem."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        collector.add(f"must be JSON in UTF-8: {error}", WRITE_AGAIN, "not read", file=file)
        return {}
    if not isinstance(document, dict):
        collector.add(NOT_A_DATASET, WRITE_AGAIN, "not read", file=file)
        return {}
    return document


def _columns(document: dict[str, Any], file: str, collector: Collector) -> list[str]:
    """The names of the columns; none, with a problem, if they cannot be told."""
    if not document:
        return []
    described = document.get("columns")
    names = [each.get("name") for each in described if isinstance(each, dict)] if isinstance(described, list) else []
    texts = [name for name in names if isinstance(name, str) and name.isascii() and name.isidentifier()]
    if not names or len(texts) != len(described or ()) or len(set(texts)) != len(texts):
        collector.add(NOT_A_DATASET, WRITE_AGAIN, "not read", file=file)
        return []
    return texts


def _parts(
    columns: list[str], rows: Iterator[tuple[int, Any]] | Any, file: str, collector: Collector
) -> Iterator[pl.DataFrame]:
    """Rows in parts; one that does not fit the columns is rejected with its content."""
    part: list[list[Any]] = []
    numbers: list[int] = []

    def frame() -> pl.DataFrame:
        made = rows_as_text(columns, part, 1)
        return made.with_columns(pl.Series(made.columns[0], numbers, dtype=pl.Int64))

    for number, row in rows:
        if not isinstance(row, list) or len(row) != len(columns) or any(isinstance(v, list | dict) for v in row):
            cells = [as_text(v) for v in row] if isinstance(row, list) else [as_text(row)]
            rule = f"must be a list of {len(columns)} values, one for each column"
            collector.reject(file, number, row_as_text(cells), rule, "correct the row")
            continue
        part.append(row)
        numbers.append(number)
        if len(part) == ROWS_AT_ONCE:
            yield frame()
            part, numbers = [], []
    yield frame()


def _check_count(document: dict[str, Any], count: int, file: str, collector: Collector) -> None:
    """Say if the file holds another number of rows than it states."""
    stated = document.get("records")
    if isinstance(stated, int) and stated != count:
        rule = f"must hold as many rows as it states: {stated}; it holds {count}"
        collector.add(rule, "check that the file is complete", "kept", file=file)
