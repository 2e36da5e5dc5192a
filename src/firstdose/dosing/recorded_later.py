"""What is recorded of a person now and came only after the moment that is asked about: said as what came too late."""

from __future__ import annotations

from firstdose.dosing.known import Recorded
from firstdose.dosing.question import Question, Reason
from firstdose.protocol.population import Criterion
from firstdose.records import Slot
from firstdose.records.date_words import day_words, zone_words


def slots_later(question: Question) -> list[Slot]:
    """The slots that the person did not hold yet and was assigned afterwards."""
    records = question.records
    return [slot for slot in records.slots_later.get(question.subject, []) if records.is_held(slot)]


def slot_later_words(question: Question, slot: Slot) -> str:
    """That a slot was assigned later, and when."""
    return f"slot {slot.slot} of cohort {slot.cohort} was assigned later, {_when(question, slot.assigned)}"


def unanswered(question: Question, rule: str, criterion: Criterion) -> Reason:
    """That a criterion had no answer: it has none, or was answered later, and when."""
    mine = [each for each in question.records.answers_later.get(question.subject, []) if each.criterion == criterion.id]
    if not mine:
        return Reason(rule, f"criterion {criterion.id} is not answered", criterion=criterion.id)
    when = _when(question, mine[0].answered)
    return Reason(rule, f"criterion {criterion.id} was answered later, {when}", criterion=criterion.id)


def _when(question: Question, recorded: Recorded | None) -> str:
    """A moment on the clocks of the person's site, with its seconds where it has any; a day as it was recorded."""
    span = question.span(recorded)
    if span.first is None or span.first != span.last or question.zone_known is None:
        return str(recorded)
    shown = span.first.astimezone(question.zone_known)
    time = f"{shown:%H:%M:%S}" if shown.second else f"{shown:%H:%M}"
    return f"{day_words(shown)}, {time} ({zone_words(question.zone_known)})"
