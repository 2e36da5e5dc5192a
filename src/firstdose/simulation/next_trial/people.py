"""The people of many trials: when they come, when they leave, how they fare, and what visits see of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.simulation.counted_random import trial_keys
from firstdose.simulation.next_trial.plan import MONTHS, Floats, Integers, Plan
from firstdose.simulation.next_trial.streams import (
    BASELINE,
    ENTRY,
    LEAVING,
    MISSED,
    ONSET,
    OWN_RATE,
    RESIDUAL,
    normal_of_people,
    of_people,
    of_visits,
)
from firstdose.simulation.next_trial.truths import Truth, mean_changes, worsening_rates

Booleans = NDArray[np.bool_]

MOST_VISITS = 128
"""Places kept for the visits of a person, so that a visit's number does not depend on how many there are."""


@dataclass(frozen=True, eq=False)
class Onsets:
    """What is known of worsening, arrays (T, N): seen in (left, right], numbers of visits; right K + 1 where not seen.

    ``visits`` is K, the number of visits at which an onset may count. ``is_watched``: seen to worsen, or followed so
    long that it would have been seen.
    """

    visits: int
    left: Integers
    right: Integers
    is_watched: Booleans

    @property
    def has_worsened(self) -> Booleans:
        """Who was seen to worsen, and confirmed."""
        return self.right <= self.visits


@dataclass(frozen=True, eq=False)
class Changes:
    """Baselines in standard deviations, changes at the last month, and who was seen then; arrays (T, N)."""

    baseline: Floats
    change: Floats
    is_seen: Booleans


def entry_months(plan: Plan, trials: range, seed: int) -> Floats:
    """Months from the opening of the trial to each person's start (T, N): a Poisson process."""
    gaps = -np.log(of_people(_keys(trials, seed, ENTRY), plan.participants))
    return np.asarray(np.cumsum(gaps, axis=1) / plan.settings.conduct.accrual_per_month.value)


def leaving_months(plan: Plan, trials: range, seed: int) -> Floats:
    """Months from the start until a person leaves (T, N), infinite where nobody does."""
    rate = plan.settings.conduct.leaving_per_year.value / MONTHS
    if rate == 0:
        return np.full((len(trials), plan.participants), np.inf)
    return -np.log(of_people(_keys(trials, seed, LEAVING), plan.participants)) / rate


def attended(plan: Plan, trials: range, seed: int) -> Booleans:
    """Visits that take place (T, N, visits)."""
    months = np.array(plan.endpoint.visits_months)
    chances = of_visits(_keys(trials, seed, MISSED), plan.participants, len(months), MOST_VISITS)
    there = months <= leaving_months(plan, trials, seed)[:, :, None]
    return np.asarray(there & (chances >= plan.settings.conduct.missed_visit.value))


def onset_months(plan: Plan, truth: Truth, trials: range, seed: int) -> Floats:
    """Months from the start to the true onset of the first worsening (T, N).

    Rates are constant while the drug is taken and while it is not; the time is that at which the rate summed up so far
    reaches an exponential number.
    """
    worsening = plan.endpoint.worsening
    assert worsening is not None
    wanted = -np.log(of_people(_keys(trials, seed, ONSET), plan.participants))
    spread = worsening.spread_between_people.value
    if spread > 0:
        wanted = wanted / np.exp(spread * normal_of_people(_keys(trials, seed, OWN_RATE), plan.participants))
    off, on = (np.broadcast_to(each, (len(trials), each.shape[1])) for each in worsening_rates(plan, truth))
    found = np.empty_like(wanted)
    for number, arm in enumerate(plan.design.arms):
        people = np.flatnonzero(plan.arm == number)
        ends = arm.drug_until_month is not None
        begin, end = (arm.drug_from_month, float(arm.drug_until_month or 0.0)) if ends else (0.0, 0.0)
        away, taking = off[:, number, None], on[:, number, None]
        at_begin = away * begin
        at_end = at_begin + taking * (end - begin)
        sums = wanted[:, people]
        during = begin + (sums - at_begin) / taking
        after = end + (sums - at_end) / away
        found[:, people] = np.where(sums <= at_begin, sums / away, np.where(sums <= at_end, during, after))
    return found


def seen_onsets(plan: Plan, onset: Floats, is_attended: Booleans) -> Onsets:
    """What the visits show of true onsets: the first visit with it that a later one confirms.

    Worsening lasts, so every later visit that is far enough away confirms it. People without one count up to the last
    visit at which an onset could still have been confirmed.
    """
    worsening = plan.endpoint.worsening
    assert worsening is not None
    months = np.array(plan.endpoint.visits_months)
    last_seen = np.where(is_attended, months, 0.0).max(axis=2)
    latest = np.minimum(plan.endpoint.at_month, last_seen - worsening.confirmed_after_months)
    count = int((months <= plan.endpoint.last_onset_month).sum())
    may_count = is_attended[:, :, :count] & (months[:count] <= latest[:, :, None])
    worse = months[:count] >= onset[:, :, None]
    numbers = np.arange(1, count + 1)
    left = np.where(may_count & ~worse, numbers, 0).max(axis=2)
    right = np.where(may_count & worse, numbers, count + 1).min(axis=2)
    return Onsets(count, left, right, (right <= count) | (latest >= plan.endpoint.last_onset_month))


def changes(plan: Plan, truth: Truth, trials: range, seed: int) -> Changes:
    """Baselines and changes, where a person's change follows the baseline with the correlation that is stated."""
    change = plan.endpoint.change
    assert change is not None
    baseline = normal_of_people(_keys(trials, seed, BASELINE), plan.participants)
    own = normal_of_people(_keys(trials, seed, RESIDUAL), plan.participants)
    related = change.baseline_correlation
    spread = change.sd.value * (related * baseline + np.sqrt(1.0 - related**2) * own)
    place = plan.endpoint.visits_months.index(plan.endpoint.at_month)
    return Changes(baseline, mean_changes(plan, truth)[:, plan.arm] + spread, attended(plan, trials, seed)[:, :, place])


def _keys(trials: range, seed: int, stream: int) -> NDArray[np.uint64]:
    return trial_keys(seed, stream, np.arange(trials.start, trials.stop))
