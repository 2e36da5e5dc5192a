"""All spellings of one metabolite or class of metabolites, tried one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable

from firstdose.metabolites.names import acid_derivatives, carnitines, fatty_acids, lipid_shorthand, lipid_words
from firstdose.metabolites.names.lipid_shorthand import heads
from firstdose.metabolites.names.metabolite_class import MetaboliteClass
from firstdose.metabolites.names.small_molecules import by_grammar
from firstdose.metabolites.names.vocabulary import look_up

_CLASS_WORD = re.compile(
    r"(?:(?:total|all|sum of|other|(?:very[- ])?(?:long|medium|short)[- ]chain|(?:mono|poly)?(?:un)?saturated|"
    r"omega-?[36]|n-?[36]) )*(?P<head>.+?)s?(?:,? total)?"
)
SHORTEST_CLASS_WORD = 6  # letters; shorter ones are shorthand
NO_CLASS_WORDS = ("carnitine", "l-carnitine", "carnitine ester", "aldehyde", "methyl ester", "lecithin")
BARE_HEADS = ("fatty acid", "fatty acids")
"""Words that stand for a species that was not named as often as for the whole class."""
SPELLINGS: tuple[Callable[[str], MetaboliteClass | None], ...] = (
    look_up,
    carnitines.in_words,
    carnitines.in_shorthand,
    lipid_shorthand.in_shorthand,
    fatty_acids.with_place,
    fatty_acids.in_words,
    lipid_words.in_words,
    acid_derivatives.in_words,
    by_grammar,
)


def in_any_spelling(text: str) -> MetaboliteClass | None:
    """The first spelling that reads the whole text."""
    found = next((found for read in SPELLINGS if (found := read(text)) is not None), None)
    if found is not None:
        return found
    target = carnitines.as_biocrates(text)
    return target[0] if target and target[1] else class_word(text) if len(text) >= SHORTEST_CLASS_WORD else None


def in_shorthand(text: str) -> MetaboliteClass | None:
    """A lipid in shorthand, an acyl-carnitine among them."""
    return carnitines.in_shorthand(text) or lipid_shorthand.in_shorthand(text)


def class_word(text: str) -> MetaboliteClass | None:
    """A whole class in words: `triglycerides`, `free fatty acids`, `long-chain acylcarnitines`."""
    found = _CLASS_WORD.fullmatch(text)
    head = heads().get(found["head"]) if found else None
    if (
        text in BARE_HEADS
        or found is None
        or head is None
        or found["head"] in NO_CLASS_WORDS
        or len(found["head"]) < SHORTEST_CLASS_WORD
    ):
        return None
    return MetaboliteClass(head.main_class, head.subclass, head.subclass)
