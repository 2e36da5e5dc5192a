"""Answers of the tests and scales beside the EDSS: timed walk, nine-hole peg, symbol-digit, Barthel index."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from firstdose.measures import MEASURES
from firstdose.measures.edss import STEPS
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.candidates import DAYS_PER_YEAR
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import NOTHING, Booleans, Floats, Integers
from firstdose.simulation.virtual.item_blocks import (
    CANNOT_FOLLOW,
    CANNOT_WALK,
    WEAK_ARMS,
    ItemBlock,
    block,
    column_of,
    pairs,
    word,
)
from firstdose.simulation.virtual.parameters import AmountsByStep, SharesByStep
from firstdose.simulation.virtual.scenario_measures import Barthel, Function, SymbolDigit, TimedTest

MOST_CURVES = 100
STEP_VALUES = np.array(STEPS)
FIRST_WITH_AID, FIRST_WITH_TWO_AIDS = STEPS.index(6.0), STEPS.index(6.5)


def dose_effect(ratio: float, doublings: Floats, day: Integers) -> Floats:
    """A ratio for each doubling of the dose that is reached, on the log scale evenly, one year after dosing."""
    return np.asarray(ratio ** (doublings * np.clip(day / DAYS_PER_YEAR, 0.0, 1.0)))


def shares_at(by_step: SharesByStep, steps: Integers) -> Floats:
    """The share at each step, given by its place in the scale."""
    return np.asarray(_at_every_step(by_step.steps, by_step.shares)[steps])


def amounts_at(by_step: AmountsByStep, steps: Integers) -> Floats:
    """The mean at each step, given by its place in the scale."""
    return np.asarray(_at_every_step(by_step.steps, by_step.amounts)[steps])


@lru_cache(maxsize=MOST_CURVES)
def _at_every_step(steps: tuple[float, ...], values: tuple[float, ...]) -> Floats:
    """Values known at some steps at every step of the scale, interpolated."""
    return np.asarray(np.interp(STEP_VALUES, steps, values))


def _is_unable(
    cast: Cast, by_step: SharesByStep, person: Integers, step: Integers, random: np.random.Generator
) -> Booleans:
    """Who is unable: a person's own threshold does not change, so that who cannot at a step cannot at a higher one."""
    return np.asarray(random.random(len(cast))[person] < shares_at(by_step, step))


def _seconds(
    cast: Cast, test: TimedTest, person: Integers, day: Integers, step: Integers, random: np.random.Generator
) -> Floats:
    """The geometric mean of a person's time at a visit."""
    spread = random.standard_normal(len(cast))[person] * test.between_people.value
    spread += random.standard_normal(len(person)) * test.within_people.value
    effect = dose_effect(test.ratio_per_doubling.value, cast.doublings[person], day)
    return np.asarray(amounts_at(test.seconds, step) * np.exp(spread) * effect)


def timed_walk(
    cast: Cast, attendance: Attendance, rated: Integers, settings: Function, random: np.random.Generator
) -> ItemBlock:
    """Two trials; who is unable says so of both."""
    person, visit = pairs(attendance.done["timed_walk"])
    step, test = rated[person, visit], settings.timed_walk
    found = block("timed_walk", person, visit)
    unable = _is_unable(cast, test.unable, person, step, random)
    mean = _seconds(cast, test, person, attendance.day[person, visit], step, random)
    trials = mean[:, None] * np.exp(random.standard_normal((len(person), 2)) * test.between_trials.value)
    _put_times(found, 0, trials, unable, CANNOT_WALK)
    aid = np.where(step >= FIRST_WITH_AID, word("one_side"), word("none"))
    aid = np.where(step >= FIRST_WITH_TWO_AIDS, word("both_sides"), aid)
    found.texts[:, column_of("timed_walk", "aid")] = np.where(unable, NOTHING, aid)
    return found


