"""What a few lines of plain Python do with the same file: seals and records; no heads, guards or storage."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from pathlib import Path
from typing import Any

COLUMN_OF_CHANGES = 9


def last_seal(path: Path, key: bytes) -> str:
    """The seal of the last entry, after all of them were made again, and all records beside those stored."""
    before = "0" * 64
    file = sqlite3.connect(path)
    for row in file.execute("SELECT * FROM ledger_entries ORDER BY sequence"):
        text = json.dumps([*row[:-1]], ensure_ascii=False, separators=(",", ":"))
        seal = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        if row[-2] != before or row[-1] != seal:
            raise AssertionError(f"entry {row[0]}")
        before = seal
    stored = {(kind, name): json.loads(text) for kind, name, text, *_ in file.execute("SELECT * FROM ledger_records")}
    file.close()
    if stored != replayed(path):
        raise AssertionError("records")
    return before


def replayed(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The fields of all records."""
    records: dict[tuple[str, str], dict[str, Any]] = {}
    file = sqlite3.connect(path)
    for row in file.execute("SELECT * FROM ledger_entries ORDER BY sequence"):
        fields = records.setdefault(row[7:9], {})
        for name, _, new in json.loads(row[COLUMN_OF_CHANGES]):
            fields[name] = new
    file.close()
    return records
