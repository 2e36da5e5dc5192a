"""Many trials at once, from their people to what was shown, when they ended and whom they took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from firstdose.simulation.next_trial.people import (
    attended,
    changes,
    entry_months,
    onset_months,
    seen_onsets,
)
from firstdose.simulation.next_trial.plan import Floats, Integers, Plan
from firstdose.simulation.next_trial.statistics import statistics_of_changes, statistics_of_onsets
from firstdose.simulation.next_trial.truths import Truth

ROWS_AT_A_TIME = 60_000
"""People of trials that are handled together, so that their arrays stay in the processor's cache."""

TruthOf = Callable[[Plan, range, int], Truth]


@dataclass(frozen=True, eq=False)
class Trials:
    """What became of T trials with C comparisons and K looks.

    ``rejected_at`` (T, C) is the look, from 0, at which a comparison was shown, K if never; ``ended_at`` (T,) the look
    at which every comparison was decided; ``months`` and ``recruited`` (T,) are counted up to then.
    """

    looks: int
    rejected_at: Integers
    ended_at: Integers
    months: Floats
    recruited: Integers


def run_trials(plan: Plan, truth_of: TruthOf, trials: range, seed: int) -> Trials:
    """Simulate the trials of these numbers; trial i is the same, however trials are split."""
    parts = [
        _decided(plan, statistics(plan, truth_of(plan, some, seed), some, seed), some, seed)
        for some in _chunks(plan, trials)
    ]
    return Trials(
        len(plan.look_sizes),
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("rejected_at", "ended_at", "months", "recruited")
        ),
    )


def statistics(plan: Plan, truth: Truth, trials: range, seed: int) -> Floats:
    """The statistic of every comparison at every look (T, C, K)."""
    if plan.endpoint.worsening is not None:
        onset = onset_months(plan, truth, trials, seed)
        return statistics_of_onsets(plan, seen_onsets(plan, onset, attended(plan, trials, seed)))
    return statistics_of_changes(plan, changes(plan, truth, trials, seed))


def _decided(plan: Plan, found: Floats, trials: range, seed: int) -> Trials:
    """What the closed test and the limits of futility make of the statistics."""
    count, comparisons, looks = found.shape
    given_up_at = np.full((count, comparisons), looks)
    kept = found.copy()
    for look, limit in enumerate(plan.settings.looks.futility_below):
        given_up_at = np.minimum(given_up_at, np.where(found[:, :, look] < limit, look, looks))
        kept[:, :, look + 1 :] = np.where((given_up_at <= look)[:, :, None], -np.inf, kept[:, :, look + 1 :])
    rejected_at = plan.test.rejected_at(kept)
    ended_at = np.minimum(np.minimum(rejected_at, given_up_at).max(axis=1), looks - 1)
    entry = entry_months(plan, trials, seed)
    last = np.array(plan.look_sizes)[ended_at] - 1
    months = entry[np.arange(count), last] + plan.endpoint.visits_months[-1]
    return Trials(looks, rejected_at, ended_at, months, (entry <= months[:, None]).sum(axis=1))


def _chunks(plan: Plan, trials: range) -> Iterator[range]:
    step = max(1, ROWS_AT_A_TIME // plan.participants)
    for first in range(trials.start, trials.stop, step):
        yield range(first, min(first + step, trials.stop))
