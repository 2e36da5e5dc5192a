"""Adverse events that truly happen: by cause and period, clustered in people by a gamma frailty.

Within a period events of a cause are a Poisson process whose rate is the scenario's, times the person's frailty, times
the effect of the dose. The first event for which background treatment is stopped ends it, and with it the process.
"""

from __future__ import annotations

import numpy as np

from firstdose.simulation.virtual.candidates import DAYS_PER_YEAR, DIES
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Booleans, Floats, Integers
from firstdose.simulation.virtual.event_tables import CAUSES, PERIODS, EventTables
from firstdose.simulation.virtual.events import (
    ADVERSE_EVENT,
    BACKGROUND,
    BEFORE,
    DISEASE,
    EARLY,
    FATAL_GRADE,
    LAST_EARLY_DAY,
    LEFT,
    MOST_UNCAPPED,
    ON_TREATMENT,
    OTHER_REASON,
    PLANNED,
    Course,
    Events,
)
from firstdose.simulation.virtual.plan import NEVER, Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

WHILE_TAKEN = np.isin(np.arange(len(PERIODS)), (BEFORE, EARLY, ON_TREATMENT))
EVERY_PERIOD = np.ones(len(PERIODS), dtype=bool)
AFTER_IT = ~WHILE_TAKEN
Spans = tuple[Integers, Integers]


def happen(plan: Plan, cast: Cast, seed: int, number: int) -> Course:
    """Draw everyone's events."""
    random, tables = generator(seed, number, Stream.EVENTS), plan.event_tables
    frailty = _frailties(random, plan.scenario.adverse_events.frailty_variance.value, len(cast))
    stop, why = _planned_stops(random, plan, cast)
    is_background = tables.cause == BACKGROUND
    background, others = np.flatnonzero(is_background), np.flatnonzero(~is_background)
    found: list[Events] = []
    periods = spans(plan, cast, stop)
    if plan.immunosuppressant is not None and len(background):
        while_taken = _drawn(random, plan, cast, background, frailty, periods, WHILE_TAKEN)
        while_taken, stop, why = _stop_for_events(while_taken, cast, stop, why)
        periods = spans(plan, cast, stop)
        found += [while_taken, _drawn(random, plan, cast, background, frailty, periods, AFTER_IT)]
    elif plan.protocol.background_treatments:
        others = np.arange(len(tables.cause))
    found.append(_drawn(random, plan, cast, others, frailty, periods, EVERY_PERIOD))
    found.append(_dlts(random, plan, cast, periods))
    found.append(_fatal(random, cast, tables.fatal_term, periods))
    together = Events(*(np.concatenate([getattr(e, name) for e in found]) for name in Events.__dataclass_fields__))
    together = together.at(np.lexsort((together.term, together.start, together.person)))
    return Course(together, frailty, stop, why)


def _frailties(random: np.random.Generator, variance: float, count: int) -> Floats:
    """Gamma with mean 1; 1 for everyone without variance."""
    return random.gamma(1 / variance, variance, count) if variance > 0 else np.ones(count)


def _planned_stops(random: np.random.Generator, plan: Plan, cast: Cast) -> tuple[Integers, Integers]:
    """The last day of background treatment, were it not for adverse events: as planned, or earlier."""
    count, settings = len(cast), plan.scenario.treatments
    waits = random.exponential(1.0, (2, count))
    treatment = plan.immunosuppressant
    if treatment is None:
        return np.full(count, NEVER), np.full(count, PLANNED)
    planned = treatment.stop_day + np.floor(waits[0] * settings.stop_delay_days.value)
    rate = settings.stopped_early_per_year.value
    early = treatment.start_day + np.floor(waits[1] * DAYS_PER_YEAR / rate) if rate > 0 else np.full(count, NEVER)
    stop = np.minimum(planned, early)
    why = np.where(early < planned, OTHER_REASON, PLANNED)
    has_left = cast.left < stop
    stop = np.maximum(np.minimum(stop, cast.left), treatment.start_day)
    return stop.astype(np.int64), np.where(has_left, LEFT, why)


def spans(plan: Plan, cast: Cast, stop: Integers) -> tuple[Integers, Integers]:
    """First day of each period and the day after its last, for each person (rows); empty where these are equal."""
    count, close = len(cast), cast.end + 1
    after_early = np.full(count, LAST_EARLY_DAY + 1)
    treatment = plan.immunosuppressant
    ends = after_early if treatment is None else np.maximum(stop + 1, after_early)
    window = (treatment.withdrawal_window_days or 0) if treatment else 0
    after_window = after_early if treatment is None else np.maximum(stop + 1 + window, after_early)
    first = np.stack([cast.consent, np.zeros(count, np.int64), after_early, ends, after_window], axis=1)
    last = np.stack(
        [np.zeros(count, np.int64), after_early, ends, after_window, np.maximum(close, after_window)], axis=1
    )
    last = np.minimum(last, close[:, None])
    return first, np.maximum(last, first)


