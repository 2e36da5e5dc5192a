"""Past moments as people write them: of a day its end, of a minute its last moment, wherever past data are asked for.

What was entered within the minute that somebody reads on a page and types is in the data as of that minute.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo

from firstdose.dosing.known import JUST_A_MINUTE

A_DAY = len("2026-03-14")
A_MINUTE = re.compile(r"[0-9W-]+[^0-9W:-][0-9]{2}(?::?[0-9]{2})?(?:Z|[+-].*)?")
"""A moment that is written without its seconds."""
FORM = "write the moment as 2026-03-14, which is the end of that day, or 2026-03-14T10:30"
TO_COME = "that moment is still to come, or not over yet"


class NoPastMoment(ValueError):
    """A text that names no moment, or one that is not over."""


def past_moment(text: str, present: datetime, zone: tzinfo = UTC) -> datetime:
    """The last moment that a text may mean, in the zone unless it says otherwise.

    Where the clocks are set back and show it twice, it is the second time.
    Raises NoPastMoment for what is no moment, and for one that is still to come.
    """
    try:
        is_day = len(text) <= A_DAY
        found = datetime.combine(date.fromisoformat(text), time.max) if is_day else datetime.fromisoformat(text)
    except ValueError:
        raise NoPastMoment(FORM) from None
    try:
        begun = max(_instants(found, zone))
        meant = begun + JUST_A_MINUTE if A_MINUTE.fullmatch(text) else begun
    except OverflowError:  # before the first year that there is, or after the last
        meant = datetime.max.replace(tzinfo=UTC) if found.year > present.year else datetime.min.replace(tzinfo=UTC)
    if meant > present:
        raise NoPastMoment(TO_COME)
    return meant


def _instants(found: datetime, zone: tzinfo) -> list[datetime]:
    """The instants in UTC at which clocks show a time; one where it says its offset."""
    if found.tzinfo is not None:
        return [found.astimezone(UTC)]
    return [found.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
