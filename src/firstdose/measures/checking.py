"""Every measure that a protocol names must be known."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.measures import MEASURES
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Problem, dotted, suggest


def check_measures(protocol: Protocol) -> list[Problem]:
    """A problem for each measure of an activity, endpoint or benchmark that is not known."""
    return [
        Problem(protocol.place(key), name, "is not a measure that Firstdose knows", suggest(name, MEASURES))
        for key, name in _named(protocol)
        if name not in MEASURES
    ]


def _named(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Each measure that the protocol names, with its key."""
    activities = protocol.schedule.activities if protocol.schedule else ()
    for index, activity in enumerate(activities):
        if activity.measure is not None:
            yield dotted(("schedule", "activities", index, "measure")), activity.measure
    for index, endpoint in enumerate(protocol.endpoints):
        if endpoint.measure is not None:
            yield dotted(("endpoints", index, "measure")), endpoint.measure
    for index, benchmark in enumerate(protocol.natural_history):
        yield dotted(("natural_history", index, "measure")), benchmark.measure
