"""Abundances from an mwTab file: its table of values, its table of metabolites, and its factors as columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

import polars as pl

from firstdose.metabolites.assembling import assemble
from firstdose.metabolites.cells import RECORD, RawTable
from firstdose.metabolites.mwtab_content import FIRST_COLUMN, METABOLITES, Block, MwTabContent, SubjectSample
from firstdose.metabolites.mwtab_json import read_json
from firstdose.metabolites.mwtab_text import joined, read_text
from firstdose.metabolites.sheets import convert, read_sample_sheet
from firstdose.metabolites.wording import fluid_of, kind_of
from firstdose.records.abundances import SAMPLE_SCHEMA, Abundances, Scale
from firstdose.records.decoding import open_bytes
from firstdose.records.problems import Collector

FACTORS_ROW = "Factors"
FLUID_KEYS = (
    "tissue/fluid", "sample source", "sample_source", "sample type", "sample_type", "fluid", "matrix", "biofluid",
    "specimen",
)  # fmt: skip
COLLECTION_KEYS = ("SAMPLE_TYPE", "COLLECTION_SAMPLE_TYPE", "SAMPLE_SOURCE")
OF_PEOPLE = ("subject", "visit", "dose")
NAME_OF_TABLE = ("metabolite_name", "metabolite", "metabolite name", "name")

Described = dict[str, tuple[str, ...]]
"""The rows of a table of metabolites by name."""


def read_mwtab(
    path: Path, samples: Path | None = None, *, scale: Scale | None = None, units: str | None = None
) -> Abundances:
    """Read an mwTab file, as text or JSON. A sheet of samples goes before the file's own factors.

    What it does not say, such as the fluid, stays as the file has it; of people, visits and doses it is the only source
    if it has these columns.
    """
    collector = Collector()
    content = read_content(path, collector)
    table = _table(content, collector)
    sheet = read_sample_sheet(samples, collector) if samples else None
    frame = _sample_frame(content, collector, known=[] if sheet is None else [*set(OF_PEOPLE) & set(sheet.columns)])
    frame, otherwise = (frame, None) if sheet is None else (sheet, frame)
    features = _feature_frame(content, table, collector)
    units, file = units or content.units, samples.name if samples and sheet is not None else None
    return assemble(table, frame, features, collector, units=units, scale=scale, otherwise=otherwise, sheet_file=file)


def read_content(path: Path, collector: Collector) -> MwTabContent:
    """All that a file holds, whichever form it has."""
    try:
        with open_bytes(path) as stream:
            head = stream.read(4_000).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    except (OSError, EOFError):
        head = b""
    return read_json(path, collector) if head.startswith((b"{", b"[")) else read_text(path, collector)


def _table(content: MwTabContent, collector: Collector) -> RawTable:
    """The measured values as text; of several tables the first."""
    tables = list(content.data())
    for name, block in tables[1:]:
        rule = f"there must be one table of values; {name} with {len(block.rows)} rows was not read"
        collector.add(rule, "separate the files", "not read", file=content.file, field=name)
    for name, block in content.blocks.items():
        if name.startswith("EXTENDED"):
            collector.notes.append(f"{content.file}: the extended table {name} with {len(block.rows)} rows is not used")
    if not tables:
        results = [text for keys in content.sections.values() for key, text in keys.items() if "RESULTS_FILE" in key]
        fix = f"its results are said to be in {results[0]}: get that file" if results else "get the results"
        collector.add("the file holds no table of values", fix, "not read", file=content.file)
        return RawTable(content.file, (), (), (), ())
    block = tables[0][1]
    if block.header and block.header[0] not in FIRST_COLUMN:
        rule = f"a table of values must begin with one of {', '.join(FIRST_COLUMN)}"
        fix = "check that the first column holds the metabolites"
        collector.add(rule, fix, "kept", file=content.file, field=block.header[0])
    return _values(content, block, collector)


def _values(content: MwTabContent, block: Block, collector: Collector) -> RawTable:
    """The rows of metabolites, each as wide as the header; the row of factors is compared with the samples."""
    width = len(block.header)
    names: list[str] = []
    cells, numbers = [], []
    for number, row in zip(block.numbers, block.rows, strict=True):
        if row[0] == FACTORS_ROW and not names:
            _compare_factors(content, block.header[1:], row[1:], number, collector)
            continue
        beyond = [cell for cell in row[width:] if cell]
        if beyond or len(row) < width:
            rule = f"has {len(row)} cells, and the header {width}; " + ("those beyond it" if beyond else "the others")
            rule += " belong to no sample" if beyond else " are missing"
            where = {"file": content.file, "row": number, "record": RECORD, "identity": row[0]}
            collector.add(rule, "correct the row", "left empty" if beyond else "kept", **where, value="; ".join(beyond))
        names.append(row[0] or f"row {number}")
        cells.append(tuple((list(row[1:]) + [""] * width)[: width - 1]))
        numbers.append(number)
    samples = block.header[1:]
    return RawTable(content.file, samples, tuple(names), tuple(cells), tuple(numbers), header_row=None)


def _compare_factors(
    content: MwTabContent, samples: Iterable[str], texts: Iterable[str], number: int | None, collector: Collector
) -> None:
    """List samples whose factors in the table are not those of the list of samples."""
    described = {each.sample: each for each in content.samples}
    for sample, text in zip(samples, texts, strict=False):
        if sample in described and _words(text) != _words(" ".join(f"{k}:{v}" for k, v in described[sample].factors)):
            rule = "the factors of a sample must be the same in the table and in the list of samples, which is used"
            where = {"file": content.file, "row": number, "record": "samples", "identity": sample}
            collector.add(rule, "correct one of them", "kept", **where, value=text)


def _words(text: str) -> list[str]:
    return sorted(re.findall(r"[^\s|:;]+", text.lower()))


def _sample_frame(content: MwTabContent, collector: Collector, *, known: Collection[str] = ()) -> pl.DataFrame | None:
    """The list of samples with a column for each factor; several values of one key stand in one cell.

    Columns that are `known` from elsewhere are left out.
    """
    if not content.samples:
        return None
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    for each in _once(content, collector):
        columns["sample"][each.sample] = each.sample
        if each.subject:
            columns["subject"][each.sample] = each.subject
        values: dict[str, list[str]] = defaultdict(list)
        for key, value in (*each.factors, *each.additional):
            values[key].append(value)
        for key, several in values.items():
            columns[_column_for(key)][each.sample] = joined(several)
    for name in known:
        columns.pop(name, None)
    _add_fluid_and_kind(content, columns, collector)
    order = list(columns["sample"])
    frame = pl.DataFrame(
        {name: pl.Series([cells.get(sample) for sample in order], dtype=pl.String) for name, cells in columns.items()}
    )
    return convert(frame, content.file, collector)


def _once(content: MwTabContent, collector: Collector) -> Iterable[SubjectSample]:
    """Each sample once; a second entry is listed, and used no further."""
    seen: dict[str, SubjectSample] = {}
    for each in content.samples:
        first = seen.setdefault(each.sample, each)
        if first is each:
            yield each
        elif (first.subject, first.factors, first.additional) != (each.subject, each.factors, each.additional):
            rule = "a sample must be described once; its second description differs and is not used"
            where = {"file": content.file, "row": each.row, "record": "samples", "identity": each.sample}
            collector.add(rule, "remove one of them", "left empty", **where)


def _column_for(key: str) -> str:
    """The column of a factor: one of those known here if it has that very name, else its own."""
    plain = re.sub(r"[\s.-]+", "_", key.strip().lower())
    return plain if plain in SAMPLE_SCHEMA and plain not in ("sample", "subject", "label") else key


def _add_fluid_and_kind(content: MwTabContent, columns: dict[str, dict[str, str]], collector: Collector) -> None:
    """The fluid and the kind of each sample, where a factor or the section on collection says them."""
    for name in [each for each in columns if each.lower() in FLUID_KEYS and each != "fluid"]:
        for sample, word in columns[name].items():
            if fluid_of(word):
                columns["fluid"].setdefault(sample, word)
    told = next((text for key in COLLECTION_KEYS if (text := content.sections.get("COLLECTION", {}).get(key))), None)
    if told and fluid_of(told) and not columns.get("fluid"):
        collector.notes.append(f"{content.file}: the fluid of all samples is {told}, as the collection says")
        columns["fluid"] = dict.fromkeys(columns["sample"], told)
    by_factor = []
    for name in [each for each in columns if each not in ("sample", "subject", "fluid", "kind")]:
        for sample, word in columns[name].items():
            kind = kind_of(word)
            if kind is not None and kind != "study" and sample not in columns["kind"]:
                columns["kind"][sample] = kind
                by_factor.append(sample)
    if by_factor:
        collector.notes.append(f"{content.file}: {len(by_factor)} samples are pools or blanks by their factors")
    if not columns["kind"]:
        del columns["kind"]


def _feature_frame(content: MwTabContent, table: RawTable, collector: Collector) -> pl.DataFrame:
    """One row for each metabolite with the name and the columns of the table of metabolites."""
    block = content.blocks.get(METABOLITES)
    if block is None:
        return pl.DataFrame({"name": table.metabolites}, schema={"name": pl.String})
    key = next((place for place, each in enumerate(block.header) if each.lower() in NAME_OF_TABLE), 0)
    described = _described(block, key)
    plain: dict[str, set[str]] = defaultdict(set)
    for name in described:
        plain[plain_name(name)].add(name)
    names, rows = [], []
    for label in table.metabolites:
        alike = plain.get(plain_name(label), set())
        name = label if label in described else next(iter(alike)) if len(alike) == 1 else label
        names.append(name)
        rows.append(described.get(name, ()))
    _list_partners(content.file, table, names, described, block, collector)
    columns = {"name": pl.Series(names, dtype=pl.String)}
    for place, column in enumerate(block.header):
        if place != key and column and column not in ("metabolite", "label", *columns):
            texts = [(row[place] or None) if place < len(row) else None for row in rows]
            columns[column] = pl.Series(column, texts, dtype=pl.String)
    return pl.DataFrame(columns)


def _described(block: Block, key: int) -> Described:
    """The rows of the table of metabolites by name; of several with one name the first."""
    found: Described = {}
    for row in block.rows:
        if len(row) > key and row[key]:
            found.setdefault(row[key], row)
    return found


def plain_name(name: str) -> str:
    """A name without what deposits replace: 2^_3^-Cyclic CMP stands for 2',3'-Cyclic CMP."""
    return re.sub(r"\s+", " ", re.sub(r"[\^'′’]", "'", re.sub(r"[_,]", ",", name))).strip().lower()


def _list_partners(
    file: str, table: RawTable, names: list[str], described: Described, block: Block, collector: Collector
) -> None:
    """Say which metabolites were matched by a changed name, and list those without a partner in either table."""
    changed = [f"{label} as {name}" for label, name in zip(table.metabolites, names, strict=True) if label != name]
    if changed:
        shown = ", ".join(changed[:6]) + (" ..." if len(changed) > 6 else "")
        collector.notes.append(f"{file}: {len(changed)} names differ from the table of metabolites: {shown}")
    for name, row in zip(names, table.rows, strict=True):
        if name not in described:
            where = {"file": file, "row": row, "record": RECORD, "identity": name}
            collector.add("is not in the table of metabolites", "add it, or correct the name", "kept", **where)
    rows = dict(zip(block.rows, block.numbers, strict=True))
    for name in sorted(set(described) - set(names)):
        rule, fix = "is in the table of metabolites but has no values", "none if that is so; else correct the name"
        collector.add(rule, fix, "not analysed", file=file, row=rows[described[name]], record=RECORD, identity=name)
