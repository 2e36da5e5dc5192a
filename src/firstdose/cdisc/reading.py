"""Reads a folder of SDTM datasets into trial data; variables and terms are translated, values are not changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.cdisc.domains import is_derived, naming_of, record_types_of
from firstdose.cdisc.sources import Source, dataset_of
from firstdose.cdisc.terms import TERMS
from firstdose.records import NAMES, Death, Reading, Subject, TrialData, columns_of
from firstdose.records.conforming import Layout, Origins, conform
from firstdose.records.delimited import ROW
from firstdose.records.problems import Collector, problems_of
from firstdose.records.reading import gather


def read_sdtm(folder: str | PathLike[str], as_of: date | None = None, visits: Collection[str] = ()) -> Reading:
    """Read a folder of SDTM datasets as CSV, XPT or Dataset-JSON; never raises on what is in the files."""
    collector = Collector()
    found: dict[type[Any], list[Origins]] = {}
    for dataset, path, source in _datasets(Path(folder), collector):
        record_types = record_types_of(dataset)
        if not record_types:
            collector.notes.append(f"{path.name}: the dataset {dataset} was not read; nothing here needs it")
            continue
        parts = source(path, path.name, collector)
        _read_dataset(record_types, parts, path.name, found, collector)
    origins = {NAMES[kind]: Origins.joined(kind, several) for kind, several in found.items()}
    trial_data = TrialData({name: each.frame for name, each in origins.items()}, as_of)
    return gather(trial_data, origins, collector, visits)


def _datasets(folder: Path, collector: Collector) -> Iterable[tuple[str, Path, Source]]:
    """The datasets of a folder; the same one in two files is read once."""
    if not folder.is_dir():
        collector.add("must be a folder that exists", "check the path", "not read", file=str(folder))
        return
    seen: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        known = dataset_of(path) if path.is_file() else None
        if known is None:
            continue
        dataset, source = known
        if dataset in seen:
            rule = f"must be the only file of its dataset; {seen[dataset].name} is read"
            collector.add(rule, "remove one of the two", "not read", file=path.name)
            continue
        seen[dataset] = path
        yield dataset, path, source


def _read_dataset(
    record_types: tuple[type[Any], ...],
    parts: Iterable[pl.DataFrame],
    file: str,
    found: dict[type[Any], list[Origins]],
    collector: Collector,
) -> None:
    """The records of one dataset; variables that no field takes are named in a note."""
    unused: dict[str, None] = {}
    is_first = True
    for part in parts:
        upper = _in_capitals(part, file, collector if is_first else None)
        for record_type in record_types:
            layout = layout_of(record_type, upper.columns, file)
            if is_first:
                _check_variables(record_type, layout, collector)
            rows = _with_death(upper) if record_type is Death else upper
            found.setdefault(record_type, []).append(conform(record_type, rows, layout, collector))
            if record_type is Subject:
                _check_age_unit(upper, file, collector)
        unused.update(dict.fromkeys(_unused(record_types, upper)))
        is_first = False
    if unused:
        collector.notes.append(f"{file}: no field takes {', '.join(unused)}")


def _in_capitals(part: pl.DataFrame, file: str, collector: Collector | None) -> pl.DataFrame:
    """The variables in capitals; of two that then have one name the first is read."""
    names: dict[str, str] = {}
    for name in part.columns:
        capital = name if name == ROW else name.upper()
        if names.setdefault(capital, name) != name and collector:
            rule = "must differ from the names of the other variables"
            collector.add(rule, "rename the variable", "not read", file=file, row=1, field=name)
    return part.select(pl.col(name).alias(capital) for capital, name in names.items())


def layout_of(record_type: type, variables: Collection[str], file: str) -> Layout:
    """How an SDTM dataset writes a kind of record."""
    naming = naming_of(record_type, variables)
    return Layout(file, naming, {name: TERMS[variable] for name, variable in naming.items() if variable in TERMS})


def _check_variables(record_type: type, layout: Layout, collector: Collector) -> None:
    """Say which variables are missing that every row needs."""
    for name, column in columns_of(record_type).items():
        if column.is_required and name not in layout.naming:
            variable = column.question.sdtm
            rule = f"the variable {variable} is required ({column.question.words})"
            fix = "add it; without it no row can be used"
            collector.add(rule, fix, "rejected", file=layout.file, record=NAMES[record_type], field=variable)


def _with_death(part: pl.DataFrame) -> pl.DataFrame:
    """The rows of people who died."""
    is_dead = pl.lit(False)
    if "DTHFL" in part.columns:
        is_dead = is_dead | (pl.col("DTHFL") == "Y").fill_null(False)
    if "DTHDTC" in part.columns:
        is_dead = is_dead | (pl.col("DTHDTC").fill_null("") != "")
    return part.filter(is_dead)


def _check_age_unit(part: pl.DataFrame, file: str, collector: Collector) -> None:
    """List ages that are not in years."""
    if {"AGE", "AGEU", "USUBJID"} <= set(part.columns):
        other = part.filter(pl.col("AGE").is_not_null() & (pl.col("AGEU").fill_null("") != "YEARS"))
        rows = other.select(
            pl.col(ROW).alias("row"), pl.col("AGEU").alias("value"), pl.col("USUBJID").alias("identity")
        )
        where = {"file": file, "record": NAMES[Subject], "field": "AGEU"}
        words = {"rule": "must be YEARS", "fix": "state the age in years", "effect": "kept"}
        collector.add_problems(problems_of(rows, **where, **words))


def _unused(record_types: tuple[type[Any], ...], part: pl.DataFrame) -> Iterable[str]:
    """The variables with values that no field takes."""
    used = {variable for kind in record_types for variable in naming_of(kind, part.columns).values()}
    for variable in part.columns:
        is_used = variable in used or variable == ROW or is_derived(variable)
        if not is_used and part[variable].null_count() < part.height:
            yield variable
