"""Seals as the page on the ledger describes them, programmed again; what a verification names first."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from firstdose.conduct.ledger import Verification


def first_bad(verification: Verification) -> int:
    """The sequence that is named first."""
    assert not verification.is_whole
    return verification.faults[0].sequence


def naive_seal(row: Sequence[Any], key: bytes) -> str:
    """The seal as docs/methods/ledger.md describes it, programmed again."""
    text = json.dumps(list(row[:-1]), ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def resealed(rows: Sequence[Sequence[Any]], key: bytes) -> list[list[Any]]:
    """A whole chain made again with some key, as somebody would who wants to hide a change."""
    before, made = "0" * 64, []
    for row in rows:
        new = [*row[:-2], before, ""]
        before = new[-1] = naive_seal(new, key)
        made.append(new)
    return made
