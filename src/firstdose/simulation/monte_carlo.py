"""The second engine: simulated trials that ask the rule after each cohort, with standard errors.

Independent of the exact engine: after each cohort the whole history of each trial is replayed from its first cohort, no
state is kept and none is merged. Participant k of trial i has the same latent tolerance under every design and truth,
so designs are compared on the same people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Integers, States, Stop
from firstdose.simulation.figures import OperatingCharacteristics, scenario_figures
from firstdose.simulation.scenarios import Scenarios
from firstdose.simulation.simulated_sums import SimulatedTrials, count_trials, sum_trials

Floats = NDArray[np.float64]


@dataclass
class Trials:
    """Simulated trials in lockstep: the cohorts each has had, and who was dosed so far.

    ``cohorts`` lists (level, evaluable, dlts, not evaluable), each of shape (trials,), 0 for trials that had stopped.
    """

    tolerance: Floats
    evaluable: NDArray[np.bool_]
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
) -> OperatingCharacteristics:
    """Simulated figures of a rule for each scenario, with standard errors; the same seed gives the same trials.

    ``progress`` is called with the number of scenarios done and of all.
    """
    simulated = []
    for index in range(len(scenarios)):
        ended, dosed_at = simulate(rule, scenarios.truths[index], trials, seed, not_evaluable)
        simulated.append(SimulatedTrials(rule, ended, dosed_at, scenarios.truths[index]))
        if progress is not None:
            progress(index + 1, len(scenarios))
    rows = scenario_figures(
        rule,
        scenarios,
        sum_trials(simulated),
        count_trials(simulated),
        [part.standard_errors() for part in simulated],
    )
    return OperatingCharacteristics(
        design=rule.design.name,
        method="monte-carlo",
        dose_levels=list(rule.frame.doses),
        unit=rule.frame.unit,
        target=rule.frame.target,
        family=scenarios.family,
        not_evaluable=not_evaluable,
        scenarios=rows,
        trials=trials,
        seed=seed,
    )


def simulate(
    rule: EscalationRule, truth: Floats, trials: int, seed: int, not_evaluable: float = 0.0
) -> tuple[States, NDArray[np.int64]]:
    """The final states of simulated trials, and participants dosed at each level, shape (trials, levels)."""
    most = rule.frame.max_participants
    people = most if rule.counts_dosed or not_evaluable == 0 else _enough_people(most, not_evaluable)
    tolerance = np.random.default_rng([seed, 0]).random((trials, people))
    evaluable = np.random.default_rng([seed, 1]).random((trials, people)) >= not_evaluable
    record = Trials(
        tolerance,
        evaluable,
        np.zeros(trials, dtype=np.int64),
        np.zeros((trials, rule.frame.levels), dtype=np.int64),
    )
    states = _replay(rule, record)
    while (active := np.flatnonzero(states.stop == Stop.GOES_ON)).size:
        _treat_cohort(rule, record, states, active, truth)
        states = _replay(rule, record)
    return states, record.dosed_at


def _treat_cohort(
    rule: EscalationRule, record: Trials, states: States, active: NDArray[np.intp], truth: Floats
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
        counted = record.evaluable[trial, person]
        size[rows] += counted
        lost[rows] += ~counted
        dlts[rows] += counted & (record.tolerance[trial, person] < rate[rows])
        record.dosed[trial] += 1
        record.dosed_at[trial, now.level[rows] - 1] += 1
        open_[rows] = (size[rows] < planned[rows]) & (record.dosed[trial] < record.tolerance.shape[1])
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


def _enough_people(most: int, not_evaluable: float) -> int:
    """So many that no simulated trial runs out of people to replace those not evaluable."""
    expected = most / (1.0 - not_evaluable)
    return int(expected + 12 * np.sqrt(expected * not_evaluable) / (1.0 - not_evaluable) + 20)
