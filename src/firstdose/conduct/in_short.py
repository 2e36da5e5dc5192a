"""Long lists of reasons said in short: criteria of which the same holds in one, and texts cut at a word."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from firstdose.dosing import Reason

CRITERION = re.compile(r"(?P<kind>(?:inclusion |exclusion )?)criterion (?P<name>\S+) (?P<verb>is|was) (?P<said>.+)")
"""How the gate words what speaks against one criterion of the protocol."""
PLURAL = {"is": "are", "was": "were"}
MOST_CHARACTERS = 240


def reasons_in_short(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons in their order; what holds of several criteria alike is one, where the first of them was."""
    alike: dict[tuple[str, ...], list[Reason]] = {}
    for reason in reasons:
        match = CRITERION.fullmatch(reason.words)
        shape = (match["kind"], match["verb"], match["said"]) if match else (reason.words,)
        alike.setdefault(shape, []).append(reason)
    return tuple(_one(shape, several) for shape, several in alike.items())


def _one(shape: tuple[str, ...], several: Sequence[Reason]) -> Reason:
    """One reason of several that say the same."""
    if len(several) == 1 or len(shape) == 1:
        return several[0]
    kind, verb, said = shape
    names = [match["name"] for each in several if (match := CRITERION.fullmatch(each.words))]
    words = f"{kind}criteria {', '.join(names[:-1])} and {names[-1]} {PLURAL[verb]} {said}"
    return replace(several[0], words=words, records=tuple(name for each in several for name in each.records))


def in_short(text: str, most: int = MOST_CHARACTERS) -> str:
    """A text, cut at a word where it is longer than so many characters."""
    if len(text) <= most:
        return text
    return textwrap.shorten(text, most - 2, placeholder="").rstrip(" ;,:.") + " …"
