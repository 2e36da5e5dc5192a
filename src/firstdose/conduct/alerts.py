"""Everything that somebody should look at now, as one list: what, who, since when, until when, and how pressing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from itertools import chain
from typing import Literal

from firstdose.conduct.catalogue import HeldEvent, SafetyReport
from firstdose.conduct.clocks import EventName, clocks
from firstdose.conduct.held import HELD, at_a_glance, named, since
from firstdose.conduct.schedule import PlannedVisit, schedules
from firstdose.conduct.snapshot import OF_DOSING
from firstdose.conduct.staleness import StaleDecision
from firstdose.conduct.troughs import last_troughs
from firstdose.dosing.courses import Courses
from firstdose.dosing.known import WHERE_DAYS_END_LAST, Recorded, span_of
from firstdose.dosing.recorded import Records
from firstdose.dosing.unjudged_deaths import unjudged_deaths
from firstdose.protocol import Protocol
from firstdose.records import Dosing, TrialData
from firstdose.records.date_words import day_words, happened_words, instant_words
from firstdose.safety.evaluability import Status

AlertKind = Literal[
    "held_event",
    "stale_decision",
    "dlt",
    "possible_dlt",
    "unjudged_death",
    "prepared_dosing",
    "safety_report",
    "dlt_window",
    "trough",
    "visit_overdue",
    "visit_closing",
]
Weight = Literal["now", "soon", "note"]
WEIGHTS: tuple[Weight, ...] = ("now", "soon", "note")
CLOSING_SOON = timedelta(days=3)


@dataclass(frozen=True)
class Alert:
    """One thing to look at.

    ``who`` is the subject, or what it concerns. ``since`` is when it began or happened and ``until`` when it is too
    late, as far as they are known; ``when`` says it in words, in the site's zone, dates known in part as they were
    entered. ``record`` names the record that it rests on, kind first.
    """

    kind: AlertKind
    who: str
    words: str
    weight: Weight
    since: datetime | None = None
    until: datetime | None = None
    record: tuple[str, str] | None = None
    when: str = ""


@dataclass(frozen=True)
class Watched:
    """What alerts are looked for in, as of a moment, which has a zone.

    ``protocol_of`` gives the protocol that a subject follows, else everyone follows ``protocol``. ``reports`` stop the
    clocks of serious events, ``entered`` says when an event was first entered as serious, ``planned`` on which day
    somebody is to be dosed, ``held`` waits outside locked data. What ends within ``closing`` is closing. ``known`` are
    everyone's courses where they were made already, of these data and this moment. ``zone`` stands for sites whose zone
    is not recorded.
    """

    protocol: Protocol
    trial_data: TrialData
    moment: datetime
    protocol_of: Callable[[str], Protocol] | None = None
    reports: Iterable[SafetyReport] = ()
    held: Iterable[HeldEvent] = ()
    entered: Mapping[EventName, datetime] | None = None
    planned: Mapping[str, date] | None = None
    closing: timedelta = CLOSING_SOON
    known: Courses | None = None
    zone: tzinfo | None = None

    @cached_property
    def records(self) -> Records:
        return Records(self.trial_data, self.moment, self.zone)

    @cached_property
    def courses(self) -> Courses:
        return self.known or Courses(self.protocol, self.records)


@dataclass(frozen=True)
class Part:
    """Alerts that are looked for together, and the kinds of records by which they change at once.

    By other records, and by the time, they change too, but no sooner than anybody who looks each minute need know;
    those that are ``by_day``, when the day changes at a site.
    """

    name: str
    rests_on: tuple[str, ...]
    find: Callable[[Watched], Iterable[Alert]]
    by_day: bool = False


def alerts(watched: Watched, stale: Iterable[StaleDecision] = ()) -> tuple[Alert, ...]:
    """All alerts in order; ``stale`` are decisions that the data no longer bear."""
    found = chain.from_iterable(part.find(watched) for part in PARTS)
    return in_order([*stale_alerts(stale, watched.zone), *found], watched.moment)


def in_order(found: Sequence[Alert], moment: datetime) -> tuple[Alert, ...]:
    """What is held first, then the most pressing, then what is too late soonest."""
    end = max((each.until for each in found if each.until), default=moment)
    ordered = sorted(found, key=lambda each: (WEIGHTS.index(each.weight), each.until or end, each.who, each.words))
    return tuple(sorted(ordered, key=lambda each: each.kind != "held_event"))


def stale_alerts(stale: Iterable[StaleDecision], zone: tzinfo | None = None) -> Iterator[Alert]:
    """Decisions that the data no longer bear."""
    for decision in stale:
        since = max((each.entry.instant for each in decision.entered), default=None)
        record = ("dose_decisions", str(decision.decision))
        weight: Weight = "now" if decision.halts else "note"
        when = f"last entered {instant_words(since, zone)}" if since else ""
        yield Alert("stale_decision", f"decision {decision.decision}", decision.told, weight, since, None, record, when)


def _held(watched: Watched) -> Iterator[Alert]:
    """What became known of somebody's safety under a lock, and is not recorded yet."""
    for held in watched.held:
        told = at_a_glance(held)
        words = f"{named(held)}{f' ({told})' if told else ''}, held event {held.held}"
        begun = span_of(held.since, None).first
        yield Alert("held_event", held.subject, words, "now", begun, None, (HELD, str(held.held)), since(held))


