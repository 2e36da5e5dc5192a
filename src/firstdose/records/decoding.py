"""The lines of a text file whose encoding is declared, marked or mixed; nothing that cannot be decoded is dropped."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from firstdose.records.problems import Collector

LONGEST_LINE_BYTES = 16_000_000
BLOCK_BYTES = 1_000_000
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)
MOST_LINES_NAMED = 5
BREAKS = (OSError, EOFError, zlib.error)


Source: TypeAlias = io.BufferedReader | gzip.GzipFile


def open_bytes(path: Path) -> Source:
    """A file for reading, unpacked if its name ends in .gz."""
    return gzip.GzipFile(path, "rb") if path.suffix == ".gz" else path.open("rb")


def lines_of(stream: Source, file: str, collector: Collector, encoding: str | None = None) -> Iterator[str]:
    """The lines of a text, each with its end.

    With a byte order mark or a declared encoding, that holds. Otherwise a line that is UTF-8 is read as UTF-8 and any
    other as Windows-1252: so files in one of them, and files in which both are mixed, are read alike. A note tells of
    it; where both are mixed each line in Windows-1252 is a problem, with the number of the line as its row.
    """
    head = stream.read(4)
    mark, marked = next(((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", None))
    rejoined = _Rejoined(head[len(mark) :] if marked == "utf-8" else head, stream)
    rest = io.BufferedReader(rejoined, BLOCK_BYTES)
    if marked == "utf-8":
        encoding = None
    elif marked:
        encoding = marked
    if encoding is None:
        yield from _lines_in_utf8_or_windows(rest, file, collector)
    else:
        yield from _lines_as_declared(rest, file, collector, encoding)


class _Rejoined(io.RawIOBase):
    """The first bytes of a stream, put before the rest again; what comes before a break in the stream is handed out."""

    def __init__(self, head: bytes, stream: Source) -> None:
        self.head, self.stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer."""
        data = self.head[: len(buffer)] or self.stream.read1(len(buffer))
        self.head = self.head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _lines_in_utf8_or_windows(stream: io.BufferedReader[Any], file: str, collector: Collector) -> Iterator[str]:
    """Lines in UTF-8, or in Windows-1252 where they are not; a block that is wholly UTF-8 is decoded at once."""
    others = array("q")
    before, is_mixed = 0, False
    for block in _blocks_of_lines(stream):
        text = _from_utf8(block)
        if text is not None:
            is_mixed = is_mixed or not text.isascii()
            yield from io.StringIO(text)
        else:
            for number, line in enumerate(io.BytesIO(block), start=before + 1):
                line_text = _from_utf8(line)
                if line_text is None:
                    others.append(number)
                else:
                    is_mixed = is_mixed or not line_text.isascii()
                yield _from_windows(line) if line_text is None else line_text
        before += block.count(b"\n") + (not block.endswith(b"\n"))
    if others:
        _tell_of_other_lines(others, is_mixed, file, collector)


def _tell_of_other_lines(others: Sequence[int], is_mixed: bool, file: str, collector: Collector) -> None:
    """A note where a whole file may be in Windows-1252; a problem for each of these lines where others are not."""
    if is_mixed:
        rule = "should be in the encoding of the other lines, UTF-8; this line was read as Windows-1252"
        for number in others:
            collector.add(rule, "look at its letters, and save the file as UTF-8", "kept", file=file, row=number)
        return
    count = len(others)
    named = ", ".join(map(str, others[:MOST_LINES_NAMED])) + (" ..." if count > MOST_LINES_NAMED else "")
    lines = "1 line is not UTF-8 and was" if count == 1 else f"{count:,} lines are not UTF-8 and were"
    collector.notes.append(f"{file}: {lines} read as Windows-1252: {named}")


def _blocks_of_lines(stream: io.BufferedReader[Any]) -> Iterator[bytes]:
    """Some whole lines at a time; the last before a break in the file may be cut."""
    while block := stream.read1(BLOCK_BYTES):
        if not block.endswith(b"\n"):
            try:
                block += stream.readline(LONGEST_LINE_BYTES)
            except BREAKS:
                yield block
                raise
        yield block


def _from_utf8(data: bytes) -> str | None:
    """The text, if it is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _from_windows(line: bytes) -> str:
    """A line in Windows-1252; the five bytes that this does not define are read as Latin-1."""
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in line)


def _lines_as_declared(stream: io.BufferedReader[Any], file: str, collector: Collector, encoding: str) -> Iterator[str]:
    """Lines in one encoding; a byte that is not of it is shown as an escape instead."""
    try:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="backslashreplace", newline="\n")
    except LookupError:
        collector.add("must be an encoding", "name one such as utf-8 or cp1252", "not read", file=file, value=encoding)
        return
    strict = codecs.lookup(encoding).name
    for line in iter(lambda: text.readline(LONGEST_LINE_BYTES), ""):
        yield line.replace("\ufeff", "") if strict.startswith("utf") else line
