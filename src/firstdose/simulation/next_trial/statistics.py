"""The statistic of every comparison at every look, from the methods that analyse; positive favours the treated."""

from __future__ import annotations

import numpy as np

from firstdose.methods.ancova import adjusted_contrasts
from firstdose.methods.interval_censored_test import enclosures, interval_censored_difference, number_of_enclosure
from firstdose.methods.tail_probabilities import normal_score
from firstdose.methods.two_arm_tables import exact_two_arms, firth_two_arms, normal_score_of_tail
from firstdose.simulation.next_trial.people import Changes, Onsets
from firstdose.simulation.next_trial.plan import Floats, Plan


def statistics_of_changes(plan: Plan, seen: Changes) -> Floats:
    """Analysis of covariance: t of each contrast, as the normal value with the same tail; shape (T, C, K)."""
    change = plan.endpoint.change
    assert change is not None
    sign = 1.0 if change.better == "higher" else -1.0
    found = np.empty((len(seen.change), len(plan.design.comparisons), len(plan.look_sizes)))
    for look, size in enumerate(plan.look_sizes):
        some = slice(0, size)
        fit = adjusted_contrasts(
            seen.change[:, some], seen.baseline[:, some], seen.is_seen[:, some], plan.arm[some], plan.contrasts
        )
        known = np.isfinite(fit.estimate) & (fit.error > 0)
        t = np.divide(sign * fit.estimate, fit.error, out=np.zeros_like(fit.estimate), where=known)
        free = np.maximum(fit.degrees_of_freedom, 1.0)[:, None]
        found[:, :, look] = np.where(known, normal_score(t, free), 0.0)
    return found


def statistics_of_onsets(plan: Plan, seen: Onsets) -> Floats:
    """The test that the settings name; shape (T, C, K)."""
    worsening = plan.endpoint.worsening
    assert worsening is not None
    found = np.empty((len(seen.left), len(plan.design.comparisons), len(plan.look_sizes)))
    for look, size in enumerate(plan.look_sizes):
        if worsening.analysis == "interval_censored":
            found[:, :, look] = _log_rank(plan, seen, size)
        else:
            found[:, :, look] = _tables(plan, seen, size, worsening.analysis)
    return found


def _log_rank(plan: Plan, seen: Onsets, size: int) -> Floats:
    """Sums over a comparison's pairs of scores, over the root of the sum of their variances; shape (T, C)."""
    trials, arms, kinds = len(seen.left), len(plan.design.arms), len(enclosures(seen.visits))
    pair = number_of_enclosure(seen.visits)[seen.left[:, :size], seen.right[:, :size]]
    cell = (np.arange(trials)[:, None] * arms + plan.arm[None, :size]) * kinds + pair
    counts = np.bincount(cell.ravel(), minlength=trials * arms * kinds).astype(np.float64)
    counts = counts.reshape(trials, arms, kinds)
    found = np.zeros((trials, len(plan.design.comparisons)))
    known: dict[tuple[int, int], tuple[Floats, Floats]] = {}
    for column, comparison in enumerate(plan.design.comparisons):
        total, variance = np.zeros(trials), np.zeros(trials)
        for both in plan.pairs_of(comparison):
            if both not in known:
                known[both] = interval_censored_difference(counts[:, both[0]], counts[:, both[1]], seen.visits)
            total, variance = total + known[both][0], variance + known[both][1]
        found[:, column] = np.divide(total, np.sqrt(variance), out=np.zeros(trials), where=variance > 0)
    return found


def _tables(plan: Plan, seen: Onsets, size: int, analysis: str) -> Floats:
    """Who worsened among those who were watched; shape (T, C)."""
    member = (plan.arm[:size, None] == np.arange(len(plan.design.arms))).astype(np.float64)
    watched = (seen.is_watched[:, :size] @ member).astype(np.int64)
    worsened = (seen.has_worsened[:, :size] @ member).astype(np.int64)
    found = np.zeros((len(watched), len(plan.design.comparisons)))
    for column, comparison in enumerate(plan.design.comparisons):
        ((treated, control),) = plan.pairs_of(comparison)
        table = watched[:, treated], worsened[:, treated], watched[:, control], worsened[:, control]
        found[:, column] = (
            firth_two_arms(*table) if analysis == "firth" else normal_score_of_tail(exact_two_arms(*table))
        )
    return found
