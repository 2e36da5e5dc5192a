"""Exact operating characteristics: how a rule behaves under true dose-toxicity curves, without Monte Carlo error."""

from __future__ import annotations

from collections.abc import Callable

from firstdose.designs.rule import EscalationRule
from firstdose.simulation.ending_sums import count_endings, sum_endings
from firstdose.simulation.exact import DEFAULT_BUDGET, Endings, walk
from firstdose.simulation.figures import OperatingCharacteristics, characteristics_of, scenario_figures
from firstdose.simulation.scenarios import Scenarios


def operating_characteristics(
    rule: EscalationRule,
    scenarios: Scenarios,
    *,
    not_evaluable: float = 0.0,
    budget: int = DEFAULT_BUDGET,
    progress: Callable[[int, int], None] | None = None,
    distributions: bool = True,
) -> OperatingCharacteristics:
    """Exact figures of a rule for each scenario.

    ``not_evaluable`` is the share of dosed participants who are not evaluable and are replaced; a truth stays the DLT
    rate among the evaluable. Raises TooManyStates when the walk passes the budget.
    """
    endings = walk(rule, budget, progress, with_losses=rule.counts_dosed and not_evaluable > 0)
    return figures_of_endings(rule, endings, scenarios, not_evaluable=not_evaluable, distributions=distributions)


def figures_of_endings(
    rule: EscalationRule,
    endings: Endings,
    scenarios: Scenarios,
    *,
    not_evaluable: float = 0.0,
    distributions: bool = True,
) -> OperatingCharacteristics:
    """The figures of each scenario from a walk that was made once."""
    sums = sum_endings(rule, endings, scenarios.truths, not_evaluable)
    counted = count_endings(rule, endings, scenarios.truths, not_evaluable) if distributions else None
    return characteristics_of(
        rule,
        scenarios,
        scenario_figures(rule, scenarios, sums, counted, not_evaluable),
        method="exact",
        not_evaluable=not_evaluable,
        distributions=distributions,
        states=endings.states_visited,
        endings=len(endings),
    )
