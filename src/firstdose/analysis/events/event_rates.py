"""Adverse events per person-year, by both definitions: all events, and people with an event until their first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import polars as pl

from firstdose.analysis.counting import number_of
from firstdose.analysis.events.counted_events import ANY, QUESTIONS, SERIOUS, SEVERE, counted_events, related
from firstdose.analysis.events.first_events import events_at_risk, left_out
from firstdose.analysis.events.person_time import NOT_KNOWN, WHOLE, periods_of, time_at_risk
from firstdose.analysis.frame import Frame
from firstdose.analysis.visit_summaries import in_groups
from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.rates import clustered_rate, few_people_rate, garwood
from firstdose.records.results import Result, Side

CHAPTER = "event_rates"
ALL_EVENTS, FIRST_EVENTS, TIME, LEFT_OUT = "all_events", "first_events", "time_at_risk", "left_out"
REPLICATES = 1_999
SEED_OFFSET = 4_100
RATED = (ANY, SEVERE, SERIOUS, related("product"))
MOST_HAD_ONE = "more than half had one, so the rate rests on the time of the few without: no interval"
FEW = "Student's limits from the spread between these few, no narrower than exact Poisson limits"
SEE_FIRST = "the rate of first events in the next table has limits"
STATISTICS = {ALL_EVENTS: "events_per_person_year", FIRST_EVENTS: "people_per_person_year"}


def event_rates(frame: Frame) -> Iterator[Result]:
    """Rates of any, severe, serious and product-related events in the treated: in all and by period."""
    spans, events = time_at_risk(frame), counted_events(frame)
    same = {"chapter": CHAPTER, "population": "treated"}
    yield from _time(frame, spans, same)
    yield from _left_out(frame, spans, events, same)
    at_risk = in_groups(frame, events_at_risk(spans, events, {what: QUESTIONS[what] for what in RATED}))
    found = at_risk.partition_by("what", "when", "group", as_dict=True)
    groups = [group.name for group in frame.groups("treated")]
    for what, when, group in product(RATED, (WHOLE, *periods_of(spans)), groups):
        fields = {**same, "what": what, "when": when, "group": group}
        yield from _rates(frame, found.get((what, when, group)), fields)


def _rates(frame: Frame, people: pl.DataFrame | None, fields: dict[str, Any]) -> Iterator[Result]:
    """Both rates of one kind of event in one group; columns of people as `events_at_risk`."""
    if people is None:
        yield from _without(fields, "nobody in this group was at risk")
        return
    unknown = int(people["not_known"].sum())
    if unknown and not people["known"].sum():
        yield from _without(fields, "not known for any event")
        return
    doubts = [f"not known for {number_of(unknown, 'events')}, which count as no"] if unknown else []
    first = _first_events(frame, people, fields, doubts)
    yield _all_events(frame, people, fields, doubts, first)
    yield first


def _without(fields: dict[str, Any], reason: str) -> Iterator[Result]:
    """Both rates, where there are none."""
    for table, statistic in STATISTICS.items():
        yield Result(**fields, table=table, statistic=statistic, format="rate", warning=reason)


def _all_events(frame: Frame, people: pl.DataFrame, fields: dict[str, Any], doubts: list[str], first: Result) -> Result:
    """All events over all time."""
    years, count = _years(frame, people["days"]), people["events"].to_numpy()
    interval, why = _clustered(frame, count, years, first)
    return Result(
        **fields,
        **interval,
        table=ALL_EVENTS,
        statistic=STATISTICS[ALL_EVENTS],
        value=float(count.sum() / years.sum()),
        of=float(years.sum()),
        unit="events per person-year",
        format="rate",
        warning="; ".join([*doubts, *why]),
        records=tuple(record for records in people["records"].to_list() for record in records or ()),
    )


def _clustered(
    frame: Frame, count: IntArray, years: FloatArray, first: Result
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The interval of a rate of all events, as fields of a result, and what to say of it.

    Where resampling people carries no limits, they are those of `few_people_rate`; where there are none of these
    either, those of first events are named.
    """
    interval, reason = _resampled(frame, count, years)
    if interval:
        return interval, ()
    try:
        lower, upper = few_people_rate(count, years, certainty=frame.certainty)
    except ValueError:
        limits = f"; {SEE_FIRST}" if first.upper is not None else ""
        return {}, (f"no limits: {reason}{limits}",)
    fields = {"lower": float(lower), "upper": float(upper), "confidence": frame.certainty, "method": "few_people_rate"}
    return fields, (f"{reason}: {FEW}",)


