"""Scans, and what is read from them: brain volume change and lesion counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.records.examinations import Image
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.candidates import DAYS_PER_YEAR
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
    whole,
)
from firstdose.simulation.virtual.item_blocks import ItemBlock, block, column_of, pairs, word
from firstdose.simulation.virtual.plan import IMAGES, NEVER, Plan
from firstdose.simulation.virtual.relapses import ACTS_FOR_DAYS, RelapseCourse, pseudo_atrophy
from firstdose.simulation.virtual.scenario_measures import BrainVolume, Lesions

QUALITIES = table_of(["good", "limited"])


@dataclass(frozen=True, eq=False)
class Scans:
    """Every scan by person and visit: whether it was made, on which scanner, after which steroids, and how it is read.

    ``yearly_change`` is each person's true brain volume change per cent per year, the effect of the dose included;
    ``reference`` is the visit of the last scan before dosing, NOTHING without one.
    """

    made: Booleans
    on_other: Booleans
    since_steroids: Integers
    is_blinded: Booleans
    with_contrast: Booleans
    is_limited: Booleans
    yearly_change: Floats
    reference: Integers


def draw_scans(
    plan: Plan, cast: Cast, attendance: Attendance, relapses: RelapseCourse, random: np.random.Generator
) -> Scans:
    """The scans of everyone; without images in the protocol those are taken at which something is read."""
    settings, shape = plan.scenario.imaging, attendance.day.shape
    made = attendance.done[IMAGES].copy()
    for measure in ("brain_volume", "lesion_counts"):
        if measure in attendance.done:
            made |= attendance.done[measure]
    changes = random.random(len(cast)) < settings.scanner_changed.value
    since_day = random.integers(30, 331, len(cast))
    on_other = changes[:, None] & (attendance.day >= since_day[:, None])
    yearly = settings.brain_volume.yearly_change_percent
    change = yearly.mean + yearly.sd * random.standard_normal(len(cast))
    before = made & (plan.planned_days <= 0)
    last_before = shape[1] - 1 - np.argmax(before[:, ::-1], axis=1) if shape[1] else np.zeros(shape[0], np.int64)
    return Scans(
        made=made,
        on_other=on_other,
        since_steroids=relapses.days_since_steroids(attendance.day),
        is_blinded=random.random(shape) < settings.reader_blinded.value,
        with_contrast=random.random(shape) < settings.lesions.contrast.value,
        is_limited=random.random(shape) < settings.limited_quality.value,
        yearly_change=change + settings.brain_volume.slope_per_doubling.value * cast.doublings,
        reference=np.where(before.any(axis=1), last_before, NOTHING),
    )


def image_frame(plan: Plan, cast: Cast, attendance: Attendance, scans: Scans) -> Draft:
    """The imaging sessions as recorded."""
    person, visit = pairs(scans.made)
    centres = plan.scenario.conduct.centres
    centre = cast.candidates.centre[cast.candidate[person]]
    other = scans.on_other[person, visit]
    scanners = table_of([*(each.scanner for each in centres), plan.scenario.imaging.other_scanner])
    since = scans.since_steroids[person, visit]
    return frame(
        Image,
        len(person),
        {
            "subject": pick(cast.subject_words, cast.subject[person]),
            "number": numbered(person),
            "modality": "MRI",
            "taken": plan.calendar.text(cast.day[person] + attendance.day[person, visit]),
            "visit": pick(plan.visit_words, visit),
            "scanner": pick(scanners, np.where(other, len(centres), centre)),
            "field_tesla": np.array([each.field_tesla for each in centres])[centre],
            "contrast": scans.with_contrast[person, visit],
            "days_since_steroids": whole(since, since != NOTHING),
            "quality": pick(QUALITIES, scans.is_limited[person, visit].astype(np.int64)),
            "reader": "reader-01",
            "reader_blinded": scans.is_blinded[person, visit],
        },
    )


def brain_volume(
    cast: Cast, attendance: Attendance, scans: Scans, settings: BrainVolume, random: np.random.Generator
) -> ItemBlock:
    """Change from the last scan before dosing to each scan after it."""
    wanted = attendance.done["brain_volume"] & (attendance.day > 0) & (scans.reference != NOTHING)[:, None]
    person, visit = pairs(wanted)
    found = block("brain_volume", person, visit, scans.is_blinded[person, visit].astype(np.int64))
    first, day = attendance.day[person, scans.reference[person]], attendance.day[person, visit]
    years = (day - first) / DAYS_PER_YEAR
    true = 100 * ((1 + scans.yearly_change[person] / 100) ** years - 1)
    shift = random.standard_normal(len(cast))[person] * settings.scanner_shift_sd.value
    other = scans.on_other[person, visit]
    since = scans.since_steroids[person, visit]
    measured = true + random.standard_normal(len(person)) * settings.measurement_sd.value + np.where(other, shift, 0.0)
    measured += pseudo_atrophy(since, settings.steroid_change_percent.value)
    recent = (since != NOTHING) & (since <= ACTS_FOR_DAYS)
    found.answers[:, column_of("brain_volume", "percentage_change")] = np.round(np.clip(measured, -30, 30), 3)
    found.dates[:, column_of("brain_volume", "first_scan")] = cast.day[person] + first
    found.dates[:, column_of("brain_volume", "second_scan")] = cast.day[person] + day
    found.texts[:, column_of("brain_volume", "scanner_changed")] = _yes_no(other)
    found.texts[:, column_of("brain_volume", "recent_steroids")] = _yes_no(recent)
    return found


def lesion_counts(
    cast: Cast, attendance: Attendance, scans: Scans, settings: Lesions, random: np.random.Generator
) -> ItemBlock:
    """New lesions since the scan before, and enhancing ones where contrast was given; the first scan counts none."""
    variance = settings.between_people.value
    frailty = random.gamma(1 / variance, variance, len(cast)) if variance > 0 else np.ones(len(cast))
    last = np.maximum.accumulate(np.where(scans.made, attendance.day, -NEVER), axis=1)
    previous = np.concatenate([np.full((len(cast), 1), -NEVER), last[:, :-1]], axis=1)
    person, visit = pairs(attendance.done["lesion_counts"] & (previous > -NEVER))
    found = block("lesion_counts", person, visit, scans.is_blinded[person, visit].astype(np.int64))
    day = attendance.day[person, visit]
    effect = np.where(day > 0, settings.ratio_per_doubling.value ** cast.doublings[person], 1.0)
    rate = frailty[person] * effect
    years = (day - previous[person, visit]) / DAYS_PER_YEAR
    contrast = scans.with_contrast[person, visit]
    enhancing = random.poisson(rate * settings.enhancing_per_scan.value)
    new = random.poisson(rate * settings.new_per_year.value * years)
    found.answers[:, column_of("lesion_counts", "new_t2")] = np.minimum(new, 500)
    found.answers[:, column_of("lesion_counts", "enhancing")] = np.where(contrast, np.minimum(enhancing, 500), np.nan)
    found.texts[:, column_of("lesion_counts", "contrast_given")] = _yes_no(contrast)
    found.texts[:, column_of("lesion_counts", "reader_blinded")] = _yes_no(scans.is_blinded[person, visit])
    return found


def _yes_no(answer: Booleans) -> Integers:
    """The words yes and no."""
    return np.where(answer, word("yes"), word("no"))
