"""Abbreviations with more than one meaning, and what settles which one is meant."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from firstdose.metabolites.names.metabolite_class import Convention, MetaboliteClass
from firstdose.metabolites.names.spelling import plain
from firstdose.metabolites.names.spellings import in_any_spelling


@cache
def ambiguous() -> dict[str, Any]:
    """What is known of each abbreviation in plain letters: its readings, and the one of a convention or of capitals."""
    text = (files("firstdose.metabolites.names") / "data" / "ambiguous.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)["abbreviations"]
    return content


def readings_of(text: str) -> tuple[MetaboliteClass, ...]:
    """What an abbreviation may stand for; nothing where it is not ambiguous."""
    names = ambiguous().get(text, {}).get("readings", ())
    return tuple(found for name in names if (found := in_any_spelling(plain(name))) is not None)


def settled(name: str, text: str, convention: Convention | None) -> MetaboliteClass | None:
    """The meaning of an abbreviation that its capitals (`Ala`) or a convention settle."""
    entry = ambiguous().get(text, {})
    meaning = entry.get(name.strip()) or (entry.get(convention) if convention else None)
    return in_any_spelling(plain(meaning)) if meaning else None
