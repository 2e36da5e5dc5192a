"""Person by person: who could be seen to change and until when, and every change that was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.analysis.disability.confirmed import UNABLE_AT_BASELINE, Found, Sought
from firstdose.analysis.disability.definitions import EVENTS
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import Measured
from firstdose.records.results import Result


def people_at_risk(frame: Frame, sought: Sought, where: dict[str, Any]) -> Iterator[Result]:
    """How many people could be seen to change; each person's last day of a confirmable onset, or why there is none."""
    people, same = sought.measured.people, {**where, "table": "people_at_risk", "when": sought.definition.name}
    for group, members in people.groups(frame):
        count = sum(person in sought.watched_to for person in members)
        yield Result(
            **same,
            what="evaluable",
            group=group,
            statistic="people",
            value=float(count),
            of=float(len(members)),
            format="count",
            unit="people",
        )
    for person, subject in enumerate(people.subjects):
        place = {**same, "what": subject, "group": people.group_of(person)}
        if person in sought.watched_to:
            yield Result(
                **place,
                statistic="last_day_of_onset_that_could_be_confirmed",
                value=float(sought.watched_to[person]),
                format="day",
            )
        else:
            reason = sought.not_evaluable[person]
            text = reason + _what_they_did_later(sought.measured, person, reason)
            yield Result(**place, statistic="not_evaluable", text=text, format="text")


def _what_they_did_later(each: Measured, person: int, reason: str) -> str:
    """For a person unable before treatment: whether they performed later, which no definition counts."""
    if reason != UNABLE_AT_BASELINE:
        return ""
    rows = np.flatnonzero((each.person == person) & np.isfinite(each.value) & each.is_later())
    return f"; performed on day {each.day[rows[0]]}" if rows.size else "; did not perform later"


def people_with_change(sought: Sought, where: dict[str, Any]) -> Iterator[Result]:
    """Every confirmed change that the definition counts, or may have to count, so that a reader can look."""
    counted = [EVENTS[event] for event in sought.definition.events]
    numbers: dict[int, int] = {}
    for found in sought.found:
        if any(found.may_be(*wanted) for wanted in counted):
            numbers[found.person] = numbers.get(found.person, 0) + 1
            yield from _change(sought, found, numbers[found.person], {**where, "table": "people_with_change"})


def _change(sought: Sought, found: Found, number: int, where: dict[str, Any]) -> Iterator[Result]:
    """One change: direction, what relapses have to do with it, days of onset and confirmation, both values."""
    each, change = sought.measured, found.change
    subject = each.people.subjects[found.person]
    same = {
        **where,
        "what": f"{subject}/{number}",
        "when": sought.definition.name,
        "group": each.people.group_of(found.person),
        "records": records_of(sought, found),
    }
    yield Result(**same, statistic="subject", text=subject, format="text")
    yield Result(**same, statistic="direction", text=change.direction, format="text")
    if change.direction == "worsening":
        warning = RELAPSE_WITHOUT_DAY if found.is_open else ""
        yield Result(**same, statistic="relapses", text=RELAPSES[found.kind], format="text", warning=warning)
    yield Result(**same, statistic="onset", value=float(each.day[found.onset_row]), format="day")
    yield _confirmation(each, found, same)
    yield Result(**same, statistic="reference", value=change.reference, unit=each.measure.unit)
    if each.unable[found.onset_row]:
        text = "unable to perform; counts as worse than any score"
        yield Result(**same, statistic="value", text=text, format="text")
    else:
        yield Result(**same, statistic="value", value=float(each.value[found.onset_row]), unit=each.measure.unit)


RELAPSE_WITHOUT_DAY = "a relapse whose day of onset is not known may have begun near it"
RELAPSES = {
    None: "not known",
    "relapse_independent": "independent of relapses",
    "relapse_associated": "associated with a relapse",
    "undefined": "neither independent of relapses nor associated with one",
    "": "",
}


def _confirmation(each: Measured, found: Found, same: dict[str, Any]) -> Result:
    if found.confirming_row is None:
        warning = "not confirmed: counted because it was first seen at the last visit"
        return Result(**same, statistic="confirmation", format="day", warning=warning)
    return Result(**same, statistic="confirmation", value=float(each.day[found.confirming_row]), format="day")


def records_of(sought: Sought, found: Found) -> tuple[str, ...]:
    """The scores that a change rests on: reference, onset and confirmation."""
    rows = (found.reference_row, found.onset_row, found.confirming_row)
    return tuple(dict.fromkeys(sought.measured.records[row] for row in rows if row is not None))
