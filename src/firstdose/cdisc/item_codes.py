"""Codes for the items of known measures: what an item is called is longer than a test code may be.

The codes are this package's own, not published ones: initials of the measure and the number of the item.
"""

from __future__ import annotations

from functools import cache

from firstdose.measures import MEASURES

DEFAULT_DOMAIN = "QS"


@cache
def item_codes() -> dict[tuple[str, str], str]:
    """The code of each item of each known measure."""
    return {
        (measure.name, item.name): f"{initials(measure.name)}_{number:02}"
        for measure in MEASURES.values()
        for number, item in enumerate(measure.items, start=1)
    }


@cache
def items_of_codes() -> dict[tuple[str, str], str]:
    """The item of each measure and code."""
    return {(measure, code): item for (measure, item), code in item_codes().items()}


def name_of_item(measure: str, item: str) -> str:
    """The name of the test, which may have forty characters: "edss: bowel and bladder"."""
    return f"{measure}: {item}".replace("_", " ")


@cache
def items_of_names() -> dict[tuple[str, str], str]:
    """The question of each item of a known measure, by measure and name of the test."""
    return {
        (measure.name, name_of_item(measure.name, item.name)): item.question
        for measure in MEASURES.values()
        for item in measure.items
    }


def domain_of_measure(measure: str) -> str:
    """The domain of a measure's assessments: QS, FT, LB, NV or RS."""
    known = MEASURES.get(measure)
    return known.sdtm.get("DOMAIN", DEFAULT_DOMAIN) if known else DEFAULT_DOMAIN


def initials(measure: str) -> str:
    """The initials of a name of several words, the first three letters of one word."""
    words = measure.upper().split("_")
    return "".join(word[0] for word in words) if len(words) > 1 else words[0][:3]
