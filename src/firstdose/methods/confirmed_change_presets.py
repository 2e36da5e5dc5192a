"""Definitions of confirmed change under names, so that those of two papers can be run side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray
from firstdose.methods.confirmed_change import Changes, Relapses, confirmed_changes
from firstdose.methods.confirmed_change_rules import (
    RELAPSE_FREE,
    ChangeRule,
    Wanted,
    edss_smallest_change,
    relative_smallest_change,
    symbol_digit_smallest_change,
)

SmallestChange: TypeAlias = Callable[[FloatArray], FloatArray]

OWN = "own definition, with the smallest changes in general use"
DEFAULTS = "the other settings are the defaults of this software"


@dataclass(frozen=True)
class Preset:
    """A definition of confirmed change, in words and as a rule.

    ``citation`` says where it comes from and what of it is not from there; ``smallest_changes`` holds, by the name of
    each clinical measure that the definition is for, the smallest change that counts.
    """

    title: str
    citation: str
    rule: ChangeRule
    smallest_changes: Mapping[str, SmallestChange]

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the clinical measures that it is for."""
        return tuple(self.smallest_changes)


@dataclass(frozen=True)
class Visits:
    """Everyone's visits with a value of one measure, as `confirmed_changes` takes them: each of shape (N,).

    ``worse_is`` is 1 where higher values are worse, -1 where lower ones are. Leave out visits without a value.
    """

    measure: str
    person: ArrayLike
    day: ArrayLike
    value: ArrayLike
    worse_is: int = 1
    may_confirm: ArrayLike | None = None


def changes_by(preset: Preset, visits: Visits, relapses: Relapses | None = None) -> Changes:
    """The confirmed changes by one definition.

    Raises ValueError for a measure that the definition is not for, and as `confirmed_changes`.
    """
    if visits.measure not in preset.smallest_changes:
        raise ValueError(f"{preset.title!r} is for {', '.join(preset.measures)}, not for {visits.measure}")
    return confirmed_changes(
        visits.person,
        visits.day,
        visits.value,
        rule=preset.rule,
        smallest_change=preset.smallest_changes[visits.measure],
        worse_is=visits.worse_is,
        relapses=relapses,
        may_confirm=visits.may_confirm,
    )


def side_by_side(names: Iterable[str], visits: Visits, relapses: Relapses | None = None) -> dict[str, Changes]:
    """The confirmed changes by several definitions of `PRESETS`, by name.

    Raises ValueError for an unknown name, and as `changes_by`.
    """
    wanted = tuple(names)
    unknown = [name for name in wanted if name not in PRESETS]
    if unknown:
        raise ValueError(f"there is no definition {', '.join(unknown)}; there are {', '.join(PRESETS)}")
    return {name: changes_by(PRESETS[name], visits, relapses) for name in wanted}


def edss_whole_step_up_to(last: float) -> SmallestChange:
    """Smallest change of the EDSS in trials that took in nobody below 3.0: 1.0 up to a step, 0.5 above it."""

    def smallest_change(reference: FloatArray) -> FloatArray:
        return np.where(reference <= last, 1.0, 0.5)

    return smallest_change


IN_GENERAL_USE: Mapping[str, SmallestChange] = {
    "edss": edss_smallest_change,
    "timed_walk": relative_smallest_change,
    "nine_hole_peg": relative_smallest_change,
    "symbol_digit": symbol_digit_smallest_change,
}
DISTANCES = {"12_weeks": ("12 weeks", 84.0), "24_weeks": ("24 weeks", 168.0)}
RELAPSE_FREE_WORDS = {
    "around_onset_and_confirmation": (
        "no relapse from 90 days before to 30 days after the onset, and the same around the confirmation",
        "Müller J et al., JAMA Neurol 2023;80:1232-1245 (harmonised)",
    ),
    "baseline_to_confirmation": (
        "no relapse from the baseline to the confirmation",
        "Müller J et al., JAMA Neurol 2023;80:1232-1245 (of high specificity)",
    ),
    "baseline_to_onset_and_around_confirmation": (
        "no relapse from the baseline to 30 days after the onset, nor within 30 days of the confirmation",
        "Kappos L et al., JAMA Neurol 2020;77:1132-1140",
    ),
}


