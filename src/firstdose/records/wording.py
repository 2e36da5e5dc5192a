"""Counts and lists in words: the one place that says singular or plural, and what stands before the last."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun: "1 participant", "3 participants", "2,000 rows"."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def joined(words: Sequence[str]) -> str:
    """Several things in one list: "P4", "P4 and P5", "P4, P5 and P6"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
