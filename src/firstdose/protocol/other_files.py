"""Tells a file of another kind, named by mistake, in one problem in the place of one for every key of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firstdose.protocol.describe import keys_of
from firstdose.protocol.plan import ProtocolSections
from firstdose.protocol.problems import ABSENT, Place, Problem

FEWEST_STRANGE_KEYS = 3
"""Fewer keys that a file does not know are slips of the pen, each told by itself."""
MOST_SHOWN = 3


def of_another_kind(values: Mapping[str, Any], file: str, what: str, kind: type) -> Problem | None:
    """The problem of a file whose keys are not those of ``kind``, which people call ``what``; None where they may be.

    It is of another kind where more than two of three of its keys are strange.
    """
    own, protocol = keys_of(kind), keys_of(ProtocolSections)
    strange = [key for key in values if key not in own]
    if len(strange) < FEWEST_STRANGE_KEYS or len(strange) <= 2 * (len(values) - len(strange)):
        return None
    is_protocol = all(name in values for name, key in protocol.items() if key.is_required)
    found = (
        "this is a protocol"
        if is_protocol
        else f"its keys ({', '.join(strange[:MOST_SHOWN])}, ...) are of another file"
    )
    return Problem(
        Place(file), ABSENT, f"{found}; a {what} file has the keys {', '.join(own)}", f"name the {what} file"
    )
