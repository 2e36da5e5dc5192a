"""Reads a protocol file from disk; the only part of this package that touches it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from firstdose.protocol.consistency import check_consistency
from firstdose.protocol.describe import keys_of
from firstdose.protocol.other_files import of_another_kind
from firstdose.protocol.plan import Protocol, ProtocolSections
from firstdose.protocol.problems import (
    ABSENT,
    MOST_PROBLEMS,
    Finding,
    Place,
    Places,
    Problem,
    ProblemsFound,
    and_around,
)
from firstdose.protocol.sections import read_sections
from firstdose.protocol.yaml_source import read_yaml

LARGEST_FILE_BYTES = 1_000_000
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Examination:
    """What reading a protocol file found: the protocol, as far as it could be read, and every problem.

    ``escalation`` holds the plain values of that section where it is a mapping, for checks that need no more.
    """

    protocol: Protocol | None
    problems: tuple[Problem, ...]
    escalation: Mapping[str, Any] | None = None
    places: Places = field(default_factory=Places)


def read_protocol(path: str | PathLike[str]) -> Protocol:
    """Read a protocol file; ProblemsFound holds every problem if there is any."""
    examination = examine_protocol(path)
    if examination.protocol is None or examination.problems:
        raise ProblemsFound(examination.problems)
    return examination.protocol


def examine_protocol(path: str | PathLike[str]) -> Examination:
    """Read a protocol file as far as possible, so that checks of other packages can add their problems."""
    file = fspath(path)
    content = read_bytes(file)
    return Examination(None, (content,)) if isinstance(content, Problem) else examine_bytes(content, file)


def read_bytes(file: str, what: str = "protocol") -> bytes | Problem:
    """The content of a protocol file, or of another kind of file, or why there is none."""

    def problem(rule: str, fix: str) -> Problem:
        return Problem(Place(file), ABSENT, rule, fix)

    try:
        path = Path(file)
        if path.is_dir():
            return problem(
                f"a {what} file is wanted; this is a folder", f"name the file inside it, such as {what}.yaml"
            )
        if not path.exists():
            return problem("there is no such file", "check the path and the folder you are in")
        if not path.is_file():
            return problem(f"a {what} file is an ordinary file", f"save the {what} to a file first")
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return problem(f"the file cannot be read: {reason}", "check its name and permissions")
    if len(content) > LARGEST_FILE_BYTES:
        return problem(f"a {what} file has at most {LARGEST_FILE_BYTES:,} bytes", "check that this is the right file")
    return content


def examine_bytes(content: bytes, file: str = "protocol") -> Examination:
    """Examine the content of a protocol file; `file` is the name that problems are reported under."""
    text = decode(content, file)
    return Examination(None, (text,)) if isinstance(text, Problem) else examine_text(text, file)


def decode(content: bytes, file: str, what: str = "protocol") -> str | Problem:
    """The text of a file, or where it is none."""
    try:
        return content.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(file, before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1)
        rule = f"a {what} file is text in UTF-8; this byte is not"
        return Problem(place, f"0x{content[error.start]:02x}", rule, "save the file as UTF-8")


def examine_text(text: str, file: str = "protocol") -> Examination:
    """Examine the text of a protocol file."""
    source = read_yaml(text, file)
    if source.values is None:
        return Examination(None, source.problems)
    if other := of_another_kind(source.values, file, "protocol", ProtocolSections):
        return Examination(None, (other,))
    shaped = read_sections(source.values, source.places)
    problems = [*source.problems]
    problems += _unreported(shaped.problems, problems)
    findings = islice(check_consistency(shaped.sections, source.places), MOST_PROBLEMS)
    problems += _unreported(_founded(findings, problems, source.places), problems)
    usable = {name: shaped.sections[name] for name in shaped.sections.keys() - shaped.only_for_checks}
    required = (name for name, key in keys_of(ProtocolSections).items() if key.is_required)
    is_complete = all(name in usable for name in required)
    protocol = Protocol(**usable, places=source.places) if is_complete else None
    escalation = source.values.get("escalation")
    plain = escalation if isinstance(escalation, Mapping) else None
    return Examination(protocol, tuple(problems), plain, source.places)


def _founded(findings: Iterator[Finding], reported: list[Problem], places: Places) -> Iterator[Problem]:
    """Findings as problems, without those that rest on a list in which something is wrong."""
    spoken_of = {around for problem in reported for around in and_around(problem.place.key)}
    return (finding.at(places) for finding in findings if finding.rests_on not in spoken_of)


def _unreported(problems: Iterable[Problem], reported: list[Problem]) -> list[Problem]:
    """Problems of keys that no earlier problem speaks of already."""
    spoken_of = {problem.place.key for problem in reported}
    return [problem for problem in problems if spoken_of.isdisjoint(and_around(problem.place.key))]
