"""Laboratory results, troughs and vital signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.protocol.product import TroughTarget
from firstdose.records.examinations import LabResult, VitalSign
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import (
    NOTHING,
    Booleans,
    Draft,
    Floats,
    Integers,
    frame,
    numbered,
    pick,
    table_of,
)
from firstdose.simulation.virtual.events import Course
from firstdose.simulation.virtual.item_blocks import pairs
from firstdose.simulation.virtual.plan import LABORATORY, TROUGHS, VITAL_SIGNS, Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

FLAGS = table_of(["low", "normal", "high"])
LOW, NORMAL, HIGH = range(3)
NOT_DONE = table_of(["not_done"])
NOT_DONE_REASONS = table_of(["haemolysed", "not drawn", "tube lost"])
MINUTES_PER_HOUR, MINUTES_PER_DAY = 60, 1440
SMALLEST = 1e-9


def is_on_treatment(plan: Plan, course: Course, day: Integers) -> Booleans:
    """Whether each person (row) takes the longest background treatment on each day."""
    treatment = plan.immunosuppressant
    if treatment is None:
        return np.zeros(day.shape, dtype=bool)
    return np.asarray((day > treatment.start_day) & (day <= course.stop[:, None]))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Laboratory results as arrays, one entry a result; the test by its place in the panel, a trough after the last."""

    person: Integers
    visit: Integers
    minutes: Integers
    test: Integers
    value: Floats
    is_done: Booleans
    reason: Integers
    intake: Integers


def laboratory_frame(plan: Plan, cast: Cast, attendance: Attendance, course: Course, seed: int, number: int) -> Draft:
    """Laboratory results and troughs together, numbered within each person by the time of the draw."""
    parts = [_panel(plan, cast, attendance, course, generator(seed, number, Stream.LABORATORY))]
    treatment = plan.panel.trough
    if treatment is not None and treatment.trough_target is not None:
        random = generator(seed, number, Stream.TROUGHS)
        parts.append(_troughs(plan, cast, attendance, course, treatment.trough_target, random))
    all_of_it = Drawn(*(np.concatenate([getattr(each, name) for each in parts]) for name in Drawn.__dataclass_fields__))
    day = cast.day[all_of_it.person] + attendance.day[all_of_it.person, all_of_it.visit]
    order = np.lexsort((all_of_it.test, day * MINUTES_PER_DAY + all_of_it.minutes, all_of_it.person))
    in_order = Drawn(*(getattr(all_of_it, name)[order] for name in Drawn.__dataclass_fields__))
    return _frame(plan, cast, in_order, day[order])


def _frame(plan: Plan, cast: Cast, drawn: Drawn, day: Integers) -> Draft:
    """The results as recorded."""
    panel = plan.panel
    low, high = panel.low[drawn.test], panel.high[drawn.test]
    flag = np.where(drawn.value < low, LOW, np.where(drawn.value > high, HIGH, NORMAL))
    flag = np.where(drawn.is_done & ~(np.isnan(low) & np.isnan(high)), flag, NOTHING)
    intake_day, intake_minutes = np.divmod(drawn.intake, MINUTES_PER_DAY)  # of NOTHING the day is NOTHING too
    return frame(
        LabResult,
        len(drawn.person),
        {
            "subject": pick(cast.subject_words, cast.subject[drawn.person]),
            "number": numbered(drawn.person),
            **{name: pick(words, drawn.test) for name, words in panel.words.items()},
            "result": drawn.value,
            "range_low": low,
            "range_high": high,
            "flag": pick(FLAGS, flag),
            "drawn": plan.calendar.moments(day, drawn.minutes),
            "last_intake": plan.calendar.moments(intake_day, intake_minutes),
            "visit": pick(plan.visit_words, drawn.visit),
            "performed": pick(NOT_DONE, np.where(drawn.is_done, NOTHING, 0)),
            "reason": pick(NOT_DONE_REASONS, drawn.reason),
        },
    )


