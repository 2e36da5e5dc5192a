"""What the protocol asks for before a dosing and the record lacks: values of criteria, visits, measures.

After the dosing none of it can be done any more: a person without a baseline is never analysed, and a criterion that
nobody could check is none. It holds a confirmation of eligibility back until a reason is given; see
`confirmed_without`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from firstdose.conduct.criteria import checked_criteria, protocol_followed_by
from firstdose.conduct.criterion_values import Known, value_in
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.own_records import Recorded
from firstdose.dosing.known import span_of
from firstdose.protocol import Protocol
from firstdose.protocol.schedule import Schedule
from firstdose.protocol.schedule import Visit as VisitPlan
from firstdose.records import PartialDate, PartialDateTime


@dataclass(frozen=True)
class NotRecorded:
    """One thing that is asked for before a dosing: by what it is known again, and in words."""

    key: str
    words: str


@dataclass(frozen=True)
class By:
    """A moment, in a zone, by which something was done."""

    moment: datetime
    zone: tzinfo | None = None

    def was(self, stored: StoredRecord, field: str) -> bool:
        """Whether a record is not dated later; one whose date is not known was entered all the same."""
        when = value_in(stored, field)
        is_date = isinstance(when, PartialDate | PartialDateTime)
        return span_of(when if is_date else None, self.zone).by(self.moment) is not False


def not_recorded(source: Recorded, subject: str, protocol: Protocol, by: By) -> tuple[NotRecorded, ...]:
    """Everything that the version of the protocol that a person follows asks for before a dosing, and is not there."""
    return (*_values(source, subject, protocol), *_of_schedule(source, subject, protocol, by))


def _values(source: Recorded, subject: str, protocol: Protocol) -> Iterator[NotRecorded]:
    """The values for want of which criteria cannot be checked."""
    lacking: dict[str, tuple[Known, list[str]]] = {}
    for each in checked_criteria(source, subject, protocol):
        for known in each.lacks:
            lacking.setdefault(known.name, (known, []))[1].append(each.criterion.id)
    for name, (known, criteria) in lacking.items():
        how = "not known exactly" if known.possible else "not recorded"
        yield NotRecorded(f"value {name}", f"{known.words}: {how}, so that {' and '.join(criteria)} cannot be checked")


def _of_schedule(source: Recorded, subject: str, protocol: Protocol, by: By) -> Iterator[NotRecorded]:
    """The visits before the dosing of which nothing is recorded, and what was assessed at none of the others."""
    schedule = protocol_followed_by(source, subject, protocol).schedule
    plans = [each for each in schedule.visits if each.day < 0] if schedule else []
    if schedule is None or not plans:
        return
    under = name_of("subjects", subject)
    visits = {_text(each, "visit"): each for each in source.records_under("visits", under) if not each.is_removed}
    assessed = [
        each
        for each in source.records_under("assessments", under)
        if not each.is_removed and _text(each, "performed") != "not_done" and by.was(each, "assessed")
    ]
    at_visits = {_text(each, "visit") for each in assessed}
    left = {each.id: words for each in plans if (words := _lacking(each, visits, at_visits, by))}
    for each in plans:
        if each.id in left:
            yield NotRecorded(f"visit {each.id}", f"{each.name} ({each.id}): {left[each.id]}")
    yield from _measures(schedule, plans, left, {_text(each, "measure") for each in assessed})


def _lacking(plan: VisitPlan, visits: Mapping[str, StoredRecord], at_visits: Collection[str], by: By) -> str:
    """What is to be said of a visit that is not recorded as having taken place; nothing of one that is."""
    stored = visits.get(plan.id)
    if stored is not None and _text(stored, "state") == "missed":
        return "recorded as missed"
    took_place = (
        stored is not None and bool(_text(stored, "state") or _text(stored, "start")) and by.was(stored, "start")
    )
    return "" if took_place or plan.id in at_visits else "nothing is recorded"


def _measures(
    schedule: Schedule, plans: Sequence[VisitPlan], left: Collection[str], assessed: Collection[str]
) -> Iterator[NotRecorded]:
    """The measures of visits that took place, of which no assessment is recorded at all."""
    for activity in schedule.activities:
        asked = [each for each in plans if activity.id in each.activities]
        if activity.measure and activity.measure not in assessed and any(each.id not in left for each in asked):
            at = " and ".join(f"{each.name} ({each.id})" for each in asked)
            yield NotRecorded(f"measure {activity.measure}", f"{activity.name}: not assessed, asked for at {at}")


def _text(stored: StoredRecord, field: str) -> str:
    """A field as typed."""
    return (stored.fields.get(field) or "").strip()
