"""The results of an analysis: one long table, a row a figure, each with its interval, method and records."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl

from firstdose.records.spreadsheets import safe_frame

Side = Literal["both", "upper", "lower"]
Format = Literal["count", "number", "proportion", "rate", "p_value", "text", "day"]
EVERYONE = "all"


class Result(NamedTuple):  # a tuple, since an analysis makes tens of thousands and looks at all of them again
    """One figure.

    ``chapter`` and ``table`` say where it belongs, ``what`` and ``within`` what it is about (a term, and its organ
    class), ``group`` whom (a dose level as text, or "all"), ``when`` the visit, period or grade that it is broken down
    by. ``of`` is the denominator of a count, ``text`` an answer in words. ``value`` and the limits are raw; ``format``
    says how they are printed, rates per person-year in ``unit``. A figure that cannot be made has no value, and
    ``warning`` says why. ``records`` are identities such as ``adverse_events:P01/3``. ``row`` is the number of its row,
    where it was read from results; it is no column of them.
    """

    chapter: str
    table: str
    what: str
    statistic: str
    within: str = ""
    group: str = EVERYONE
    when: str = ""
    population: str = ""
    objective: str = "exploratory"
    value: float | None = None
    of: float | None = None
    text: str = ""
    unit: str = ""
    format: Format = "number"
    lower: float | None = None
    upper: float | None = None
    confidence: float | None = None
    side: Side = "both"
    method: str = ""
    warning: str = ""
    records: tuple[str, ...] = ()
    row: int | None = None


TYPES: dict[str, Any] = {
    **{name: pl.String() for name in Result._fields if name != "row"},
    **dict.fromkeys(("value", "of", "lower", "upper", "confidence"), pl.Float64()),
    "records": pl.List(pl.String()),
}


@dataclass(frozen=True)
class Provenance:
    """What results were made from, and with what."""

    trial: str
    protocol_hash: str
    data_hash: str
    as_of: date | None
    seed: int
    version: str


@dataclass(frozen=True, eq=False)
class Results:
    """All figures of an analysis, and where they come from."""

    frame: pl.DataFrame
    provenance: Provenance

    @classmethod
    def of(cls, results: Iterable[Result], provenance: Provenance) -> Results:
        """Results from single figures, in their order."""
        return cls(frame_of_results(results), provenance)

    def chapter(self, name: str) -> pl.DataFrame:
        """The figures of one chapter."""
        return self.frame.filter(pl.col("chapter") == name)

    def one(self, **columns: str) -> Result:
        """The one figure with these values of columns; ValueError where there is none or more than one."""
        found = self.frame.filter(**columns)
        if found.height != 1:
            raise ValueError(f"{found.height} figures have {columns}")
        row = found.row(0, named=True)
        return Result(**{**row, "records": tuple(row["records"])})


def frame_of_results(results: Iterable[Result]) -> pl.DataFrame:
    """Figures as a frame, a row each."""
    columns = dict(zip(Result._fields, zip(*results, strict=True), strict=False)) or dict.fromkeys(TYPES, ())
    told = {name: pl.Series(name, columns[name], dtype=kind) for name, kind in TYPES.items() if name != "records"}
    return pl.DataFrame({**told, "records": _lists(columns["records"])})


def results_in(frame: pl.DataFrame) -> list[Result]:
    """A figure a row, from a frame that may lack columns which have a default."""
    defaults = {name: default for name, default in Result._field_defaults.items() if name not in frame.columns}
    columns = (
        repeat(defaults[name], frame.height) if name in defaults else frame[name].to_list() for name in Result._fields
    )
    return list(map(Result._make, zip(*columns, strict=True)))


def _lists(of_rows: Sequence[Sequence[str]]) -> pl.Series:
    """A list a row; one flat column that is grouped again, since lists are slow to make one by one."""
    flat = pl.DataFrame(
        {
            "row": np.repeat(np.arange(len(of_rows)), [len(each) for each in of_rows]),
            "records": pl.Series(chain.from_iterable(of_rows), dtype=pl.String),
        }
    )
    lists = flat.group_by("row", maintain_order=True).agg("records")
    every = pl.DataFrame({"row": np.arange(len(of_rows))}).join(lists, on="row", how="left", maintain_order="left")
    return every["records"].fill_null([])


def write_results(results: Results, folder: Path) -> list[Path]:
    """Write `results.csv` (records joined by semicolons), `results.parquet` and `provenance.json`; returns paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table, exact, origin = folder / "results.csv", folder / "results.parquet", folder / "provenance.json"
    safe_frame(results.frame.with_columns(pl.col("records").list.join("; "))).write_csv(table)
    results.frame.write_parquet(exact)
    document = json.dumps(dataclasses.asdict(results.provenance), indent=1, default=str)
    origin.write_text(document + "\n", encoding="utf-8")
    return [table, exact, origin]


def read_results(folder: Path) -> Results:
    """The results that `write_results` wrote into a folder."""
    origin = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    as_of = date.fromisoformat(origin["as_of"]) if origin["as_of"] else None
    return Results(pl.read_parquet(folder / "results.parquet"), Provenance(**{**origin, "as_of": as_of}))
