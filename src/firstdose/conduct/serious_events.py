"""Serious events: that their reports were sent, and when they became known here."""

from __future__ import annotations

from datetime import datetime

from firstdose.conduct.catalogue import ReportKind, SafetyReport
from firstdose.conduct.clocks import EventName
from firstdose.conduct.desk import Work
from firstdose.conduct.identity import key_fields, record_name
from firstdose.conduct.ledger import Entry, Ledger, Refused
from firstdose.conduct.own_records import Recorded, all_of, create
from firstdose.dosing.known import zone_named
from firstdose.records import AdverseEvent, PartialDateTime, columns_of
from firstdose.records.values import Unreadable, read_value


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
    name = record_name("adverse_events", {"subject": subject, "number": str(event)})
    stored = work.record("adverse_events", name)
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
    found: dict[EventName, datetime] = {}
    for stored in ledger.records("adverse_events"):
        if stored.is_removed or not _is_serious(stored.fields.get("serious")):
            continue
        keys = key_fields("adverse_events", stored.record)
        for entry in ledger.history("adverse_events", stored.record):
            if any(change.field == "serious" and _is_serious(change.new) for change in entry.changes):
                found[keys["subject"], int(keys["number"])] = entry.instant
                break
    return found


def _is_serious(text: str | None) -> bool:
    """Whether the answer as typed says that an event is serious."""
    try:
        return read_value(columns_of(AdverseEvent)["serious"], text or "") is True
    except Unreadable:
        return False
