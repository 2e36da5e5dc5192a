"""Reads a plan, as strictly as a protocol file and with the same kind of problems."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike, fspath

from firstdose.protocol.companion import read_companion, text_of_companion
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Finding, Places, Problem, ProblemsFound
from firstdose.simulation.tuning.checks import MOST_SETTINGS, check_plan, check_with_protocol
from firstdose.simulation.tuning.plan import Plan, PlanSections
from firstdose.simulation.tuning.space import space_of

WHAT = "plan"


def read_plan(path: str | PathLike[str], protocol: Protocol) -> Plan:
    """Read the plan of a search over a protocol; ProblemsFound holds every problem if there is any."""
    return plan_of(text_of_companion(path, WHAT), protocol, fspath(path))


def plan_of(text: str, protocol: Protocol, file: str = WHAT) -> Plan:
    """The plan that the text of a file states; `file` is the name that problems are reported under."""

    def check(sections: PlanSections, places: Places) -> Iterator[Problem]:
        yield from (finding.at(places) for finding in check_plan(sections))
        yield from check_with_protocol(sections, protocol, places)

    read = read_companion(text, file, WHAT, PlanSections, check)
    size = space_of(read.sections.search, protocol).size
    if size > MOST_SETTINGS:
        rule = f"at most {MOST_SETTINGS:,} combinations can be searched"
        raise ProblemsFound([Finding("search", size, rule, "take fewer values or larger steps").at(read.places)])
    return Plan(**read.values, places=read.places)
