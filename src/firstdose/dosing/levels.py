"""The level at which a participant counts, and a cohort by those levels: for records and virtual trials alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from firstdose.designs.history import PENDING, History
from firstdose.protocol import Protocol
from firstdose.protocol.expression import Answer
from firstdose.safety.evaluability import level_of_dose

Person = TypeVar("Person")


def level_given(protocol: Protocol, dose_given: float | None) -> int | None:
    """The level (from 1) whose dose, within the protocol's tolerance, a dose given counts as.

    None where it lies between levels or is not known.
    """
    if dose_given is None:
        return None
    tolerance = protocol.product.dose_tolerance if protocol.product else None
    return level_of_dose(dose_given, protocol.dose_levels.values, tolerance)


def level_counted(assigned: int | None, given: int | None, has_dlt: Answer) -> int | None:
    """The level at which a participant counts: a DLT at the level given if there is one, all else at that assigned.

    A toxicity tells of the dose that caused it; the lack of one after another dose tells nothing of either level.
    """
    return given if has_dlt is True and given is not None else assigned


def by_level(
    own_level: int | None, people: Sequence[Person], level_of: Callable[[Person], int | None]
) -> list[tuple[int, list[Person]]]:
    """The people of a cohort by the levels at which they count, in their order; who counts at none is left out.

    The cohort's own level comes last, so that the rule decides from it; where nobody counts there, the lowest.
    """
    found: dict[int, list[Person]] = {}
    for person in people:
        level = level_of(person)
        if level is not None:
            found.setdefault(level, []).append(person)
    return sorted(found.items(), key=lambda part: (part[0] == own_level, -part[0]))


def with_open_place(history: History, level: int) -> History:
    """A history with a place of its last cohort, at this level, open; the rule adds the others that are left.

    Where all of that cohort so far count at other levels, they are a part of it from here on.
    """
    last = history.cohorts[-1] if history.cohorts else None
    if last is None:
        return history.then(level, PENDING)
    if last.level != level:
        return History((*history.cohorts[:-1], replace(last, is_part=True))).then(level, PENDING)
    if PENDING in last.outcomes:
        return history
    return History((*history.cohorts[:-1], replace(last, outcomes=last.outcomes + PENDING, followed=())))
