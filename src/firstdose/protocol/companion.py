"""Reads files that stand beside a protocol, such as a scenario: as strictly, and with the same kind of problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, Generic, TypeVar

from firstdose.protocol.describe import keys_of
from firstdose.protocol.other_files import of_another_kind
from firstdose.protocol.problems import Finding, Places, Problem, ProblemsFound
from firstdose.protocol.reading import decode, read_bytes
from firstdose.protocol.sections import read_part
from firstdose.protocol.yaml_source import read_yaml

Sections = TypeVar("Sections")


@dataclass(frozen=True)
class Companion(Generic[Sections]):
    """What a file states, and the place of each of its keys."""

    sections: Sections
    places: Places

    @property
    def values(self) -> dict[str, Any]:
        """Each section by its name."""
        names = keys_of(type(self.sections))  # type: ignore[arg-type]  # every class is hashable
        return {name: getattr(self.sections, name) for name in names}


Check = Callable[[Sections, Places], Iterable[Problem]]
"""What is asked of sections that can each be read: the problems, at their places in the file."""


def nothing_more(_: object, __: Places) -> tuple[Problem, ...]:
    """Nothing is checked beyond each section for itself."""
    return ()


def at_places(check: Callable[[Sections], Iterable[Finding]]) -> Check[Sections]:
    """A check that knows only the sections, as one that tells where its findings stand."""
    return lambda sections, places: (finding.at(places) for finding in check(sections))


def text_of_companion(path: str | PathLike[str], what: str) -> str:
    """The text of a file; ProblemsFound where it has none. ``what`` is what people call such a file."""
    file = fspath(path)
    content = read_bytes(file, what)
    text = content if isinstance(content, Problem) else decode(content, file, what)
    if isinstance(text, Problem):
        raise ProblemsFound([text])
    return text


def read_companion(
    text: str,
    file: str,
    what: str,
    kind: type[Sections],
    check: Check[Sections] = nothing_more,
) -> Companion[Sections]:
    """What the text of a file states. ``check`` finds what disagrees between sections, once each can be read.

    ProblemsFound holds every problem there is, reported under the name ``file``.
    """
    source = read_yaml(text, file, what)
    if source.values is None:
        raise ProblemsFound(source.problems)
    if other := of_another_kind(source.values, file, what, kind):
        raise ProblemsFound([other])
    sections, problems = read_part(kind, source.values, (), source.places)
    spoken_of = {problem.place.key for problem in source.problems}
    found = [*source.problems, *(problem for problem in problems if problem.place.key not in spoken_of)]
    if sections is not None:
        found += check(sections, source.places)
    if sections is None or found:
        raise ProblemsFound(found)
    return Companion(sections, source.places)
