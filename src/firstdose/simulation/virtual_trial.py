"""Virtual trials: the records of a trial that never took place, and everything that is true of it.

The escalation follows the protocol's own rule. Each trial has its own random numbers, keyed by seed, number and part
of the trial, so that it is the same whatever other trials are made, in whatever order, on however many machines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstdose.protocol.plan import Protocol
from firstdose.simulation.virtual.escalation_walk import TrialNeverEnds
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.simulation.virtual.scenario_fit import check_scenario
from firstdose.simulation.virtual.scenario_reading import read_scenario
from firstdose.simulation.virtual.trial import VirtualTrial, make_trial, make_trials
from firstdose.simulation.virtual.truth import Truth
from firstdose.simulation.virtual.writing import write_virtual_trial

__all__ = [
    "Scenario",
    "TrialNeverEnds",
    "Truth",
    "VirtualTrial",
    "check_scenario",
    "read_scenario",
    "virtual_trial",
    "virtual_trials",
    "write_virtual_trial",
]


def virtual_trial(protocol: Protocol, scenario: Scenario, *, seed: int, number: int = 0) -> VirtualTrial:
    """One virtual trial.

    Raises ProblemsFound if protocol and scenario do not go together, TrialNeverEnds if too few people come for it.
    """
    return make_trial(Plan.of(protocol, scenario), seed, number)


def virtual_trials(
    protocol: Protocol, scenario: Scenario, *, seed: int, numbers: Sequence[int]
) -> Iterator[VirtualTrial]:
    """Virtual trials by their numbers, one after the other; what they share is worked out once."""
    yield from make_trials(Plan.of(protocol, scenario), seed, numbers)
