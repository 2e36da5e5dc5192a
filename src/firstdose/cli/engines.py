"""Chooses the engine and shows its progress."""

from __future__ import annotations

from firstdose.cli.inputs import input_errors
from firstdose.cli.output import progress
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.figures import OperatingCharacteristics
from firstdose.simulation.machines import RunParts, in_this_process
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import Scenarios

MOST_SCENARIOS_WITH_DISTRIBUTIONS = 20


def characteristics(
    rule: EscalationRule,
    scenarios: Scenarios,
    method: str,
    not_evaluable: float,
    states: int,
    trials: int,
    seed: int,
    run: RunParts = in_this_process,
) -> OperatingCharacteristics:
    """The figures of a rule by the engine asked for; simulated trials are run where ``run`` does."""
    distributions = len(scenarios) <= MOST_SCENARIOS_WITH_DISTRIBUTIONS
    with input_errors():
        if method == "monte-carlo":
            with progress(f"simulating {rule.design.name}") as bar:
                return monte_carlo(
                    rule,
                    scenarios,
                    trials=trials,
                    seed=seed,
                    not_evaluable=not_evaluable,
                    progress=bar,
                    distributions=distributions,
                    run=run,
                )
        with progress(f"walking {rule.design.name}") as bar:
            return operating_characteristics(
                rule,
                scenarios,
                not_evaluable=not_evaluable,
                budget=states,
                progress=lambda cohort, size: bar(cohort, None, f"cohort {cohort}, {size:,} states"),
                distributions=distributions,
            )
