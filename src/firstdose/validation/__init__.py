"""Comparisons with other software, which ``firstdose validate`` runs again on any machine.

The reference figures are package data of this folder; call and version stand beside them.
"""

from __future__ import annotations

from firstdose.validation import (
    class_rotation,
    confirmed_change,
    continual_reassessment,
    designs_in_time,
    few_people,
    intervals,
    mixed_models,
    moderated_models,
    operating_characteristics,
    rates,
    simulated_trials,
    three_plus_three,
    trials_in_time,
)
from firstdose.validation.comparison import Comparison, Outcome

COMPARISONS: dict[str, Comparison] = {
    comparison.name: comparison
    for family in (
        intervals,
        continual_reassessment,
        three_plus_three,
        operating_characteristics,
        simulated_trials,
        designs_in_time,
        trials_in_time,
        rates,
        mixed_models,
        few_people,
        confirmed_change,
        moderated_models,
        class_rotation,
    )
    for comparison in family.COMPARISONS
}

__all__ = ["COMPARISONS", "Comparison", "Outcome"]
