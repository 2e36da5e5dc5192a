"""Reads a settings file, as strictly as a protocol file and with the same kind of problems."""

from __future__ import annotations

from os import PathLike, fspath

from firstdose.protocol.describe import keys_of
from firstdose.protocol.problems import Problem, ProblemsFound
from firstdose.protocol.reading import decode, read_bytes
from firstdose.protocol.sections import read_part
from firstdose.protocol.yaml_source import read_yaml
from firstdose.simulation.next_trial.checks import check_settings
from firstdose.simulation.next_trial.settings import NextTrialSections, NextTrialSettings

WHAT = "settings"


def read_next_trial(path: str | PathLike[str]) -> NextTrialSettings:
    """Read a settings file; ProblemsFound holds every problem if there is any."""
    file = fspath(path)
    content = read_bytes(file, WHAT)
    text = content if isinstance(content, Problem) else decode(content, file, WHAT)
    if isinstance(text, Problem):
        raise ProblemsFound([text])
    return next_trial_of(text, file)


def next_trial_of(text: str, file: str = WHAT) -> NextTrialSettings:
    """The settings that the text of a file states; `file` is the name that problems are reported under."""
    source = read_yaml(text, file, WHAT)
    if source.values is None:
        raise ProblemsFound(source.problems)
    sections, problems = read_part(NextTrialSections, source.values, (), source.places)
    spoken_of = {problem.place.key for problem in source.problems}
    found = [*source.problems, *(problem for problem in problems if problem.place.key not in spoken_of)]
    if sections is not None:
        found += [finding.at(source.places) for finding in check_settings(sections)]
    if sections is None or found:
        raise ProblemsFound(found)
    values = {name: getattr(sections, name) for name in keys_of(NextTrialSections)}
    return NextTrialSettings(**values, places=source.places)
