"""The second engine: simulated trials that ask the rule after each cohort, with standard errors.

After each cohort the whole history of each trial is replayed from its first cohort; no state is kept and none is
merged. Participant k of trial i has the same latent tolerance under every design, truth, maximum and share not
evaluable, so designs are compared on the same people. Trials are simulated in blocks; no split of them changes any bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, reduce

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Integers, States, Stop
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
    """Simulated trials in lockstep: the cohorts each has had, and who was dosed so far.

    ``cohorts`` lists (level, evaluable, dlts, not evaluable), each of shape (trials,), 0 for trials that had stopped.
    """

    tolerance: Words
    evaluability: Words
    dosed: NDArray[np.int64]
    dosed_at: NDArray[np.int64]
    cohorts: list[tuple[Integers, Integers, Integers, Integers]] = field(default_factory=list)


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
    states = _replay(rule, record)
    while (active := np.flatnonzero(states.stop == Stop.GOES_ON)).size:
        _treat_cohort(rule, record, states, active, truth, not_evaluable)
        states = _replay(rule, record)
    return states, record.dosed_at


def _treat_cohort(
    rule: EscalationRule,
    record: Trials,
    states: States,
    active: NDArray[np.intp],
    truth: Floats,
    not_evaluable: float,
) -> None:
    """Dose one cohort in each active trial, one participant after the other, replacing those not evaluable."""
    now = states.take(active)
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
    columns = [np.zeros(len(states), dtype=np.int64) for _ in range(4)]
    for column, values in zip(columns, (now.level, size, dlts, lost), strict=True):
        column[active] = values
    record.cohorts.append((columns[0], columns[1], columns[2], columns[3]))


def _replay(rule: EscalationRule, record: Trials) -> States:
    """The states of all trials, replayed from their first cohorts."""
    states = rule.start().take(np.zeros(len(record.dosed), dtype=np.intp))
    for level, size, dlts, lost in record.cohorts:
        rows = np.flatnonzero(size > 0)
        now = states.take(rows)
        states.put(rows, rule.advance_as_given(now, level[rows], size[rows], dlts[rows]))
        rows = np.flatnonzero(lost > 0)
        states.put(rows, rule.select(rule.lose(states.take(rows), lost[rows])))
    return states
