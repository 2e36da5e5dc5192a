"""The same trials in time under each way in which outcomes may count after less was given than was assigned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import get_args

from firstdose.simulation.calendar.conditions import Calendar, CalendarError, CountedAt
from firstdose.simulation.calendar.figures import TimedCharacteristics

WAYS_OF_COUNTING: tuple[CountedAt, ...] = get_args(CountedAt)


def under_each_counting(
    figures_of: Callable[[Calendar], TimedCharacteristics],
    calendar: Calendar,
    known: Mapping[CountedAt, TimedCharacteristics],
) -> dict[CountedAt, TimedCharacteristics | str]:
    """The figures under each way of counting, or in words why it is not simulated for this rule.

    ``figures_of`` simulates the same people under any calendar; ``known`` has figures that are there already. Raises
    CalendarError where nobody can be given less than was assigned.
    """
    if not calendar.falls_short:
        raise CalendarError(
            "nobody is given less than was assigned, so that outcomes count the same everywhere; state "
            "manufacturing.shortfall or shortfall_by_level in the conditions"
        )
    found: dict[CountedAt, TimedCharacteristics | str] = {}
    for way in WAYS_OF_COUNTING:
        if way in known:
            found[way] = known[way]
            continue
        try:
            found[way] = figures_of(replace(calendar, outcomes_count_at=way))
        except CalendarError as error:
            found[way] = str(error)
    return found
