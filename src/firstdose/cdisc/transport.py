"""Reads SAS transport files, version 5 and 8, in parts, as text."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.cdisc.values import rows_as_text
from firstdose.records.frames import ROWS_AT_ONCE
from firstdose.records.problems import Collector

HEADERS = (b"HEADER RECORD*******LIBRARY HEADER RECORD", b"HEADER RECORD*******LIBV8   HEADER RECORD")
UTF_8 = "UTF-8"
CODECS = {UTF_8: "utf-8", "WINDOWS-1252": "cp1252", "ISO-8859-1": "latin-1"}  # names of the library and of Python


def read_transport(path: Path, file: str, collector: Collector) -> Iterator[pl.DataFrame]:
    """The rows of a transport file in parts, as text."""
    fix = "write it again as a SAS transport file, version 5"
    try:
        with path.open("rb") as stream:
            is_transport = stream.read(80).startswith(HEADERS)
        if not is_transport:
            collector.add("must be a SAS transport file: its header is not", fix, "not read", file=file)
            return
        encoding = _encoding(path)
        if encoding != UTF_8:
            collector.notes.append(f"{file}: the text is not UTF-8 and was read as {encoding.title()}")
        offset = 0
        while True:
            columns = _read(path, encoding, offset)
            height = max((len(values) for values in columns.values()), default=0)
            if height or not offset:
                rows = zip(*columns.values(), strict=True)
                yield rows_as_text(list(columns), rows, offset + 1)
            if height < ROWS_AT_ONCE:
                return
            offset += height
    except Exception as error:  # the library raises exceptions of many kinds on a damaged file
        collector.add(f"must be a readable transport file: {error}", fix, "not read", file=file)


def _encoding(path: Path) -> str:
    """The first encoding in which all texts of the file can be read; its numbers are no text."""
    for encoding, codec in CODECS.items():
        if _is_wholly(path, codec) or _is_readable(path, encoding):
            return encoding
    raise ValueError("its text is in no known encoding")


def _is_wholly(path: Path, codec: str) -> bool:
    """Whether the whole file, numbers included, is text of an encoding: quickly seen, where it holds no numbers."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as stream:
            for part in iter(lambda: stream.read(1_000_000), b""):
                decoder.decode(part)
    except UnicodeDecodeError:
        return False
    return True


def _is_readable(path: Path, encoding: str) -> bool:
    """Whether all texts of the file can be read in an encoding."""
    offset = 0
    while True:
        try:
            columns = _read(path, encoding, offset)
        except UnicodeDecodeError:
            return False
        height = max((len(values) for values in columns.values()), default=0)
        if height < ROWS_AT_ONCE:
            return True
        offset += height


def _read(path: Path, encoding: str, offset: int) -> Mapping[str, Any]:
    """Some rows as columns."""
    import pyreadstat

    columns, _ = pyreadstat.read_xport(
        path,
        encoding=encoding,
        disable_datetime_conversion=True,
        row_offset=offset,
        row_limit=ROWS_AT_ONCE,
        output_format="dict",
    )
    return columns
