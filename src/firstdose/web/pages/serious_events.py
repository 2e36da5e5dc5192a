"""Serious events: the clocks of their reports, what is still missing, what was sent, and a form to print."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import cast, get_args

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.catalogue import REPORT_WORDS, HeldEvent, ReportKind, SafetyReport
from firstdose.conduct.clocks import FROM_ENTRY, Clock
from firstdose.conduct.held import event_told, since
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Refused
from firstdose.conduct.serious_events import report_event, safety_reports
from firstdose.dosing.known import Span, zone_named
from firstdose.records import AdverseEvent, Column, Death, Dosing, Medication, Subject, columns_of
from firstdose.records.date_words import span_words
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.held_words import shown_held
from firstdose.web.seeing import visible_subjects
from firstdose.web.sent_once import written_once
from firstdose.web.trial import now
from firstdose.web.value_words import moment_words
from firstdose.web.watching import clocks_now

NEEDED = (
    "start",
    "grade",
    "relation_to_product",
    "relation_to_procedure",
    "relation_to_background_treatment",
    "expectedness",
    "aware",
    "action_with_product",
    "outcome",
)
"""What a report of a serious event says: the event, how bad it was, what it is put down to, and how it ended."""
CRITERION = "serious_"


@dataclass(frozen=True)
class ClockLine:
    """A clock in words."""

    clock: Clock

    @property
    def report(self) -> str:
        """Which report, and whether it must be sent."""
        return REPORT_WORDS[self.clock.kind] + ("" if self.clock.applies else ", if it is judged to be needed")

    @property
    def due(self) -> str:
        return span_in_words(self.clock.due, self.clock.zone)

    @property
    def aware(self) -> str:
        return span_in_words(self.clock.aware, self.clock.zone)

    @property
    def sent(self) -> str:
        return span_in_words(self.clock.sent, self.clock.zone) if self.clock.sent else ""

    @property
    def standing(self) -> str:
        """Where the clock stands: running, over, or stopped in time or late."""
        if self.clock.sent is not None:
            return {True: "sent in time", False: "sent late", None: "sent; whether in time is not known"}[
                self.clock.is_met
            ]
        if self.clock.is_counted_from_entry:
            return f"{'overdue' if self.clock.is_overdue else 'running'}, {FROM_ENTRY}: awareness is not recorded"
        not_known = "running; whether it is overdue is not known, as awareness is not known exactly"
        return {True: "overdue", False: "running", None: not_known}[self.clock.is_overdue]

    @property
    def mark(self) -> str:
        """What marks the standing out on the page."""
        return (
            "overdue"
            if self.clock.is_overdue or self.standing == "sent late"
            else "due"
            if self.clock.is_running
            else "done"
        )


@dataclass(frozen=True)
class SeriousEvent:
    """A serious event with its clocks, its reports, and the questions that nobody has answered yet."""

    event: AdverseEvent
    clocks: tuple[ClockLine, ...]
    reports: tuple[SafetyReport, ...]
    held: HeldEvent | None = None
    """What waits outside the locked data, where this is told by it."""

    @property
    def since(self) -> str:
        """Since when it is known, and held."""
        return since(self.held) if self.held else ""

    @property
    def missing(self) -> list[str]:
        """What is not recorded, in the words of the form."""
        columns = columns_of(AdverseEvent)
        found = [columns[name].question.words for name in NEEDED if getattr(self.event, name) is None]
        criteria = [getattr(self.event, name) for name in columns if name.startswith(CRITERION)]
        return found if any(criteria) else ["Which criterion makes it serious?", *found]

    @property
    def is_pressing(self) -> bool:
        """Whether a report is to be sent."""
        return any(each.clock.is_running for each in self.clocks)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Every question of the form with its answer."""
        return [(column.question.words, answer_of(column, self.event)) for column in columns_of(AdverseEvent).values()]


def serious_events(request: TrialRequest) -> HttpResponseBase:
    """Every serious event of the participants whom the role sees, those with a report to be sent first.

    Those that wait outside locked data are among them: their reports are due as of any other.
    """
    visible = _visible(request)
    found = [each for each in (*_held(request), *_events(request)) if each.event.subject in visible]
    ordered = sorted(found, key=lambda each: (not each.is_pressing, each.event.subject, each.event.number))
    return render(request, "firstdose/serious_events.html", {"events": ordered, "moment": now()})


