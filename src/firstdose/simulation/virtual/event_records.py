"""Adverse events as the trial records them: relations as they are judged, grades over time, dates known in part."""

from __future__ import annotations

import numpy as np

from firstdose.records.attribution import CAUSES as JUDGED
from firstdose.records.attribution import Relation, relation_field
from firstdose.records.events import AdverseEvent, GradeChange
from firstdose.safety.dlt import RELATED
from firstdose.simulation.virtual.calendar_words import DAY_UNKNOWN, MONTH_UNKNOWN, NO_TIME, WHOLE
from firstdose.simulation.virtual.candidates import DIES
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import (
    NOTHING,
    Booleans,
    Column,
    Draft,
    Floats,
    Integers,
    Picked,
    frame,
    numbered,
    pick,
    table_of,
)
from firstdose.simulation.virtual.event_tables import CAUSES
from firstdose.simulation.virtual.events import (
    BACKGROUND,
    FATAL_GRADE,
    MOST_UNCAPPED,
    Course,
    Events,
)
from firstdose.simulation.virtual.grade_records import RecordedEvents, grade_frame
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

RELATIONS: tuple[Relation, ...] = ("not_related", "unlikely", "possible", "probable", "related")
RELATION_WORDS = table_of(RELATIONS)
IS_RELATED = np.array([each in RELATED for each in RELATIONS])
FIRST_RELATED = int(IS_RELATED.argmax())
OUTCOMES = table_of(
    ["recovered", "recovered_with_sequelae", "recovering", "not_recovered", "fatal", "unknown"],
)
RECOVERED, WITH_SEQUELAE, RECOVERING, NOT_RECOVERED, FATAL, UNKNOWN = range(6)
ACTIONS = table_of(["none", "not_applicable", "interrupted", "reduced", "withdrawn"])
NO_ACTION, NOT_APPLICABLE, INTERRUPTED, REDUCED, WITHDRAWN = range(5)
EXPECTATIONS = table_of(["unexpected", "expected"])
DEATH, LIFE_THREATENING, HOSPITAL, OTHER = range(4)
SERIOUS_FIELDS = ("serious_death", "serious_life_threatening", "serious_hospital", "serious_other")
AFTERNOON = 14 * 60


def write_down(
    plan: Plan, cast: Cast, course: Course, seed: int, number: int
) -> tuple[RecordedEvents, dict[type, Draft]]:
    """The events as recorded, and the frames of events and of their grades."""
    random, events = generator(seed, number, Stream.EVENT_RECORDS), course.events
    count = len(events)
    is_serious = _serious(random, plan, events)
    start_known, end_known = (_known(random, plan, is_serious | events.is_dlt, count) for _ in range(2))
    last = cast.end[events.person]
    has_ended = events.end <= last
    rises = (random.random(count) < plan.scenario.adverse_events.begins_milder.value) & (events.grade >= MOST_UNCAPPED)
    rise_day = events.start + random.integers(1, 4, count)
    is_fatal = events.grade == FATAL_GRADE
    rises = (rises & (rise_day <= np.minimum(events.end, last))) | (is_fatal & (events.end > events.start))
    rise_day = np.where(is_fatal, events.end, rise_day)
    on_day = (events.start == 0) & (start_known == WHOLE) & (is_serious | events.is_dlt | (events.cause < BACKGROUND))
    minutes = np.where(on_day, AFTERNOON + random.integers(0, 360, count), NO_TIME)
    recorded = RecordedEvents(
        events=events,
        number=numbered(events.person),
        relation=_relations(random, plan, events),
        is_serious=is_serious,
        start_known=start_known,
        end_known=np.where(is_fatal, WHOLE, end_known),
        has_ended=has_ended,
        minutes=minutes,
        rises=rises,
        rise_day=rise_day,
        outcome=_outcomes(random, plan, cast, events, has_ended),
    )
    frames = {
        AdverseEvent: _event_frame(random, plan, cast, recorded),
        GradeChange: grade_frame(plan, cast, recorded),
    }
    return recorded, frames


def _serious(random: np.random.Generator, plan: Plan, events: Events) -> Booleans:
    """Which events are serious: by grade, but none that is attributable and milder than a DLT in its window."""
    shares = np.array([0.0, *plan.scenario.adverse_events.serious.by_grade, 1.0])
    drawn = random.random(len(events)) < shares[events.grade]
    in_window = (events.start >= 0) & (events.start <= plan.dlt.window_days)
    return drawn & ~(plan.is_attributable[events.cause] & in_window & ~events.is_dlt)


def _known(random: np.random.Generator, plan: Plan, is_important: Booleans, count: int) -> Integers:
    """How much of a date is known."""
    shares, drawn = plan.scenario.adverse_events.partial_dates, random.random(count)
    day, month = shares.day_unknown.value, shares.month_unknown.value
    known = np.where(drawn < month, MONTH_UNKNOWN, np.where(drawn < month + day, DAY_UNKNOWN, WHOLE))
    return np.where(is_important, WHOLE, known)


