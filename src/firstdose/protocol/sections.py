"""Turns plain values into typed parts of the protocol, with every failure as a problem in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from firstdose.protocol.describe import annotation_at, keys_of, section_of
from firstdose.protocol.plan import ProtocolSections
from firstdose.protocol.problems import MOST_PROBLEMS, Path, Places, Problem, dotted
from firstdose.protocol.repair import mark_unknown, repair
from firstdose.protocol.shape import (
    MISSING_KEY,
    OWN_RULE,
    UNKNOWN_KEY,
    is_meant_by,
    missing_key,
    unknown_key,
    value_at,
    wrong_value,
)

PartType = TypeVar("PartType")


@dataclass(frozen=True)
class Shaped:
    """The sections that could be read, those of them that serve only for further checks, and the problems."""

    sections: Mapping[str, Any]
    only_for_checks: frozenset[str]
    problems: tuple[Problem, ...]


@cache
def adapter_of_section(name: str) -> TypeAdapter[Any]:
    """The strict reader of one section; made when first needed, since most files hold few sections."""
    return TypeAdapter(keys_of(ProtocolSections)[name].annotation)


@cache
def adapter_of_part(part: type) -> TypeAdapter[Any]:
    """The strict reader of one part."""
    return TypeAdapter(part)


def read_part(part: type[PartType], values: Any, path: Path, places: Places) -> tuple[PartType | None, list[Problem]]:
    """Read one part, such as the settings of a design, from the plain values at a path of the file."""
    adapter = adapter_of_part(part)  # type: ignore[arg-type]  # every class is hashable
    reader = PartReader(part, adapter, values, path, places)
    errors = reader.attempt(values)
    return (reader.part, []) if not errors else (None, reader.problems_of(errors))


def read_sections(values: Mapping[str, Any], places: Places) -> Shaped:
    """Read each section for itself, so that a problem in one does not hide those of another."""
    problems = _check_section_names(values, places)
    sections: dict[str, Any] = {}
    only_for_checks = set()
    for name, key in keys_of(ProtocolSections).items():
        if name not in values:
            continue
        reader = PartReader(key.annotation, adapter_of_section(name), values[name], (name,), places)
        if reader.read():
            sections[name] = reader.part
        if reader.is_only_for_checks:
            only_for_checks.add(name)
        problems += reader.problems
    return Shaped(sections, frozenset(only_for_checks), tuple(problems))


def _check_section_names(values: Mapping[str, Any], places: Places) -> list[Problem]:
    """Sections that the protocol does not have, and required ones that are not there."""
    keys = keys_of(ProtocolSections)
    known = list(keys)
    unknown = [name for name in values if name not in keys][:MOST_PROBLEMS]
    missing = [
        name
        for name, key in keys.items()
        if key.is_required and name not in values and not any(is_meant_by(name, u, known) for u in unknown)
    ]
    return [
        *(unknown_key((name,), known, places, values[name]) for name in unknown),
        *(missing_key((name,), keys[name].annotation, places) for name in missing),
    ]


@dataclass
class PartReader:
    """Reads one part; what is wrong can be set aside, so that the rest is checked too."""

    annotation: Any
    adapter: TypeAdapter[Any]
    value: Any
    path: Path
    places: Places
    part: Any = None
    is_only_for_checks: bool = False
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> bool:
        """Whether the part could be read, if need be without what is wrong in it."""
        errors = self.attempt(self.value)
        if not errors:
            return True
        self.problems = self.problems_of(errors)
        repaired = repair(self.value, [error["loc"] for error in errors], self.annotation)
        if self.attempt(repaired.value):
            return False
        self.is_only_for_checks = bool(repaired.stand_ins)
        for path in repaired.stand_ins:
            self.part = mark_unknown(self.part, path)
        return True

    def attempt(self, value: Any) -> list[ErrorDetails]:
        """Read a value; the errors, if any."""
        try:
            self.part = self.adapter.validate_json(json.dumps(value))
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)[:MOST_PROBLEMS]
            return list({(error["type"], error["loc"]): error for error in map(_of_whole_list, errors)}.values())
        return []

    def problems_of(self, errors: list[ErrorDetails]) -> list[Problem]:
        """The errors as problems, without those that only follow from others."""
        return [self.problem(error) for error in errors if not self.follows(error, errors)]

    def follows(self, error: ErrorDetails, errors: list[ErrorDetails]) -> bool:
        """Whether an error only follows from another: from one inside it, or from a key that is misspelt."""
        place = error["loc"]
        if error["type"] == MISSING_KEY:
            known = self.known_keys(place[:-1])
            beside = (e["loc"] for e in errors if e["type"] == UNKNOWN_KEY and e["loc"][:-1] == place[:-1])
            return any(is_meant_by(str(place[-1]), str(other[-1]), known) for other in beside)
        return any(len(e["loc"]) > len(place) and e["loc"][: len(place)] == place for e in errors)

    def problem(self, error: ErrorDetails) -> Problem:
        """One error of the validating library in the words of a protocol."""
        inside = error["loc"]
        path, value = (*self.path, *inside), value_at(self.value, inside)
        if error["type"] == UNKNOWN_KEY:
            return unknown_key(path, self.known_keys(inside[:-1]), self.places, value)
        annotation = annotation_at(self.annotation, inside)
        if error["type"] == MISSING_KEY:
            return missing_key(path, annotation, self.places)
        if error["type"] == OWN_RULE:
            return Problem(self.places.place(dotted(path)), value, error["msg"], error["ctx"]["fix"])
        return wrong_value(path, value, annotation, self.places)

    def known_keys(self, inside: Path) -> list[str]:
        """The keys that the part at a path has."""
        section = section_of(annotation_at(self.annotation, inside))
        return list(keys_of(section)) if section else []


def _of_whole_list(error: ErrorDetails) -> ErrorDetails:
    """An item that is missing from a list of fixed length as an error of the list."""
    place = error["loc"]
    if error["type"] == MISSING_KEY and isinstance(place[-1], int):
        return {**error, "type": "too_short", "loc": place[:-1]}
    return error
