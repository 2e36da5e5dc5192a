"""Which design is meant by a name that is not a key of the list of designs."""

from __future__ import annotations

import re

from firstdose.designs import DESIGNS
from firstdose.protocol.problems import suggest

EVERYDAY_NAMES = {"3plus3": "three_plus_three"}
"""What a design is called that is not its key, as `_bare_name` writes it."""


def suggest_design(name: str) -> str:
    """The advice for a name that is no design's key: the design it is the everyday name of, or the nearest key."""
    known = {_bare_name(each): each for each in DESIGNS} | EVERYDAY_NAMES
    meant = known.get(_bare_name(name))
    return f"did you mean `{meant}`?" if meant else suggest(name, DESIGNS)


def _bare_name(name: str) -> str:
    """A design's name without what people write in many ways: "3+3", "3 plus 3" and "3-Plus-3" are one."""
    return re.sub(r"[\s_-]", "", name.lower().replace("+", "plus"))
