"""SDTM datasets for tests, in every file form."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pyreadstat

NUMERIC_ENDINGS = ("SEQ", "STRESN", "STNRLO", "STNRHI", "DY", "VISITNUM", "EXDOSE", "CMDOSE", "AGE", "TPTNUM")


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """A dataset whose numeric variables are numbers."""
    return frame.with_columns(pl.col(name).cast(pl.Float64) for name in frame.columns if name.endswith(NUMERIC_ENDINGS))


def write_transport(frame: pl.DataFrame, path: Path) -> None:
    filled = typed(frame).with_columns(pl.col(pl.String).fill_null(""))
    pyreadstat.write_xport(filled, str(path), file_format_version=5, table_name=path.stem.upper())


def json_head(frame: pl.DataFrame, name: str) -> dict[str, object]:
    columns = [
        {"itemOID": f"IT.{name}.{variable}", "name": variable, "label": variable, "dataType": "string"}
        for variable in frame.columns
    ]
    return {"datasetJSONVersion": "1.1.0", "name": name, "label": name, "records": frame.height, "columns": columns}


def write_json(frame: pl.DataFrame, path: Path) -> None:
    rows = [list(row) for row in typed(frame).iter_rows()]
    path.write_text(json.dumps({**json_head(frame, path.stem.upper()), "rows": rows}), "utf-8")


def write_ndjson(frame: pl.DataFrame, path: Path) -> None:
    documents = [json_head(frame, path.stem.upper()), *map(list, typed(frame).iter_rows())]
    path.write_text("".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents), "utf-8")
