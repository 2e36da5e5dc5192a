"""Sheets about the samples and the metabolites of a matrix: CSV files with one row for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.metabolites.cells import have_decimal_commas
from firstdose.metabolites.wording import fluid_of, kind_of
from firstdose.records.abundances import SAMPLE_SCHEMA
from firstdose.records.delimited import ROW, read_delimited
from firstdose.records.problems import Collector

SAMPLES, FEATURES = "samples", "features"
SHEET_ROW = "row in the sheet"
"""The column of a frame of samples with the row in which the sheet has each."""
SYNONYMS = {
    "sample_id": "sample", "sample_name": "sample", "sampleid": "sample", "samples": "sample", "subject_id": "subject",
    "subjectid": "subject", "participant": "subject", "patient": "subject", "person": "subject", "usubjid": "subject",
    "visit_name": "visit", "timepoint": "visit", "time_point": "visit", "order": "run_order",
    "injection_order": "run_order", "sample_type": "kind", "type": "kind", "matrix": "fluid", "specimen": "fluid",
}  # fmt: skip
OTHER_NAMES = {"run": "batch"}
"""What may stand for a column without a word about it."""
FEATURE_SYNONYMS = ("name", "metabolite", "metabolite_name", "feature", "compound", "metabolites", "biochemical")
NUMERIC_FEATURES = ("detection_limit", "mz", "retention_time")
Convert = Callable[[str], Any]


def read_sample_sheet(path: Path, collector: Collector) -> pl.DataFrame | None:
    """The sheet with the columns of `SAMPLE_SCHEMA` that it has, others as text, and `SHEET_ROW`; None without a
    column of samples.
    """
    frame = _read(path, collector)
    if frame is None:
        return None
    frame = frame.rename(_named(frame.columns, path.name, collector))
    if "sample" not in frame.columns:
        near = get_close_matches("sample", frame.columns, n=1)
        fix = f"is it {near[0]!r}? rename it" if near else "add a column sample with the names in the matrix"
        collector.add("the column sample is required", fix, "not read", file=path.name, row=1, record=SAMPLES)
        return None
    once = _one_row_each(frame, path.name, collector)
    return convert(once, path.name, collector).with_columns(once[ROW].alias(SHEET_ROW))


def read_feature_sheet(path: Path, collector: Collector) -> pl.DataFrame | None:
    """A sheet about metabolites, its first column of names as `name`; limits and masses as numbers, others as text.

    `ROW` is kept, so that problems can name it.
    """
    frame = _read(path, collector)
    if frame is None:
        return None
    names = {re.sub(r"\W+", "_", column.strip().lower()): column for column in frame.columns if column != ROW}
    column = next((names[each] for each in FEATURE_SYNONYMS if each in names), next(iter(names.values()), None))
    if column is None:
        return None
    others = [each for each in frame.columns if each not in (column, ROW)]
    renamed = frame.select(pl.col(column).str.strip_chars().alias("name"), *others, ROW)
    repeated = renamed.filter(pl.col("name").is_duplicated() & pl.col("name").is_not_null())
    for name, row in repeated.select("name", ROW).iter_rows():
        rule = "must be described once; where descriptions of one name differ, none of them is used"
        where = {"file": path.name, "row": row, "record": FEATURES, "identity": name, "field": "name"}
        collector.add(rule, "remove the other row", "left empty", **where, value=name)
    kept = renamed.filter(pl.col("name").is_not_null()).unique(["name", *others], maintain_order=True)
    kept = kept.unique("name", keep="none", maintain_order=True)
    return _numbers(kept, path.name, collector)


def _read(path: Path, collector: Collector) -> pl.DataFrame | None:
    """All rows of a file as text."""
    parts = list(read_delimited(path, path.name, collector))
    return pl.concat(parts) if parts else None


def _named(columns: Iterable[str], file: str, collector: Collector) -> dict[str, str]:
    """The names here for the columns of a sheet; a synonym is used where its name is not a column itself."""
    plain = {column: re.sub(r"[\s.-]+", "_", column.strip().lower()) for column in columns}
    own = {name for name in plain.values() if name in SAMPLE_SCHEMA}
    found: dict[str, str] = {}
    for column, name in plain.items():
        meant = name if name in SAMPLE_SCHEMA else OTHER_NAMES.get(name) or SYNONYMS.get(name)
        if meant is None or meant in found.values() or (name != meant and meant in own):
            continue
        found[column] = meant
        if name not in (meant, *OTHER_NAMES):
            collector.notes.append(f"{file}: the column {column} was read as {meant}")
    return found


def _one_row_each(frame: pl.DataFrame, file: str, collector: Collector) -> pl.DataFrame:
    """One row for each sample: of rows that are repeated one, of rows that differ only what they agree on."""
    without = frame.filter(pl.col("sample").is_null())
    for row in without[ROW]:
        where = {"file": file, "row": row, "record": SAMPLES, "field": "sample"}
        collector.add("must name a sample", "fill it, or remove the row", "not analysed", **where)
    named = frame.filter(pl.col("sample").is_not_null()).with_columns(pl.col("sample").str.strip_chars())
    again = named.filter(pl.col("sample").is_duplicated())
    if not again.height:
        return named
    others = [column for column in named.columns if column not in ("sample", ROW)]
    agreed = [
        pl.when(pl.col(column).n_unique() == 1).then(pl.col(column).first()).alias(column) for column in others
    ]  # what the rows of a sample disagree on is left empty
    for sample, rows in again.group_by("sample", maintain_order=True).agg(pl.col(ROW)).iter_rows():
        rule, fix = (
            "must have one row; what its rows disagree on is not used",
            f"keep one of rows {', '.join(map(str, rows))}",
        )
        where = {"file": file, "row": rows[1], "record": SAMPLES, "identity": sample, "field": "sample"}
        collector.add(rule, fix, "left empty", **where, value=sample)
    return named.group_by("sample", maintain_order=True).agg(pl.col(ROW).first(), *agreed)


def convert(frame: pl.DataFrame, file: str, collector: Collector) -> pl.DataFrame:
    """Columns of `SAMPLE_SCHEMA` as their types, fluids and kinds in the words used here; what cannot be is listed."""
    rows = frame[ROW].to_list() if ROW in frame.columns else [None] * frame.height
    names = [None if text is None else text.strip() for text in frame["sample"]]
    made = []
    for column in frame.columns:
        if column == ROW:
            continue
        texts = [None if text is None else text.strip() or None for text in frame[column].to_list()]
        rule = CONVERSIONS.get(column)
        if rule is None:
            made.append(pl.Series(column, texts, dtype=pl.String))
            continue
        words, into = rule
        if column == "dose":
            texts = _with_points(texts, f"{file}: {column}", collector)
        if column == "fluid":
            _note_fluids(texts, file, collector)
        values = [None if text is None else into(text) for text in texts]
        for text, value, row, name in zip(texts, values, rows, names, strict=True):
            if text is not None and value is None:
                fix = "correct it, or leave it empty"
                where = {"file": file, "row": row, "record": SAMPLES, "identity": name, "field": column}
                collector.add(words, fix, "left empty", **where, value=text)
        made.append(pl.Series(column, values, dtype=SAMPLE_SCHEMA[column]))
    return pl.DataFrame(made)


def _number(text: str, lowest: float) -> float | None:
    """A finite number of at least the lowest."""
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", text):
        return None
    value = float(text)
    return value if lowest <= value < float("inf") else None


def _with_points(texts: list[str | None], where: str, collector: Collector) -> list[str | None]:
    """Numbers with a decimal point where a column has decimal commas, which is noted."""
    if not have_decimal_commas(text for text in texts if text is not None):
        return texts
    collector.notes.append(f"{where}: numbers are written with a decimal comma")
    return [None if text is None else text.replace(",", ".") for text in texts]


def _note_fluids(texts: list[str | None], file: str, collector: Collector) -> None:
    """Say which words for fluids are not known."""
    unknown = Counter(text for text in texts if text is not None and fluid_of(text) is None)
    if unknown:
        words = ", ".join(f"{word} ({count} samples)" for word, count in sorted(unknown.items()))
        collector.notes.append(f"{file}: these are no fluids that are known here and count as other: {words}")


def _whole(text: str) -> int | None:
    value = _number(text, 0)
    return int(value) if value is not None and value.is_integer() and value < 1e15 else None


def _fluid(text: str) -> str:
    return fluid_of(text) or "other"


CONVERSIONS: dict[str, tuple[str, Convert]] = {
    "dose": ("a dose must be a number of 0 or more", partial(_number, lowest=0.0)),
    "run_order": ("must be a whole number", _whole),
    "fluid": ("must be a fluid", _fluid),
    "kind": ("must be study, pooled_qc or other", kind_of),
}


def _numbers(frame: pl.DataFrame, file: str, collector: Collector) -> pl.DataFrame:
    """Limits of detection, masses and times as numbers."""
    for column in (each for each in NUMERIC_FEATURES if each in frame.columns):
        texts = [None if text is None else text.strip() for text in frame[column].to_list()]
        texts = _with_points(texts, f"{file}: {column}", collector)
        values = [None if text is None else _number(text, 0.0) for text in texts]
        for text, value, row, name in zip(texts, values, frame[ROW], frame["name"], strict=True):
            if text is not None and value is None:
                fix = "correct it, or leave it empty"
                where = {"file": file, "row": row, "record": FEATURES, "identity": name, "field": column}
                collector.add("must be a number", fix, "left empty", **where, value=text)
        frame = frame.with_columns(pl.Series(column, values, dtype=pl.Float64))
    return frame
