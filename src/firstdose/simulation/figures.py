"""The figures of an operating-characteristics table: one set a scenario, whatever engine made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.simulation.ending_sums import Distributions, EndingSums
from firstdose.simulation.scenarios import Scenarios, true_mtds

SMALLEST_SHOWN = 1e-15


@dataclass(frozen=True)
class ScenarioFigures:
    """The figures of one truth. Lists are by level; probabilities are fractions; None where no target is given.

    Participants and DLTs are those of the escalation; an expansion at the selected level is in ``expansion_*`` and in
    the ``*_with_expansion`` means. Dosed participants include those who were not evaluable and were replaced.
    """

    name: str
    truth: list[float]
    true_mtd: int | None
    selected: list[float]
    none_selected: float
    mtd_not_reached: float
    correct_selection: float | None
    mean_participants: list[float]
    mean_dlts: list[float]
    mean_dosed: list[float]
    mean_total_participants: float
    mean_total_dlts: float
    mean_total_dosed: float
    expansion_participants: list[float]
    expansion_dlts: list[float]
    share_above_mtd: float | None
    observed_rate_above_target: float | None
    stop_reasons: dict[str, float]
    size_distribution: dict[int, float] = field(default_factory=dict)
    dlt_distribution: dict[int, float] = field(default_factory=dict)
    participants_distribution: list[dict[int, float]] = field(default_factory=list)
    dlts_distribution: list[dict[int, float]] = field(default_factory=list)
    standard_errors: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OperatingCharacteristics:
    """A design's figures over scenarios, and how they were computed."""

    design: str
    method: Literal["exact", "monte-carlo"]
    dose_levels: list[float]
    unit: str
    target: float | None
    family: str
    not_evaluable: float
    scenarios: list[ScenarioFigures]
    states: int | None = None
    endings: int | None = None
    trials: int | None = None
    seed: int | None = None
    conventions: str = (
        "A truth is P(DLT | evaluable). The true MTD is the level closest to the target, none where level 1's rate "
        "exceeds 1.4 times the target; selecting none is then correct."
    )

    def as_json(self) -> dict[str, Any]:
        """The document that ``firstdose oc --json`` prints."""
        document = {key: value for key, value in vars(self).items() if key != "scenarios"}
        return document | {"scenarios": [vars(figures) for figures in self.scenarios]}


def scenario_figures(
    rule: EscalationRule,
    scenarios: Scenarios,
    sums: EndingSums,
    distributions: Distributions | None,
    standard_errors: Sequence[dict[str, Any]] | None = None,
) -> list[ScenarioFigures]:
    """The figures of every scenario from its expectations and distributions."""
    target = rule.frame.target
    mtds = None if target is None else true_mtds(scenarios.truths, target)
    return [
        _one_scenario(
            rule,
            scenarios,
            index,
            None if mtds is None else int(mtds[index]),
            sums,
            {} if distributions is None else _distributions(distributions, index),
            standard_errors[index] if standard_errors else {},
        )
        for index in range(len(scenarios))
    ]


def _one_scenario(
    rule: EscalationRule,
    scenarios: Scenarios,
    index: int,
    mtd: int | None,
    sums: EndingSums,
    counted: dict[str, Any],
    standard_errors: dict[str, Any],
) -> ScenarioFigures:
    participants, dlts, selected = sums.participants[index], sums.dlts[index], sums.selected[index]
    dosed = sums.dosed[index]
    expansion = rule.expansion_participants * selected[1:]
    return ScenarioFigures(
        name=scenarios.names[index],
        truth=scenarios.truths[index].tolist(),
        true_mtd=mtd or None,
        selected=selected[1:].tolist(),
        none_selected=float(selected[0]),
        mtd_not_reached=float(sums.mtd_not_reached[index]),
        correct_selection=None if mtd is None else float(selected[mtd]),
        mean_participants=participants.tolist(),
        mean_dlts=dlts.tolist(),
        mean_dosed=dosed.tolist(),
        mean_total_participants=float(participants.sum()),
        mean_total_dlts=float(dlts.sum()),
        mean_total_dosed=float(dosed.sum()),
        expansion_participants=expansion.tolist(),
        expansion_dlts=(expansion * scenarios.truths[index]).tolist(),
        share_above_mtd=None if mtd is None else float(participants[mtd:].sum() / participants.sum()),
        observed_rate_above_target=None if mtd is None else float(sums.rate_above_target[index]),
        stop_reasons={
            reason.name.lower(): float(chance)
            for reason, chance in zip(Stop, sums.stops[index], strict=True)
            if chance > SMALLEST_SHOWN
        },
        **counted,
        standard_errors=standard_errors,
    )


def _distributions(distributions: Distributions, index: int) -> dict[str, Any]:
    return {
        "size_distribution": _sparse(distributions.size[index]),
        "dlt_distribution": _sparse(distributions.total_dlts[index]),
        "participants_distribution": [_sparse(row) for row in distributions.participants[index]],
        "dlts_distribution": [_sparse(row) for row in distributions.dlts[index]],
    }


def _sparse(chances: NDArray[np.float64]) -> dict[int, float]:
    return {count: float(chance) for count, chance in enumerate(chances) if chance > SMALLEST_SHOWN}
