"""Puts a table of text, its samples and its metabolites together as Abundances, and lists what does not fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from firstdose.metabolites.cells import RawTable, numbers_of, unique_names
from firstdose.metabolites.sheets import SAMPLES, SHEET_ROW
from firstdose.metabolites.wording import kind_of, scale_of
from firstdose.records.abundances import FEATURE_SCHEMA, SAMPLE_SCHEMA, Abundances, Matrix, Scale
from firstdose.records.problems import Collector

MOST_SHOWN = 6  # names in a note
NO_ROW = "has no row in the sheet of samples"
FEWEST_ALIKE = 3  # different values that two metabolites must share before they are called copies


def assemble(
    table: RawTable,
    samples: pl.DataFrame | None,
    features: pl.DataFrame,
    collector: Collector,
    *,
    units: str | None = None,
    scale: Scale | None = None,
    otherwise: pl.DataFrame | None = None,
    sheet_file: str | None = None,
) -> Abundances:
    """The abundances of a table.

    `samples` has a column `sample` with the names in the table, `features` one row for each metabolite of the table, in
    its order, with `name`; `otherwise` holds of samples whatever `samples` does not say; problems of `samples` name
    `sheet_file` and the rows in its column `SHEET_ROW`. Without a scale that of the
    units is taken, else raw. Nothing is dropped: repeated samples and metabolites are kept apart, and whatever lacks a
    partner is listed.
    """
    known = scale_of(units)
    taken: Scale = scale or ("log2" if known == "log2" else "raw")
    _list_scale(table.file, units, known, taken, scale, collector)
    sample_names, metabolites = unique_names(table.samples), unique_names(table.metabolites)
    _list_repeated(table, sample_names, metabolites, collector)
    values = numbers_of(table, taken, collector)
    _list_empty(table, values, collector)
    _list_copies(table, values, metabolites, collector)
    own = {"metabolite": metabolites, "label": list(table.metabolites)}
    frame = features.with_columns(pl.Series(name, column, dtype=pl.String) for name, column in own.items())
    return Abundances(
        values=values,
        samples=_sample_frame(table, sample_names, samples, otherwise, collector, sheet_file),
        features=_in_order(frame, FEATURE_SCHEMA),
        units=units,
        scale=taken,
        notes=tuple(collector.notes),
        problems=collector.all_problems(),
        rejected=collector.all_rejected(),
    )


def _in_order(frame: pl.DataFrame, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """The columns of a schema first, made where they lack, then the others."""
    lacking = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    others = [name for name in frame.columns if name not in schema]
    return frame.with_columns(lacking).select(*schema, *others)


def _sample_frame(
    table: RawTable,
    names: Sequence[str],
    sheet: pl.DataFrame | None,
    otherwise: pl.DataFrame | None,
    collector: Collector,
    sheet_file: str | None,
) -> pl.DataFrame:
    """One row for each sample of the table, with what the sheet says of it."""
    frame = pl.DataFrame({"sample": names, "label": table.samples}, schema={"sample": pl.String, "label": pl.String})
    if sheet is not None:
        described = sheet.drop("label", strict=False).rename({"sample": "label"})
        frame = frame.join(described, on="label", how="left", maintain_order="left")
    if otherwise is not None:
        frame = _with_otherwise(frame, otherwise)
    whole = _with_kinds(_in_order(frame, SAMPLE_SCHEMA), table.file, collector)
    if sheet is not None:
        _list_without_partner(table, whole, sheet, sheet_file, collector)
    for column in ("subject", "visit", "batch"):
        _list_capitals(whole, column, sheet_file or table.file, collector)
    return whole


def _list_without_partner(
    table: RawTable, frame: pl.DataFrame, sheet: pl.DataFrame, sheet_file: str | None, collector: Collector
) -> None:
    """Samples that stand in the table or in the sheet only."""
    rows = sheet[SHEET_ROW] if SHEET_ROW in sheet.columns else [None] * sheet.height
    described = dict(zip(sheet["sample"], rows, strict=True))
    for place, (name, subject, kind) in enumerate(frame.select("label", "subject", "kind").iter_rows()):
        if name not in described:
            rule, fix = NO_ROW, f"add one to {sheet_file or table.file}, or correct the name"
            lost = kind == "study" and subject is None
            collector.add(rule, fix, "not analysed" if lost else "kept", **table.at(sample=place), value=name)
    measured = set(table.samples)
    for name, row in described.items():
        if name not in measured:
            rule, fix = "is in the sheet of samples but was not measured", "none if that is so; else correct the name"
            where = {
                "file": sheet_file or table.file,
                "row": row,
                "record": SAMPLES,
                "identity": name,
                "field": "sample",
            }
            collector.add(rule, fix, "not analysed", **where, value=name)


def _with_otherwise(frame: pl.DataFrame, otherwise: pl.DataFrame) -> pl.DataFrame:
    """The samples with what a second description says where the first is silent."""
    said = otherwise.drop("label", strict=False).rename({"sample": "label"})
    both = frame.join(said, on="label", how="left", maintain_order="left", suffix=" otherwise")
    shared = [column for column in said.columns if column != "label" and column in frame.columns]
    filled = both.with_columns(pl.coalesce(column, f"{column} otherwise") for column in shared)
    return filled.drop(f"{column} otherwise" for column in shared)


def _list_capitals(frame: pl.DataFrame, column: str, file: str, collector: Collector) -> None:
    """Names that differ in capitals and spaces only; they stay apart. The row is that of the last name."""
    firsts = frame.filter(pl.col(column).is_not_null()).unique(column, keep="first", maintain_order=True)
    rows = firsts[SHEET_ROW] if SHEET_ROW in firsts.columns else [None] * firsts.height
    alike: dict[str, list[tuple[str, str, int | None]]] = {}
    for name, sample, row in zip(firsts[column], firsts["sample"], rows, strict=True):
        alike.setdefault(" ".join(name.split()).casefold(), []).append((name, sample, row))
    for found in (each for each in alike.values() if len(each) > 1):
        rule = f"a {column} must be written one way; those that differ in capitals or spaces only count as several"
        fix = "write them alike if they are one"
        where = {"file": file, "row": found[-1][2], "record": SAMPLES, "identity": found[-1][1], "field": column}
        collector.add(rule, fix, "kept", **where, value=" | ".join(name for name, _, _ in found))


def _with_kinds(frame: pl.DataFrame, file: str, collector: Collector) -> pl.DataFrame:
    """The kind of each sample; where it is not said and there is no subject, the sample's name may say it."""
    kinds, told = [], []
    for label, subject, kind in frame.select("label", "subject", "kind").iter_rows():
        by_name = kind_of(label) if kind is None and subject is None else None
        told += [f"{label} as {by_name}"] if by_name in ("pooled_qc", "other") else []
        kinds.append(kind or by_name or "study")
    if told:
        shown = ", ".join(told[:MOST_SHOWN]) + (" ..." if len(told) > MOST_SHOWN else "")
        collector.notes.append(f"{file}: {len(told)} samples were taken by their names: {shown}")
    return frame.with_columns(pl.Series("kind", kinds, dtype=pl.String))


