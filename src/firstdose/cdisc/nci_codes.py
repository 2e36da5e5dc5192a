"""The codes that the NCI's thesaurus gives to lists of CDISC's controlled terminology and to their terms.

Of long lists, such as those of units and laboratory tests, only the terms that this program knows of are kept.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import NamedTuple

PACKAGE = "2025-03-28"
"""The package of the terminology (SDTM) that these were taken from."""
CODES_FILE = "nci_codes.json"


class NciList(NamedTuple):
    """A list of terms: its code, its name, and the code of each term."""

    code: str
    name: str
    terms: dict[str, str]


def _lists() -> dict[str, NciList]:
    """The lists by their short names."""
    read = json.loads(files(__package__).joinpath(CODES_FILE).read_text("utf-8"))
    return {short: NciList(**each) for short, each in read.items()}


NCI_LISTS = _lists()
NCI_LISTS["Y"] = NCI_LISTS["NY"]
