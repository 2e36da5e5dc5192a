"""Reads a scenario file, as strictly as a protocol file and with the same kind of problems."""

from __future__ import annotations

from os import PathLike, fspath

from firstdose.protocol.companion import at_places, read_companion, text_of_companion
from firstdose.simulation.virtual.scenario import Scenario, ScenarioSections
from firstdose.simulation.virtual.scenario_checks import check_values

WHAT = "scenario"


def read_scenario(path: str | PathLike[str]) -> Scenario:
    """Read a scenario file; ProblemsFound holds every problem if there is any."""
    return scenario_of(text_of_companion(path, WHAT), fspath(path))


def scenario_of(text: str, file: str = WHAT) -> Scenario:
    """The scenario that the text of a file states; `file` is the name that problems are reported under."""
    read = read_companion(text, file, WHAT, ScenarioSections, at_places(check_values))
    return Scenario(**read.values, places=read.places)
