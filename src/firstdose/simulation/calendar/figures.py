"""Operating characteristics of trials in time: what the other engines give, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from firstdose.designs.rule import EscalationRule
from firstdose.protocol.meaning import Meaning
from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.calendar.trials import Clocks, outcomes_in_the_end, simulate_in_time
from firstdose.simulation.figures import OperatingCharacteristics, characteristics_of, scenario_figures
from firstdose.simulation.scenarios import Scenarios
from firstdose.simulation.simulated_sums import Tally, count_trials, standard_errors, sum_trials, tally_trials

TRIALS_IN_A_BLOCK = 10_000


@dataclass(frozen=True)
class TimeFigures:
    """How long the trials of one scenario took, in days. Durations begin with the first dosing."""

    mean_duration_days: Annotated[float, Meaning("Mean days from the first dosing to the end of the escalation.")]
    duration_quantiles: Annotated[
        dict[str, float], Meaning("The 10th, 50th and 90th percentile of that duration, in days.")
    ]
    mean_idle_days: Annotated[float, Meaning("Mean days on which a candidate waited and nobody could be dosed.")]
    mean_suspensions: Annotated[float, Meaning("Mean number of times that a design in time asked to suspend dosing.")]
    mean_suspended_days: Annotated[float, Meaning("Mean days of such suspensions.")]
    mean_screened: Annotated[float, Meaning("Mean number of candidates screened for those dosed.")]
    standard_errors: Annotated[dict[str, float], Meaning("Monte Carlo standard errors of the means.")]


@dataclass(frozen=True)
class TimedCharacteristics:
    """Figures over scenarios with the durations of each."""

    characteristics: OperatingCharacteristics
    in_time: list[TimeFigures]

    def as_json(self) -> dict[str, Any]:
        """The document of the other engines, with ``in_time`` in each scenario."""
        document = self.characteristics.as_json()
        scenarios = [
            figures | {"in_time": dict(vars(time))}
            for figures, time in zip(document["scenarios"], self.in_time, strict=True)
        ]
        return document | {"scenarios": scenarios}


def characteristics_in_time(
    rule: EscalationRule,
    calendar: Calendar,
    scenarios: Scenarios,
    *,
    trials: int = 10_000,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
    distributions: bool = True,
    block: int = TRIALS_IN_A_BLOCK,
) -> TimedCharacteristics:
    """Simulated figures of a rule under a calendar for each scenario, with standard errors.

    A truth is the probability of a DLT within the whole window; means of DLTs count those seen after the end of the
    escalation too. The same seed gives the same trials, however they are split into blocks, up to the last bits of
    durations. ``progress`` is called with the number of blocks done and of all.
    """
    parts = [range(first, min(first + block, trials)) for first in range(0, trials, block)]
    tallies, times = [], []
    for index, truth in enumerate(scenarios.truths):
        tally: Tally | None = None
        columns = []
        for done, part in enumerate(parts, start=1):
            clocks = simulate_in_time(rule, calendar, truth, part, seed)
            seen = tally_trials(rule, outcomes_in_the_end(clocks), clocks.people.dosed_at)
            tally = seen if tally is None else tally.plus(seen)
            columns.append(_columns(clocks))
            if progress is not None:
                progress(index * len(parts) + done, len(scenarios) * len(parts))
        assert tally is not None
        tallies.append(tally)
        times.append(_time_figures(np.concatenate(columns), calendar))
    rows = scenario_figures(
        rule,
        scenarios,
        sum_trials(tallies),
        count_trials(tallies) if distributions else None,
        0.0,
        [standard_errors(rule, tally, truth, 0.0) for tally, truth in zip(tallies, scenarios.truths, strict=True)],
    )
    made = characteristics_of(
        rule,
        scenarios,
        rows,
        method="calendar",
        not_evaluable=calendar.leaving,
        distributions=distributions,
        trials=trials,
        seed=seed,
    )
    return TimedCharacteristics(made, times)


def _columns(clocks: Clocks) -> Floats:
    """Duration, idle days, suspensions, suspended days and people dosed of each trial, shape (trials, 5)."""
    dosed = clocks.people.dosed_at.sum(axis=1)
    return np.stack(
        [clocks.ended - clocks.began, clocks.idle, clocks.suspensions, clocks.suspended, dosed], axis=1
    ).astype(np.float64)


def _time_figures(columns: Floats, calendar: Calendar) -> TimeFigures:
    means = columns.mean(axis=0)
    errors = columns.std(axis=0, ddof=1) / np.sqrt(len(columns)) if len(columns) > 1 else np.full(5, np.nan)
    screened = 1.0 / (1.0 - calendar.screening_failures)
    names = ("mean_duration_days", "mean_idle_days", "mean_suspensions", "mean_suspended_days", "mean_screened")
    factors = np.array([1.0, 1.0, 1.0, 1.0, screened])
    quantiles = np.quantile(columns[:, 0], [0.1, 0.5, 0.9]).tolist()
    return TimeFigures(
        **dict(zip(names, (means * factors).tolist(), strict=True)),
        duration_quantiles=dict(zip(("10", "50", "90"), quantiles, strict=True)),
        standard_errors=dict(zip(names, (errors * factors).tolist(), strict=True)),
    )
