"""The people who are referred to the trial, in order, with everything about them that chance decides beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from firstdose.safety.evaluability import is_within_tolerance
from firstdose.simulation.virtual.columns import Booleans, Floats, Integers
from firstdose.simulation.virtual.parameters import Days
from firstdose.simulation.virtual.plan import NEVER, Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

DAYS_PER_MONTH = 365.25 / 12
DAYS_PER_YEAR = 365.25
STAYS, WITHDRAWS, IS_LOST, DIES = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class Candidates:
    """One entry a person: referral, screening, and what would happen after dosing; days of `left` count from it."""

    referred: Integers
    screening_days: Integers
    fails: Booleans
    withdraws: Booleans
    centre: Integers
    left: Integers
    left_why: Integers
    given_ratio: Floats
    is_short: Booleans
    dlt_uniform: Floats
    dlt_onset: Integers
    adjudication_days: Integers
    decision_days: Integers

    def __len__(self) -> int:
        return len(self.referred)


def most_candidates(plan: Plan) -> int:
    """More people than will be needed, but for a chance that can be neglected."""
    escalation, conduct, product = plan.protocol.escalation, plan.scenario.conduct, plan.scenario.product
    places = escalation.max_participants + escalation.expansion_participants
    kept = (1 - conduct.screening_failure.value) * (1 - conduct.withdrawn_before_dosing.value)
    kept *= 1 - product.short_dose.value
    return ceil(2 * places / kept) + 40


def draw_candidates(plan: Plan, seed: int, number: int) -> Candidates:
    """Everyone who may be referred to one trial."""
    count = most_candidates(plan)
    referrals = generator(seed, number, Stream.REFERRALS)
    conduct = plan.scenario.conduct
    gaps = referrals.exponential(DAYS_PER_MONTH / conduct.referred_per_month.value, count)
    start = plan.calendar.number_of(conduct.first_referral.value)
    shares = np.cumsum([centre.share for centre in conduct.centres])
    left, why = _ends(generator(seed, number, Stream.LEAVING), count, plan)
    given, short = _given(generator(seed, number, Stream.PRODUCT), count, plan)
    toxicity = generator(seed, number, Stream.TOXICITY)
    return Candidates(
        referred=start + np.floor(np.cumsum(gaps)).astype(np.int64),
        screening_days=_days(referrals, conduct.screening_days, count),
        fails=referrals.random(count) < conduct.screening_failure.value,
        withdraws=referrals.random(count) < conduct.withdrawn_before_dosing.value,
        centre=np.searchsorted(shares, referrals.random(count) * shares[-1], side="right"),
        left=left,
        left_why=why,
        given_ratio=given,
        is_short=short,
        dlt_uniform=toxicity.random(count),
        dlt_onset=_onsets(toxicity.random(count), plan),
        adjudication_days=_days(toxicity, conduct.adjudication_days, count),
        decision_days=_days(referrals, conduct.decision_days, count),
    )


def _days(random: np.random.Generator, days: Days, count: int) -> Integers:
    """Numbers of days between two others."""
    return random.integers(days.lowest, days.highest + 1, count)


def _ends(random: np.random.Generator, count: int, plan: Plan) -> tuple[Integers, Integers]:
    """The day after dosing on which each person leaves, and why; the earlier of leaving and death."""
    rates = plan.scenario.attendance
    waits = random.exponential(1.0, (2, count))
    is_lost = random.random(count) < rates.lost_share.value
    leaves, dies = (
        np.minimum(1 + np.floor(wait * DAYS_PER_YEAR / rate), NEVER) if rate > 0 else np.full(count, float(NEVER))
        for wait, rate in zip(waits, (rates.withdrawal_per_year.value, rates.death_per_year.value), strict=True)
    )
    left = np.minimum(leaves, dies).astype(np.int64)
    why = np.where(dies <= leaves, DIES, np.where(is_lost, IS_LOST, WITHDRAWS))
    return left, np.where(left >= NEVER, STAYS, why)


def _given(random: np.random.Generator, count: int, plan: Plan) -> tuple[Floats, Booleans]:
    """Dose given over dose assigned, and whether it fell short because the injection was interrupted."""
    product = plan.scenario.product
    full = random.normal(product.given_ratio.mean, product.given_ratio.sd, count)
    short = random.uniform(product.short_ratio.lowest, product.short_ratio.highest, count)
    is_short = random.random(count) < product.short_dose.value
    return np.where(is_short, short, full), is_short


def _onsets(uniforms: Floats, plan: Plan) -> Integers:
    """Days from dosing to the onset of a DLT: exponential, cut off at the end of the window."""
    mean, days = plan.scenario.toxicity.mean_days_to_onset.value, plan.dlt.window_days + 1
    inside = -np.expm1(-days / mean)
    return np.asarray(np.minimum(np.floor(-mean * np.log1p(-uniforms * inside)), days - 1), dtype=np.int64)


def dose_given(plan: Plan, assigned: float, ratio: float, is_short: bool) -> float:
    """The dose given, to four digits: a dose that was not interrupted stays within the protocol's tolerance."""
    lowest, highest = tolerated(plan, assigned)
    given = assigned * ratio if is_short else min(max(assigned * ratio, lowest), highest)
    rounded = float(f"{given:.4g}")
    return rounded if is_short or lowest <= rounded <= highest else given


def tolerated(plan: Plan, assigned: float) -> tuple[float, float]:
    """The lowest and highest dose that count as the dose assigned; that dose alone without a tolerance."""
    tolerance = plan.protocol.product.dose_tolerance if plan.protocol.product else None
    if tolerance is None:
        return assigned, assigned
    if tolerance.unit == "%":
        return assigned * (1 - tolerance.below / 100), assigned * (1 + tolerance.above / 100)
    return assigned - tolerance.below, assigned + tolerance.above


def counts_at_its_level(plan: Plan, assigned: float, given: float) -> bool:
    """Whether the dose given is within the protocol's tolerance of the dose assigned."""
    tolerance = plan.protocol.product.dose_tolerance if plan.protocol.product else None
    return is_within_tolerance(assigned, given, tolerance)
