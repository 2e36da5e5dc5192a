"""Reads a plan, as strictly as a protocol file and with the same kind of problems."""

from __future__ import annotations

from os import PathLike, fspath

from firstdose.protocol.describe import keys_of
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Finding, Problem, ProblemsFound
from firstdose.protocol.reading import decode, read_bytes
from firstdose.protocol.sections import read_part
from firstdose.protocol.yaml_source import read_yaml
from firstdose.simulation.tuning.checks import MOST_SETTINGS, check_plan, check_with_protocol
from firstdose.simulation.tuning.plan import Plan, PlanSections
from firstdose.simulation.tuning.space import space_of

WHAT = "plan"


def read_plan(path: str | PathLike[str], protocol: Protocol) -> Plan:
    """Read the plan of a search over a protocol; ProblemsFound holds every problem if there is any."""
    file = fspath(path)
    content = read_bytes(file, WHAT)
    text = content if isinstance(content, Problem) else decode(content, file, WHAT)
    if isinstance(text, Problem):
        raise ProblemsFound([text])
    return plan_of(text, protocol, file)


def plan_of(text: str, protocol: Protocol, file: str = WHAT) -> Plan:
    """The plan that the text of a file states; `file` is the name that problems are reported under."""
    source = read_yaml(text, file, WHAT)
    if source.values is None:
        raise ProblemsFound(source.problems)
    sections, problems = read_part(PlanSections, source.values, (), source.places)
    spoken_of = {problem.place.key for problem in source.problems}
    found = [*source.problems, *(problem for problem in problems if problem.place.key not in spoken_of)]
    if sections is not None:
        found += [finding.at(source.places) for finding in check_plan(sections)]
        found += check_with_protocol(sections, protocol, source.places)
    if sections is None or found:
        raise ProblemsFound(found)
    size = space_of(sections.search, protocol).size
    if size > MOST_SETTINGS:
        rule = f"at most {MOST_SETTINGS:,} combinations can be searched"
        raise ProblemsFound([Finding("search", size, rule, "take fewer values or larger steps").at(source.places)])
    return Plan(**{name: getattr(sections, name) for name in keys_of(PlanSections)}, places=source.places)
