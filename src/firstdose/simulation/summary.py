"""A family of hundreds of curves in a few numbers: means and spread of the figures over the curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures

SUMMARISED = (
    "correct_selection",
    "none_selected",
    "share_above_mtd",
    "observed_rate_above_target",
    "mtd_not_reached",
    "mean_total_participants",
    "mean_total_dlts",
)


@dataclass(frozen=True)
class FamilySummary:
    """For each figure its mean and 10th, 50th and 90th percentile over the curves; and correct selection by MTD."""

    curves: int
    figures: dict[str, dict[str, float]]
    correct_selection_by_mtd: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The part ``summary`` of the document that ``firstdose oc --json`` prints."""
        return vars(self)


def summarise_family(found: OperatingCharacteristics) -> FamilySummary:
    """The summary over all scenarios; each curve counts the same."""
    figures = {}
    for name in SUMMARISED:
        values = np.array(
            [getattr(row, name) for row in found.scenarios if getattr(row, name) is not None], dtype=float
        )
        if values.size:
            low, middle, high = np.percentile(values, [10, 50, 90])
            figures[name] = {
                "mean": float(values.mean()), "p10": float(low), "p50": float(middle), "p90": float(high)
            }  # fmt: skip
    return FamilySummary(len(found.scenarios), figures, _by_mtd(found.scenarios))


def _by_mtd(scenarios: list[ScenarioFigures]) -> dict[str, float]:
    groups: dict[str, list[float]] = {}
    for row in scenarios:
        if row.correct_selection is not None:
            groups.setdefault(str(row.true_mtd or "none"), []).append(row.correct_selection)
    return {mtd: float(np.mean(groups[mtd])) for mtd in sorted(groups)}