def _list_scale(
    file: str, units: str | None, known: str | None, taken: Scale, asked: Scale | None, collector: Collector
) -> None:
    """Say where the scale is not what the units say, or is one that is not dealt with."""
    if asked is None and known == "log2":
        collector.notes.append(f"{file}: the values are log2, since the units say {units!r}")
    elif known == "log2" and taken == "raw":
        fix = "say scale log2 if the units are right"
        collector.add(
            "the units are those of log2 values, but they are read as raw", fix, "kept", file=file, value=units
        )
    elif known == "other":
        fix = "bring the values to the raw or the log2 scale first"
        collector.add("the units say that the values were transformed", fix, "kept", file=file, value=units)


def _list_repeated(table: RawTable, samples: Sequence[str], metabolites: Sequence[str], collector: Collector) -> None:
    """Names that occur more than once; they are kept apart."""
    for place, (name, identifier) in enumerate(zip(table.samples, samples, strict=True)):
        if name != identifier:
            rule, fix = "the name of a sample must occur once", f"rename it; it is kept apart as {identifier}"
            collector.add(rule, fix, "kept", **table.at(sample=place), value=name)
    for place, (name, identifier) in enumerate(zip(table.metabolites, metabolites, strict=True)):
        if name != identifier:
            rule, fix = "the name of a metabolite must occur once", f"rename it; it is kept apart as {identifier}"
            collector.add(rule, fix, "kept", **table.at(metabolite=place), value=name)


def _list_empty(table: RawTable, values: Matrix, collector: Collector) -> None:
    """Samples and metabolites without a value."""
    nothing = np.isnan(values)
    fix = "none if nothing was found; else fill it"
    for place in np.flatnonzero(nothing.all(axis=0)).tolist() if len(table.samples) else ():
        collector.add("has no value in any sample", fix, "not analysed", **table.at(metabolite=place))
    for place in np.flatnonzero(nothing.all(axis=1)).tolist() if len(table.metabolites) else ():
        collector.add("has no value of any metabolite", fix, "not analysed", **table.at(sample=place))


def _list_copies(table: RawTable, values: Matrix, metabolites: Sequence[str], collector: Collector) -> None:
    """Metabolites with the values of another one, which would count twice in a test of a class."""
    first: dict[bytes, int] = {}
    for place, column in enumerate(values.T):
        if len(set(column[~np.isnan(column)])) < FEWEST_ALIKE:
            continue
        before = first.setdefault(column.tobytes(), place)
        if before != place:
            fix = f"remove it if it is a copy of {metabolites[before]}; it would count twice"
            rule = "has the values of another metabolite in every sample"
            where = {**table.at(metabolite=place), "identity": metabolites[place], "value": metabolites[before]}
            collector.add(rule, fix, "kept", **where)
