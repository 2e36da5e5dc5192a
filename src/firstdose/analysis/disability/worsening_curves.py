"""Time to confirmed worsening, by Kaplan-Meier, from day 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.analysis.disability.confirmed import Sought
from firstdose.analysis.frame import Frame
from firstdose.methods.time_to_event import Curve, kaplan_meier
from firstdose.records.results import Result

NO_EVENT = "nobody worsened: the limit beside the count says what is possible"


def worsening_curves(frame: Frame, sought: Sought, where: dict[str, Any]) -> Iterator[Result]:
    """The share free of worsening just after each day of an onset, and at the end; ``of`` is the number at risk.

    Evaluable people count until the last day on which an onset could still have been confirmed: later nothing could be
    seen of them. The time is that from day 0 to the onset.
    """
    onsets = {person: int(sought.measured.day[each.onset_row]) for person, each in sought.leading.items()}
    for group, members in sought.measured.people.groups(frame):
        people = [person for person in members if person in sought.watched_to]
        same = {
            **where,
            "table": "time_to_worsening",
            "what": sought.definition.name,
            "group": group,
            "statistic": "free_of_worsening",
            "format": "proportion",
        }
        if not people:
            yield Result(**same, warning="nobody in this group is evaluable")
            continue
        days = [max(0, onsets.get(person, sought.watched_to[person])) for person in people]
        curve = kaplan_meier(days, [person in onsets for person in people], certainty=frame.certainty)
        yield from _steps(frame, curve, same)


def _steps(frame: Frame, curve: Curve, same: dict[str, Any]) -> Iterator[Result]:
    """The curve at its steps and at its end."""
    last = len(curve.time) - 1
    for number in np.union1d(np.flatnonzero(curve.events), [last]).tolist():
        known = bool(np.isfinite(curve.lower[number]))
        yield Result(
            **same,
            when=f"day {curve.time[number]:g}",
            value=float(curve.estimate[number]),
            of=float(curve.at_risk[number]),
            text=f"{curve.events[number]} of {curve.at_risk[number]} at risk",
            lower=float(curve.lower[number]) if known else None,
            upper=float(curve.upper[number]) if known else None,
            confidence=frame.certainty if known else None,
            method="kaplan_meier",
            warning="" if curve.events.any() else NO_EVENT,
        )
