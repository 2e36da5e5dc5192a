"""Figures of other software for designs in time, with the call and version that made them; not in the certificate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "escalation"


def figures_in_time(name: str) -> dict[str, Any]:
    """The content of one file."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
