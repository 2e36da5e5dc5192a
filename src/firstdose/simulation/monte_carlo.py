"""The second engine: simulated trials that ask the rule after each cohort, with standard errors.

Each trial keeps its own state, which the rule carries on cohort by cohort; none is merged. Participant k of trial i has
the same latent tolerance under every design, truth, maximum and share not evaluable, so designs are compared on the
same people. Trials are simulated in blocks; no split of them changes any bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop
from firstdose.simulation.counted_random import Words, trial_keys, uniforms
from firstdose.simulation.exact import refuse_designs_in_time
from firstdose.simulation.figures import OperatingCharacteristics, characteristics_of, scenario_figures
from firstdose.simulation.machines import Block, RunParts, in_this_process, run_blocks
from firstdose.simulation.scenarios import Scenarios
from firstdose.simulation.simulated_sums import Tally, count_trials, standard_errors, sum_trials, tally_trials

Floats = NDArray[np.float64]

TRIALS_IN_A_BLOCK = 20_000
TOLERANCE, EVALUABILITY = 0, 1  # the streams of random numbers


@dataclass
class Trials:
    """The chances of simulated trials in lockstep, and who was dosed so far."""

    tolerance: Words
    evaluability: Words
    dosed: NDArray[np.int64]
    dosed_at: NDArray[np.int64]


def monte_carlo(
    rule: EscalationRule,
    scenarios: Scenarios,
    *,
    trials: int = 10_000,
    seed: int = 1,
    not_evaluable: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
    distributions: bool = True,
    block: int = TRIALS_IN_A_BLOCK,
    run: RunParts = in_this_process,
) -> OperatingCharacteristics:
    """Simulated figures of a rule for each scenario, with standard errors; the same seed gives the same trials.

    ``progress`` is called with the number of blocks of trials done and of all; ``run`` says where they are simulated,
    which changes no figure. Raises NeedsTime for a design that decides from partial follow-up.
    """
    refuse_designs_in_time(rule)
    work = partial(_tallied, rule, scenarios, seed, not_evaluable)
    found = run_blocks(run, work, len(scenarios), range(trials), block, progress)
    tallies = [reduce(Tally.plus, parts) for parts in found]
    rows = scenario_figures(
        rule,
        scenarios,
        sum_trials(tallies),
        count_trials(tallies) if distributions else None,
        not_evaluable,
        [
            standard_errors(rule, tally, truth, not_evaluable)
            for tally, truth in zip(tallies, scenarios.truths, strict=True)
        ],
    )
    return characteristics_of(
        rule,
        scenarios,
        rows,
        method="monte-carlo",
        not_evaluable=not_evaluable,
        distributions=distributions,
        trials=trials,
        seed=seed,
    )


def _tallied(rule: EscalationRule, scenarios: Scenarios, seed: int, not_evaluable: float, block: Block) -> Tally:
    """The trials of a block, added up."""
    ended, dosed_at = simulate(rule, scenarios.truths[block.scenario], block.trials, seed, not_evaluable)
    return tally_trials(rule, ended, dosed_at)


def simulate(
    rule: EscalationRule, truth: Floats, trials: range, seed: int, not_evaluable: float = 0.0
) -> tuple[States, NDArray[np.int64]]:
    """The final states of the trials of these numbers, and participants dosed at each level, shape (trials, levels)."""
    if not 0.0 <= not_evaluable < 1.0:
        raise ValueError(f"the share not evaluable is at least 0 and below 1, not {not_evaluable}")
    numbers = np.arange(trials.start, trials.stop, trials.step)
    record = Trials(
        trial_keys(seed, TOLERANCE, numbers),
        trial_keys(seed, EVALUABILITY, numbers),
        np.zeros(len(numbers), dtype=np.int64),
        np.zeros((len(numbers), rule.frame.levels), dtype=np.int64),
    )
    states = rule.start().take(np.zeros(len(numbers), dtype=np.intp))
    while (active := np.flatnonzero(states.stop == Stop.GOES_ON)).size:
        states.put(active, _after_a_cohort(rule, record, states.take(active), active, truth, not_evaluable))
    return states, record.dosed_at


def _after_a_cohort(
    rule: EscalationRule, record: Trials, now: States, active: NDArray[np.intp], truth: Floats, not_evaluable: float
) -> States:
    """The states of the active trials after one cohort more, dosed one by one, those not evaluable replaced."""
    planned = rule.cohort_sizes(now).astype(np.int64)
    size, dlts, lost = (np.zeros(len(active), dtype=np.int64) for _ in range(3))
    open_ = np.ones(len(active), dtype=bool)
    rate = truth[now.level - 1]
    while open_.any():
        rows = np.flatnonzero(open_)
        trial, person = active[rows], record.dosed[active[rows]]
        counted = uniforms(record.evaluability[trial], person) >= not_evaluable
        size[rows] += counted
        lost[rows] += ~counted
        dlts[rows] += counted & (uniforms(record.tolerance[trial], person) < rate[rows])
        record.dosed[trial] += 1
        record.dosed_at[trial, now.level[rows] - 1] += 1
        by_sentinel = (size[rows] == rule.sentinels_that_end) & (dlts[rows] > 0)
        open_[rows] = (size[rows] < planned[rows]) & ~by_sentinel
        if rule.counts_dosed:
            open_[rows] &= record.dosed[trial] < rule.frame.max_participants
        if rule.stops_within_cohort and (rows := np.flatnonzero(open_ & (size > 0))).size:
            settled = rule.settled(now.take(rows), now.level[rows], planned[rows], size[rows], dlts[rows])
            open_[rows[settled]] = False
    some_counted, some_lost = np.flatnonzero(size > 0), np.flatnonzero(lost > 0)
    before = now.take(some_counted)
    now.put(some_counted, rule.advance_as_given(before, before.level, size[some_counted], dlts[some_counted]))
    now.put(some_lost, rule.select(rule.lose(now.take(some_lost), lost[some_lost])))
    return now
