"""Small molecules by name: the vocabulary in the data file, with anions and stereochemical prefixes."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from firstdose.metabolites.names.metabolite_class import MAIN_CLASSES, MetaboliteClass
from firstdose.metabolites.names.spelling import compact, plain

_PREFIX = re.compile(
    r"^(?:\([^()]{1,12}\)|dl|ld|l|d|s|r|rs|meso|myo|rac|n|trans|cis|erythro|threo|allo|alpha|beta|gamma|delta|epsilon|omega|free|total|"
    r"[\d,']{1,6})[- ]+"
)


@cache
def vocabulary() -> dict[str, MetaboliteClass]:
    """Every small molecule by each of its names, compacted; an acid also by its anion."""
    text = (files("firstdose.metabolites.names") / "data" / "small_molecules.json").read_text("utf-8")
    content = json.loads(text)
    found: dict[str, MetaboliteClass] = {}
    for main_class in MAIN_CLASSES:
        for subclass, entries in content.get(main_class, {}).items():
            for entry in entries:
                names = [plain(name) for name in entry.split(" = ")]
                what = MetaboliteClass(main_class, subclass, names[0])
                for name in names:
                    found.setdefault(compact(name), what)
                    if name.endswith("ic acid"):
                        found.setdefault(compact(anion(name)), what)
    return found


def anion(acid_name: str) -> str:
    """The name of an acid's anion."""
    return f"{acid_name.removesuffix('ic acid')}ate"


@cache
def names() -> tuple[str, ...]:
    """The names of the vocabulary as they are written, for suggestions."""
    text = (files("firstdose.metabolites.names") / "data" / "small_molecules.json").read_text("utf-8")
    content = json.loads(text)
    entries = [entry for key in MAIN_CLASSES for kinds in content.get(key, {}).values() for entry in kinds]
    return tuple(dict.fromkeys(plain(name) for entry in entries for name in entry.split(" = ") if len(name) > 4))


def look_up(text: str) -> MetaboliteClass | None:
    """A small molecule by a plain name, with or without what stands for its stereochemistry before it."""
    while True:
        found = vocabulary().get(compact(text))
        if found is not None:
            return found
        shorter = _PREFIX.sub("", text, count=1)
        if shorter == text or not shorter:
            return None
        text = shorter
