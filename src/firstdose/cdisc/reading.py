"""Reads a folder of SDTM datasets into trial data; variables and terms are translated, values are not changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.cdisc.domains import (
    DOMAINS,
    READ_IN_PART,
    SUPPLEMENT,
    is_derived,
    naming_of,
    record_types_of,
    variable_of,
)
from firstdose.cdisc.rejoining import TakenBack, rejoined, set_aside
from firstdose.cdisc.row_meanings import in_our_terms, rows_of
from firstdose.cdisc.sources import Source, dataset_of
from firstdose.cdisc.terms import TERMS
from firstdose.cdisc.writing.findings import FINDINGS_FILE
from firstdose.records import NAMES, Reading, Subject, Supplement, TrialData, columns_of
from firstdose.records.conforming import Layout, Origins, conform
from firstdose.records.consistency import Check
from firstdose.records.delimited import ROW
from firstdose.records.problems import PROBLEMS_FILE, REJECTED_FILE, Collector, problems_of
from firstdose.records.reading import gather

NO_DATASETS = (PROBLEMS_FILE, REJECTED_FILE, FINDINGS_FILE)
STUDY = "STUDYID"
NO_RECORD = "must belong to a record that is there"


def read_sdtm(
    folder: str | PathLike[str],
    as_of: date | None = None,
    visits: Collection[str] = (),
    further_checks: Sequence[Check] = (),
    study: str | None = None,
) -> Reading:
    """Read a folder of SDTM datasets as CSV, XPT or Dataset-JSON; never raises on what is in the files.

    With `study`, the protocol's identifier of the trial, rows that name another study are listed.
    """
    collector = Collector()
    found: dict[type[Any], list[Origins]] = {}
    taken_back = TakenBack()
    in_order = sorted(_datasets(Path(folder), collector), key=lambda each: not each[0].startswith(SUPPLEMENT))
    for dataset, path, source in in_order:
        record_types = record_types_of(dataset)
        if not record_types:
            collector.notes.append(f"{path.name}: the dataset {dataset} was not read; nothing here needs it")
            continue
        parts = _of_study(source(path, path.name, collector), study, path.name, collector)
        _read_dataset(dataset, parts, path.name, found, taken_back, collector)
    for domain in taken_back.parts.keys() & DOMAINS.keys():
        set_aside(taken_back.of(domain, collector), NO_RECORD, collector)
    origins = {NAMES[kind]: Origins.joined(kind, several) for kind, several in found.items()}
    trial_data = TrialData({name: each.frame for name, each in origins.items()}, as_of)
    return gather(trial_data, origins, collector, visits, further_checks)


def _datasets(folder: Path, collector: Collector) -> Iterable[tuple[str, Path, Source]]:
    """The datasets of a folder; the same one in two files is read once."""
    if not folder.is_dir():
        collector.add("must be a folder that exists", "check the path", "not read", file=str(folder))
        return
    seen: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        known = dataset_of(path) if path.is_file() and path.name not in NO_DATASETS else None
        if known is None:
            continue
        dataset, source = known
        if dataset in seen:
            rule = f"must be the only file of its dataset; {seen[dataset].name} is read"
            collector.add(rule, "remove one of the two", "not read", file=path.name)
            continue
        seen[dataset] = path
        yield dataset, path, source


def _of_study(
    parts: Iterable[pl.DataFrame], study: str | None, file: str, collector: Collector
) -> Iterator[pl.DataFrame]:
    """The parts as they are; another study than that of the protocol is listed at the first row that names it."""
    listed = {study, "", None}
    for part in parts:
        name = next((column for column in part.columns if column.upper() == STUDY), None)
        if study is not None and name is not None:
            rows = part.select(ROW, pl.col(name).str.strip_chars())
            for row, named in rows.unique(name, keep="first", maintain_order=True).iter_rows():
                if named not in listed:
                    listed.add(named)
                    rule = f"must be the trial of the protocol, {study}"
                    fix = "make sure that protocol and data belong together; every figure follows this protocol"
                    collector.add(rule, fix, "kept", file=file, row=row, field=STUDY, value=named)
        yield part


def _read_dataset(
    dataset: str,
    parts: Iterable[pl.DataFrame],
    file: str,
    found: dict[type[Any], list[Origins]],
    taken_back: TakenBack,
    collector: Collector,
) -> None:
    """The records of one dataset; variables that no field takes are named in a note."""
    record_types = record_types_of(dataset)
    values = taken_back.of(dataset, collector)
    used: list[pl.DataFrame] = []
    unused: dict[str, None] = {}
    is_first = True
    for part in parts:
        upper = _in_capitals(part, file, collector if is_first else None)
        unused.update(dict.fromkeys(_unused(record_types, upper, dataset)))
        if record_types == (Supplement,):
            upper = taken_back.take(upper, file)
        joined, belonging = rejoined(upper, values)
        used.append(belonging)
        for record_type in record_types:
            rows = in_our_terms(record_type, rows_of(record_type, joined, dataset), dataset)
            layout = layout_of(record_type, rows.columns, file, dataset)
            if is_first and (rows.height or (record_type is record_types[0] and dataset not in READ_IN_PART)):
                _check_variables(record_type, layout, dataset, collector)
            found.setdefault(record_type, []).append(conform(record_type, rows, layout, collector))
            if record_type is Subject:
                _check_age_unit(upper, file, collector)
        is_first = False
    if values.height:
        rest = values.join(pl.concat([values.clear(), *used]).select("file", ROW), on=["file", ROW], how="anti")
        set_aside(rest, NO_RECORD, collector)
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


def layout_of(record_type: type, variables: Collection[str], file: str, domain: str = "") -> Layout:
    """How an SDTM dataset writes a kind of record."""
    naming = naming_of(record_type, variables, domain)
    terms = {name: TERMS[variable] for name in naming if (variable := variable_of(record_type, name, domain)) in TERMS}
    return Layout(file, naming, terms)


def _check_variables(record_type: type, layout: Layout, dataset: str, collector: Collector) -> None:
    """Say which variables are missing that every row needs."""
    for name, column in columns_of(record_type).items():
        if column.is_required and name not in layout.naming:
            variable = variable_of(record_type, name, dataset)
            rule = f"the variable {variable} is required ({column.question.words})"
            fix = "add it; without it no row can be used"
            collector.add(rule, fix, "rejected", file=layout.file, record=NAMES[record_type], field=variable)


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


def _unused(record_types: tuple[type[Any], ...], part: pl.DataFrame, dataset: str) -> Iterable[str]:
    """The variables with values that no field takes."""
    used = {variable for kind in record_types for variable in naming_of(kind, part.columns, dataset).values()}
    for variable in part.columns:
        is_used = variable in used or variable == ROW or is_derived(variable)
        if not is_used and part[variable].null_count() < part.height:
            yield variable
