"""Serious events: that their reports were sent, and when they became known here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

from firstdose.conduct.catalogue import HeldEvent, ReportKind, SafetyReport
from firstdose.conduct.clocks import EventName
from firstdose.conduct.desk import Work
from firstdose.conduct.held import is_serious
from firstdose.conduct.identity import key_fields, record_name
from firstdose.conduct.ledger import Entry, Ledger, Refused, StoredRecord
from firstdose.conduct.own_records import Recorded, all_of, create
from firstdose.dosing.known import span_of, zone_named
from firstdose.records import AdverseEvent, PartialDateTime, columns_of
from firstdose.records.values import Unreadable, read_value

EVENTS = "adverse_events"


def report_event(
    work: Work,
    subject: str,
    event: int,
    kind: ReportKind,
    sent: datetime,
    recipient: str | None = None,
    reference: str | None = None,
) -> Entry:
    """Note that a report of a serious event was sent, at an instant with a zone.

    Raises Refused if there is no such event, it is not serious, or the report is not sent yet.
    """
    name = record_name(EVENTS, {"subject": subject, "number": str(event)})
    stored = work.record(EVENTS, name)
    if not stored.exists or stored.is_removed:
        raise Refused(f"there is no adverse event {event} of {subject} to report")
    if not _is_serious(stored.fields.get("serious")):
        raise Refused(
            f"adverse event {event} of {subject} is not noted as serious: note that first, with its criterion"
        )
    if sent.tzinfo is None:
        raise Refused("when the report was sent needs a time zone")
    if sent > work.now:
        raise Refused("a report that is still to be sent stops no clock: note it when it was sent")
    earlier = all_of(work, SafetyReport, subject=subject, event=str(event))
    zone = zone_named(work.author.zone)
    report = SafetyReport(
        subject=subject,
        event=event,
        report=1 + max((each.report for each in earlier), default=0),
        kind=kind,
        sent=PartialDateTime.of(sent.astimezone(zone) if zone else sent),
        recipient=recipient,
        reference=reference,
    )
    return create(work, report)


def safety_reports(source: Recorded) -> tuple[SafetyReport, ...]:
    """All reports that were noted, for ``clocks``."""
    return all_of(source, SafetyReport)


def entered_as_serious(ledger: Ledger) -> dict[EventName, datetime]:
    """When each serious event was first entered as serious: it was known by then at the latest."""
    return SeriousEvents().entered(ledger)


class SeriousEvents:
    """When each serious event was first entered as serious; an event is looked at again only when it was changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_entry = 0
        self._entered: dict[str, datetime] = {}

    def entered(self, ledger: Ledger) -> dict[EventName, datetime]:
        """The same as one reading of the whole ledger gives."""
        with self._lock:
            for stored in ledger.records_since({EVENTS: self._last_entry}).get(EVENTS, ()):
                self._entered.pop(stored.record, None)
                instant = _entered_as_serious(ledger, stored)
                if instant is not None:
                    self._entered[stored.record] = instant
                self._last_entry = max(self._last_entry, stored.head)
            return {_event_of(record): instant for record, instant in self._entered.items()}


def _event_of(record: str) -> EventName:
    """The event that a record is about."""
    keys = key_fields(EVENTS, record)
    return keys["subject"], int(keys["number"])


def _entered_as_serious(ledger: Ledger, stored: StoredRecord) -> datetime | None:
    """When an event that is serious was first entered as such; None for one that is not, or was removed."""
    if stored.is_removed or not _is_serious(stored.fields.get("serious")):
        return None
    for entry in ledger.history(EVENTS, stored.record):
        if any(change.field == "serious" and _is_serious(change.new) for change in entry.changes):
            return min((entry.instant, *_held_as_serious(ledger, stored.record)))
    return None


def _held_as_serious(ledger: Ledger, record: str) -> Iterator[datetime]:
    """When what became an event was held as serious under a lock: it was known by then."""
    for held in all_of(ledger, HeldEvent, recorded_as=record):
        begun = span_of(held.since, None).first
        if held.record_type == EVENTS and begun is not None and is_serious(held):
            yield begun


def _is_serious(text: str | None) -> bool:
    """Whether the answer as typed says that an event is serious."""
    try:
        return read_value(columns_of(AdverseEvent)["serious"], text or "") is True
    except Unreadable:
        return False
