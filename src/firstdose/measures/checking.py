"""Every measure that a protocol names must be known."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.measures import MEASURES
from firstdose.methods.confirmed_change_presets import PRESETS
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Problem, dotted, suggest


def check_measures(protocol: Protocol) -> list[Problem]:
    """A problem for each measure, and each named definition of confirmed change, that is not known."""
    unknown = [
        Problem(protocol.place(key), name, "is not a definition of confirmed change", suggest(name, PRESETS))
        for key, name in _definitions(protocol)
        if name not in PRESETS
    ]
    return unknown + [
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


def _definitions(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Each definition of confirmed change that an endpoint names, with its key."""
    for index, endpoint in enumerate(protocol.endpoints):
        for place, name in enumerate(endpoint.confirmed_change):
            yield dotted(("endpoints", index, "confirmed_change", place)), name
