"""The data dictionary: every record and field in words, rendered from the questions."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.records.catalogue import RECORDS
from firstdose.records.question import Column, columns_of

OPENING = """\
# The data dictionary

One file or frame for each kind of record, named as below; its columns are the fields. A date or time may be
incomplete: 2026, 2026-03, 2026-03-14, UN-UNK-2026, 2026-03-14T10:30, 2026-03-14T10:30+01:00. Fields marked
with * tell one record from another. The measures, items and answers of assessments stand on the page on
[clinical measures](measures.md).
"""
HEAD = "| field | value | required | question | SDTM | identifies |\n|---|---|---|---|---|---|"


def data_dictionary() -> str:
    """The data dictionary in Markdown."""
    return "\n".join([OPENING, *(line for name, kind in RECORDS.items() for line in _section(name, kind))])


def _section(name: str, record_type: type) -> Iterator[str]:
    """The fields of one kind of record."""
    yield f"## `{name}`\n\n{record_type.__doc__}\n\n{HEAD}"
    yield from map(dictionary_row, columns_of(record_type).values())
    yield ""


def dictionary_row(column: Column) -> str:
    """One field as a row."""
    question = column.question
    cells = (
        f"`{column.name}`" + ("*" if question.is_key else ""),
        column.kind_in_words,
        "yes" if column.is_required else "no",
        question.words,
        question.sdtm,
        question.identifying,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
