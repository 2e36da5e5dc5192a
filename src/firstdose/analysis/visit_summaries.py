"""Numbers measured at visits: what each group had at each visit, and how far each person was from their baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.records.results import Result

SUMMARY = ("n", "mean", "sd", "median", "minimum", "maximum")
"""The statistics of a summary, in their order."""

UNSCHEDULED = r"(?i)^\s*unscheduled"
"""Visits whose name begins so were not planned, as is the custom in SDTM."""

MEASURED = {
    "what": pl.String(),
    "within": pl.String(),
    "unit": pl.String(),
    "subject": pl.String(),
    "visit": pl.String(),
    "day": pl.Int64(),
    "number": pl.Int64(),
    "value": pl.Float64(),
    "baseline": pl.Float64(),
    "is_after": pl.Boolean(),
    "record": pl.String(),
}
"""The columns of the frames that are summarised: a row a measurement, ``record`` its identity with its kind."""


@dataclass(frozen=True)
class Place:
    """Where summaries stand among the results: chapter, both tables, and the level of the objective."""

    chapter: str
    by_visit: str
    change: str
    objective: str


def summaries(frame: Frame, measured: pl.DataFrame, place: Place) -> Iterator[Result]:
    """Number, mean, standard deviation, median and range of value and change, per group and planned visit.

    ``measured`` has the columns of `MEASURED`. Of several results of one person at one visit the last one counts; what
    was measured without a visit or at an unscheduled one is told of in a row with a warning. The mean change has
    Student's t interval, where people's changes differ.
    """
    usable = measured.filter(pl.col("value").is_not_null())
    at_visits = usable.filter(is_planned())
    last = last_at_visits(at_visits)
    days = _days_of_visits(frame, at_visits)
    changes = last.filter("is_after").with_columns(change=pl.col("value") - pl.col("baseline"))
    for table, column, rows in ((place.by_visit, "value", last), (place.change, "change", changes)):
        grouped = in_groups(frame, rows.filter(pl.col(column).is_not_null()))
        for row in _described(grouped, column, days).iter_rows(named=True):
            yield from _figures(frame, row, place, table)
    yield from _left_out(usable, at_visits.height - last.height, place)


def last_at_visits(at_visits: pl.DataFrame) -> pl.DataFrame:
    """Of values at planned visits (columns as `MEASURED`) the last of each person, test and visit."""
    return at_visits.sort("day", "number", nulls_last=False).unique(
        ["what", "within", "unit", "subject", "visit"], keep="last", maintain_order=True
    )


def is_planned() -> pl.Expr:
    """Whether a measurement belongs to a visit that was planned."""
    return pl.col("visit").is_not_null() & ~pl.col("visit").str.contains(UNSCHEDULED)


def in_groups(frame: Frame, rows: pl.DataFrame, analysis_set: str = "treated") -> pl.DataFrame:
    """The rows of people of a set, once for their dose level and once for everyone; the group is in ``group``."""
    return rows.join(frame.memberships(analysis_set), on="subject", how="inner", maintain_order="left")


def order_of_groups() -> pl.Expr:
    """Levels in order, then everyone."""
    return pl.col("group").cast(pl.Int64, strict=False).fill_null(2**31)


def _days_of_visits(frame: Frame, rows: pl.DataFrame) -> pl.DataFrame:
    """The place of each visit in time: its planned day, or else the median day of its measurements."""
    seen = rows.group_by("visit").agg(pl.col("day").median().alias("median_day")).sort("visit")
    planned = pl.Series("planned", [frame.visit_day(visit) for visit in seen["visit"]], dtype=pl.Float64)
    return seen.with_columns(planned).select("visit", place=pl.coalesce("planned", "median_day"))


def _described(rows: pl.DataFrame, column: str, days: pl.DataFrame) -> pl.DataFrame:
    """The summary of each test, visit and group, in the order of the tables."""
    value = pl.col(column)
    return (
        rows.group_by("within", "what", "unit", "visit", "group")
        .agg(
            n=value.len(),
            mean=value.mean(),
            sd=value.std(),
            median=value.median(),
            minimum=value.min(),
            maximum=value.max(),
            records=pl.col("record").sort_by("subject"),
        )
        .join(days, on="visit", how="left")
        .sort("within", "what", "unit", "place", "visit", order_of_groups(), nulls_last=True)
    )


def _figures(frame: Frame, row: dict[str, Any], place: Place, table: str) -> Iterator[Result]:
    """The figures of one summary; that of a mean change has its interval."""
    what, within, group, visit, unit = row["what"], row["within"], row["group"], row["visit"], row["unit"] or ""
    for statistic in SUMMARY:
        about = (place.chapter, table, what, statistic, within, group, visit, "treated", place.objective)
        if statistic == "n":
            yield Result(*about, value=float(row["n"]), format="count", unit="people", records=tuple(row["records"]))
        elif statistic == "sd" and row["sd"] is None:
            continue
        else:
            is_estimate = statistic == "mean" and table == place.change
            limits = mean_interval(row["n"], row["mean"], row["sd"], frame.certainty) if is_estimate else {}
            yield Result(*about, value=row[statistic], unit=unit, **limits)


def mean_interval(count: int, mean: float, deviation: float | None, certainty: float) -> dict[str, Any]:
    """Student's t interval of a mean, as fields of a result; none for fewer than two people or without differences.

    ``deviation`` is the standard deviation with n - 1. Source: Student, Biometrika 1908;6:1.
    """
    if count < 2 or not deviation:
        return {}
    from scipy.special import stdtrit

    half = float(stdtrit(count - 1, (1 + certainty) / 2)) * deviation / count**0.5
    return {"lower": mean - half, "upper": mean + half, "confidence": certainty, "method": "student_t"}


def _left_out(usable: pl.DataFrame, repeated: int, place: Place) -> Iterator[Result]:
    """What the summaries by visit do not show, counted."""
    without = usable.filter(pl.col("visit").is_null())
    unscheduled = usable.filter(pl.col("visit").is_not_null() & ~is_planned())
    reasons = (
        ("without a visit", without.height, without["record"], "not in the summaries by visit"),
        ("unscheduled visit", unscheduled.height, unscheduled["record"], "not in the summaries by visit"),
        ("repeated at a visit", repeated, (), "the last result of a person at a visit is summarised"),
    )
    for what, count, records, warning in reasons:
        if count:
            yield Result(
                chapter=place.chapter,
                table=f"not_in_{place.by_visit}",
                what=what,
                statistic="results",
                value=float(count),
                format="count",
                unit="results",
                population="treated",
                objective=place.objective,
                warning=warning,
                records=tuple(records),
            )
