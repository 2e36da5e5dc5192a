"""Puts the records of a trial that exists already into a ledger, in the order in which they became known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, Refused
from firstdose.conduct.locking import cut_off_in_force
from firstdose.records import RECORDS, PartialDate, PartialDateTime, Subject, TrialData, columns_of, occurrence_of
from firstdose.records.values import read_value, write_value

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

    A record counts as known on the last day that its date may mean, and not later than the data are; what becomes known
    later, such as the end of an event, is added then. Records without a date come with the first day. With the version
    of the protocol by which the trial was conducted, subjects of whom none is noted are noted to follow it, as those
    who are entered by hand.
    Raises Refused if a record is there already, or while data are locked.
    """
    if cut_off_in_force(ledger) is not None:
        raise Refused("data are locked: nothing is brought in until two people have unlocked them")
    days: dict[date, Day] = defaultdict(Day)
    for name, record_type in RECORDS.items():
        for row in trial_data[record_type].iter_rows(named=True):
            texts = {field: write_value(value) for field, value in row.items() if value is not None}
            if record_type is Subject and protocol_version:
                texts.setdefault("protocol_version", protocol_version)
            _tell(days, name, texts, protocol_version)
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


def _tell(days: dict[date, Day], name: str, texts: dict[str, str], protocol_version: str) -> None:
    """Put one record where it became known."""
    record = record_name(name, texts)
    start = _last_day(name, occurrence_of(RECORDS[name]), texts)
    later = dict(_known_later(name, texts, start))
    now = {field: text for field, text in texts.items() if field not in later}
    draft = Draft("create", name, record, _changes(now), protocol_version=protocol_version)
    days[start].created.append(draft)
    for day in sorted(set(later.values())):
        added = {field: texts[field] for field, when in later.items() if when == day}
        days[day].added.append(Draft("change", name, record, _changes(added), LATER, protocol_version=protocol_version))


def _known_later(name: str, texts: dict[str, str], start: date) -> Iterator[tuple[str, date]]:
    """The fields that become known after the record itself, each with its day."""
    for column in columns_of(RECORDS[name]).values():
        when = _last_day(name, column.question.known_at, texts)
        if column.name in texts and when > start and not (column.is_required or column.question.is_key):
            yield column.name, when


def _changes(texts: dict[str, str]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(name, None, text) for name, text in texts.items())


def _last_day(name: str, field_name: str | None, texts: dict[str, str]) -> date:
    """The last day that a date of a record may mean; the earliest of all where there is none."""
    if not field_name or field_name not in texts:
        return date.min
    value = read_value(columns_of(RECORDS[name])[field_name], texts[field_name])
    if isinstance(value, PartialDateTime):
        value = value.date
    return (value.latest if isinstance(value, PartialDate) else None) or date.min
