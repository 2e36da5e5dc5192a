"""What the typesetter is told of a table besides its content: how far its columns reach, and where no line breaks."""

from __future__ import annotations

import re
from typing import Any

WORD_JOINER = "\u2060"
UNIT = re.compile(r"(?<=[A-Za-zµ])/(?=(?:[mµd]?L|year|min|h|kg)\b)")
"""The stroke within a unit such as ng/mL, after which a line could break."""


def set_tables(content: dict[str, Any]) -> dict[str, Any]:
    """The same document as plain data, each table with the reach of its columns; units stay on one line.

    A reach is the longest word of a column and the length of its longest line in letters, headings apart.
    """
    for chapter in content["chapters"]:
        for block in chapter["blocks"]:
            if block["kind"] == "table":
                _set(block)
    return content


def _set(table: dict[str, Any]) -> None:
    reaches: list[tuple[str, int]] = [("", 1)] * len(table["columns"])
    table["columns"] = [_whole(words) for words in table["columns"]]
    for row in table["rows"]:
        for index, cell in enumerate(row["cells"]):
            text = cell["text"]
            if "/" in text:
                cell["text"] = text = _whole(text)
            word, length = reaches[index]
            if len(text) > len(word):
                reaches[index] = _further(text, word, length)
    table["reaches"] = reaches


def _further(text: str, word: str, length: int) -> tuple[str, int]:
    """The reach of a column with one more text."""
    for line in text.split("\n"):
        if len(line) > len(word):
            length = max(length, len(line))
            word = max(word, *line.split(" "), key=len)
    return word, length


def _whole(text: str) -> str:
    return UNIT.sub(f"/{WORD_JOINER}", text) if "/" in text else text
