"""Names of people that differ by little, one of which may be the other misspelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

MOST_SHOWN = 8
MOST_PEOPLE = 300
"""Beyond so many, nearly every name has a neighbour."""
LOOKALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})
"""Letters that are written for digits, and their digits."""


def misspelt(subjects: Sequence[str], visits: Sequence[str], doses: NDArray[np.float64]) -> list[tuple[str, str]]:
    """Pairs of a name and the one that it may be a misspelling of, which has more samples; arguments have (N,) entries.

    Alike are names that are one where letters are read as the digits they resemble, separators and zeros before digits
    aside (PO4, P4 and P-04 beside P04); and those that differ in one character, or in two neighbours exchanged, if they
    have the same dose and no visit of one is a visit of the other: two halves of one person.

    Numbers of a series (P04 and P14) differ in a digit too, and people of two sites (I1, L1 beside I2, L2) in a letter,
    so these are not alike; nor are names that differ only in capitals and spaces, which reading lists.
    """
    seen: dict[str, set[str]] = {}
    given: dict[str, float] = {}
    for subject, visit, dose in zip(subjects, visits, doses.tolist(), strict=True):
        seen.setdefault(str(subject), set()).add(str(visit))
        given[str(subject)] = dose
    if len(seen) > MOST_PEOPLE:
        return []
    kinds = Counter(map(_letters, seen))
    found = []
    for one, other in combinations(sorted(seen), 2):
        if " ".join(one.split()).casefold() == " ".join(other.split()).casefold():
            continue
        is_alone = _letters(one) == _letters(other) or min(kinds[_letters(one)], kinds[_letters(other)]) == 1
        are_halves = is_alone and given[one] == given[other] and not seen[one] & seen[other]
        if _look_alike(one, other) or (are_halves and _is_one_slip(one, other)):
            rare, usual = sorted((one, other), key=lambda name: (len(seen[name]), _digits(name), name))
            found.append((rare, usual))
    return sorted(found)


def told_of(pairs: Sequence[tuple[str, str]]) -> str:
    """A sentence on the pairs of `misspelt`; "" for none."""
    if not pairs:
        return ""
    names = shortened([f"{rare} and {usual}" for rare, usual in pairs])
    return f"names of people that are nearly alike: {names}; if two are one person, write them alike in the sheet"


def shortened(names: Sequence[str]) -> str:
    """Names with commas, the first ones only where they are many."""
    return ", ".join(names[:MOST_SHOWN]) + (" ..." if len(names) > MOST_SHOWN else "")


def _letters(name: str) -> str:
    """A name without its digits: what the names of a series, or of a site, share."""
    return re.sub(r"\d", "", name)


def _digits(name: str) -> int:
    """How many digits a name has: of two that look alike, the one with more is likelier right."""
    return sum(character.isdigit() for character in name)


def _look_alike(one: str, other: str) -> bool:
    """Whether two names are one but for letters that resemble digits, separators and zeros before digits."""
    first, second = _bare(one), _bare(other)
    if _without_zeros(first.translate(LOOKALIKES)) != _without_zeros(second.translate(LOOKALIKES)):
        return False
    if len(first) != len(second):
        return True
    # I1 and L1 both look like 11, but nobody writes one letter for the other
    return all(a == b or a.isdigit() != b.isdigit() for a, b in zip(first, second, strict=True))


def _bare(name: str) -> str:
    """A name in capitals without separators, save between digits: 1-11 is not 11-1."""
    return re.sub(r"(?<!\d)-|-(?!\d)", "", re.sub(r"[\W_]+", "-", name).upper())


def _without_zeros(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)


def _is_one_slip(one: str, other: str) -> bool:
    """Whether one character was changed, added or left out, or two neighbours exchanged, other than in a series."""
    short, long = sorted((one, other), key=len)
    if _letters(one) == _letters(other) and (len(short) == len(long) or not re.search(r"(?<!\d)0\d", short)):
        return False
    if len(short) == len(long):
        places = [place for place, (a, b) in enumerate(zip(short, long, strict=True)) if a != b]
        if len(places) == 2 and places[1] == places[0] + 1:
            return short[places[0]] == long[places[1]] and short[places[1]] == long[places[0]]
        return len(places) == 1
    return len(short) + 1 == len(long) and any(short == long[:at] + long[at + 1 :] for at in range(len(long)))
