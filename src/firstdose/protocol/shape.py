"""Keys that are unknown or missing and values of the wrong kind, as problems in words."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, get_args, get_origin

from firstdose.protocol.describe import bare, metadata, type_in_words
from firstdose.protocol.meaning import Meaning
from firstdose.protocol.problems import ABSENT, Path, Places, Problem, dotted, nearest, suggest
from firstdose.protocol.yaml_scalars import name_character

UNKNOWN_KEY = "unexpected_keyword_argument"
FRACTION = re.compile(r"\s*([0-9.]{1,12})\s*/\s*([0-9]{1,6})\s*")
NEEDS_QUOTES = re.compile(r"[-+]?[0-9.]+|[%@`&*!|>#\[\]{},].*")
"""Text that YAML does not read as text: a number, and what begins with one of its own signs."""
MISSING_KEY = "missing"
OWN_RULE = "protocol_rule"

PERCENTAGE = re.compile(r"\s*(\d+(?:\.\d*)?)\s*%\s*")


def value_at(value: Any, path: Path) -> Any:
    """The plain value at a path; None where there is none."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def unknown_key(path: Path, known: list[str], places: Places, value: Any = ABSENT) -> Problem:
    """A key that the protocol does not have; a character from another alphabet is named."""
    word = str(path[-1])
    rule = f"there is no key `{word}` here{strangers(word)}"
    return Problem(places.place(dotted(path)), value, rule, suggest(in_ascii(word), known))


def missing_key(path: Path, annotation: Any, places: Places) -> Problem:
    """A key that must be there."""
    word = path[-1]
    rule = f"the key `{word}` is required: {type_in_words(annotation)}"
    fix = f"add `{word}: {_example(annotation) or '...'}`"
    if get_origin(bare(annotation)) is Literal:
        fix = f"choose one and add it, as in `{word}: {get_args(bare(annotation))[-1]}`"
    return Problem(places.place(dotted(path)), ABSENT, rule, fix)


def is_meant_by(word: str, misspelt: str, known: list[str]) -> bool:
    """Whether a key that is not known is the misspelling of one that is."""
    return nearest(in_ascii(misspelt), known) == word


def wrong_value(path: Path, value: Any, annotation: Any, places: Places) -> Problem:
    """A value of the wrong kind, or outside its limits."""
    rule = f"must be {type_in_words(annotation)}"
    return Problem(places.place(dotted(path)), value, rule, fix_for(value, annotation, path))


def fix_for(value: Any, annotation: Any, path: Path) -> str:
    """The advice for a wrong value."""
    inner = bare(annotation)
    if isinstance(value, str):
        fix = _fix_for_text(value, inner, _meaning(annotation))
        if fix:
            return fix
    if inner is str and isinstance(value, int | float):
        return f'put it in quotes: "{str(value).lower()}"'
    if inner is int and isinstance(value, float) and value.is_integer():
        return f"write {value:.0f}, without point or exponent"
    meaning = _meaning(annotation)
    if meaning is not None and meaning.advice is not None:
        return meaning.advice
    example = _example(annotation)
    if example and isinstance(path[-1], str):
        return f"for example `{path[-1]}: {example}`"
    return f"write {type_in_words(annotation)}"


def _fix_for_text(value: str, inner: Any, meaning: Meaning | None) -> str | None:
    """The advice for text that is wrong, or stands where something else should."""
    if get_origin(inner) is Literal:
        return suggest(value, [str(choice) for choice in get_args(inner)])
    if inner in (int, float):
        return _fix_for_number(value, meaning)
    return f"type it afresh{strangers(value)}" if strangers(value) else None


def _fix_for_number(value: str, meaning: Meaning | None) -> str:
    """The advice for text that stands where a number should."""
    percentage = PERCENTAGE.fullmatch(value)
    if percentage:
        return _fix_for_percentage(float(percentage[1]), meaning)
    fraction = FRACTION.fullmatch(value)
    if fraction and float(fraction[2]):
        return f"write it as a number, such as {float(fraction[1]) / float(fraction[2]):.4g}"
    unit = " and without a unit" if any(character.isalpha() for character in value) else ""
    return f"write the number without quotes{unit}"


def _fix_for_percentage(percentage: float, meaning: Meaning | None) -> str:
    """The advice for a number with the sign %: as a share of 1, or in %; both where another key says which."""
    alone, share = f"{percentage:.15g}", f"{percentage / 100:.15g}"
    if meaning is not None and meaning.unit == "%":
        return f"write it as a number without the sign, such as {alone}"
    if meaning is not None and any(limit is not None and limit <= 1 for limit in (meaning.highest, meaning.below)):
        return f"write it as a number without the sign, such as {share}"
    return f"write it as a number without the sign: {alone} where its unit is %, {share} where a share of 1 is meant"


def _example(annotation: Any) -> str:
    """The example of a key, as a protocol file would write it."""
    meaning = _meaning(annotation)
    if meaning is None or meaning.example is None:
        choices = get_args(bare(annotation)) if get_origin(bare(annotation)) is Literal else ()
        return str(choices[0]) if choices else ""
    if isinstance(meaning.example, str):
        return json.dumps(meaning.example) if NEEDS_QUOTES.fullmatch(meaning.example) else meaning.example
    return json.dumps(meaning.example)


def _meaning(annotation: Any) -> Meaning | None:
    """What a key means, if it is said."""
    return next((item for item in metadata(annotation) if isinstance(item, Meaning)), None)


def strangers(word: str) -> str:
    """The characters of a word that come from another alphabet than the unaccented Latin one."""
    names = [name_character(character) for character in dict.fromkeys(word) if not character.isascii()]
    return f" (it holds {', '.join(names[:3])})" if names else ""


def in_ascii(word: str) -> str:
    """The unaccented Latin characters of a word, which are compared with the known ones."""
    return "".join(character for character in word if character.isascii())
