"""Writes XML as a stream, element by element, and carries every text, whatever characters are in it."""

from __future__ import annotations

import re
from typing import IO

FLUSHED_AT = 1 << 16
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no way to carry, not even as a reference."""
LOOKS_ESCAPED = re.compile(r"\\(?=u[0-9A-F]{4})")
ESCAPED = re.compile(r"\\u([0-9A-F]{4})")
ESCAPING_RULE = (
    r"A character that XML 1.0 cannot carry is written as \uXXXX, its number in hexadecimal; where that itself was "
    "typed, its backslash is written in this way."
)
IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
IN_ATTRIBUTE = IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})


def carried(text: str) -> str:
    """A text as XML can carry it: the same, unless it holds what XML cannot; `as_typed` gives it back."""
    if "\\" in text:
        text = LOOKS_ESCAPED.sub(r"\\u005C", text)
    if text.isprintable():
        return text
    return FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04X}", text)


def as_typed(text: str) -> str:
    """A text as it was before it was carried."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class Markup:
    """A stream of elements, each on a line of its own; what is open is known, so that nothing is left open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._parts: list[str] = []
        self._length = 0
        self._open: list[str] = []
        self._is_bare = False

    def open(self, name: str, **attributes: str | None) -> None:
        """Begin an element; attributes that are None are left out."""
        self._begin(name, attributes)
        self._open.append(name)
        self._is_bare = True

    def close(self, count: int = 1) -> None:
        """End the elements opened last."""
        for _ in range(count):
            name = self._open.pop()
            if self._is_bare:
                self._add("/>")
            else:
                self._add(f"\n{' ' * len(self._open)}</{name}>")
            self._is_bare = False

    def leaf(self, name: str, text: str | None = None, **attributes: str | None) -> None:
        """An element without elements in it: with a text, or empty."""
        self._begin(name, attributes)
        self._add("/>" if text is None else f">{carried(text).translate(IN_TEXT)}</{name}>")

    def translated(self, name: str, text: str) -> None:
        """An element that holds a text in English."""
        self.open(name)
        self.leaf("TranslatedText", text, xml_lang="en")
        self.close()

    def raw(self, text: str) -> None:
        """Markup as it is."""
        self._settle()
        self._add(text)

    def flush(self) -> None:
        """Write what is held back, with the end of the tag that was begun last."""
        self._settle()
        self._file.write("".join(self._parts).encode())
        self._parts.clear()
        self._length = 0

    def _begin(self, name: str, attributes: dict[str, str | None]) -> None:
        self._settle()
        written = (
            f' {"xml:lang" if key == "xml_lang" else key}="{carried(text).translate(IN_ATTRIBUTE)}"'
            for key, text in attributes.items()
            if text is not None
        )
        self._add(f"\n{' ' * len(self._open)}<{name}{''.join(written)}")

    def _settle(self) -> None:
        """End the tag of an element that turns out to have content."""
        if self._is_bare:
            self._is_bare = False
            self._add(">")

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > FLUSHED_AT:
            self._file.write("".join(self._parts).encode())
            self._parts.clear()
            self._length = 0
