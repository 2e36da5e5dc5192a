"""Which named definitions of confirmed change are applied to a measure, and which of them leads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import FloatArray
from firstdose.measures import MEASURES
from firstdose.methods.confirmed_change_presets import PRESETS, Preset
from firstdose.methods.confirmed_change_rules import ChangeRule

USUAL = "worsening_24_weeks"
"""The definition that leads where the protocol names none."""

COMPOSITES = ("edss_plus",)
"""Definitions by which a change of any one of several measures counts."""

EVENTS: dict[str, tuple[str, str | None]] = {
    "worsening": ("worsening", None),
    "worsening independent of relapses": ("worsening", "relapse_independent"),
    "worsening associated with relapses": ("worsening", "relapse_associated"),
    "worsening, relation to relapses unclear": ("worsening", "undefined"),
    "improvement": ("improvement", None),
}
"""What is counted: the direction of the change, and what relapses have to do with it (None: no matter what)."""

COUNTED = {
    "first_worsening": tuple(EVENTS)[:4],
    "first_improvement": ("improvement",),
    "first_relapse_independent": ("worsening independent of relapses",),
    "first_relapse_associated": ("worsening associated with relapses",),
    "first": tuple(EVENTS),
    "first_of_each": tuple(EVENTS),
    "all": tuple(EVENTS),
}
"""The events that a definition is about, the leading one first, by what its rule wants."""


@dataclass(frozen=True)
class Definition:
    """A named definition for one measure; ``objective`` is the level of the objective that it serves.

    ``leads``: it is the leading one of the measure. ``is_named``: the protocol names it.
    """

    name: str
    preset: Preset
    measure: str
    objective: str
    leads: bool
    is_named: bool

    @property
    def rule(self) -> ChangeRule:
        return self.preset.rule

    @property
    def events(self) -> tuple[str, ...]:
        """The events that are counted by it (keys of `EVENTS`)."""
        return COUNTED[self.rule.wanted]

    @property
    def is_of_worsening(self) -> bool:
        """Whether it is about worsening, of whatever kind."""
        return EVENTS[self.events[0]][0] == "worsening"

    @property
    def is_shown_in_full(self) -> bool:
        """Whether people, curves and doses are shown beside the counts."""
        return self.leads or self.is_named

    def smallest_change(self, scores: FloatArray) -> FloatArray:
        """The smallest change that counts from each score; beyond the ends of the scale, that at its end."""
        measure = MEASURES[self.measure]
        low = -np.inf if measure.lowest is None else measure.lowest
        high = np.inf if measure.highest is None else measure.highest
        return self.preset.smallest_changes[self.measure](np.clip(scores, low, high))


def definitions(frame: Frame, measure: str) -> list[Definition]:
    """The definitions that the measure's endpoint names, the leading one first, then all others as exploratory.

    Empty for a measure that no definition is for. Where the protocol names none that is known, the usual one leads.
    """
    usable = {name: preset for name, preset in PRESETS.items() if measure in preset.smallest_changes}
    endpoint = frame.endpoint(measure)
    named = [name for name in endpoint.confirmed_change if name in usable] if endpoint else []
    if not usable:
        return []
    leading = named[0] if named else USUAL if USUAL in usable else next(iter(usable))
    return [
        Definition(
            name,
            usable[name],
            measure,
            frame.objective(measure) if name == leading and name in named else "exploratory",
            name == leading,
            name in named,
        )
        for name in dict.fromkeys([leading, *named, *usable])
    ]


def unknown_definitions(frame: Frame, measure: str) -> list[str]:
    """Definitions that the measure's endpoint names and that are not known, or not for this measure."""
    endpoint = frame.endpoint(measure)
    names = endpoint.confirmed_change if endpoint else ()
    return [name for name in names if name not in PRESETS or measure not in PRESETS[name].smallest_changes]
