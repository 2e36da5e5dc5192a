"""SDTM datasets as rows of text, whatever the file: CSV, transport file (XPT) or Dataset-JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from firstdose.cdisc.dataset_json import read_dataset_json, read_dataset_ndjson
from firstdose.cdisc.transport import read_transport
from firstdose.records.delimited import read_delimited
from firstdose.records.problems import Collector

Source = Callable[[Path, str, Collector], Iterator[pl.DataFrame]]

SOURCES: dict[str, Source] = {
    ".csv": read_delimited,
    ".csv.gz": read_delimited,
    ".xpt": read_transport,
    ".json": read_dataset_json,
    ".ndjson": read_dataset_ndjson,
}


def dataset_of(path: Path) -> tuple[str, Source] | None:
    """The name of the dataset in a file, and how it is read; nothing for other files."""
    name = path.name.lower()
    ending = next((ending for ending in sorted(SOURCES, key=len, reverse=True) if name.endswith(ending)), None)
    return None if ending is None else (name.removesuffix(ending).upper(), SOURCES[ending])
