"""Evaluability from records: where a date or a dose is not known, only what every possibility agrees on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from firstdose.dosing.administrations import Administration
from firstdose.dosing.leaving import Ending, left_between
from firstdose.dosing.recorded import Records
from firstdose.dosing.toxicity import CountedEvent
from firstdose.protocol import Protocol
from firstdose.protocol.expression import some
from firstdose.safety.dlt import trial_day, window_end
from firstdose.safety.evaluability import Evaluability, Status, Treated, evaluability
from firstdose.safety.moments import local_day


@dataclass(frozen=True)
class FollowUp:
    """How far somebody has come in the DLT window.

    ``completed_days`` counts the whole days of the window that are over, the procedure's own among them, and
    ``fraction`` is their share of all its days: 1 when it is complete. Both end when the person leaves. ``window_end``
    is the first instant after the window; all are None where the day of the procedure is not known.
    """

    window_end: datetime | None = None
    completed_days: int | None = None
    fraction: float | None = None


def judge(
    protocol: Protocol,
    records: Records,
    given: Administration,
    events: tuple[CountedEvent, ...],
    ends: tuple[Ending, ...],
) -> Evaluability:
    """Whether a dosed person counts for DLTs; pending where that is not known."""
    escalation, dlts = protocol.escalation, tuple(event.is_dlt for event in events)
    if some(dlts) is True:
        return Evaluability(given.subject, Status.EVALUABLE, ("a DLT within the window",), True)
    unknown = tuple(_unknown(protocol, given))
    if escalation.dlt is None or given.start.first is None:
        return Evaluability(given.subject, Status.PENDING, unknown, some(dlts))
    is_dose_known = given.dose_given is not None and given.dose_assigned is not None
    found = []
    for start, left_at in product(_starts(given), _leavings(given, ends)):
        treated = Treated(
            participant=given.subject,
            dose_assigned=given.dose_assigned if is_dose_known and given.dose_assigned is not None else 1.0,
            dose_given=given.dose_given if is_dose_known else 1.0,
            procedure_start=start,
            dlts=dlts,
            left_at=left_at,
            left_because="; ".join(ending.words for ending in ends) or None,
        )
        tolerance = protocol.product.dose_tolerance if protocol.product else None
        args = (records.as_of, given.zone, escalation.dlt, escalation.evaluable, tolerance)
        found.append(evaluability(treated, *args))
    return _agreed(found, unknown, given, ends)


def follow_up(protocol: Protocol, records: Records, given: Administration, ends: tuple[Ending, ...]) -> FollowUp:
    """The window and how much of it is over; counted from the last day on which the procedure can have been."""
    definition, start = protocol.escalation.dlt, given.start.last
    if definition is None or start is None:
        return FollowUp()
    until = min(left for left in (*_leavings(given, ends), records.as_of) if left is not None)
    days = definition.window_days + 1
    completed = min(max(trial_day(until, start, given.zone), 0), days)
    return FollowUp(window_end(start, definition.window_days, given.zone), completed, completed / days)


def _unknown(protocol: Protocol, given: Administration) -> Iterator[str]:
    """What is not known and keeps a person from being judged."""
    if protocol.escalation.dlt is None:
        yield "the protocol defines no DLT"
    if given.start.first is None:
        yield "the day of the procedure is not recorded"
    if given.dose_given is None:
        yield "the dose given is not recorded in the unit of the dose levels"
    elif given.dose_assigned is None:
        yield "the dose assigned is not recorded"


def _starts(given: Administration) -> list[datetime]:
    """The first and the last start that the records allow; one where they fall on the same day."""
    first, last = given.start.first, given.start.last
    assert first is not None
    assert last is not None
    return [first] if local_day(first, given.zone) == local_day(last, given.zone) else [first, last]


def _leavings(given: Administration, ends: tuple[Ending, ...]) -> list[datetime | None]:
    """The first and the last instant at which the person can have left; None stands for not at all."""
    if not ends:
        return [None]
    span = left_between(ends)
    first, last = span.first or given.start.first, span.last
    if first is not None and last is not None and local_day(first, given.zone) == local_day(last, given.zone):
        return [first]
    return [first, last]


def _agreed(
    found: list[Evaluability], unknown: tuple[str, ...], given: Administration, ends: tuple[Ending, ...]
) -> Evaluability:
    """What all possibilities agree on; else pending, with what is not known."""
    last = found[-1]
    statuses = {each.status for each in found}
    if len(statuses) == 1 and (last.status is not Status.EVALUABLE or not unknown):
        return replace(last, reasons=(*last.reasons, *unknown)) if unknown else last
    words = list(dict.fromkeys(reason for each in found for reason in each.reasons)) if len(statuses) > 1 else []
    if len(_starts(given)) > 1 and len(statuses) > 1:
        words.append("the day of the procedure is known only in part")
    if len(statuses) > 1 and ends:
        words.append("when follow-up ended is known only in part, or not for sure")
    return Evaluability(given.subject, Status.PENDING, (*words, *unknown), last.has_dlt)
