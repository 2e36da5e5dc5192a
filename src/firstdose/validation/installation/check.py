"""One check of an installation: what is asked for, what is done, what is expected, and what was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args

Status = Literal["passed", "failed", "not checked"]


class Departure(Exception):
    """What was seen is not what was expected; the message says what was seen."""


class NotChecked(Exception):
    """It cannot be known on this machine; the message says why."""


@dataclass(frozen=True)
class Check:
    """A check that can be run. ``look`` does what ``done`` says and gives back what was seen.

    ``look`` raises Departure where that is not what was expected, NotChecked where nothing can be seen.
    """

    name: str
    part: str
    requirement: str
    done: str
    expected: str
    look: Callable[[], str]

    def run(self) -> Finding:
        """Look; a check that breaks has failed."""
        status: Status = "passed"
        try:
            seen = self.look()
        except NotChecked as why:
            status, seen = "not checked", str(why)
        except Departure as departure:
            status, seen = "failed", str(departure)
        except Exception as problem:  # whatever it is, what was expected was not seen
            status, seen = "failed", f"could not be run: {type(problem).__name__}: {problem}"
        return Finding(self.name, self.part, self.requirement, self.done, self.expected, seen, status)


@dataclass(frozen=True)
class Finding:
    """What became of a check."""

    name: str
    part: str
    requirement: str
    done: str
    expected: str
    seen: str
    status: Status

    @property
    def as_json(self) -> dict[str, str]:
        """Its fields by their names."""
        return asdict(self)

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> Self:
        """A finding that was written as JSON.

        Raises ValueError if it is none.
        """
        names = {field.name for field in fields(cls)}
        is_whole = set(document) == names and all(isinstance(text, str) for text in document.values())
        if not is_whole or document["status"] not in get_args(Status):
            raise ValueError(f"not a finding: {document}")
        return cls(**document)


def expect(holds: bool, seen: str) -> None:
    """Go on if something holds.

    Raises Departure with what was seen instead.
    """
    if not holds:
        raise Departure(seen)


def counted(number: int, thing: str, things: str = "") -> str:
    """A number of things, as in "1 entry" or "8 entries"."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