def _relations(random: np.random.Generator, plan: Plan, events: Events) -> Integers:
    """The judged relation to each cause (columns); NOTHING where there is no such cause in the trial."""
    settings, shape = plan.scenario.adverse_events.relatedness, (len(events), len(JUDGED))
    true = events.cause[:, None] == np.array([CAUSES.index(cause) for cause in JUDGED])
    drawn, degree = random.random(shape), random.random(shape)
    related = np.where(true, drawn < settings.recognised.value, drawn < settings.falsely_attributed.value)
    related |= true & events.is_dlt[:, None]
    by_degree = FIRST_RELATED + np.floor(degree * (len(RELATIONS) - FIRST_RELATED)).astype(np.int64)
    relation = np.where(related, np.where(true, by_degree, FIRST_RELATED), (degree < 0.3).astype(np.int64))
    before = events.start < 0
    for place, cause in enumerate(JUDGED):
        if cause in ("product", "procedure"):
            relation[before, place] = 0
        if cause == "background_treatment":
            begins = min((each.start_day for each in plan.protocol.background_treatments), default=0)
            relation[events.start < begins, place] = 0
            if not plan.protocol.background_treatments:
                relation[:, place] = NOTHING
    return relation


def _outcomes(random: np.random.Generator, plan: Plan, cast: Cast, events: Events, has_ended: Booleans) -> Integers:
    """The outcome as far as it is known at the end of the data."""
    drawn = random.random(len(events))
    left, why = cast.left_early[events.person], cast.left_why[events.person]
    ended = np.where(drawn < plan.scenario.adverse_events.with_sequelae.value, WITH_SEQUELAE, RECOVERED)
    still = np.where(drawn < 0.5, RECOVERING, NOT_RECOVERED)
    still = np.where(left, np.where(why == DIES, NOT_RECOVERED, UNKNOWN), still)
    return np.where(events.grade == FATAL_GRADE, FATAL, np.where(has_ended, ended, still))


def start_day_text(plan: Plan, cast: Cast, recorded: RecordedEvents) -> Picked:
    """The recorded day on which each event began."""
    events = recorded.events
    return plan.calendar.text(cast.day[events.person] + events.start, recorded.start_known)


def end_text(plan: Plan, cast: Cast, recorded: RecordedEvents) -> Picked:
    """The recorded end of each event, if it has ended."""
    events, calendar = recorded.events, plan.calendar
    ends = cast.day[events.person] + np.where(recorded.has_ended, events.end, 0)
    return calendar.text(ends, np.where(recorded.has_ended, recorded.end_known, NOTHING))


def _event_frame(random: np.random.Generator, plan: Plan, cast: Cast, recorded: RecordedEvents) -> Draft:
    """The frame of adverse events."""
    events, tables, count = recorded.events, plan.event_tables, len(recorded.events)
    calendar, day, last = plan.calendar, cast.day[events.person], cast.end[events.person]
    delays = random.integers(0, 15, (2, count))
    aware = np.minimum(events.start + delays[0] % 3, last)
    recorded_day = np.minimum(events.start + delays[1], last)
    columns: dict[str, Column] = {
        "subject": pick(cast.subject_words, cast.subject[events.person]),
        "number": recorded.number,
        "term": pick(tables.words, events.term),
        "preferred_term": pick(tables.names, events.term),
        "organ_class": pick(tables.classes, events.term),
        "start": calendar.moments(start_day_text(plan, cast, recorded).codes, recorded.minutes),
        "end": end_text(plan, cast, recorded),
        "grade": events.grade,
        "serious": recorded.is_serious,
        "expectedness": pick(
            EXPECTATIONS, np.where(events.cause < BACKGROUND, events.grade <= MOST_UNCAPPED, NOTHING).astype(np.int64)
        ),
        "special_interest": pick(tables.special_interest, events.term),
        "aware": calendar.text(np.where(recorded.is_serious, day + aware, NOTHING)),
        "action_with_product": "not_applicable",
        "action_with_background_treatment": _background_action(random, plan, events),
        "outcome": pick(OUTCOMES, recorded.outcome),
        "recorded": calendar.text(day + recorded_day),
    }
    columns |= {
        relation_field(cause): pick(RELATION_WORDS, recorded.relation[:, place]) for place, cause in enumerate(JUDGED)
    }
    return frame(AdverseEvent, count, columns | _criteria(random.random(count), recorded))


def _criteria(drawn: Floats, recorded: RecordedEvents) -> dict[str, Column]:
    """The criterion that makes an event serious."""
    grade = recorded.events.grade
    is_threatening = (grade == FATAL_GRADE - 1) & (drawn < 0.5)
    criterion = np.where(is_threatening, LIFE_THREATENING, np.where(drawn < 0.85, HOSPITAL, OTHER))
    criterion = np.where(grade == FATAL_GRADE, DEATH, criterion)
    return {
        name: np.where(recorded.is_serious, criterion == place, NOTHING) for place, name in enumerate(SERIOUS_FIELDS)
    }


def _background_action(random: np.random.Generator, plan: Plan, events: Events) -> Column:
    """What was done with the background treatment for each event."""
    if not plan.protocol.background_treatments:
        return None
    milder = np.where(random.random(len(events)) < 0.5, INTERRUPTED, REDUCED)
    action = np.where(events.start >= 0, NO_ACTION, NOT_APPLICABLE)
    action = np.where(events.changes_background, milder, action)
    return pick(ACTIONS, np.where(events.stops_background, WITHDRAWN, action))
