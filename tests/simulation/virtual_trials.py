"""The reference trial, its scenario and changes of it, for the tests of virtual trials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from firstdose.protocol import Protocol, read_protocol
from firstdose.simulation.virtual_trial import Scenario, read_scenario

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCENARIO = EXAMPLES / "nsc-spms" / "scenario.yaml"


@cache
def protocol(name: str = "nsc-spms") -> Protocol:
    return read_protocol(EXAMPLES / name / "protocol.yaml")


@cache
def default() -> Scenario:
    return read_scenario(SCENARIO)


def changed(scenario: Scenario, **values: object) -> Scenario:
    """A scenario with some parameters changed: `attendance__death_per_year=0.5`."""
    for name, value in values.items():
        section, parameter = name.split("__")
        part = getattr(scenario, section)
        new = replace(part, **{parameter: replace(getattr(part, parameter), value=value)})
        scenario = replace(scenario, **{section: new})
    return scenario


def eventful() -> Scenario:
    """Much happens: DLTs, deaths, withdrawals, short doses, missed visits, relapses, early stops."""
    return changed(
        default(),
        toxicity__rate_at_lowest_dose=0.15,
        toxicity__odds_ratio_per_doubling=1.6,
        attendance__death_per_year=0.3,
        attendance__withdrawal_per_year=0.4,
        attendance__missed_visit=0.2,
        product__short_dose=0.15,
        conduct__withdrawn_before_dosing=0.2,
        relapses__per_year=1.5,
        treatments__stopped_early_per_year=0.8,
        adverse_events__stops_background=0.2,
    )


def z_score(differences: Iterable[float]) -> float:
    """How many standard errors the mean of independent differences lies from 0."""
    values = list(differences)
    mean = sum(values) / len(values)
    spread = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return float(mean / (spread / len(values)) ** 0.5)
