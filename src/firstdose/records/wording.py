"""Counts of things in words: the one place that says singular or plural."""

from __future__ import annotations


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun: "1 participant", "3 participants", "2,000 rows"."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