def _panel(plan: Plan, cast: Cast, attendance: Attendance, course: Course, random: np.random.Generator) -> Drawn:
    """The panel at each visit with a laboratory, visits at which it was not done included."""
    panel, per_visit = plan.panel, len(plan.scenario.laboratory.tests)
    person, visit = pairs(attendance.done[LABORATORY] | attendance.not_done[LABORATORY])
    is_done = attendance.done[LABORATORY][person, visit]
    on_treatment = is_on_treatment(plan, course, attendance.day)[person, visit]
    logs = panel.mean + random.standard_normal((len(cast), per_visit))[person] * panel.between
    logs = logs + random.standard_normal((len(person), per_visit)) * panel.within
    logs = logs + on_treatment[:, None] * panel.effect
    values = np.rint(np.exp(logs) * panel.scale) / panel.scale
    minutes = _minutes_of_draw(plan, len(person), random)
    reasons = np.where(is_done, NOTHING, random.integers(0, 3, len(person)))
    return Drawn(
        person=np.repeat(person, per_visit),
        visit=np.repeat(visit, per_visit),
        minutes=np.repeat(minutes, per_visit),
        test=np.tile(np.arange(per_visit), len(person)),
        value=np.where(is_done[:, None], values, np.nan).ravel(),
        is_done=np.repeat(is_done, per_visit),
        reason=np.repeat(reasons, per_visit),
        intake=np.full(len(person) * per_visit, NOTHING),
    )


def _minutes_of_draw(plan: Plan, count: int, random: np.random.Generator) -> Integers:
    """The minute of the day at which blood is drawn: within an hour of the scenario's hour."""
    middle = plan.scenario.laboratory.hour_of_draw.value * MINUTES_PER_HOUR
    minutes = middle + random.uniform(-MINUTES_PER_HOUR, MINUTES_PER_HOUR, count)
    return np.clip(minutes, 0, MINUTES_PER_DAY - 1).astype(np.int64)


def _troughs(
    plan: Plan, cast: Cast, attendance: Attendance, course: Course, target: TroughTarget, random: np.random.Generator
) -> Drawn:
    """Troughs while the drug is taken, with the times of draw and last intake."""
    settings = plan.scenario.laboratory.troughs
    person, visit = pairs(attendance.done[TROUGHS] & is_on_treatment(plan, course, attendance.day))
    count = len(person)
    centre = np.log(np.sqrt(max(target.lowest, SMALLEST) * target.highest) * settings.centre_ratio.value)
    logs = centre + random.standard_normal(len(cast))[person] * settings.between_people.value
    logs = logs + random.standard_normal(count) * settings.within_people.value
    logs = logs + np.log(settings.ratio_per_doubling.value) * cast.doublings[person]
    minutes, since = _minutes_of_draw(plan, count, random), settings.hours_since_intake
    passed = np.maximum(random.normal(since.mean, since.sd, count), 0.1) * MINUTES_PER_HOUR
    moment = (cast.day[person] + attendance.day[person, visit]) * MINUTES_PER_DAY + minutes
    return Drawn(
        person=person,
        visit=visit,
        minutes=minutes,
        test=np.full(count, len(plan.scenario.laboratory.tests)),
        value=np.round(np.exp(logs), 1),
        is_done=np.ones(count, dtype=bool),
        reason=np.full(count, NOTHING),
        intake=moment - np.rint(passed).astype(np.int64),
    )


def vital_sign_frame(plan: Plan, cast: Cast, attendance: Attendance, course: Course, seed: int, number: int) -> Draft:
    """Vital signs at each visit with an examination."""
    signs, tests = plan.vital_signs, len(plan.scenario.laboratory.vital_signs)
    random = generator(seed, number, Stream.VITAL_SIGNS)
    person, visit = pairs(attendance.done[VITAL_SIGNS])
    count = len(person) * tests
    if not count:
        return frame(VitalSign, 0, {})
    on_treatment = is_on_treatment(plan, course, attendance.day)[person, visit]
    values = signs.mean + random.standard_normal((len(cast), tests))[person] * signs.between
    values = values + random.standard_normal((len(person), tests)) * signs.within
    values = np.maximum(values + on_treatment[:, None] * signs.added, 0.0)
    values = np.rint(values * signs.scale) / signs.scale
    row, test = np.repeat(np.arange(len(person)), tests), np.tile(np.arange(tests), len(person))
    day = cast.day[person] + attendance.day[person, visit]
    return frame(
        VitalSign,
        count,
        {
            "subject": pick(cast.subject_words, cast.subject[person][row]),
            "number": numbered(person[row]),
            **{name: pick(words, test) for name, words in signs.words.items()},
            "result": values.ravel(),
            "measured": plan.calendar.text(day[row]),
            "visit": pick(plan.visit_words, visit[row]),
        },
    )
