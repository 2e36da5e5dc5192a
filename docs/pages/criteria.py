"""The part of the page on the protocol file that lists the names which expressions may compare."""

from __future__ import annotations

from collections.abc import Iterator

from docs.pages.words import row

from firstdose.conduct.criterion_names import recorded_names


def criterion_names() -> Iterator[str]:
    """Every name whose value is recorded, with what it stands for."""
    yield "\n### Names that can be compared\n"
    yield "`firstdose check` refuses an expression that compares any other name.\n"
    yield row("name", "value")
    yield "|---|---|"
    yield from (row(f"`{name}`", words) for name, words in recorded_names().items())