def _toxicity(watched: Watched) -> Iterator[Alert]:
    """DLTs, events that wait for a verdict, deaths without one, and DLT windows that end soon."""
    courses, moment = watched.courses, watched.moment
    for course in courses.all:
        for event in course.events:
            start = _start_of(courses.records, course.subject, event.number)
            since, when = (
                courses.records.span(start, course.subject).first,
                happened_words("began", start) if start else "",
            )
            record = ("adverse_events", f"{course.subject}/{event.number}")
            kind: AlertKind = "dlt" if event.is_dlt else "possible_dlt"
            weight: Weight = "note" if event.is_dlt else "now"
            yield Alert(kind, course.subject, event.words, weight, since, None, record, when)
        end = course.follow_up.window_end
        if course.status is Status.PENDING and end is not None and moment < end <= moment + watched.closing:
            words = "the DLT window ends: see that everything in it is entered"
            when = _to_the_end_of(end, course.zone)
            yield Alert("dlt_window", course.subject, words, "soon", course.procedure_start, end, when=when)
    for death in unjudged_deaths(courses):
        since = courses.records.span(death.died, death.subject).first
        name_of_kind, _, name = death.record.partition(" ")
        when = happened_words("died", death.died) if death.died else ""
        yield Alert("unjudged_death", death.subject, death.said, "now", since, None, (name_of_kind, name), when)


def _to_the_end_of(end: datetime, zone: tzinfo | None) -> str:
    """Until which day something lasts that ends with a day at the site."""
    return f"until the end of {day_words((end - timedelta(microseconds=1)).astimezone(zone))}"


def _start_of(records: Records, subject: str, number: int) -> Recorded | None:
    """When an event began, as it was entered."""
    return next((event.start for event in records.events.get(subject, ()) if event.number == number), None)


def _prepared(watched: Watched) -> Iterator[Alert]:
    """Dosings that were prepared and are not recorded: whether somebody was given cells is not known of these."""
    for dosing in watched.trial_data.records(Dosing):
        if dosing.given is None and dosing.procedure_start is None and dosing.product_start is None:
            of_batch = f" from batch {dosing.batch}" if dosing.batch else ""
            words = f"a dosing{of_batch} is prepared: record what was given, or cancel it if nothing was"
            record = ("dosings", f"{dosing.subject}/{dosing.number}")
            yield Alert("prepared_dosing", dosing.subject, words, "now", record=record)


def _clocks(watched: Watched) -> Iterator[Alert]:
    """Reports of serious events that are still to be sent."""
    given = (watched.reports, watched.entered, watched.zone, watched.held)
    for clock in clocks(watched.trial_data, watched.moment, *given):
        if clock.is_running:
            perhaps = "" if clock.applies else "; whether it must be sent is still to be judged"
            record = ("adverse_events", f"{clock.subject}/{clock.event}")
            record = record if clock.held is None else (HELD, str(clock.held))
            since, until = clock.aware.first, clock.due.first or clock.due.last
            weight: Weight = "soon" if clock.is_overdue is False and clock.kind != "within_24_hours" else "now"
            words = f"{clock.words}{perhaps}"
            yield Alert("safety_report", clock.subject, words, weight, since, until, record, clock.when)


def _troughs(watched: Watched) -> Iterator[Alert]:
    """Last troughs out of range, or not to be held against it."""
    records = watched.records
    for trough in last_troughs(watched.protocol, records):
        if trough.against != "within":
            result = trough.result
            since = span_of(result.drawn, records.zone_at(result.subject)).first
            record = ("lab_results", f"{result.subject}/{result.number}")
            weight: Weight = "note" if trough.against == "unknown" else "soon"
            when = happened_words("drawn", result.drawn) if result.drawn else ""
            yield Alert("trough", result.subject, trough.words, weight, since, None, record, when)


def _visits(watched: Watched) -> Iterator[Alert]:
    """Visits that are overdue, or of which the window ends soon."""
    records, protocol_of = watched.records, watched.protocol_of or (lambda _: watched.protocol)
    planned = schedules(watched.trial_data, watched.moment, protocol_of, watched.planned)
    for visit in (each for visits in planned.values() for each in visits):
        since, until = _begin(records, visit, visit.opens.earliest), _end(records, visit, visit.closes.latest)
        if visit.standing == "overdue":
            words = f"{visit.plan.name} is overdue"
            when = f"its window ended on {day_words(visit.closes.latest)}" if visit.closes.latest else ""
            yield Alert("visit_overdue", visit.subject, words, "soon", since, until, when=when)
        elif visit.standing == "due" and until is not None and until <= records.as_of + watched.closing:
            words = f"{visit.plan.name}: the window ends"
            when = f"open until the end of {day_words(visit.closes.latest)}" if visit.closes.latest else ""
            yield Alert("visit_closing", visit.subject, words, "soon", since, until, when=when)


def _begin(records: Records, visit: PlannedVisit, day: date | None) -> datetime | None:
    """The instant at which a day begins at a participant's site."""
    zone = records.zone_at(visit.subject) or WHERE_DAYS_END_LAST
    return None if day is None else datetime.combine(day, time(), zone)


def _end(records: Records, visit: PlannedVisit, day: date | None) -> datetime | None:
    """The first instant after a day at a participant's site."""
    return None if day is None else _begin(records, visit, day + timedelta(days=1))


PARTS = (
    Part("held events", (HELD,), _held),
    Part("toxicity", OF_DOSING, _toxicity),
    Part("prepared dosings", ("dosings",), _prepared),
    Part("clocks", ("subjects", "adverse_events", "dosings", "slots", "safety_reports", HELD), _clocks),
    Part("troughs", ("subjects", "lab_results", "dosings", "slots"), _troughs, by_day=True),
    Part("visits", ("subjects", "visits", "dosings", "slots", "dispositions", "deaths"), _visits, by_day=True),
)
