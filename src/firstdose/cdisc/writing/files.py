"""Datasets as files: SAS transport version 5, CSV and Dataset-JSON 1.1. Checked before; nothing is cut here."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.cdisc.writing.checking import FileFormat
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.metadata import DATE_FORMAT, Variable
from firstdose.cdisc.writing.transport_file import Column, transport_file

DATASET_JSON_VERSION = "1.1.0"
DAY_FORMAT = ("DATE", 9)
"""`DATE_FORMAT` in its parts."""
JSON_TYPES: dict[Any, str] = {pl.Int64: "integer", pl.Float64: "float", pl.String: "string", pl.Date: "date"}

Writer = Callable[[Dataset, Path, datetime], None]


def write_transport(each: Dataset, path: Path, created: datetime) -> None:
    """One dataset as a transport file; the time in it is the one given, so that the same data give the same bytes."""
    described = tuple(_column(each, variable) for variable in each.variables)
    with path.open("wb") as stream:
        stream.writelines(transport_file(each.name, each.domain.label, described, each.frame, created))


def _column(each: Dataset, variable: Variable) -> Column:
    """A variable as a transport file describes it; only days have a format."""
    is_day = each.frame.schema[variable.name] == pl.Date
    return Column(variable.name, variable.label, *(DAY_FORMAT if is_day else ()))


def write_csv(each: Dataset, path: Path, _: datetime) -> None:
    """One dataset as CSV in UTF-8, which bears no time."""
    each.frame.write_csv(path, line_terminator="\r\n")


def write_dataset_json(each: Dataset, path: Path, created: datetime) -> None:
    """One dataset as a Dataset-JSON document."""
    from firstdose import __version__

    study = each.frame["STUDYID"][0]
    document = {
        "datasetJSONCreationDateTime": f"{created:%Y-%m-%dT%H:%M:%S}",
        "datasetJSONVersion": DATASET_JSON_VERSION,
        "sourceSystem": {"name": "Firstdose", "version": __version__},
        "studyOID": f"ST.{study}",
        "itemGroupOID": f"IG.{each.name}",
        "records": each.frame.height,
        "name": each.name,
        "label": each.domain.label,
        "columns": [_json_column(each, place) for place in range(len(each.variables))],
    }
    head = json.dumps(document, ensure_ascii=False, indent=1)
    plain = each.frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
    rows = ",\n".join(_json_rows(plain))
    path.write_text(f'{head[:-2]},\n "rows": [\n{rows}\n]}}\n', "utf-8", newline="\n")


def _json_rows(frame: pl.DataFrame) -> list[str]:
    """Each row as a list in JSON: texts are written once for each different one."""
    columns = [_json_values(frame[name]) for name in frame.columns]
    joined = pl.concat_str(columns, separator=", ")
    rows: list[str] = frame.select(pl.concat_str(pl.lit("["), joined, pl.lit("]")))[:, 0].to_list()
    return rows


def _json_values(values: pl.Series) -> pl.Series:
    """Values in JSON."""
    if values.dtype == pl.String:
        encode = json.JSONEncoder(ensure_ascii=False).encode
        texts = {text: encode(text) for text in values.drop_nulls().unique().to_list()}
        return values.replace_strict(texts, default=None, return_dtype=pl.String).fill_null("null")
    if values.dtype == pl.Float64:
        return pl.Series(values.name, _json_numbers(values), dtype=pl.String)
    return values.cast(pl.String).fill_null("null")


def _json_numbers(values: pl.Series) -> list[str]:
    """Numbers in JSON, which has none that is not finite. The whole column is encoded at once, for speed."""
    beyond = values.filter(~values.is_finite())
    if beyond.len():
        raise ValueError(f"JSON has no number {beyond[0]}")
    together = json.dumps(values.to_list(), allow_nan=False)
    return together[1:-1].split(", ") if values.len() else []


def _json_column(each: Dataset, place: int) -> dict[str, Any]:
    """What a Dataset-JSON document says of a variable."""
    variable = each.variables[place]
    column: dict[str, Any] = {
        "itemOID": f"IT.{each.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": JSON_TYPES[each.frame.schema[variable.name]],
    }
    if column["dataType"] == "date":
        column |= {"targetDataType": "integer", "displayFormat": DATE_FORMAT}
    if variable.kind == "Char":
        lengths = each.frame[variable.name].str.len_chars()
        column["length"] = max([1, *lengths.drop_nulls().unique().to_list()])
    if variable.name in each.domain.keys:
        column["keySequence"] = each.domain.keys.index(variable.name) + 1
    return column


WRITERS: dict[FileFormat, tuple[str, Writer]] = {
    "xpt": ("xpt", write_transport),
    "csv": ("csv", write_csv),
    "dataset-json": ("json", write_dataset_json),
}
