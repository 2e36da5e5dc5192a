"""What the outcome of somebody pending waits for: days of the window, the committee's verdict, something unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import Enum

from firstdose.dosing.participant import ParticipantCourse
from firstdose.records.date_words import day_words
from firstdose.safety.evaluability import Status

MOST_NAMED = 3


class Wait(Enum):
    """What is waited for."""

    WINDOW = "the DLT window is open"
    VERDICT = "waits for the committee's verdict"
    UNKNOWN = "not known"


def wait_of(course: ParticipantCourse, as_of: datetime) -> Wait | None:
    """What somebody pending waits for; None for everybody else.

    A verdict is what is waited for only once no day of the window is to come: it is over, or the person has left.
    """
    if course.status is not Status.PENDING:
        return None
    end = course.follow_up.window_end
    has_left = any(ending.is_end and ending.when.by(as_of) for ending in course.endings)
    if end is not None and end > as_of and not has_left:
        return Wait.WINDOW
    return Wait.VERDICT if open_events(course) else Wait.UNKNOWN


def open_events(course: ParticipantCourse) -> str:
    """The first events of a person on which there is no verdict yet, as words; empty where there is none."""
    waiting = sorted((event for event in course.events if event.is_dlt is None), key=lambda event: event.number)
    names = [f"{event.name} (event {event.number})" for event in waiting]
    more = len(names) - MOST_NAMED
    return " and ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def last_day(course: ParticipantCourse) -> date | None:
    """The last day of the window in the site's calendar; None where it is not known."""
    end = course.follow_up.window_end
    return (end - timedelta(days=1)).date() if end else None


def verdict_words(course: ParticipantCourse) -> str:
    """That no day of somebody's window is to come, and the committee's verdict is missing."""
    return (
        f"the window is over, and the outcome waits for the committee's verdict on {open_events(course)}: "
        "an event in the window that may be related needs one, whatever its grade"
    )


def pending_words(courses: Sequence[ParticipantCourse], as_of: datetime) -> str:
    """How many windows are open, and until when; how many outcomes wait for a verdict, and on what."""
    kinds = [(course, wait_of(course, as_of)) for course in courses]
    windows, verdicts, unknown = ([course for course, kind in kinds if kind is each] for each in Wait)
    parts = []
    if windows:
        parts.append(f"{len(windows)} window{'s' if len(windows) > 1 else ''} still open{_until(windows)}")
    if verdicts:
        named = _named(map(_events_of, verdicts))
        wait = "outcomes wait" if len(verdicts) > 1 else "outcome waits"
        parts.append(f"{len(verdicts)} {wait} for the committee's verdict ({named})")
    if unknown:
        parts.append(f"{len(unknown)} not settled ({_named(course.subject for course in unknown)})")
    return " and ".join(parts)


def _until(windows: Sequence[ParticipantCourse]) -> str:
    """Until when these windows are open, in words."""
    days = sorted(filter(None, map(last_day, windows)))
    if not days:
        return ""
    last = day_words(days[-1])
    return f" (until {last})" if days[0] == days[-1] else f" (the last until {last})"


def _events_of(course: ParticipantCourse) -> str:
    """Whose event, by number."""
    numbers = [str(number) for number in sorted(event.number for event in course.events if event.is_dlt is None)]
    if len(numbers) > MOST_NAMED:
        return f"{course.subject}, {len(numbers)} events"
    return f"{course.subject}, event{'s' if len(numbers) > 1 else ''} {' and '.join(numbers)}"


def _named(names: Iterable[str]) -> str:
    """The first few names."""
    known = list(names)
    more = len(known) - MOST_NAMED
    return "; ".join(known[:MOST_NAMED]) + (f"; {more} more" if more > 0 else "")
