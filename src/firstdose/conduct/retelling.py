"""Puts the records of a trial that exists already into a ledger, in the order in which they became known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from firstdose.conduct.becoming_known import BecomingKnown, Row, known_later
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, Refused
from firstdose.conduct.locked_data import SAFETY_IS_NEW
from firstdose.conduct.locking import cut_off_in_force
from firstdose.records import RECORDS, Subject, TrialData
from firstdose.records.values import write_value

EVENING = time(20, tzinfo=UTC)
LATER = "known only now"


@dataclass
class Day:
    """What became known on a day: new records, and what was added to others."""

    created: list[Draft] = field(default_factory=list)
    added: list[Draft] = field(default_factory=list)


def retell(
    ledger: Ledger,
    author: Author,
    trial_data: TrialData,
    protocol_version: str = "",
    *,
    since: datetime | None = None,
    present: datetime | None = None,
) -> int:
    """Write all records, those of a day together, in the evening of that day; how many entries were written.

    With ``present`` no entry bears a later moment: an evening that is still to come counts as now. With ``since`` none
    bears an earlier one: a medicine that was begun years ago was not entered before there was a ledger.

    A record counts as known on the day that `BecomingKnown` says, and not later than the data are; what becomes known
    later, such as the end of an event, is added then. Records that no date leads to come with the first day. With the
    version of the protocol by which the trial was conducted, subjects of whom none is noted are noted to follow it, as
    those who are entered by hand.
    Raises Refused if a record is there already, or while data are locked.
    """
    if cut_off_in_force(ledger) is not None:
        raise Refused(
            "data are locked: nothing is brought in until two people have opened the lock. An event, a death or an end "
            f"of participation does not wait for that. {SAFETY_IS_NEW}"
        )
    days: dict[date, Day] = defaultdict(Day)
    known = BecomingKnown(trial_data)
    for name, record_type in RECORDS.items():
        for row in trial_data[record_type].iter_rows(named=True):
            _tell(days, known, name, row, protocol_version)
    days = _known_by(days, trial_data.as_of)
    first = min((day for day in days if day > date.min), default=date.min)
    return sum(_write_day(ledger, author, max(day, first), days[day], since, present) for day in sorted(days))


def _known_by(days: dict[date, Day], latest: date | None) -> dict[date, Day]:
    """The days up to that of the data; what is dated later, such as in a year that is not over, was known by then."""
    found: dict[date, Day] = defaultdict(Day)
    for day in sorted(days):
        of_day = found[day if latest is None else min(day, latest)]
        of_day.created += days[day].created
        of_day.added += days[day].added
    return found


def _write_day(
    ledger: Ledger, author: Author, day: date, known: Day, since: datetime | None, present: datetime | None
) -> int:
    """Write what became known on a day, as if it were that evening, or now if that is earlier."""
    evening = datetime.combine(day, EVENING)
    begun = evening if since is None else max(evening, since)
    moment = begun if present is None else min(begun, present)
    return len(Ledger(ledger.database, ledger.key, lambda: moment).write(author, [*known.created, *known.added]))


def _tell(days: dict[date, Day], known: BecomingKnown, name: str, row: Row, protocol_version: str) -> None:
    """Put one record where it became known, and what it said later where that did."""
    record_type = RECORDS[name]
    texts = {field: write_value(value) for field, value in row.items() if value is not None}
    if record_type is Subject and protocol_version:
        texts.setdefault("protocol_version", protocol_version)
    record, start = record_name(name, texts), known.day(record_type, row)
    later = dict(known_later(record_type, row, start))
    steps = {field: [(later.get(field, start), text)] for field, text in texts.items()} | known.steps(record_type, row)
    before: dict[str, str] = {}
    for day in sorted({start, *(day for found in steps.values() for day, _ in found)}):
        new = {field: text for field, found in steps.items() for since, text in found if since == day}
        changes = tuple(FieldChange(field, before.get(field), text) for field, text in new.items())
        if day == start:
            draft = Draft("create", name, record, changes, protocol_version=protocol_version)
            days[day].created.append(draft)
        elif any(each.old != each.new for each in changes):
            days[day].added.append(Draft("change", name, record, changes, LATER, protocol_version=protocol_version))
        before |= new
