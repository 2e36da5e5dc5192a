"""Where the generated pages and pictures stand."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
REFERENCE, PICTURES = DOCS / "reference", DOCS / "pictures"
