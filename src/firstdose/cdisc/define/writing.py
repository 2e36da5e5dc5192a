"""The definition beside the datasets: a Define-XML document and a page to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from firstdose.cdisc.define.definition import Standard
from firstdose.cdisc.define.gathering import TABULATION, definition_of
from firstdose.cdisc.define.page import define_page
from firstdose.cdisc.define.xml_file import define_xml
from firstdose.cdisc.writing.checking import FileFormat
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.files import WRITERS
from firstdose.protocol import Protocol

DEFINE_FILES = ("define.xml", "define.html")


def write_define(
    protocol: Protocol,
    datasets: Sequence[Dataset],
    folder: Path,
    *,
    created: datetime,
    file_format: FileFormat = "xpt",
    standard: Standard = TABULATION,
) -> tuple[Path, ...]:
    """Write define.xml and define.html beside datasets in files of a format; the same data and time, the same bytes."""
    definition = definition_of(protocol, datasets, standard, WRITERS[file_format][0], created)
    contents = (define_xml(definition), define_page(definition).encode("utf-8"))
    paths = tuple(folder / name for name in DEFINE_FILES)
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths
