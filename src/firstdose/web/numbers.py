"""Whole numbers that come with a request."""

from __future__ import annotations

LONGEST = 15


def whole_number(text: str | None) -> int | None:
    """The whole number that a text is; None for anything else, and for numbers that nothing here can have."""
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) <= LONGEST else None
