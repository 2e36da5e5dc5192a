"""Everything that visits yield through measures: the answers of all of them, and the images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from firstdose.records.examinations import Assessment, Image
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Draft, Floats, Integers
from firstdose.simulation.virtual.disability import EdssCourse
from firstdose.simulation.virtual.edss_answers import edss_answers
from firstdose.simulation.virtual.function_answers import (
    barthel,
    dose_effect,
    nine_hole_peg,
    symbol_digit,
    timed_walk,
)
from firstdose.simulation.virtual.imaging_answers import Scans, brain_volume, draw_scans, image_frame, lesion_counts
from firstdose.simulation.virtual.item_blocks import ItemBlock, assessment_frame, block, column_of, pairs, word
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.random_streams import Stream, generator
from firstdose.simulation.virtual.relapses import RelapseCourse
from firstdose.simulation.virtual.scenario_measures import Neurofilament

HALVES_IN_DAYS = 30


@dataclass(frozen=True, eq=False)
class Examined:
    """The frames, and what is true behind them."""

    frames: dict[type, Draft]
    scans: Scans


def examine(
    plan: Plan, cast: Cast, attendance: Attendance, course: EdssCourse, relapses: RelapseCourse, seed: int, number: int
) -> Examined:
    """The assessments and images of everyone."""
    rated, settings = course.rated, plan.scenario
    imaging, tests = generator(seed, number, Stream.IMAGING), generator(seed, number, Stream.FUNCTION)
    scans = draw_scans(plan, cast, attendance, relapses, imaging)
    makers: dict[str, Callable[[], ItemBlock]] = {
        "edss": lambda: edss_answers(cast, attendance, rated, tests),
        "timed_walk": lambda: timed_walk(cast, attendance, rated, settings.function, tests),
        "nine_hole_peg": lambda: nine_hole_peg(cast, attendance, rated, settings.function, tests),
        "symbol_digit": lambda: symbol_digit(cast, attendance, rated, settings.function.symbol_digit, tests),
        "barthel": lambda: barthel(cast, attendance, rated, settings.function.barthel, tests),
        "brain_volume": lambda: brain_volume(cast, attendance, scans, settings.imaging.brain_volume, imaging),
        "lesion_counts": lambda: lesion_counts(cast, attendance, scans, settings.imaging.lesions, imaging),
        "neurofilament": lambda: neurofilament(cast, attendance, settings.neurofilament, _nfl(seed, number)),
    }
    blocks = [make() for measure, make in makers.items() if measure in attendance.done]
    frames = {
        Assessment: assessment_frame(plan, cast, attendance, blocks, tests),
        Image: image_frame(plan, cast, attendance, scans),
    }
    return Examined(frames, scans)


def _nfl(seed: int, number: int) -> np.random.Generator:
    return generator(seed, number, Stream.NEUROFILAMENT)


def neurofilament(
    cast: Cast, attendance: Attendance, settings: Neurofilament, random: np.random.Generator
) -> ItemBlock:
    """Two replicates; a rise after the procedure that halves every 30 days."""
    person, visit = pairs(attendance.done["neurofilament"])
    found = block("neurofilament", person, visit)
    day: Integers = attendance.day[person, visit]
    spread = random.standard_normal(len(cast))[person] * settings.between_people.value
    spread += random.standard_normal(len(person)) * settings.within_people.value
    rise = np.log(settings.ratio_at_one_month.value) * 2.0 ** (1 - np.maximum(day, 0) / HALVES_IN_DAYS)
    rise = np.where(day > 0, np.minimum(rise, np.log(settings.ratio_at_one_month.value)), 0.0)
    effect = dose_effect(settings.ratio_per_doubling.value, cast.doublings[person], day)
    mean: Floats = settings.geometric_mean.value * np.exp(spread + rise) * effect
    replicates = np.exp(random.standard_normal((len(person), 2)) * settings.between_replicates.value)
    replicates = np.clip(replicates, 0.83, 1.2) * mean[:, None]
    limit = settings.limit_of_quantification.value
    is_below = replicates.max(axis=1) < limit
    values = np.where(is_below[:, None], np.nan, np.round(np.clip(replicates, 0.01, 100_000), 2))
    found.answers[:, :2] = values
    found.texts[:, column_of("neurofilament", "below_limit")] = np.where(is_below, word("yes"), word("no"))
    found.answers[:, column_of("neurofilament", "limit_of_quantification")] = limit
    found.texts[:, column_of("neurofilament", "fluid")] = word(settings.fluid)
    return found
