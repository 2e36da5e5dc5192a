"""The latent course of the EDSS month by month, and what ratings of it show.

Whole steps follow the scenario's chain; inside a whole step people move to its upper half and not back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.measures.edss import STEPS
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.candidates import DAYS_PER_MONTH
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Floats, Integers
from firstdose.simulation.virtual.edss_chain import MONTHS_PER_YEAR
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.random_streams import Stream, generator
from firstdose.simulation.virtual.relapses import RelapseCourse

LAST_LIVING = STEPS.index(9.5)
STEP_VALUES = np.array(STEPS)


@dataclass(frozen=True, eq=False)
class EdssCourse:
    """Places in the scale: ``latent`` by person and month, ``rated`` by person and visit.

    The first column of ``latent`` is the month that begins ``lead_months`` before dosing.
    """

    lead_months: int
    latent: Integers
    rated: Integers
    hazard_ratio: Floats


def live_through(
    plan: Plan, cast: Cast, attendance: Attendance, relapses: RelapseCourse, seed: int, number: int
) -> EdssCourse:
    """Everyone's course and its ratings."""
    settings = plan.scenario.disability
    effect = settings.hazard_ratio_of_cells.value * settings.hazard_ratio_per_doubling.value**cast.doublings
    lead = int(np.ceil(plan.lead_days / DAYS_PER_MONTH))
    months = lead + 1 + int(np.ceil(max(int(cast.end.max()), 0) / DAYS_PER_MONTH))
    latent = _latent(plan, cast, effect, lead, months, generator(seed, number, Stream.DISABILITY))
    month = np.floor(attendance.day / DAYS_PER_MONTH).astype(np.int64) + lead
    at_visits = np.take_along_axis(latent, np.clip(month, 0, months - 1), axis=1)
    rated = _rate(plan, cast, attendance, relapses, at_visits, generator(seed, number, Stream.EDSS_RATINGS))
    return EdssCourse(lead, latent, rated, effect)


def _latent(plan: Plan, cast: Cast, effect: Floats, lead: int, months: int, random: np.random.Generator) -> Integers:
    """The latent step of each person in each month."""
    settings, count, chain = plan.scenario.disability, len(cast), plan.chain
    wholes = np.array(settings.yearly_transitions.steps)
    entry = STEP_VALUES[cast.traits.entry_step[cast.candidate]]
    state = np.searchsorted(wholes, np.floor(entry))
    upper = entry > wholes[state]
    own = chain.natural[None] if np.all(effect == 1) else chain.cumulated(effect)
    person = np.zeros(count, dtype=np.int64) if len(own) == 1 else np.arange(count)
    still = 1 - settings.half_step_per_year.value
    monthly = 1 - still ** (1 / MONTHS_PER_YEAR), 1 - still ** (effect / MONTHS_PER_YEAR)
    draws = random.random((3, months, count))
    moves = np.concatenate([draws[1, : lead + 1] < monthly[0], draws[1, lead + 1 :] < monthly[1]])
    enters = draws[2] < settings.enters_upper_half.value
    states, uppers = np.empty((months, count), dtype=np.int64), np.empty((months, count), dtype=np.bool_)
    states[0], uppers[0] = state, upper
    for month in range(1, months):
        rows = own[person, state] if month > lead else chain.natural[state]
        following = np.minimum((draws[0, month][:, None] >= rows).sum(axis=1), len(wholes) - 1)
        upper = np.where(following == state, upper | moves[month], enters[month])
        state = following
        states[month], uppers[month] = state, upper
    latent = np.searchsorted(STEP_VALUES, wholes[states] + np.where(uppers, 0.5, 0.0))
    return np.minimum(latent.T, LAST_LIVING)


def _rate(
    plan: Plan,
    cast: Cast,
    attendance: Attendance,
    relapses: RelapseCourse,
    at_visits: Integers,
    random: np.random.Generator,
) -> Integers:
    """What raters see: the latent step, a relapse on top of it, and the error of the rating."""
    error = plan.scenario.disability.measurement_error
    drawn = random.random(at_visits.shape)
    size = np.where(drawn < error.whole_step, 2, np.where(drawn < error.whole_step + error.half_step, 1, 0))
    size = np.where(random.random(at_visits.shape) < 0.5, size, -size)
    rise = plan.scenario.relapses.edss_rise.value
    rated = np.clip(at_visits + size + np.where(relapses.is_active(attendance.day), rise, 0), 0, LAST_LIVING)
    return _let_in(plan, cast, rated, at_visits)


def _let_in(plan: Plan, cast: Cast, rated: Integers, at_visits: Integers) -> Integers:
    """At visits that answer the criteria, people who are dosed have steps that the criteria let in."""
    before = cast.traits.step_before[cast.candidate][:, None]
    entry = np.broadcast_to(cast.traits.entry_step[cast.candidate][:, None], rated.shape)
    fits = plan.entry.fits
    allowed = np.where(fits[rated, before], rated, np.where(fits[at_visits, before], at_visits, entry))
    return np.where(plan.is_entry_visit, allowed, rated)
