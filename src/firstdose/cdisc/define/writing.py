"""The definition beside the datasets: a Define-XML document and a page to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from firstdose.cdisc.define.annotated_forms import annotated_forms, forms_page
from firstdose.cdisc.define.definition import Definition, Standard
from firstdose.cdisc.define.gathering import FORMS, TABULATION, definition_of, in_files
from firstdose.cdisc.define.page import define_page
from firstdose.cdisc.define.xml_file import define_xml
from firstdose.cdisc.terminology_file import Terminology
from firstdose.cdisc.writing.checking import FileFormat
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.files import WRITERS
from firstdose.protocol import Protocol

DEFINE_FILES = ("define.xml", "define.html", FORMS.file)


def write_define(
    protocol: Protocol,
    datasets: Sequence[Dataset],
    folder: Path,
    *,
    created: datetime,
    file_format: FileFormat = "xpt",
    standard: Standard = TABULATION,
    terminology: Terminology | None = None,
) -> tuple[Path, ...]:
    """Write define.xml and define.html beside datasets in files of a format; the same data and time, the same bytes.

    Beside tabulations the annotated blank forms are written too, as acrf.html.
    """
    definition = definition_of(protocol, datasets, standard, WRITERS[file_format][0], created, terminology)
    return write_definition(protocol, definition, folder)


def write_definition(
    protocol: Protocol, definition: Definition, folder: Path, file_format: FileFormat | None = None
) -> tuple[Path, ...]:
    """Write a definition; with a format, as the one of datasets in files of it, whichever it was made for."""
    if file_format is not None:
        definition = in_files(definition, WRITERS[file_format][0])
    contents = [define_xml(definition), define_page(definition).encode("utf-8")]
    if definition.forms is not None:
        contents.append(forms_page(annotated_forms(protocol), definition.study).encode("utf-8"))
    paths = tuple(folder / name for name in DEFINE_FILES[: len(contents)])
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths
