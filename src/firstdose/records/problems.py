"""What is wrong with records: file, row, field, value, rule, advice, and what became of the row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NamedTuple

import polars as pl

from firstdose.records.spreadsheets import safe_frame
from firstdose.records.stored_frames import StoredFrame, TemporaryFolder

PROBLEMS_FILE, REJECTED_FILE = "problems.csv", "rejected_rows.csv"

Effect = Literal[
    "kept",
    "kept, one used",
    "kept, of nobody",
    "left empty",
    "not scored",
    "not interpreted",
    "not analysed",
    "rejected",
    "not read",
]
EFFECTS: dict[str, str] = {
    "kept": "row kept and used as it stands",
    "kept, one used": "row kept; of the rows with this identity an analysis uses one",
    "kept, of nobody": "row kept; counts for nobody, since the subject is not known",
    "left empty": "row kept, this value left out",
    "not scored": "row kept; left out: no score is made of what was assessed with it",
    "not interpreted": "row kept, not interpreted; nobody counts as having left by it",
    "not analysed": "takes part in no analysis",
    "rejected": f"row set aside in {REJECTED_FILE}",
    "not read": "file not read, or not to its end",
}
"""What became of a row or a file, in the words of the list that is written."""
COLUMN_NOT_READ = "column not read"

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
        is_column = self.effect == "not read" and self.field is not None
        effect = COLUMN_NOT_READ if is_column else EFFECTS.get(self.effect, self.effect)
        parts = (place, self.record, self.identity, self.field, value, f"{self.rule}; {self.fix} ({effect})")
        return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in ": ".join(filter(None, parts)))


@dataclass(frozen=True, eq=False)
class Problems:
    """A list of problems in parts, some of which may lie in a temporary file since there may be millions."""

    parts: tuple[pl.DataFrame | StoredFrame, ...]

    @classmethod
    def of(cls, parts: Iterable[pl.DataFrame | StoredFrame]) -> Problems:
        """The problems of all parts, one after the other."""
        return cls(tuple(part for part in parts if part.height))

    def __len__(self) -> int:
        return sum(part.height for part in self.parts)

    def __iter__(self) -> Iterator[Problem]:
        return (Problem._make(row) for frame in self.frames() for row in frame.iter_rows())

    def __add__(self, other: Problems) -> Problems:
        return Problems(self.parts + other.parts)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The list as frames, one after the other, so that not all of it need be in memory."""
        return (part.read() if isinstance(part, StoredFrame) else part for part in self.parts)

    @property
    def frame(self) -> pl.DataFrame:
        """The whole list as one frame, however long it is."""
        return pl.concat([NO_PROBLEMS, *self.frames()])

    def by_rule(self) -> dict[str, int]:
        """How often each rule is broken, the most frequent first."""
        counts: Counter[str] = Counter()
        for frame in self.frames():
            counts.update(dict(frame.group_by("rule").len().iter_rows()))
        return dict(sorted(counts.items(), key=lambda rule_and_count: (-rule_and_count[1], rule_and_count[0])))

    def first_of(self, rules: Collection[str]) -> dict[str, Problem]:
        """The first problem by each of some rules."""
        found: dict[str, Problem] = {}
        for frame in self.frames():
            firsts = frame.filter(pl.col("rule").is_in(list(rules))).unique("rule", keep="first", maintain_order=True)
            for row in firsts.iter_rows():
                problem = Problem._make(row)
                found.setdefault(problem.rule, problem)
        return found

    def write(self, path: str | PathLike[str]) -> None:
        """Write the list as CSV that no spreadsheet program computes, with what became of each row in words."""
        is_column = (pl.col("effect") == "not read") & pl.col("field").is_not_null()
        in_words = pl.when(is_column).then(pl.lit(COLUMN_NOT_READ)).otherwise(pl.col("effect").replace(EFFECTS))
        in_words = in_words.alias("effect")
        frames = chain([NO_PROBLEMS], self.frames())
        write_rows((safe_frame(frame.with_columns(in_words)) for frame in frames), Path(path))


NO_PROBLEMS = pl.DataFrame(schema=PROBLEM_SCHEMA)


def problems_of(rows: pl.DataFrame | pl.LazyFrame, **same: Any) -> pl.DataFrame:
    """Rows as problems: columns that they lack are taken from `same`, or empty."""
    frame = rows.lazy().collect()
    columns = (
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(same.get(name), kind).alias(name)
        for name, kind in PROBLEM_SCHEMA.items()
    )
    return frame.select(columns) if frame.height else NO_PROBLEMS


def write_rows(frames: Iterable[pl.DataFrame], path: Path) -> None:
    """Write frames of texts and numbers with the same columns as one CSV in UTF-8."""
    with path.open("wb") as stream:
        for number, frame in enumerate(frames):
            frame.write_csv(stream, include_header=number == 0, line_terminator="\r\n")


def row_as_text(cells: Sequence[str | None]) -> str:
    """The cells of a row as one line of CSV."""

    class Line(list[str]):
        write = list.append

    line = Line()
    csv.writer(line, lineterminator="").writerow(cells)
    return "".join(line)


MOST_PENDING = 20_000
MOST_HELD = 200_000


@dataclass
class Collector:
    """Gathers problems, rejected rows and notes while files are read; many problems go into a temporary file."""

    notes: list[str] = field(default_factory=list)
    _stored: list[StoredFrame] = field(default_factory=list)
    _held: list[pl.DataFrame] = field(default_factory=list)
    _rejected: list[pl.DataFrame] = field(default_factory=list)
    _pending_problems: list[dict[str, Any]] = field(default_factory=list)
    _pending_rejected: list[tuple[str, int | None, str]] = field(default_factory=list)
    _folder: TemporaryFolder = field(default_factory=TemporaryFolder)

    def add(self, rule: str, fix: str, effect: Effect, **where: Any) -> None:
        """One problem."""
        self._pending_problems.append({**where, "rule": rule, "fix": fix, "effect": effect})
        if len(self._pending_problems) >= MOST_PENDING:
            self._gather()

    def add_problems(self, problems: pl.DataFrame) -> None:
        """Many problems at once."""
        self._held.append(problems)
        if sum(frame.height for frame in self._held) >= MOST_HELD:
            with suppress(OSError):  # where nothing can be written, memory has to do
                self._stored.append(self._folder.store(pl.concat(self._held)))
                self._held = []

    def reject(self, file: str, row: int | None, text: str, rule: str, fix: str) -> None:
        """One row that cannot be used; its text is kept."""
        self._pending_rejected.append((file, row, text))
        self.add(rule, fix, "rejected", file=file, row=row)

    def keep_rejected(self, rows: pl.DataFrame) -> None:
        """Keep many rejected rows with their text at once."""
        self._rejected.append(rows)

    def all_problems(self) -> Problems:
        """Everything found so far."""
        self._gather()
        return Problems.of([*self._stored, *self._held])

    def all_rejected(self) -> pl.DataFrame:
        """Every rejected row with its text."""
        self._gather()
        return pl.concat([pl.DataFrame(schema=REJECTED_SCHEMA), *self._rejected])

    def _gather(self) -> None:
        """Turn what was added one by one into frames."""
        rows = {name: [each.get(name) for each in self._pending_problems] for name in PROBLEM_SCHEMA}
        rejected = pl.DataFrame(self._pending_rejected, schema=REJECTED_SCHEMA, orient="row")
        self._pending_problems, self._pending_rejected = [], []
        self.add_problems(pl.DataFrame(rows, schema=PROBLEM_SCHEMA))
        self.keep_rejected(rejected)
