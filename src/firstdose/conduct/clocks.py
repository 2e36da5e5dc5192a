"""The clocks of serious adverse events: reported within 24 hours, 7 days or 15 days of awareness.

A clock starts at the instant of awareness and runs 24, 168 or 360 hours, in whatever zone, over weekends, holidays and
changes of the clocks on the wall. Where awareness is known only in part, its end is a span, and whether it is over may
be unknown. 7 and 15 days are those of ICH E2A, section III.B, for serious, unexpected and suspected reactions, the
shorter where they are fatal or life-threatening; 24 hours is how protocols put the "immediately" of ICH E6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from firstdose.conduct.catalogue import REPORT_WORDS, HeldEvent, SafetyReport
from firstdose.conduct.held import event_told
from firstdose.dosing.known import UNKNOWN, Span, span_of
from firstdose.dosing.recorded import Records
from firstdose.protocol.expression import Answer, every, some
from firstdose.records import AdverseEvent, TrialData
from firstdose.records.date_words import instant_words
from firstdose.safety.dlt import is_related

ClockKind = Literal["within_24_hours", "within_7_days", "within_15_days"]
RUNS: dict[ClockKind, timedelta] = {
    "within_24_hours": timedelta(hours=24),
    "within_7_days": timedelta(days=7),
    "within_15_days": timedelta(days=15),
}

FROM_ENTRY = "counted from when the event was entered here as serious"
"""How a clock runs where awareness is not recorded: it was no later than that."""
EventName = tuple[str, int]
Report = tuple[str, int, str]
"""A report of an event: the participant, the number of the event, and the kind."""


@dataclass(frozen=True)
class Clock:
    """One clock of one event.

    ``applies`` is None where that is not known yet, such as before anybody said whether the event was expected.
    ``due`` is the span in which the clock ends, ``sent`` that in which the report was sent, if it was. ``zone`` is that
    of the participant's site, for words. ``held`` numbers what waits outside the locked data, where the event does.
    """

    subject: str
    event: int
    term: str
    kind: ClockKind
    applies: Answer
    aware: Span
    due: Span
    sent: Span | None
    as_of: datetime
    zone: tzinfo | None = None
    held: int | None = None

    @property
    def is_met(self) -> Answer:
        """Whether the report was sent in time; None where the dates do not say, or it was not sent and may yet be."""
        if self.sent is None:
            return False if self.is_overdue is True else None
        if self.sent.last is not None and self.due.first is not None and self.sent.last <= self.due.first:
            return True
        if self.sent.first is not None and self.due.last is not None and self.sent.first > self.due.last:
            return False
        return None

    @property
    def is_running(self) -> bool:
        """Whether a report is still to be sent."""
        return self.sent is None

    @property
    def is_overdue(self) -> Answer:
        """Whether the clock has run out without the report; None where it is not known when it ends."""
        if self.sent is not None or (self.due.first is not None and self.as_of <= self.due.first):
            return False
        return True if self.due.last is not None and self.as_of > self.due.last else None

    @property
    def is_counted_from_entry(self) -> bool:
        """Whether the only thing known of awareness is that it was no later than the event was entered as serious."""
        return self.aware.first is None and self.aware.last is not None

    @property
    def words(self) -> str:
        which = f"event {self.event}" if self.held is None else f"held event {self.held}"
        return f"{self.subject}, {which} ({self.term}): {REPORT_WORDS[self.kind]}"

    @property
    def when(self) -> str:
        """By when the report is due, or since when it is overdue; where that is known in part, within which bounds."""
        first, last = self.due.first, self.due.last
        if self.is_overdue and last is not None:
            counted = f", {FROM_ENTRY}" if self.is_counted_from_entry else ""
            return f"overdue since {instant_words(last, self.zone)}{counted}"
        if first is not None and first == last:
            return f"due by {instant_words(first, self.zone)}"
        earliest = f"at the earliest {instant_words(first, self.zone)}" if first else ""
        latest = f"at the latest {instant_words(last, self.zone)}" if last else ""
        bounds = " and ".join(filter(None, (earliest, latest)))
        ends = "may have ended already" if self.is_overdue is None else "runs"
        why = "as it is not known exactly when the sponsor became aware"
        if self.is_counted_from_entry:
            why = f"as it is not recorded when the sponsor became aware; {FROM_ENTRY}"
        return f"the time for it {ends}, {why}: it ends {bounds}" if bounds else f"the time for it {ends}, {why}"


def clocks(
    trial_data: TrialData,
    moment: datetime,
    reports: Iterable[SafetyReport] = (),
    entered: Mapping[EventName, datetime] | None = None,
    zone: tzinfo | None = None,
    held: Iterable[HeldEvent] = (),
) -> tuple[Clock, ...]:
    """The clocks of all serious events as of a moment, which has a zone, those that end first at the front.

    ``entered`` is when an event was first entered as serious, if that is known: awareness was no later. Reports that
    were sent after the moment are not known yet. ``zone`` stands for sites whose zone is not recorded. What is ``held``
    of a serious event has clocks like any other, known by then at the latest; a change of one only those that it adds.
    """
    records = Records(trial_data, moment, zone)
    sent: dict[Report, list[Span]] = {}
    for report in reports:
        span = span_of(report.sent, records.zone_at(report.subject))
        if span.by(moment) is not False:
            sent.setdefault((report.subject, report.event, report.kind), []).append(span)
    found: list[Clock] = []
    for event in trial_data.records(AdverseEvent):
        if event.serious and records.is_known(event.start):
            aware = _aware(records, event, (entered or {}).get((event.subject, event.number)))
            found += [
                _clock(event, kind, applies, aware, sent.get((event.subject, event.number, kind), ()), records)
                for kind, applies in _kinds(event)
            ]
    for waiting in held:
        found += _of_held(waiting, found, sent, records)
    return tuple(sorted(found, key=lambda each: (each.due.first or moment, each.subject, each.event)))


def _of_held(
    held: HeldEvent, known: Iterable[Clock], sent: Mapping[Report, list[Span]], records: Records
) -> Iterator[Clock]:
    """The clocks of what is held of a serious event, but for those that run for the event that it changes."""
    event = event_told(held)
    if event is None:
        return
    is_change = held.changes is not None
    running = {(each.subject, each.event, each.kind, each.applies) for each in known if is_change}
    aware = _aware(records, event, span_of(held.since, None).first)
    for kind, applies in _kinds(event):
        report = (event.subject, event.number, kind)
        if not running & {(*report, applies), (*report, True)}:
            reports = sent.get(report, ()) if is_change else ()
            yield replace(_clock(event, kind, applies, aware, reports, records), held=held.held)


def is_unexpected_reaction(event: AdverseEvent) -> Answer:
    """Whether a serious event is suspected to be an unexpected reaction to the cells or to the procedure."""
    related = some([is_related(event.relation_to_product), is_related(event.relation_to_procedure)])
    unexpected = None if event.expectedness is None else event.expectedness == "unexpected"
    return every([related, unexpected])


def _kinds(event: AdverseEvent) -> Iterator[tuple[ClockKind, Answer]]:
    """The clocks of a serious event that run, or may."""
    yield "within_24_hours", True
    reaction, grave = is_unexpected_reaction(event), _is_fatal_or_life_threatening(event)
    within_7 = every([reaction, grave])
    within_15 = every([reaction, None if grave is None else not grave])
    if within_7 is not False:
        yield "within_7_days", within_7
    if within_15 is not False:
        yield "within_15_days", within_15


def _is_fatal_or_life_threatening(event: AdverseEvent) -> Answer:
    """Whether somebody died of an event or was in danger of it; unknown while neither is answered."""
    grade = None if event.grade is None else event.grade >= 4
    if event.outcome == "fatal" or event.serious_death or event.serious_life_threatening or event.grade == 5:
        return True
    if event.serious_death is False and event.serious_life_threatening is False:
        return False
    return None if grade is None or grade else False


def _aware(records: Records, event: AdverseEvent, entered: datetime | None) -> Span:
    """When the sponsor became aware; no later than the event was entered as serious, or is looked at now."""
    known = span_of(event.aware, records.zone_at(event.subject)) if event.aware is not None else UNKNOWN
    latest = min(each for each in (known.last, entered, records.as_of) if each is not None)
    if known.first is not None and known.first > latest:
        return known
    return Span(known.first, latest if entered is not None or known.last is not None else None)


def _clock(
    event: AdverseEvent, kind: ClockKind, applies: Answer, aware: Span, sent: Iterable[Span], records: Records
) -> Clock:
    """One clock, stopped by the first report of its kind."""
    moment, zone = records.as_of, records.zone_at(event.subject)
    due = Span(*(each and each + RUNS[kind] for each in (aware.first, aware.last)))
    reports = sorted(sent, key=lambda span: (span.first is None, span.first or moment))
    return Clock(
        event.subject,
        event.number,
        event.term,
        kind,
        applies,
        aware,
        due,
        reports[0] if reports else None,
        moment,
        zone,
    )
