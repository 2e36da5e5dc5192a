"""Laboratory results, troughs and vital signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from firstdose.protocol.product import BackgroundTreatment, TroughTarget
from firstdose.records.examinations import LabResult, VitalSign
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import (
    NOTHING,
    Booleans,
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
TROUGH_CATEGORY, TROUGH_SPECIMEN = "trough", "blood"
LONGEST_CODE = 5
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


def laboratory_frame(
    plan: Plan, cast: Cast, attendance: Attendance, course: Course, seed: int, number: int
) -> pl.DataFrame:
    """Laboratory results and troughs together, numbered within each person by the time of the draw."""
    parts = [_panel(plan, cast, attendance, course, generator(seed, number, Stream.LABORATORY))]
    treatment, target = plan.immunosuppressant, None
    if treatment is not None and treatment.trough_target is not None:
        target = treatment.trough_target
        random = generator(seed, number, Stream.TROUGHS)
        parts.append(_troughs(plan, cast, attendance, course, target, random))
    all_of_it = Drawn(*(np.concatenate([getattr(each, name) for each in parts]) for name in Drawn.__dataclass_fields__))
    day = cast.day[all_of_it.person] + attendance.day[all_of_it.person, all_of_it.visit]
    order = np.lexsort((all_of_it.test, day * MINUTES_PER_DAY + all_of_it.minutes, all_of_it.person))
    in_order = Drawn(*(getattr(all_of_it, name)[order] for name in Drawn.__dataclass_fields__))
    return _frame(plan, cast, in_order, day[order], None if target is None else treatment)


def _frame(plan: Plan, cast: Cast, drawn: Drawn, day: Integers, treatment: BackgroundTreatment | None) -> pl.DataFrame:
    """The results as recorded."""
    tests = plan.scenario.laboratory.tests
    troughs = [] if treatment is None or treatment.trough_target is None else [treatment]
    codes = [each.drug.upper().replace(" ", "")[:LONGEST_CODE] for each in troughs]
    names = [f"{each.drug.capitalize()} trough" for each in troughs]
    units = [each.trough_target.unit for each in troughs if each.trough_target]
    low, high = (
        np.array([np.nan if limit is None else limit for limit in limits] + [np.nan] * len(troughs))[drawn.test]
        for limits in ([each.low for each in tests], [each.high for each in tests])
    )
    flag = np.where(drawn.value < low, LOW, np.where(drawn.value > high, HIGH, NORMAL))
    flag = np.where(drawn.is_done & ~(np.isnan(low) & np.isnan(high)), flag, NOTHING)
    intake_day, intake_minutes = np.divmod(drawn.intake, MINUTES_PER_DAY)  # of NOTHING the day is NOTHING too
    return frame(
        LabResult,
        len(drawn.person),
        {
            "subject": pick(cast.subject_words, cast.subject[drawn.person]),
            "number": numbered(drawn.person),
            "test": pick(table_of([*(each.test for each in tests), *codes]), drawn.test),
            "name": pick(table_of([*(each.name for each in tests), *names]), drawn.test),
            "category": pick(table_of([*(each.category for each in tests), TROUGH_CATEGORY]), drawn.test),
            "specimen": pick(table_of([*(each.specimen for each in tests), TROUGH_SPECIMEN]), drawn.test),
            "analyte": pick(table_of([*[None] * len(tests), *(each.drug for each in troughs)]), drawn.test),
            "result": drawn.value,
            "unit": pick(table_of([*(each.unit for each in tests), *units]), drawn.test),
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
    tests = plan.scenario.laboratory.tests
    person, visit = pairs(attendance.done[LABORATORY] | attendance.not_done[LABORATORY])
    is_done = attendance.done[LABORATORY][person, visit]
    on_treatment = is_on_treatment(plan, course, attendance.day)[person, visit]
    figures = np.array(
        [(each.geometric_mean, each.ratio_on_treatment, each.between_people, each.within_people) for each in tests]
    ).reshape(-1, 4)
    (mean, effect), (between, within) = np.log(figures[:, :2]).T, figures[:, 2:].T
    logs = mean + random.standard_normal((len(cast), len(tests)))[person] * between
    logs = logs + random.standard_normal((len(person), len(tests))) * within + on_treatment[:, None] * effect
    values = _rounded(np.exp(logs), [each.decimals for each in tests])
    minutes = _minutes_of_draw(plan, len(person), random)
    reasons = np.where(is_done, NOTHING, random.integers(0, 3, len(person)))
    per_visit = len(tests)
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


def vital_sign_frame(
    plan: Plan, cast: Cast, attendance: Attendance, course: Course, seed: int, number: int
) -> pl.DataFrame:
    """Vital signs at each visit with an examination."""
    tests, random = plan.scenario.laboratory.vital_signs, generator(seed, number, Stream.VITAL_SIGNS)
    person, visit = pairs(attendance.done[VITAL_SIGNS])
    count = len(person) * len(tests)
    if not count:
        return frame(VitalSign, 0, {})
    on_treatment = is_on_treatment(plan, course, attendance.day)[person, visit]
    mean, between, within, added = np.array(
        [(each.mean, each.between_people, each.within_people, each.added_on_treatment) for each in tests]
    ).T
    values = mean + random.standard_normal((len(cast), len(tests)))[person] * between
    values = values + random.standard_normal((len(person), len(tests))) * within + on_treatment[:, None] * added
    values = _rounded(np.maximum(values, 0.0), [each.decimals for each in tests])
    row, test = np.repeat(np.arange(len(person)), len(tests)), np.tile(np.arange(len(tests)), len(person))
    day = cast.day[person] + attendance.day[person, visit]
    return frame(
        VitalSign,
        count,
        {
            "subject": pick(cast.subject_words, cast.subject[person][row]),
            "number": numbered(person[row]),
            "test": pick(table_of(each.test for each in tests), test),
            "name": pick(table_of(each.name for each in tests), test),
            "result": values.ravel(),
            "unit": pick(table_of(each.unit for each in tests), test),
            "measured": plan.calendar.text(day[row]),
            "visit": pick(plan.visit_words, visit[row]),
        },
    )


def _rounded(values: Floats, decimals: list[int]) -> Floats:
    """Values with the decimals that each column is reported with."""
    scale = 10.0 ** np.array(decimals)
    return np.asarray(np.rint(values * scale) / scale)
