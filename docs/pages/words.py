"""Words, rows and tables that several generated pages share."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from firstdose.protocol.describe import keys_of, section_of
from firstdose.protocol.reference import TABLE_HEAD, key_row


def page(lines: Iterator[str]) -> str:
    """Lines as the text of a page."""
    return "\n".join(lines).rstrip() + "\n"


def prose(part: object) -> str:
    """The words that the code has for a part, in Markdown."""
    return (inspect.getdoc(part) or "").replace("``", "`")


def first_paragraph(part: object) -> str:
    """The first paragraph of the words that the code has for a part."""
    return " ".join(prose(part).split("\n\n")[0].split())


def inline(settings: Mapping[str, Any]) -> str:
    """Settings as a protocol file writes them on one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in settings.items()) + "}"


def row(*cells: str) -> str:
    """Cells as a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def settings_tables(place: str, section: type) -> Iterator[str]:
    """The keys of a design or guard, then those of the mappings among them."""
    keys = keys_of(section).values()
    if not keys:
        yield "No settings.\n"
        return
    yield TABLE_HEAD
    yield from map(key_row, keys)
    yield ""
    for key in keys:
        inner = section_of(key.annotation)
        if inner:
            yield f"### `{place}.{key.name}`\n\n{prose(inner)}\n"
            yield from settings_tables(f"{place}.{key.name}", inner)
