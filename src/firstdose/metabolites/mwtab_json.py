"""The JSON form of mwTab, in which an object may hold one key several times."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from firstdose.metabolites.mwtab_content import DATA_TABLES, METABOLITES, Block, MwTabContent, Pairs, SubjectSample
from firstdose.records.decoding import BREAKS, lines_of, open_bytes
from firstdose.records.problems import Collector

STUDY, FACTORS = "METABOLOMICS WORKBENCH", "SUBJECT_SAMPLE_FACTORS"
NAME_KEYS = ("Metabolite", "metabolite", "metabolite_name", "Bin range(ppm)", "Metabolites", "Samples")


class Members(list[tuple[str, Any]]):
    """The members of a JSON object in order, repeated keys among them."""

    def get(self, key: str, otherwise: Any = None) -> Any:
        """The first value of a key."""
        return next((value for name, value in self if name == key), otherwise)


def read_json(path: Path, collector: Collector) -> MwTabContent:
    """The content of a JSON file; what is not as expected is listed."""
    content = MwTabContent(path.name)
    try:
        with open_bytes(path) as stream:
            text = "".join(lines_of(stream, path.name, collector))
        whole = json.loads(text, object_pairs_hook=Members, parse_int=str, parse_float=str)
    except (*BREAKS, ValueError, RecursionError) as error:
        rule = f"the file must be readable as JSON: {error}"
        collector.add(rule, "copy it again from its source", "not read", file=path.name)
        return content
    study = _study(whole, content.file, collector)
    for key, value in study:
        if key == STUDY and isinstance(value, Members):
            content.header.update({name: _text(each) for name, each in value})
        elif key == FACTORS:
            content.samples.extend(_samples(value, content.file, collector))
        elif key in DATA_TABLES and isinstance(value, Members):
            _read_tables(key, value, content, collector)
        elif isinstance(value, Members):
            for name, each in value:
                content.add(key, name, _text(each))
        elif isinstance(value, str):
            content.header[key] = value
        else:
            collector.add("must be an object", "correct it", "not read", file=content.file, field=key)
    return content


def _study(whole: Any, file: str, collector: Collector) -> Members:
    """The first study of a file, which may be wrapped in a list or an object."""
    if isinstance(whole, Members) and whole.get(STUDY) is not None:
        return whole
    inside = whole if isinstance(whole, list) and not isinstance(whole, Members) else [v for _, v in whole or ()]
    studies = [each for each in inside if isinstance(each, Members) and each.get(STUDY) is not None]
    if len(studies) > 1:
        rule = f"the file holds {len(studies)} studies or analyses; only the first was read"
        collector.add(rule, "separate the files", "not read", file=file)
    if not studies:
        rule = f"must have the key {STUDY}"
        collector.add(rule, "check that it is an mwTab file", "not read", file=file)
        return whole if isinstance(whole, Members) else Members()
    return studies[0]


def _samples(value: Any, file: str, collector: Collector) -> Iterable[SubjectSample]:
    """What the file says of each sample."""
    for place, each in enumerate(value if isinstance(value, list) else (), start=1):
        sample = _text(each.get("Sample ID")) if isinstance(each, Members) else ""
        if not sample:
            where = {"file": file, "row": place, "record": "samples"}
            collector.add(
                "must name a sample", "fill it, or remove it", "not analysed", **where, value=_text(each)[:200]
            )
            continue
        subject = _text(each.get("Subject ID"))
        factors, additional = each.get("Factors"), each.get("Additional sample data")
        yield SubjectSample(
            subject=subject if subject not in ("", "-") else None,
            sample=sample,
            factors=_pairs(factors),
            additional=_pairs(additional),
            row=place,
        )


def _pairs(value: Any) -> Pairs:
    return tuple((name, _text(each)) for name, each in value) if isinstance(value, Members) else ()


def _text(value: Any) -> str:
    """A value as text; several as one text."""
    if value is None:
        return ""
    if isinstance(value, Members):
        return "; ".join(f"{name}: {_text(each)}" for name, each in value)
    if isinstance(value, list):
        return "; ".join(_text(each) for each in value)
    return str(value).strip()


def _read_tables(name: str, value: Members, content: MwTabContent, collector: Collector) -> None:
    """The tables of measured values and of metabolites under one key."""
    content.units = _text(value.get("Units")) or content.units
    for key, table in value:
        target = {"Data": name, "Metabolites": METABOLITES, "Extended": f"EXTENDED_{name}"}.get(key)
        if target is None:
            continue
        if not isinstance(table, list) or any(not isinstance(row, Members) for row in table):
            collector.add("must be a list of objects", "correct it", "not read", file=content.file, field=key)
        elif target not in content.blocks:
            content.blocks[target] = _block(table, content.file, target, collector)


def _block(table: list[Members], file: str, name: str, collector: Collector) -> Block:
    """Objects as rows of one table; an object that repeats a key, as samples of one name do, keeps each value."""
    header: list[tuple[str, int]] = []
    places: dict[tuple[str, int], int] = {}
    rows: list[dict[tuple[str, int], str]] = []
    for members in table:
        cells: dict[tuple[str, int], str] = {}
        counts: dict[str, int] = {}
        for key, value in members:
            counts[key] = counts.get(key, 0) + 1
            column = (NAME_KEYS[0] if key in NAME_KEYS else key, counts[key])
            if column not in places:
                places[column] = len(header)
                header.append(column)
            cells[column] = _text(value)
        rows.append(cells)
    first = (NAME_KEYS[0], 1)
    if table and first not in places:
        collector.add("every row must name its metabolite", "add it", "kept", file=file, field=name)
    order = [first, *(column for column in header if column != first)]
    body = tuple(tuple(cells.get(column, "") for column in order) for cells in rows)
    return Block(tuple(column for column, _ in order), body, tuple(range(1, len(rows) + 1)))