def _held(request: TrialRequest) -> Iterator[SeriousEvent]:
    """The serious events that wait outside locked data."""
    running = [each for each in clocks_now(request.trial, now()) if each.held is not None]
    for held in shown_held(request):
        event = event_told(held)
        if event is not None:
            yield SeriousEvent(event, tuple(ClockLine(each) for each in running if each.held == held.held), (), held)


def one(request: TrialRequest, subject: str, event: int) -> HttpResponseBase:
    """One serious event, as a form that can be printed; reports that were sent are noted here."""
    found = next(
        (each for each in _events(request) if (each.event.subject, each.event.number) == (subject, event)), None
    )
    record = record_name("adverse_events", {"subject": subject, "number": str(event)})
    if found is None and request.trial.ledger.record("adverse_events", record).exists:
        return redirect("record", subject=subject, record_type="adverse_events", record=record)  # not serious
    if found is None:
        raise Http404
    if request.method == "POST":
        return _reported(request, subject, event)
    data = request.trial.data()
    person = next((each for each in data.records(Subject) if each.subject == subject), None)
    medications = [each for each in data.records(Medication) if each.subject == subject and each.event == event]
    context = {
        "subject": subject,
        "record": record,
        "request_key": str(uuid.uuid4()),
        "found": found,
        "person": person,
        "dosings": [each for each in data.records(Dosing) if each.subject == subject],
        "death": next((each for each in data.records(Death) if each.subject == subject), None),
        "medications": medications,
        "kinds": list(REPORT_WORDS.items()),
        "zone": request.acting.author.zone,
        "moment": now(),
        "head": request.trial.ledger.head(),
    }
    return render(request, "firstdose/serious_event.html", context)


def span_in_words(span: Span, zone: tzinfo | None) -> str:
    """An instant, days, or between which two moments it lies, on the clocks of the site."""
    return span_words(span.first, span.last, zone)


def answer_of(column: Column, event: object) -> str:
    """An answer in words; empty where there is none."""
    value = getattr(event, column.name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.is_date:
        return "" if value is None else moment_words(str(value))
    return "" if value is None else column.codes.get(str(value), str(value))


def _visible(request: TrialRequest) -> frozenset[str]:
    return visible_subjects(request.trial, request.acting)


def _events(request: TrialRequest) -> Iterator[SeriousEvent]:
    """All serious events."""
    running: dict[tuple[str, int], list[ClockLine]] = {}
    for clock in (each for each in clocks_now(request.trial, now()) if each.held is None):
        running.setdefault((clock.subject, clock.event), []).append(ClockLine(clock))
    reports: Sequence[SafetyReport] = safety_reports(request.trial.ledger)
    for event in request.trial.data().records(AdverseEvent):
        if event.serious:
            key = (event.subject, event.number)
            sent = tuple(each for each in reports if (each.subject, each.event) == key)
            yield SeriousEvent(event, tuple(running.get(key, ())), sent)


def _reported(request: TrialRequest, subject: str, event: int) -> HttpResponseBase:
    """Note a report that was sent."""
    sent = request.POST
    kind = sent.get("kind", "")
    if kind not in get_args(ReportKind):
        raise Refused("choose which report was sent")
    with written_once(request) as work:
        if not work.is_repeated:
            report_event(
                work,
                subject,
                event,
                cast(ReportKind, kind),
                _instant(request, sent.get("sent", "")),
                sent.get("recipient", "").strip() or None,
                sent.get("reference", "").strip() or None,
            )
    told(request, f"noted: {REPORT_WORDS[kind]}")
    return redirect("serious_event", subject=subject, event=event)


def _instant(request: TrialRequest, text: str) -> datetime:
    """When a report was sent: with its zone, or else in that of the site."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused("write when the report was sent as 2026-03-14T10:30") from None
    return found if found.tzinfo else found.replace(tzinfo=zone_named(request.acting.author.zone))
