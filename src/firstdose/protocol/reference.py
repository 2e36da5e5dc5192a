"""The reference page of all keys of a protocol file, rendered from the keys' own words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from firstdose.protocol import expression
from firstdose.protocol.describe import Key, keys_of, section_of, type_in_words
from firstdose.protocol.plan import ProtocolSections

OPENING = """\
# The protocol file

One YAML file describes the trial. Only `trial`, `dose_levels` and `escalation` are required; the other
sections are needed by what uses them. The file is read strictly: as YAML 1.2 in UTF-8, of at most 1 MB,
without tags, anchors, aliases, repeated or unknown keys; a number is a number (not `true`, not `"3"`) and
finite. Items of a list are counted from 1 wherever a key is named, as dose levels are:
`dose_levels.values[2]` is the dose of level 2. Days are counted from dosing, which is day 0.
"""

TABLE_HEAD = "| key | value | default | meaning |\n|---|---|---|---|"


def protocol_reference() -> str:
    """The reference page in Markdown."""
    return "\n".join([OPENING, *_section("", ProtocolSections), "## Expressions\n", expression.__doc__ or ""])


def _section(place: str, section: type) -> Iterator[str]:
    """A table of a section's keys, then the sections inside it."""
    if place:
        yield f"## `{place}`\n"
        yield f"{section.__doc__}\n"
    yield TABLE_HEAD
    keys = keys_of(section).values()
    yield from (key_row(key) for key in keys)
    yield ""
    for key in keys:
        inner = section_of(key.annotation)
        if inner:
            is_list = type_in_words(key.annotation).startswith("a list")
            yield from _section(f"{place}.{key.name}".lstrip(".") + ("[]" if is_list else ""), inner)


def key_row(key: Key) -> str:
    """One key as a row under TABLE_HEAD."""
    default = "**required**" if key.is_required else _default_in_words(key.default)
    cells = (f"`{key.name}`", type_in_words(key.annotation), default, _meaning_in_words(key))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _meaning_in_words(key: Key) -> str:
    """The meaning of a key, with its example."""
    example = key.meaning.example
    if example is None:
        return key.meaning.words
    written = example if isinstance(example, str) else json.dumps(example)
    return f"{key.meaning.words} For example `{written}`."


def _default_in_words(default: Any) -> str:
    """What holds if the key is left out."""
    if default is None or default == "":
        return "not stated"
    if isinstance(default, Mapping | tuple):
        return f"`{json.dumps(default)}`" if default else "none"
    if isinstance(default, bool | int | float | str):
        return f"`{json.dumps(default)}`" if not isinstance(default, str) else f"`{default}`"
    return "the defaults of its keys"
