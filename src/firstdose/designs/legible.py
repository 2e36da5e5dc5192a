"""What can be told of an escalation in a protocol that could not be read as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.building import UNKNOWN_DESIGN, UNKNOWN_GUARD, settings_of
from firstdose.designs.names import suggest_design
from firstdose.protocol.escalation import NO_ESCALATION
from firstdose.protocol.guard_entry import read_guard
from firstdose.protocol.problems import Path, Places, Problem, dotted, suggest
from firstdose.protocol.sections import read_part


def check_legible(escalation: Mapping[str, Any], places: Places) -> list[Problem]:
    """Designs and guards that are not known, and wrong settings of guards, where the protocol could not be read."""
    problems = []
    comparators = escalation.get("comparators")
    keys = [("escalation.design", escalation.get("design"))]
    keys += [
        (f"escalation.comparators.{name}", name) for name in (comparators if isinstance(comparators, Mapping) else ())
    ]
    for key, name in keys:
        if isinstance(name, str) and name.strip() and name not in (*DESIGNS, NO_ESCALATION):
            problems.append(Problem(places.place(key), name, UNKNOWN_DESIGN, suggest_design(name)))
    guards = escalation.get("guards")
    for index, guard in enumerate(guards if isinstance(guards, list) else ()):
        name = next(iter(guard), None) if isinstance(guard, Mapping) else guard
        if isinstance(name, str) and name.strip() and name not in GUARDS:
            place = places.place(dotted(("escalation", "guards", index)))
            problems.append(Problem(place, name, UNKNOWN_GUARD, suggest(name, GUARDS)))
        problems += _settings_problems(guard, index, places)
    return problems


def _settings_problems(entry: object, index: int, places: Places) -> list[Problem]:
    """What is wrong in the settings of one guard, as the file holds them."""
    try:
        name, settings = read_guard(entry)
    except PydanticCustomError:
        return []  # reading the section has told it
    if name not in GUARDS:
        return []
    path: Path = ("escalation", "guards", index, name)
    return read_part(settings_of(GUARDS[name]), settings, path, places)[1]
