"""The plan of a search: what may be chosen, what is aimed at, and under which true curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from firstdose.protocol.escalation import Settings
from firstdose.protocol.guard_entry import GuardEntry
from firstdose.protocol.meaning import Meaning, Text, part
from firstdose.protocol.problems import Places
from firstdose.simulation.tuning.aims import Aim, Constraint
from firstdose.simulation.tuning.ranges import Booleans, WholeNumbers

Rates = tuple[Annotated[float, Meaning("A true DLT rate.", lowest=0, highest=1)], ...]
Guards = tuple[GuardEntry, ...]


@part
class Search:
    """What may be chosen. What is left out stays as the protocol has it.

    A setting of a design or guard is fixed as it is written, or a choice: `{any_of: [0.9, 0.95]}` or
    `{from: 0.3, to: 0.4, step: 0.05}`. Every combination of the choices is a setting of the search.
    """

    designs: Annotated[
        Mapping[Text, Settings],
        Meaning(
            "Designs to choose among, each with its settings. Settings not named are the protocol's for that design, "
            "else its defaults; null takes the default.",
            example={"boin": {"p_tox": {"any_of": [0.35, 0.4]}}},
        ),
    ] = field(default_factory=dict)
    cohort_size: Annotated[WholeNumbers, Meaning("Cohort sizes; a design that knows one size keeps it.")] = ()
    max_participants: Annotated[
        WholeNumbers, Meaning("Maximum numbers of participants.", example={"from": 18, "to": 30, "step": 3})
    ] = ()
    start_level: Annotated[WholeNumbers, Meaning("Levels of the first cohort.")] = ()
    stop_within_cohort: Annotated[
        Booleans, Meaning("Whether dosing stops inside a cohort once its decision is settled.")
    ] = ()
    guards: Annotated[
        tuple[Guards, ...],
        Meaning(
            "Lists of guards to choose among; the empty list is none.",
            example=[[], [{"stop_when_too_toxic": {"certainty": {"any_of": [0.9, 0.95]}}}]],
        ),
    ] = ()


@part
class Curves:
    """True dose-toxicity curves: random ones, or listed ones, or both. Each counts the same."""

    random: Annotated[
        int, Meaning("Random rising curves by the pseudo-uniform algorithm.", lowest=0, highest=5000, example=100)
    ] = 0
    too_toxic: Annotated[
        int,
        Meaning("Further random curves whose every level is too toxic.", lowest=0, highest=1000, example=20),
    ] = 0
    seed: Annotated[int, Meaning("Seed of the random curves.", lowest=0)] = 1
    listed: Annotated[tuple[Rates, ...], Meaning("Curves given one by one, one DLT rate a level.")] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for no curve."""
        return self.random + self.too_toxic + len(self.listed) == 0


@part
class InTime:
    """Conditions of trials in time, for designs that decide while windows are open; the rest is the protocol's."""

    candidates_per_30_days: Annotated[float, Meaning("Candidates who come in 30 days.", lowest=0.001, highest=100_000)]
    screening_failures: Annotated[float, Meaning("Share of candidates who are not eligible.", lowest=0, below=1)] = 0.0
    meeting_interval_days: Annotated[
        float, Meaning("Time between meetings of the committee; 0: any day.", unit="days", lowest=0, highest=10_000)
    ] = 0.0
    leaving: Annotated[float, Meaning("Share who leave before their window ends.", lowest=0, below=1)] = 0.0


@part
class PlanSections:
    """The top-level keys of a plan."""

    name: Annotated[Text, Meaning("The search in a few words.")]
    description: Annotated[Text | None, Meaning("More about it.")] = None
    search: Annotated[Search, Meaning("What may be chosen.")]
    aims: Annotated[
        tuple[Aim, ...],
        Meaning("What is aimed at, the most important first.", fewest_items=1, example=[{"maximise": "share_at_mtd"}]),
    ]
    constraints: Annotated[
        tuple[Constraint, ...],
        Meaning(
            "What a setting must keep to.",
            example=[{"figure": "stopped_too_toxic", "over": "too_toxic", "at_least": 0.8}],
        ),
    ] = ()
    scenarios: Annotated[Curves, Meaning("The curves under which settings are compared.")]
    unseen: Annotated[
        Curves, Meaning("Other curves, which the search does not see: the winner is scored on them at the end.")
    ]
    not_evaluable: Annotated[
        float,
        Meaning("Share of dosed participants who are not evaluable and are replaced.", lowest=0, highest=0.9),
    ] = 0.0
    in_time: Annotated[InTime | None, Meaning("Needed where a design decides while windows are open.")] = None

    @property
    def goals(self) -> tuple[Aim | Constraint, ...]:
        """Aims, then constraints."""
        return (*self.aims, *self.constraints)


@dataclass(frozen=True, kw_only=True)
class Plan(PlanSections):
    """A plan that was read, with the place of each of its keys."""

    places: Places = field(default_factory=Places, repr=False, compare=False)