def _in_general() -> dict[str, Preset]:
    """Worsening and improvement, for every measure."""
    found: dict[str, Preset] = {}
    for name, (words, days) in DISTANCES.items():
        rule = ChangeRule(confirm_after=(days,))
        kinds = {
            f"worsening_{name}": (rule, f"First worsening confirmed after {words}, fixed baseline"),
            f"worsening_{name}_moving_baseline": (
                replace(rule, baseline_moves="after_change"),
                f"First worsening confirmed after {words}, from a baseline that moves to where a change is confirmed",
            ),
            f"worsening_{name}_sustained": (
                replace(rule, sustained=math.inf),
                f"First worsening confirmed after {words} and lasting to the last visit, fixed baseline",
            ),
            f"improvement_{name}": (
                replace(rule, wanted="first_improvement"),
                f"First improvement confirmed after {words}, fixed baseline",
            ),
        }
        found |= {key: Preset(title, OWN, rule, IN_GENERAL_USE) for key, (rule, title) in kinds.items()}
    return found


def _by_relapses() -> dict[str, Preset]:
    """Worsening that is independent of relapses (PIRA) or associated with them (RAW), for every measure."""
    kinds: dict[str, tuple[Wanted, str]] = {
        "relapse_independent": ("first_relapse_independent", "First worsening independent of relapses (PIRA)"),
        "relapse_associated": ("first_relapse_associated", "First worsening associated with a relapse (RAW)"),
    }
    found = {}
    for name, (words, days) in DISTANCES.items():
        for kind, (wanted, title) in kinds.items():
            for free, (free_words, source) in RELAPSE_FREE_WORDS.items():
                found[f"{kind}_{name}_{free}"] = Preset(
                    f"{title}, confirmed after {words}, moving baseline; independent: {free_words}",
                    f"{source} for the days without a relapse; {DEFAULTS}",
                    ChangeRule(
                        wanted=wanted,
                        baseline_moves="after_change",
                        confirm_after=(days,),
                        relapse_free=RELAPSE_FREE[free],
                    ),
                    IN_GENERAL_USE,
                )
    return found


OF_TRIALS = {
    "expand": Preset(
        "First worsening confirmed after three months (12 weeks), fixed baseline; by 1.0 up to EDSS 5.0, 0.5 above",
        f"EXPAND: Kappos L et al., Lancet 2018;391:1263-1273, for size and confirmation; {DEFAULTS}",
        ChangeRule(confirm_after=(84.0,)),
        {"edss": edss_whole_step_up_to(5.0)},
    ),
    "oratorio": Preset(
        "First worsening confirmed after 12 weeks, fixed baseline; by 1.0 up to EDSS 5.5, 0.5 above",
        f"ORATORIO: Montalban X et al., N Engl J Med 2017;376:209-220, for size and confirmation; {DEFAULTS}",
        ChangeRule(confirm_after=(84.0,)),
        {"edss": edss_whole_step_up_to(5.5)},
    ),
    "edss_plus": Preset(
        "First worsening of EDSS, timed walk or nine-hole peg test, each confirmed on itself after 24 weeks, "
        "fixed baselines; times by 20 %, the EDSS by 1.0 up to 5.5, 0.5 above",
        "EDSS-Plus: Cadavid D et al., Mult Scler 2017;23:94-105, for components, 20 % and confirmation; "
        f"the size on the EDSS is ORATORIO's; {DEFAULTS}",
        ChangeRule(confirm_after=(168.0,)),
        {
            "edss": edss_whole_step_up_to(5.5),
            "timed_walk": relative_smallest_change,
            "nine_hole_peg": relative_smallest_change,
        },
    ),
}

PRESETS: dict[str, Preset] = {**_in_general(), **_by_relapses(), **OF_TRIALS}
