"""What stands in the records and cannot be so: nothing is advised on it, and nobody is dosed on it, until it is mended.

Dosing reckons with what was known at a moment: what is dated later is not known yet, and a record of nobody who is
known counts for nobody. In a running trial nothing that was entered lies in the future, so such a date is an error;
left alone, it would hide a toxicity from the rule until its day comes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from firstdose.conduct.naming import record_words, value_words
from firstdose.dosing.known import record_name
from firstdose.dosing.recorded import Records
from firstdose.records import AdverseEvent, Death, Disposition, DltAdjudication, DoseDecision, GradeChange
from firstdose.records.frames import records_of

DATED: tuple[tuple[type, tuple[str, ...]], ...] = (
    (AdverseEvent, ("start", "recorded")),
    (GradeChange, ("changed",)),
    (DltAdjudication, ("adjudicated",)),
    (Disposition, ("occurred", "recorded")),
    (Death, ("died",)),
)
"""The records of a participant on which the outcome rests, with the dates that say from when they are known."""
FARTHEST_ZONES = timedelta(days=2)
"""More than the clocks of any two places lie apart."""


def impossible(records: Records) -> Iterator[tuple[str, str]]:
    """Everything of those who are dosed or hold a slot that cannot be so now, in words, with the record's name.

    Dates that are surely later than now, that of the latest decision too, which the server's clock gave it; a dosing
    that says how much was given, and lies in the future; a verdict that an event is a DLT, or is undecided, where the
    event is not there any more; and what is recorded of somebody who is neither a participant nor was dosed, for it
    may be anybody's.
    """
    yield from _later_than_now(records)
    yield from _decided_later(records)
    yield from _not_given_yet(records)
    yield from _without_their_event(records)


def _later_than_now(records: Records) -> Iterator[tuple[str, str]]:
    known, concerned = {*records.subjects, *records.dosings}, {*records.dosings, *records.slots}
    for kind, fields in DATED:
        for each in _suspects(records, kind, fields, known):
            name = record_name(each)
            if each.subject not in known:
                yield (
                    name,
                    f"{_called(name)}: nobody of this name is a participant; correct it, for it may be anybody's",
                )
            for date in (getattr(each, field) for field in fields if each.subject in concerned):
                if not records.is_known(date):
                    yield name, f"{_called(name)} is dated later than now ({date}); correct the date"


def _decided_later(records: Records) -> Iterator[tuple[str, str]]:
    """The latest decision, if by the clock of now it was not taken yet: what people decided would not be known."""
    last = max(records.trial_data.records(DoseDecision), key=lambda each: each.decision, default=None)
    if last is not None and not records.is_known(last.decided):
        words = f"decision {last.decision} is dated later than now ({last.decided}), for the server's clock was wrong"
        yield record_name(last), f"{words}; take a new decision, or wait until then"


def _suspects(records: Records, kind: type, fields: tuple[str, ...], known: Collection[str]) -> Iterator[Any]:
    """The records of a kind that are worth a look: of nobody who is known, or with a date of these days or later."""
    frame = records.trial_data[kind]
    these_days = (records.as_of - FARTHEST_ZONES).date().isoformat()
    is_late = pl.any_horizontal(pl.col(field) >= these_days for field in fields)
    is_anybodys = ~pl.col("subject").is_in(list(known))
    return records_of(kind, frame.filter(is_late.fill_null(False) | is_anybodys))


def _not_given_yet(records: Records) -> Iterator[tuple[str, str]]:
    for dosing in (each for dosings in records.dosings.values() for each in dosings):
        says_given = dosing.given in ("full", "partial") or bool(dosing.dose_given)
        if says_given and not records.was_given(dosing):
            name, start = record_name(dosing), dosing.procedure_start or dosing.product_start
            yield name, f"{_called(name)} says what was given, and that it starts later than now ({start}); correct it"


def _without_their_event(records: Records) -> Iterator[tuple[str, str]]:
    events = {(each.subject, each.number) for each in records.trial_data.records(AdverseEvent)}
    last: dict[tuple[str, int], DltAdjudication] = {}
    for each in sorted(records.trial_data.records(DltAdjudication), key=lambda each: each.adjudication):
        last[each.subject, each.event] = each
    for place, verdict in last.items():
        if place not in events and verdict.verdict != "not_dlt":
            said = value_words("dlt_adjudications", "verdict", verdict.verdict)
            words = f"event {verdict.event} of {verdict.subject} was judged ({said}) and then removed"
            yield record_name(verdict), f"{words}; restore it, and members judge it again"


def _called(name: str) -> str:
    """What a record is called, by its kind and name."""
    kind, _, record = name.partition(" ")
    return record_words(kind, record)
