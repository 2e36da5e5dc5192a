"""One name: what it is, what it may be, or why nothing is known of it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from firstdose.metabolites.names import carnitines, fatty_acids
from firstdose.metabolites.names.ambiguous import readings_of, settled
from firstdose.metabolites.names.combined_names import several, with_composition
from firstdose.metabolites.names.goslin import species_of
from firstdose.metabolites.names.lipid_shorthand import heads
from firstdose.metabolites.names.metabolite_class import CONVENTIONS, Convention, Identification, MetaboliteClass
from firstdose.metabolites.names.spelling import LONGEST_NAME, plain, variants
from firstdose.metabolites.names.spellings import BARE_HEADS, NO_CLASS_WORDS, in_any_spelling, in_shorthand

IDENTIFIERS = (
    (re.compile(r"c\d{5}"), "it is an identifier of KEGG, not a name"),
    (re.compile(r"(?:hmdb|lm(?:fa|gp|sp|gl|st|pr)|cid|chebi:?|rm)\d{4,}"), "it is an identifier, not a name"),
    (re.compile(r"[a-z]{14}-[a-z]{10}-[a-z]"), "it is an InChIKey, not a name"),
    (re.compile(r"x-?\d{4,6}|unknown.*|unk[-_ ]?\d.*|feature.*\d"), "it is an unknown feature"),
    (re.compile(r"m\d+(?:\.\d+)?t\d+(?:\.\d+)?.*|\d+(?:\.\d+)?[_@/]\d+\.\d+.*"), "it is an unknown feature"),
    (re.compile(r"[\d.,; _-]*"), "it holds no name"),
)
_LABEL = re.compile(
    r"(?:^|[-_ (\[])(?:d\d{1,2}(?=$|[-_ )\]])(?!-?\d*:)|13c\d{0,2}|15n\d?|[23]h\d{0,2}(?=[)\]])|"
    r"is$|internal standard|istd)"
)
ASKS_FOR_CONVENTION = "it means different things in different lists; name the convention of the list"


def class_of(name: str, convention: Convention | None = None) -> MetaboliteClass | None:
    """The class of a metabolite by its name, or None where it is unknown or ambiguous; see `identify` for why."""
    return identify(name, convention).found


def identify(name: str, convention: Convention | None = None) -> Identification:
    """What a name stands for. Ambiguous names (`C16`, `16:0`, `PC`, `TCA`) are answered in a named convention only.

    Raises ValueError for an unknown convention, and never for a name.
    """
    if convention is not None and convention not in CONVENTIONS:
        raise ValueError(f"{convention!r} is no convention; use one of {', '.join(CONVENTIONS)}")
    return _identify(name, convention)


@lru_cache(maxsize=50_000)
def _identify(name: str, convention: Convention | None) -> Identification:
    """A name that was met before need not be read again."""
    text = plain(name)
    if len(text) > LONGEST_NAME:
        return Identification(name, reason=f"it is longer than {LONGEST_NAME} characters")
    for pattern, reason in IDENTIFIERS:
        if pattern.fullmatch(text):
            return Identification(name, reason=reason)
    readings = readings_of(text)
    if readings:
        meant = settled(name, text, convention)
        return Identification(name, meant) if meant else Identification(name, None, readings, ASKS_FOR_CONVENTION)
    for each in variants(text):
        found = _one(each, convention)
        if found is not None:
            return replace(found, name=name)
    return _without_variants(name, text)


def _without_variants(name: str, text: str) -> Identification:
    """What is left to try: labelled standards, several names in one, the grammars of pygoslin."""
    if _LABEL.search(text):
        return Identification(name, MetaboliteClass("others", "labelled standards", text))
    names = several(text)
    if names is not None:
        return replace(names, name=name)
    species = species_of(name.strip())
    found = in_shorthand(plain(species)) if species else None
    if found is not None:
        return Identification(name, found)
    return Identification(name, reason="no spelling of it is known")


def _one(text: str, convention: Convention | None) -> Identification | None:
    """A plain name as it stands, with or without a composition in parentheses behind it."""
    found = in_any_spelling(text)
    if found is not None:
        return Identification(text, found)
    return with_composition(text) or _ambiguous_shorthand(text, convention)


def _ambiguous_shorthand(text: str, convention: Convention | None) -> Identification | None:
    """`C16`, `16:0` and `PC` alone."""
    target = carnitines.as_biocrates(text)
    readings = fatty_acids.bare_chain(text)
    if target and not readings:
        readings = fatty_acids.bare_chain(f"{text}:0")
    if readings:
        if convention == "biocrates" and target:
            return Identification(text, target[0])
        if convention in ("refmet", "lipid_maps", "everyday") and len(readings) > 1 and ":" in text:
            return Identification(text, readings[1])
        return Identification(text, None, readings, ASKS_FOR_CONVENTION)
    head = heads().get(text.removesuffix("s") if text in BARE_HEADS else text)
    if head is None or text in NO_CLASS_WORDS:
        return None
    reading = MetaboliteClass(head.main_class, head.subclass, head.subclass)
    if convention in ("refmet", "lipid_maps"):
        return Identification(text, reading)
    other = "one that is not named" if text in BARE_HEADS else "another abbreviation"
    return Identification(text, None, (reading,), f"it may be all {head.subclass}, or {other}")
