"""Time from the start of adverse events to their resolution, where people have several and some die first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from firstdose.analysis.counting import number_of
from firstdose.analysis.events.counted_events import ANY, QUESTIONS, SERIOUS, SEVERE, counted_events, related
from firstdose.analysis.events.durations import DIED, RESOLVED, durations
from firstdose.analysis.events.resolution_curves import Lasting
from firstdose.analysis.frame import Frame
from firstdose.analysis.shares import limits_of, side_of
from firstdose.analysis.visit_summaries import in_groups
from firstdose.methods._counts import FloatArray
from firstdose.methods.time_to_event import StepFunction
from firstdose.records.results import Result

CHAPTER = "event_resolution"
TIME, INCIDENCE = "time_to_resolution", "cumulative_incidence"
METHODS_OF = {
    TIME: ("kaplan_meier_clustered", "survival_partly_known"),
    INCIDENCE: ("aalen_johansen_clustered", "incidence_partly_known"),
}
"""The method of each table where every day is known, and where some are known in part."""
KINDS = (ANY, SEVERE, SERIOUS, related("product"))
DAYS = (7, 28, 91)
"""The days after the start of an event at which the share resolved is told."""

ASSUMED = "taken to have begun on or after the day of dosing, as they count"
STATISTICS = {RESOLVED: "share_resolved", DIED: "share_died_before_resolution"}


def event_resolution(frame: Frame) -> Iterator[Result]:
    """Time to resolution of counted events in the treated: Kaplan-Meier, and with death as competing event.

    Where dates are known in part, curves are the most likely ones for all days that they may mean, and the medians
    with all times as short and as long as possible are told.
    """
    lasting = in_groups(frame, durations(counted_events(frame), frame.people("treated")))
    same = {"chapter": CHAPTER, "population": "treated"}
    groups = [group.name for group in frame.groups("treated")]
    for what in KINDS:
        chosen = lasting.filter(QUESTIONS[what].fill_null(False))
        found = chosen.partition_by("group", as_dict=True)
        for group in groups:
            yield from _of_events(frame, found.get((group,), chosen.clear()), {**same, "what": what, "group": group})


def _of_events(frame: Frame, events: pl.DataFrame, fields: dict[str, Any]) -> Iterator[Result]:
    """The figures of one kind of event in one group."""
    known = events.filter(pl.col("longest").is_not_null())
    timed, lost = Lasting.of(known), events.height - known.height
    doubts = [f"{number_of(lost, 'events')} without a known time left out"] if lost else []
    assumed = int(known["start_is_assumed"].sum())
    if assumed:
        doubts.append(f"{number_of(assumed, 'events')} of which it is not known that dosing came first: {ASSUMED}")
    doubt = "; ".join(doubts)
    count: dict[str, Any] = {**fields, "table": TIME, "unit": "events", "format": "count", "warning": doubt}
    yield Result(**count, statistic="events", value=float(known.height), records=tuple(known["record"]))
    if timed is None:
        yield Result(**fields, table=TIME, statistic="median_days", unit="days", warning="no such event")
        return
    resolved = tuple(timed.records[place] for place in np.flatnonzero(timed.is_resolved))
    yield Result(
        **count, statistic="resolved_events", value=float(len(resolved)), of=float(timed.count), records=resolved
    )
    curve = timed.until_resolved(frame.certainty)
    yield _median(frame, timed, curve, fields)
    for day in DAYS:
        yield _at(frame, timed, curve, day, {**fields, "table": TIME, "statistic": STATISTICS[RESOLVED]})
    incidences = timed.incidences(frame.certainty)
    for ending, statistic in STATISTICS.items():
        for day in DAYS:
            where = {**fields, "table": INCIDENCE, "statistic": statistic}
            yield _at(frame, timed, incidences.get(ending), day, where)


def _median(frame: Frame, timed: Lasting, curve: StepFunction, fields: dict[str, Any]) -> Result:
    """The median time to resolution; its limits are the days on which those of the curve reach one half."""
    fields = {**fields, "table": TIME, "statistic": "median_days", "unit": "days", "of": float(timed.count)}
    doubt = ""
    if timed.partial:
        shortest, longest = ("not reached" if np.isnan(each) else f"{each:g}" for each in timed.median_at_extremes())
        doubt = f"{number_of(timed.partial, 'events')} known in part; the median is {shortest} with all times as "
        doubt += f"short as possible, {longest} with all as long"
    median = curve.time_until()
    if not np.isfinite(median):
        return Result(**fields, warning="; ".join(filter(None, ("not reached: less than half were resolved", doubt))))
    limits = {"lower": _first_below(curve, curve.lower), "upper": _first_below(curve, curve.upper)}
    unlimited = [f"no {name} limit" for name, limit in limits.items() if limit is None]
    fields |= {**limits, "confidence": frame.certainty, "method": _method(timed, TIME), "records": timed.records}
    return Result(**fields, value=median, warning="; ".join(filter(None, (*unlimited, doubt))))


def _method(timed: Lasting, table: str) -> str:
    """How the curves of a table were found."""
    whole, partly = METHODS_OF[table]
    return partly if timed.partial else whole


def _first_below(curve: StepFunction, limit: FloatArray) -> float | None:
    """The first time at which a limit of the curve is at most one half; None if it never is."""
    reached = np.flatnonzero(limit <= 0.5)
    return float(curve.time[reached[0]]) if reached.size else None


def _at(frame: Frame, timed: Lasting, curve: StepFunction | None, day: int, fields: dict[str, Any]) -> Result:
    """The share of events with an ending by a day; where the curve has no limits there, see `_exact`."""
    fields = {**fields, "when": f"day {day}", "format": "proportion"}
    competes, last = fields["table"] == INCIDENCE, float(timed.longest.max())
    if day > last and not timed.is_settled(death_competes=competes):
        return Result(**fields, warning=f"no event was observed for longer than {last:g} days")
    share, lower, upper = (0.0, np.nan, np.nan) if curve is None else curve.at(min(day, last))
    if not competes:
        share, lower, upper = 1 - share, 1 - upper, 1 - lower
    fields |= {"value": share, "of": float(timed.count), "method": _method(timed, fields["table"])}
    if np.isfinite(lower) and np.isfinite(upper):
        return Result(**fields, lower=lower, upper=upper, confidence=frame.certainty)
    ending = DIED if fields["statistic"] == STATISTICS[DIED] else RESOLVED
    people = timed.people(timed.is_known_at(day, ending, death_competes=competes))
    if share not in (0, 1) or not people:
        return Result(**fields, warning="no limits can be given for so few")
    return Result(**fields | _exact(frame, people, round(share) * people))


def _exact(frame: Frame, people: int, with_it: int) -> dict[str, Any]:
    """The limits where no event, or every one, has the ending: those of nobody or everybody among the people."""
    method, side = frame.conventions.proportion_interval, side_of(frame, people, with_it)
    lower, upper = limits_of(method, people, with_it, frame.certainty, side)
    told = f"the limits are those of {with_it} of {number_of(people, 'people')}"
    limits = {"lower": lower, "upper": upper, "side": side, "confidence": frame.certainty}
    return {**limits, "method": method, "warning": told}
