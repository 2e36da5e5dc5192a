"""Reads CDISC's controlled terminology for SDTM from the file in which the NCI publishes it.

The file has a heading and one row for each list and for each of its terms, parted by tabs (in files ending with .csv by
commas). A row of a list has no list code, says whether the list may be extended, and has the list's short name as its
submission value; the rows of terms have the code of their list.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

CODE, LIST_CODE, EXTENSIBLE = "Code", "Codelist Code", "Codelist Extensible (Yes/No)"
NAME, VALUE = "Codelist Name", "CDISC Submission Value"
HEADINGS = (CODE, LIST_CODE, EXTENSIBLE, NAME, VALUE)
DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


class TerminologyError(ValueError):
    """A file that is not controlled terminology as the NCI publishes it; the message says what is wrong with it."""


@dataclass(frozen=True)
class PublishedList:
    """A list of terms: its code, its name, the code of each term, and whether terms may be added."""

    code: str
    name: str
    terms: dict[str, str]
    is_extensible: bool


@dataclass(frozen=True)
class Terminology:
    """A package of the terminology: its date, and its lists by their short names, such as SEX."""

    package: str
    lists: dict[str, PublishedList]


def read_terminology(path: str | PathLike[str]) -> Terminology:
    """Read a package; its date stands in the file's name, as in "SDTM Terminology 2025-03-28.txt"."""
    file = Path(path)
    date = DATE.search(file.stem)
    if date is None:
        raise TerminologyError(
            f"the name of {file.name} has no date; name it by its package, as in SDTM Terminology 2025-03-28.txt"
        )
    rows = _rows(file)
    lists = {
        row[CODE]: (row[VALUE], PublishedList(row[CODE], row[NAME], {}, row[EXTENSIBLE].upper() == "YES"))
        for row in rows
        if not row[LIST_CODE] and row[CODE]
    }
    for row in rows:
        if row[LIST_CODE]:
            if row[LIST_CODE] not in lists:
                raise TerminologyError(f"{file.name}: no row says what the list {row[LIST_CODE]} is")
            lists[row[LIST_CODE]][1].terms[row[VALUE]] = row[CODE]
    if not lists:
        raise TerminologyError(f"{file.name} holds no list of terms")
    return Terminology(date.group(1), dict(lists.values()))


def _rows(file: Path) -> list[dict[str, str]]:
    """The rows of a file by the names of its columns, without blanks around values."""
    is_separated_by_commas = file.suffix.lower() == ".csv"
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = (
                csv.DictReader(stream)
                if is_separated_by_commas
                else csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            )
            missing = [name for name in HEADINGS if name not in (reader.fieldnames or ())]
            if missing:
                raise TerminologyError(f"{file.name} has no column {', '.join(missing)}")
            return [{name: (row[name] or "").strip() for name in HEADINGS} for row in reader]
    except UnicodeDecodeError:
        raise TerminologyError(f"{file.name} is not in UTF-8") from None
    except csv.Error as error:
        raise TerminologyError(f"{file.name} cannot be read: {error}") from None
