"""Whether and when somebody left the trial: death, withdrawal, the end of participation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firstdose.dosing.known import Span, record_name
from firstdose.dosing.recorded import Records
from firstdose.protocol.expression import Answer
from firstdose.records import Disposition
from firstdose.records.endings import is_completed, is_leaving, is_milestone, plain


@dataclass(frozen=True)
class Ending:
    """One record that says, or may say, that somebody's part in the trial ended.

    ``is_end`` is None where the record does not tell a milestone from an end.
    """

    when: Span
    words: str
    record: str
    is_end: Answer = True
    is_death: bool = False


def endings(records: Records, subject: str) -> tuple[Ending, ...]:
    """Every record by which somebody had left by now, or may have; the date may be partial or missing."""
    return tuple(_endings(records, subject))


def is_end(disposition: Disposition) -> Answer:
    """Whether a disposition ends the part in the trial: by its category, else by its words, else not known."""
    category, event = plain(disposition.category), disposition.event
    if "milestone" in category or "other event" in category or is_milestone(event):
        return False
    return True if "disposition" in category or is_completed(event) or is_leaving(event) else None


def left_between(ends: tuple[Ending, ...]) -> Span:
    """The span in which the first of several endings lies; its end is open where none is both sure and dated."""
    firsts = [ending.when.first for ending in ends]
    known = [first for first in firsts if first is not None]
    lasts = [ending.when.last for ending in ends if ending.is_end and ending.when.last is not None]
    return Span(min(known) if known and len(known) == len(firsts) else None, min(lasts, default=None))


def _endings(records: Records, subject: str) -> Iterator[Ending]:
    for death in records.deaths.get(subject, ()):
        yield Ending(records.span(death.died, subject), "died", record_name(death), is_death=True)
    for event in records.events.get(subject, ()):
        if event.outcome == "fatal" and records.is_known(event.end):
            words = f"died of {event.term}"
            yield Ending(records.span(event.end, subject), words, record_name(event), is_death=True)
    for disposition in records.dispositions.get(subject, ()):
        answer = is_end(disposition)
        if answer is not False:
            words = disposition.term or disposition.event
            yield Ending(records.span(disposition.occurred, subject), words, record_name(disposition), answer)
    person = records.subjects.get(subject)
    if person is not None and person.participation_end is not None and records.is_known(person.participation_end):
        when = records.span(person.participation_end, subject)
        yield Ending(when, "the last day of participation", record_name(person))