def _drawn(
    random: np.random.Generator,
    plan: Plan,
    cast: Cast,
    rows: Integers,
    frailty: Floats,
    periods: Spans,
    wanted: Booleans,
) -> Events:
    """The events of some causes, by their rows in the tables, in those of the periods that are wanted."""
    settings, tables = plan.scenario.adverse_events, plan.event_tables
    first, last = periods
    counts = random.poisson(_means(tables, rows, cast, last - first, frailty, wanted))
    place = np.repeat(np.arange(counts.size), counts.ravel())
    row, person, period = np.unravel_index(place, counts.shape)
    count, length, row = len(place), (last - first)[person, period], rows[row]
    drawn = random.random((4, count))
    start = first[person, period] + np.floor(drawn[0] * length).astype(np.int64)
    term, grade, days = tables.what(row, random)
    cause = tables.cause[row]
    in_window = (start >= 0) & (start <= plan.dlt.window_days)
    stops = (drawn[1] < settings.stops_background.value) & (cause == BACKGROUND)
    changes = (drawn[2] < settings.changes_background.value) & (cause == BACKGROUND)
    duration = np.exp(random.standard_normal(count) * settings.duration_spread.value) * days
    lasts = drawn[3] < settings.does_not_resolve.value
    return Events(
        person=person,
        cause=cause,
        period=period,
        term=term,
        grade=np.where(plan.is_attributable[cause] & in_window, np.minimum(grade, MOST_UNCAPPED), grade),
        start=start,
        end=np.where(lasts, NEVER, start + np.floor(duration).astype(np.int64)),
        is_dlt=np.zeros(count, dtype=bool),
        changes_background=changes & ~stops,
        stops_background=stops,
    )


def _means(
    tables: EventTables, rows: Integers, cast: Cast, days: Integers, frailty: Floats, wanted: Booleans
) -> Floats:
    """The expected number of events by cause, person and period."""
    rates = tables.rates[rows] * wanted / DAYS_PER_YEAR
    means = rates[:, None, :] * (days * frailty[:, None])
    means[:, :, EARLY:] *= (tables.ratio[rows, None] ** cast.doublings)[:, :, None]
    return np.asarray(means)


def _stop_for_events(events: Events, cast: Cast, stop: Integers, why: Integers) -> tuple[Events, Integers, Integers]:
    """Stop background treatment at the first event that asks for it, and take out what it would have caused later.

    The events are those from before its end.
    """
    stopping = np.full(len(cast), NEVER)
    on_treatment = np.isin(events.period, (EARLY, ON_TREATMENT)) & (events.start >= 0)
    asks = events.stops_background & on_treatment
    np.minimum.at(stopping, events.person[asks], events.start[asks])
    is_sooner = stopping < stop
    new_stop, new_why = np.where(is_sooner, stopping, stop), np.where(is_sooner, ADVERSE_EVENT, why)
    kept = events.at((events.start <= new_stop[events.person]) | (events.period == BEFORE))
    stops = kept.stops_background & (kept.start == new_stop[kept.person]) & (new_why[kept.person] == ADVERSE_EVENT)
    values = {name: getattr(kept, name) for name in Events.__dataclass_fields__}
    return Events(**{**values, "stops_background": stops}), new_stop, new_why


def _dlts(random: np.random.Generator, plan: Plan, cast: Cast, periods: Spans) -> Events:
    """The dose-limiting events that begin while there are data."""
    tables = plan.event_tables
    onset = np.array([each.dlt_onset for each in cast.dosed], dtype=np.int64)
    person = np.flatnonzero(onset <= cast.end)
    term, grade, days = tables.what(np.full(len(person), tables.dlt_row), random)
    start = onset[person]
    spread = plan.scenario.adverse_events.duration_spread.value
    duration = np.floor(np.exp(random.standard_normal(len(person)) * spread) * days).astype(np.int64)
    cause, period = CAUSES.index(plan.scenario.toxicity.caused_by), _period(periods, person, start)
    return _single(person, cause, period, term, grade, start, start + duration, True)


def _fatal(random: np.random.Generator, cast: Cast, term: int, periods: Spans) -> Events:
    """The event that leads to each death that the data hold."""
    person = np.flatnonzero((cast.left_why == DIES) & cast.left_early)
    died = cast.left[person]
    start = np.maximum(died - random.integers(0, 10, len(person)), 0)
    grade = np.full(len(person), FATAL_GRADE)
    period = _period(periods, person, start)
    return _single(person, DISEASE, period, np.full(len(person), term), grade, start, died, False)


def _period(periods: Spans, person: Integers, start: Integers) -> Integers:
    """The period in which each event begins."""
    first, last = periods
    return np.asarray(((first[person] <= start[:, None]) & (start[:, None] < last[person])).argmax(axis=1))


def _single(
    person: Integers,
    cause: int,
    period: Integers,
    term: Integers,
    grade: Integers,
    start: Integers,
    end: Integers,
    is_dlt: bool,
) -> Events:
    """Events that do not come from the rates by period."""
    count = len(person)
    no = np.zeros(count, dtype=bool)
    return Events(person, np.full(count, cause), period, term, grade, start, end, np.full(count, is_dlt), no, no)
