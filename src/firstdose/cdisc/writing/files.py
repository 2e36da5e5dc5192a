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
from firstdose.cdisc.writing.metadata import DATE_FORMAT

DATASET_JSON_VERSION = "1.1.0"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
TIMES_IN_HEADERS = (144, 160, 464, 480)
"""Where a transport file holds the times of creation and change of the library and of its one dataset."""
JSON_TYPES: dict[Any, str] = {pl.Int64: "integer", pl.Float64: "float", pl.String: "string", pl.Date: "date"}

Writer = Callable[[Dataset, Path, datetime], None]


def write_transport(each: Dataset, path: Path, created: datetime) -> None:
    """One dataset as a transport file; the time in it is the one given, so that the same data give the same bytes."""
    import pyreadstat

    numbers = [name for name, kind in each.frame.schema.items() if kind == pl.Int64]
    dates = [name for name, kind in each.frame.schema.items() if kind == pl.Date]
    pyreadstat.write_xport(
        each.frame.with_columns(pl.col(numbers).cast(pl.Float64)),
        str(path),
        file_label=each.domain.label,
        column_labels=[variable.label for variable in each.variables],
        table_name=each.name,
        file_format_version=5,
        variable_format=dict.fromkeys(dates, DATE_FORMAT),
    )
    stamp = f"{created:%d}{MONTHS[created.month - 1]}{created:%y:%H:%M:%S}".encode("ascii")
    with path.open("r+b") as stream:
        for place in TIMES_IN_HEADERS:
            stream.seek(place)
            stream.write(stamp)


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
    rows = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in plain.iter_rows())
    path.write_text(f'{head[:-2]},\n "rows": [\n{rows}\n]}}\n', "utf-8", newline="\n")


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