def _resampled(frame: Frame, count: IntArray, years: FloatArray) -> tuple[dict[str, Any], str]:
    """The interval from resampling people, as fields of a result; or why there is none."""
    if len(count) < 2:
        return {}, "one person cannot be resampled"
    if (count > 0).sum() < 2:
        return {}, "fewer than two people have events, so resampling people shows no spread"
    try:
        found = clustered_rate(
            count, years, replicates=REPLICATES, seed=frame.seed + SEED_OFFSET, certainty=frame.certainty
        )
    except ValueError as reason:
        return {}, str(reason)
    if not found.carries:
        return {}, "the people with events are too few, or too much alike, to be resampled"
    limits = {"lower": found.lower, "upper": found.upper, "confidence": frame.certainty, "method": "clustered_rate"}
    return limits, ""


def _first_events(frame: Frame, people: pl.DataFrame, fields: dict[str, Any], doubts: list[str]) -> Result:
    """People with an event over the time to their first or to the end.

    A rate that is the same for everyone at all times would have exact Poisson limits; people differ, and most events
    come early, so people are resampled where that sets limits. Where most people had one, the time at risk is that of
    the few without: no interval of such a rate held its level in simulations of 15 people, and none is given.
    """
    first = people["record"].to_list()
    records = tuple(record for record in first if record is not None)
    time = _years(frame, people["days_to_first"])
    years, latest = float(time.sum()), float(_years(frame, people["days_to_first_at_latest"]).sum())
    if latest > years:
        other = f"as the latest the rate is {len(records) / latest:.4g}"
        doubts = [*doubts, f"first days that are known in part are taken as the earliest; {other}"]
    side: Side = "upper" if not records and frame.conventions.zero_interval == "one_sided" else "both"
    interval: dict[str, Any] = {}
    if len(records) * 2 > people.height and people.height > 1:
        doubts = [*doubts, MOST_HAD_ONE]
    else:
        interval, _ = _resampled(frame, np.array([record is not None for record in first], dtype=np.int64), time)
        interval = interval or _exact(frame, len(records), years, side)
    return Result(
        **fields,
        **interval,
        table=FIRST_EVENTS,
        statistic=STATISTICS[FIRST_EVENTS],
        value=len(records) / years,
        of=years,
        unit="people per person-year",
        format="rate",
        side=side,
        warning="; ".join(doubts),
        records=records,
    )


def _exact(frame: Frame, events: int, years: float, side: Side) -> dict[str, Any]:
    """Exact Poisson limits, as fields of a result."""
    lower, upper = garwood(events, years, certainty=frame.certainty, side=side)
    return {"lower": float(lower), "upper": float(upper), "confidence": frame.certainty, "method": "garwood"}


def _years(frame: Frame, days: pl.Series) -> FloatArray:
    """Days of each person in person-years of the protocol's length."""
    return np.asarray(days.to_numpy() / frame.conventions.person_year_days)


def _time(frame: Frame, spans: pl.DataFrame, same: dict[str, Any]) -> Iterator[Result]:
    """Person-years at risk, in all and by period, and the people for whom they are not known."""
    days = in_groups(frame, spans).group_by("when", "group").agg((pl.col("last_day") - pl.col("first_day") + 1).sum())
    of = {(when, group): total for when, group, total in days.iter_rows()}
    same = {**same, "table": TIME, "what": "time at risk"}
    groups = [group.name for group in frame.groups("treated")]
    for when, group in product((WHOLE, *periods_of(spans)), groups):
        years = of.get((when, group), 0) / frame.conventions.person_year_days
        where = {**same, "when": when, "group": group}
        yield Result(**where, statistic="person_years", value=years, unit="person-years")
    unknown = frame.people("treated").join(spans, on="subject", how="anti")["subject"]
    if len(unknown):
        records = tuple(f"subjects:{subject}" for subject in unknown)
        count: dict[str, Any] = {**same, "what": NOT_KNOWN, "unit": "people", "format": "count"}
        value, warning = float(len(unknown)), "these people are in no rate"
        yield Result(**count, statistic="people", value=value, warning=warning, records=records)


def _left_out(frame: Frame, spans: pl.DataFrame, events: pl.DataFrame, same: dict[str, Any]) -> Iterator[Result]:
    """The counted events that are in no rate, or not where one would look for them."""
    for what, rows in left_out(spans, events.join(frame.people("treated"), on="subject", how="semi")).items():
        if rows.height:
            count: dict[str, Any] = {**same, "table": LEFT_OUT, "what": what, "unit": "events", "format": "count"}
            yield Result(**count, statistic="events", value=float(rows.height), records=tuple(rows["record"]))
