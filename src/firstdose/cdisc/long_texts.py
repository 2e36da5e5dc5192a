"""Texts longer than a variable may be: the first part stands in the variable, further parts in SUPP--.

The rule is that of the implementation guide (section on text longer than 200 characters): the name of a further part is
the variable's with a number at its end, cut to eight characters, and its label is the variable's. Names of units and
frequencies keep their last letter, since no name may be taken twice. Parts put together are the text itself: nothing is
lost between them, and none ends with a blank, which transport files do not keep.
"""

from __future__ import annotations

LONGEST_TEXT = 200
LONGEST_NAME = 8
MOST_PARTS = 999
KEEP_THEIR_LAST_LETTER = ("RESU", "FRQ")


def parts_of(text: str) -> list[str]:
    """A text in parts that fit; where there are words, between words. ValueError for a run of blanks that is longer."""
    parts = []
    while len(text) > LONGEST_TEXT:
        end = _end_of_first(text)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def further_name(variable: str, number: int) -> str:
    """The name of a further part, from 1."""
    digits = str(number)
    return stem(variable, LONGEST_NAME - len(digits)) + digits


def stem(variable: str, length: int) -> str:
    """The beginning of a variable's name that the name of a further part has."""
    if len(variable) > length and variable.endswith(KEEP_THEIR_LAST_LETTER):
        return variable[: length - 1] + variable[-1]
    return variable[:length]


def _end_of_first(text: str) -> int:
    """Where the first part ends: before a blank in its second half, else as late as can be; never after a blank."""
    for end in range(LONGEST_TEXT, LONGEST_TEXT // 2, -1):
        if text[end] == " " and text[end - 1] != " ":
            return end
    for end in range(LONGEST_TEXT, 0, -1):
        if text[end - 1] != " ":
            return end
    raise ValueError(f"more than {LONGEST_TEXT} blanks in a row cannot be put in parts")