def nine_hole_peg(
    cast: Cast, attendance: Attendance, rated: Integers, settings: Function, random: np.random.Generator
) -> ItemBlock:
    """Two trials with each hand."""
    person, visit = pairs(attendance.done["nine_hole_peg"])
    step, test = rated[person, visit], settings.nine_hole_peg
    found = block("nine_hole_peg", person, visit)
    unable = _is_unable(cast, test.unable, person, step, random)
    mean = _seconds(cast, test, person, attendance.day[person, visit], step, random)
    trials = mean[:, None] * np.exp(random.standard_normal((len(person), 4)) * test.between_trials.value)
    trials[:, 2:] *= settings.other_hand_ratio.value
    _put_times(found, 0, trials, unable, WEAK_ARMS)
    return found


def _put_times(found: ItemBlock, column: int, trials: Floats, unable: Booleans, reason: int) -> None:
    """Put times into a block; beyond the test's limit a person is unable too."""
    lowest, highest = (limits[column : column + trials.shape[1]] for limits in _limits(found.measure))
    trials = np.asarray(np.round(np.maximum(trials, lowest), 1), dtype=np.float64)
    is_unable = unable[:, None] | (trials > highest)
    found.answers[:, column : column + trials.shape[1]] = np.where(is_unable, np.nan, trials)
    found.unable[:, column : column + trials.shape[1]] = np.where(is_unable, reason, NOTHING)


@cache
def _limits(measure: str) -> tuple[Floats, Floats]:
    """The lowest and the highest value of each item of a measure, NaN where there is none."""
    items = MEASURES[measure].items
    return np.array([item.lowest for item in items], np.float64), np.array([item.highest for item in items], np.float64)


def symbol_digit(
    cast: Cast, attendance: Attendance, rated: Integers, settings: SymbolDigit, random: np.random.Generator
) -> ItemBlock:
    """Right answers, spoken; practice adds some each time."""
    person, visit = pairs(attendance.done["symbol_digit"])
    step = rated[person, visit]
    found = block("symbol_digit", person, visit)
    times_before = np.cumsum(attendance.done["symbol_digit"], axis=1)[person, visit] - 1
    mean = amounts_at(settings.correct, step) + settings.practice.value * times_before
    mean = mean + random.standard_normal(len(cast))[person] * settings.between_people.value
    correct = np.clip(np.rint(mean + random.standard_normal(len(person)) * settings.within_people.value), 0, 105)
    unable = _is_unable(cast, settings.unable, person, step, random)
    wrong = random.integers(0, 4, len(person))
    found.answers[:, column_of("symbol_digit", "correct")] = np.where(unable, np.nan, correct)
    found.answers[:, column_of("symbol_digit", "attempted")] = np.where(unable, np.nan, correct + wrong)
    found.texts[:, column_of("symbol_digit", "form")] = np.where(unable, NOTHING, word("oral"))
    found.unable[:, column_of("symbol_digit", "correct")] = np.where(unable, CANNOT_FOLLOW, NOTHING)
    return found


def barthel(
    cast: Cast, attendance: Attendance, rated: Integers, settings: Barthel, random: np.random.Generator
) -> ItemBlock:
    """Every activity has its own difficulty; together they come near the mean of the step."""
    person, visit = pairs(attendance.done["barthel"])
    step, (points, counts) = rated[person, visit], _points_of_barthel()
    found = block("barthel", person, visit)
    mean = amounts_at(settings.points, step) + random.standard_normal(len(cast))[person] * settings.between_people.value
    share = (mean + random.standard_normal(len(person)) * settings.within_people.value) / 100
    difficulty = np.linspace(-0.15, 0.15, len(counts))
    place = np.rint((share[:, None] - difficulty) * (counts - 1)).astype(np.int64)
    found.answers[:] = points[np.arange(len(counts)), np.clip(place, 0, counts - 1)]
    return found


@cache
def _points_of_barthel() -> tuple[Integers, Integers]:
    """The points that each item of the Barthel index (rows) may have, from the fewest, and how many there are."""
    items = [sorted(int(code) for code in item.choices) for item in MEASURES["barthel"].items]
    counts = np.array([len(each) for each in items])
    return np.array([each + [0] * (counts.max() - len(each)) for each in items]), counts
