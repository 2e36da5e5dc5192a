"""What is wrong with records: file, row, field, value, rule, advice, and what became of the value."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NamedTuple

import polars as pl

# kept: the value is used as typed; left empty: the value is in this list only; rejected: the whole row is among the
# rejected rows; not read: a column or a file
Effect = Literal["kept", "left empty", "rejected", "not read"]

PROBLEM_SCHEMA: dict[str, type[pl.DataType]] = {
    "file": pl.String,
    "row": pl.Int64,
    "record": pl.String,
    "identity": pl.String,
    "field": pl.String,
    "value": pl.String,
    "rule": pl.String,
    "fix": pl.String,
    "effect": pl.String,
}
REJECTED_SCHEMA: dict[str, type[pl.DataType]] = {"file": pl.String, "row": pl.Int64, "text": pl.String}


class Problem(NamedTuple):
    """One thing that somebody should look at; rows count from 1, the header of a file included."""

    file: str | None
    row: int | None
    record: str | None
    identity: str | None
    field: str | None
    value: str | None
    rule: str
    fix: str
    effect: str

    def __str__(self) -> str:
        """The problem on one line."""
        place = ":".join(str(part) for part in (self.file, self.row) if part is not None)
        value = None if self.value is None else f'"{self.value}"'
        parts = (place, self.record, self.identity, self.field, value, f"{self.rule}; {self.fix} ({self.effect})")
        return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in ": ".join(filter(None, parts)))


@dataclass(frozen=True)
class Problems:
    """A list of problems, held as a frame since there may be a million."""

    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[Problem]:
        return map(Problem._make, self.frame.iter_rows())

    def __add__(self, other: Problems) -> Problems:
        return Problems(pl.concat([self.frame, other.frame]))

    def by_rule(self) -> dict[str, int]:
        """How often each rule is broken, the most frequent first."""
        counts = self.frame.group_by("rule").len().sort(["len", "rule"], descending=[True, False])
        return dict(counts.iter_rows())

    def write(self, path: str | PathLike[str]) -> None:
        """Write the list as CSV."""
        write_rows(self.frame, Path(path))


NO_PROBLEMS = Problems(pl.DataFrame(schema=PROBLEM_SCHEMA))


def problems_of(rows: pl.DataFrame | pl.LazyFrame, **same: Any) -> pl.DataFrame:
    """Rows as problems: columns that they lack are taken from `same`, or empty."""
    frame = rows.lazy().collect()
    columns = (
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(same.get(name), kind).alias(name)
        for name, kind in PROBLEM_SCHEMA.items()
    )
    return frame.select(columns) if frame.height else NO_PROBLEMS.frame


def write_rows(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame of texts and numbers as CSV in UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(frame.columns)
        writer.writerows(frame.iter_rows())


def row_as_text(cells: Sequence[str | None]) -> str:
    """The cells of a row as one line of CSV."""

    class Line(list[str]):
        write = list.append

    line = Line()
    csv.writer(line, lineterminator="").writerow(cells)
    return "".join(line)


MOST_PENDING = 20_000


@dataclass
class Collector:
    """Gathers problems, rejected rows and notes while files are read."""

    problems: list[pl.DataFrame] = field(default_factory=list)
    rejected: list[pl.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pending_problems: list[dict[str, Any]] = field(default_factory=list)
    pending_rejected: list[tuple[str, int, str]] = field(default_factory=list)

    def add(self, rule: str, fix: str, effect: Effect, **where: Any) -> None:
        """One problem."""
        self.pending_problems.append({**where, "rule": rule, "fix": fix, "effect": effect})
        if len(self.pending_problems) >= MOST_PENDING:
            self._gather()

    def reject(self, file: str, row: int, text: str, rule: str, fix: str) -> None:
        """One row that cannot be used; its text is kept."""
        self.pending_rejected.append((file, row, text))
        self.add(rule, fix, "rejected", file=file, row=row)

    def all_problems(self) -> Problems:
        """Everything found so far."""
        self._gather()
        return Problems(pl.concat([NO_PROBLEMS.frame, *self.problems]))

    def all_rejected(self) -> pl.DataFrame:
        """Every rejected row with its text."""
        self._gather()
        return pl.concat([pl.DataFrame(schema=REJECTED_SCHEMA), *self.rejected])

    def _gather(self) -> None:
        """Turn what was added one by one into frames."""
        rows = {name: [each.get(name) for each in self.pending_problems] for name in PROBLEM_SCHEMA}
        self.problems.append(pl.DataFrame(rows, schema=PROBLEM_SCHEMA))
        self.rejected.append(pl.DataFrame(self.pending_rejected, schema=REJECTED_SCHEMA, orient="row"))
        self.pending_problems, self.pending_rejected = [], []
