"""Time to confirmed worsening, by Kaplan-Meier, from one scheduled visit to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from firstdose.analysis.disability.confirmed import Found, Sought
from firstdose.analysis.disability.planned_days import planned_days
from firstdose.analysis.frame import Frame
from firstdose.methods.time_to_event import Curve, kaplan_meier
from firstdose.records.results import Result

NO_EVENT = "nobody worsened: the limit beside the count says what is possible"


def worsening_curves(frame: Frame, sought: Sought, where: dict[str, Any]) -> Iterator[Result]:
    """The share free of worsening just after each day of an onset, and at the end; ``of`` is the number at risk.

    Days are planned ones and come in their order, and on each day the groups.

    Evaluable people count until the last visit at which an onset could still have been confirmed: later nothing could
    be seen of them. Both that visit and the visit of an onset stand at their planned day. By their actual days people
    who were seen a little early would leave before those who were seen a little late, although both were at risk at
    the same visit, and the last onsets would be held against the few seen latest.
    """
    onsets, times = sought.leading, times_to(frame, sought, sought.leading)
    steps: list[tuple[float, Result]] = []
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
        days = [times[person] for person in people]
        curve = kaplan_meier(days, [person in onsets for person in people], certainty=frame.certainty)
        steps += _steps(frame, curve, same, sought.doubt)
    yield from (result for _, result in sorted(steps, key=lambda step: step[0]))


def times_to(frame: Frame, sought: Sought, having: Mapping[int, Found]) -> dict[int, int]:
    """For each evaluable person the planned day of their onset, or of the last visit at which one could be seen.

    ``having`` are the people with the event.
    """
    day = planned_days(frame, sought.measured)
    rows = {person: _row_on(sought, person, last) for person, last in sought.watched_to.items()}
    rows |= {person: found.onset_row for person, found in having.items()}
    return {person: max(0, int(day[row])) for person, row in rows.items()}


def _row_on(sought: Sought, person: int, day: int) -> int:
    """The score of a person on a day."""
    measured = sought.measured
    return int(np.flatnonzero((measured.person == person) & (measured.day == day))[0])


def _steps(frame: Frame, curve: Curve, same: dict[str, Any], doubt: str) -> Iterator[tuple[float, Result]]:
    """The curve at its steps and at its end, each with its day."""
    last = len(curve.time) - 1
    for number in np.union1d(np.flatnonzero(curve.events), [last]).tolist():
        known = bool(np.isfinite(curve.lower[number]))
        result = Result(
            **same,
            when=f"day {curve.time[number]:g}",
            value=float(curve.estimate[number]),
            of=float(curve.at_risk[number]),
            text=f"{curve.events[number]} worsened of {curve.at_risk[number]} at risk",
            lower=float(curve.lower[number]) if known else None,
            upper=float(curve.upper[number]) if known else None,
            confidence=frame.certainty if known else None,
            method="kaplan_meier",
            warning="; ".join(filter(None, ("" if curve.events.any() else NO_EVENT, doubt))),
        )
        yield float(curve.time[number]), result
