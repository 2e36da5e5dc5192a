"""Long lists of reasons said in short: criteria of which the same holds in one, and texts cut at a word."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from firstdose.dosing import Reason
from firstdose.records.wording import joined

PLURAL = {"is": "are", "was": "were"}
MOST_CHARACTERS = 240


def reasons_in_short(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons in their order; what holds of several criteria alike is one, where the first of them was."""
    alike: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        alike.setdefault(_around_criterion(reason), []).append(reason)
    return tuple(_one(around, several) for around, several in alike.items())


def _around_criterion(reason: Reason) -> tuple[str, str]:
    """The words of a reason before and after the criterion that they name; all of them before where they name none."""
    if not reason.criterion:
        return reason.words, ""
    before, _, after = reason.words.partition(f"criterion {reason.criterion} ")
    return before, after


def _one(around: tuple[str, str], several: Sequence[Reason]) -> Reason:
    """One reason of several that say the same."""
    before, after = around
    verb, _, said = after.partition(" ")
    if len(several) == 1 or verb not in PLURAL:
        return several[0]
    names = [each.criterion for each in several]
    words = f"{before}criteria {joined(names)} {PLURAL[verb]} {said}"
    return replace(several[0], words=words, records=tuple(name for each in several for name in each.records))


def in_short(text: str, most: int = MOST_CHARACTERS) -> str:
    """A text, cut at a word where it is longer than so many characters."""
    if len(text) <= most:
        return text
    return textwrap.shorten(text, most - 2, placeholder="").rstrip(" ;,:.") + " …"
