"""Operating characteristics of trials in time: what the other engines give, and how long it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Annotated, Any

import numpy as np

from firstdose.designs.rule import EscalationRule
from firstdose.protocol.meaning import Meaning
from firstdose.simulation.calendar.cautions import cautions
from firstdose.simulation.calendar.conditions import Calendar
from firstdose.simulation.calendar.dose_figures import DoseFigures, DoseTally, dose_figures, tally_doses
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.calendar.precision import Precision, run_until_precise
from firstdose.simulation.calendar.trials import Clocks, outcomes_in_the_end, simulate_in_time
from firstdose.simulation.figures import OperatingCharacteristics, characteristics_of, scenario_figures
from firstdose.simulation.machines import Block, RunParts, in_this_process, run_blocks
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
    mean_wait_days: Annotated[
        float, Meaning("Mean days from coming, with a product where one is made, to dosing; of those who are dosed.")
    ]
    mean_longest_wait_days: Annotated[float, Meaning("Mean over trials of the longest such wait.")]
    mean_suspensions: Annotated[float, Meaning("Mean number of times that a design in time asked to suspend dosing.")]
    mean_suspended_days: Annotated[float, Meaning("Mean days of such suspensions.")]
    mean_screened: Annotated[float, Meaning("Mean number of candidates screened for those dosed.")]
    standard_errors: Annotated[dict[str, float], Meaning("Monte Carlo standard errors of the means.")]


@dataclass(frozen=True)
class TimedCharacteristics:
    """Figures over scenarios with the durations of each; ``cautions`` say in words what nobody would want of them.

    ``doses`` is there where a product may fall short.
    """

    characteristics: OperatingCharacteristics
    in_time: list[TimeFigures]
    precision: Precision | None = None
    cautions: tuple[str, ...] = ()
    doses: list[DoseFigures] | None = None

    def as_json(self) -> dict[str, Any]:
        """The document of the other engines, with ``in_time`` in each scenario, ``precision`` where asked for, and
        ``cautions``; where a product may fall short each scenario has ``doses`` too.
        """
        document = self.characteristics.as_json()
        scenarios = [
            figures | {"in_time": dict(vars(time))}
            for figures, time in zip(document["scenarios"], self.in_time, strict=True)
        ]
        if self.doses is not None:
            scenarios = [each | {"doses": dict(vars(doses))} for each, doses in zip(scenarios, self.doses, strict=True)]
        asked = {} if self.precision is None else {"precision": self.precision.as_json()}
        return document | asked | {"cautions": list(self.cautions), "scenarios": scenarios}


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
    run: RunParts = in_this_process,
    precision: float | None = None,
) -> TimedCharacteristics:
    """Simulated figures of a rule under a calendar for each scenario, with standard errors.

    A truth is the probability of a DLT within the whole window; means of DLTs count those seen after the end of the
    escalation too. The same seed gives the same trials and figures, however they are split into blocks and wherever
    ``run`` simulates these. With ``precision`` no more trials are simulated than bring every standard error of a
    probability of selection, and of the mean duration as a share of it, down to that; ``trials`` is then the most.
    ``progress`` is called with the number of blocks done and of all that are known to be needed.
    """
    work = _Work(rule, calendar, scenarios, partial(_simulated, rule, calendar, scenarios, seed), run, block, progress)
    reached = None
    if precision is None:
        work.simulate(range(trials))
    else:
        reached = run_until_precise(work.simulate, work.largest_error, precision, trials)
    tallies = [tally for tally, _, _ in work.found]
    times = [_time_figures(columns, calendar) for _, columns, _ in work.found]
    doses = [dose_figures(given, tally, calendar) for tally, _, given in work.found if given is not None]
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
        trials=tallies[0].trials,
        seed=seed,
    )
    return TimedCharacteristics(made, times, reached, cautions(rule, calendar, scenarios.names, times), doses or None)


Found = tuple[Tally, Floats, DoseTally | None]
"""Of some trials: what became of them, added up; the times of each; doses assigned and given, added up."""


@dataclass
class _Work:
    """Trials simulated so far, for each scenario."""

    rule: EscalationRule
    calendar: Calendar
    scenarios: Scenarios
    function: Callable[[Block], Found]
    run: RunParts
    block: int
    progress: Callable[[int, int], None] | None
    found: list[Found] = field(default_factory=list)
    blocks_done: int = 0

    def simulate(self, trials: range) -> None:
        """Simulate these trials under every scenario."""
        count, before = len(self.scenarios), self.blocks_done
        self.blocks_done += count * math.ceil(len(trials) / self.block)
        results = run_blocks(self.run, self.function, count, trials, self.block, self._told(before))
        for index, parts in enumerate(results):
            seen = [*self.found[index : index + 1], *parts] if before else parts
            tallies, columns, doses = zip(*seen, strict=True)
            given = [each for each in doses if each is not None]
            added = (
                reduce(Tally.plus, tallies),
                np.concatenate(columns),
                reduce(DoseTally.plus, given) if given else None,
            )
            self.found[index : index + 1] = [added]

    def _told(self, before: int) -> Callable[[int, int], None] | None:
        tell = self.progress
        return None if tell is None else lambda done, total: tell(before + done, before + total)

    def largest_error(self) -> float:
        """The largest standard error of a probability of selection, or of the mean duration as a share of it."""
        errors: list[float] = []
        for (tally, columns, _), truth in zip(self.found, self.scenarios.truths, strict=True):
            selection = standard_errors(self.rule, tally, truth, 0.0)
            time = _time_figures(columns, self.calendar)
            errors += [*selection["selected"], selection["none_selected"]]
            # of what none or all of n trials showed the observed error is 0; at a rate of 1/n it would be about 1/n
            errors.append(1 / tally.trials)
            if time.mean_duration_days > 0:
                errors.append(time.standard_errors["mean_duration_days"] / time.mean_duration_days)
        return max(errors)


def _simulated(rule: EscalationRule, calendar: Calendar, scenarios: Scenarios, seed: int, block: Block) -> Found:
    """The trials of a block."""
    clocks = simulate_in_time(rule, calendar, scenarios.truths[block.scenario], block.trials, seed)
    tally = tally_trials(rule, outcomes_in_the_end(clocks), clocks.people.dosed_at)
    return tally, _columns(clocks), tally_doses(clocks)


COLUMNS = (
    "mean_duration_days",
    "mean_idle_days",
    "mean_wait_days",
    "mean_longest_wait_days",
    "mean_suspensions",
    "mean_suspended_days",
    "mean_screened",
)


def _columns(clocks: Clocks) -> Floats:
    """What `COLUMNS` are the means of, for each trial; people dosed in the place of people screened."""
    dosed = clocks.people.dosed_at.sum(axis=1)
    waits = clocks.waited / np.maximum(dosed, 1), clocks.longest_wait
    duration = clocks.ended - clocks.began
    return np.stack(
        [duration, clocks.idle, *waits, clocks.suspensions, clocks.suspended, dosed], axis=1, dtype=np.float64
    )


def _time_figures(columns: Floats, calendar: Calendar) -> TimeFigures:
    means = columns.mean(axis=0)
    errors = columns.std(axis=0, ddof=1) / np.sqrt(len(columns)) if len(columns) > 1 else np.full(len(COLUMNS), np.nan)
    factors = np.ones(len(COLUMNS))
    factors[-1] = 1.0 / (1.0 - calendar.screening_failures)
    quantiles = np.quantile(columns[:, 0], [0.1, 0.5, 0.9]).tolist()
    return TimeFigures(
        **dict(zip(COLUMNS, (means * factors).tolist(), strict=True)),
        duration_quantiles=dict(zip(("10", "50", "90"), quantiles, strict=True)),
        standard_errors=dict(zip(COLUMNS, (errors * factors).tolist(), strict=True)),
    )
