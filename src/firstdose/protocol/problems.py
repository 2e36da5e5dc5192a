"""What is wrong with a protocol file: where, which value, which rule it breaks, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from typing import Any, NamedTuple

LONGEST_VALUE_SHOWN = 80
MOST_NAMES_LISTED = 20
MOST_PROBLEMS = 200  # of one kind; more are left until these are mended

Path = tuple[str | int, ...]


class Written(str):
    """Something as it is written in the file, to be shown without quotes."""

    __slots__ = ()


class Absent(Enum):
    """The value of something that a file does not state."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


def dotted(path: Path) -> str:
    """Write a path as a key: `dose_levels.values[2]` is the second value, as items count from 1."""
    key = ""
    for step in path:
        if isinstance(step, int):
            key += f"[{step + 1}]"
        else:
            key += f".{step}" if key else step
    return key


def and_around(key: str) -> Iterator[str]:
    """A key, and the keys around it from the nearest to the farthest."""
    while key:
        yield key
        key = key[: max(key.rfind("."), key.rfind("["), 0)]


@dataclass(frozen=True)
class Place:
    """A place in a protocol file."""

    file: str
    line: int | None = None
    column: int | None = None
    key: str = ""

    def __str__(self) -> str:
        """The file and line, as editors and terminals understand them."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Places:
    """Where each key of one protocol file stands."""

    file: str = "protocol"
    positions: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def place(self, key: str) -> Place:
        """The place of a key; for a key that is not in the file, the place of the nearest key around it."""
        found = (self.positions[around] for around in and_around(key) if around in self.positions)
        line, column = next(found, (None, None))
        return Place(self.file, line, column, key)

    def holds(self, key: str) -> bool:
        """Whether the file itself states this key."""
        return key in self.positions


def show_value(value: Any) -> str:
    """A value on one short line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    shown = printable(_in_words(value))
    return shown if len(shown) <= LONGEST_VALUE_SHOWN else shown[: LONGEST_VALUE_SHOWN - 3] + "..."


def printable(text: str) -> str:
    """Text on one line, with nothing in it that a terminal would act upon."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _in_words(value: Any) -> str:
    """The value as a protocol file would write it."""
    if isinstance(value, Written):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {show_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(show_value(item) for item in value) + "]"
    return str(value)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like another, if any is."""
    matches = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def suggest(word: str, known: Iterable[str]) -> str:
    """The advice for a word that is not known: the nearest known one, or all of them."""
    names = list(known)
    match = nearest(word, names)
    if match:
        return f"did you mean `{match}`?"
    listed = ", ".join(names[:MOST_NAMES_LISTED]) + (" ..." if len(names) > MOST_NAMES_LISTED else "")
    return f"use one of: {listed}" if names else "remove it"


@dataclass(frozen=True)
class Problem:
    """One thing that must change before the protocol can be used; the value is ABSENT where there is none."""

    place: Place
    value: Any
    rule: str
    fix: str

    def __str__(self) -> str:
        """The problem on one line: file, line, key, value, rule, fix."""
        value = None if self.value is ABSENT else show_value(self.value)
        parts = (str(self.place), self.place.key, value, f"{self.rule}; {self.fix}")
        return printable(": ".join(part for part in parts if part))


class Finding(NamedTuple):
    """A disagreement between keys: the key to look at, its value, the rule and the fix.

    Where it holds only if the list under another key is right, `rests_on` is that key.
    """

    key: str
    value: Any
    rule: str
    fix: str
    rests_on: str = ""

    def at(self, places: Places) -> Problem:
        """The problem, at its place in the file."""
        return Problem(places.place(self.key), self.value, self.rule, self.fix)


class ProblemsFound(Exception):
    """A protocol cannot be used; holds every problem that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Sort the problems by line."""
        self.problems = tuple(sorted(problems, key=lambda problem: problem.place.line or 0))
        super().__init__(self.problems)

    def __str__(self) -> str:
        """One line per problem."""
        return "\n".join(map(str, self.problems))
