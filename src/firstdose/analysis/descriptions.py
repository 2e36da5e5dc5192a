"""One number of each person, described in every group: how many there are, their middle, spread and range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from firstdose.analysis.counting import Place
from firstdose.analysis.frame import Frame
from firstdose.analysis.visit_summaries import in_groups
from firstdose.records.results import Result

STATISTICS = ("mean", "sd", "median", "minimum", "maximum")


class Quantity(NamedTuple):
    """What is described: the table, the thing and what it is part of, its unit and the level of its objective."""

    table: str
    what: str
    within: str = ""
    unit: str = ""
    objective: str = "exploratory"


NUMBERS = {
    "table": pl.String(),
    "what": pl.String(),
    "within": pl.String(),
    "subject": pl.String(),
    "record": pl.String(),
    "value": pl.Float64(),
}
"""The columns of what is described: a row for each thing and person; ``record`` is the identity of its record."""


def numbers(rows: pl.DataFrame, quantity: Quantity, value: pl.Expr) -> pl.DataFrame:
    """Rows of people (``subject``, ``record``) as numbers of one quantity."""
    found = {name: pl.lit(getattr(quantity, name)) for name in ("table", "what", "within")} | {"value": value}
    return rows.select(found.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in NUMBERS.items())


def described(
    frame: Frame,
    rows: pl.DataFrame,
    quantities: list[Quantity],
    place: Place,
    doubts: Mapping[tuple[Quantity, str], str] | None = None,
) -> Iterator[Result]:
    """The descriptions of quantities in each group, from rows with the columns of `NUMBERS`.

    People whose value is missing are not among the n, which stands beside the number of people in the group. The
    standard deviation has n - 1 and is left out for one person. ``doubts`` are warnings for single
    quantities in single groups, by the group's name.
    """
    value = pl.col("value")
    summaries = (
        in_groups(frame, rows.filter(value.is_not_null()), place.population)
        .group_by("table", "what", "within", "group")
        .agg(
            pl.struct(
                n=value.len(),
                mean=value.mean(),
                sd=value.std(),
                median=value.median(),
                minimum=value.min(),
                maximum=value.max(),
                records=pl.col("record").implode(),
            )
        )
    )
    found = {tuple(key): summary for *key, summary in summaries.iter_rows()}
    for quantity in quantities:
        for group in frame.groups(place.population):
            summary = found.get((*quantity[:3], group.name))
            fields = {**vars(place), **quantity._asdict(), "group": group.name}
            fields["warning"] = (doubts or {}).get((quantity, group.name), "")
            yield from _figures(fields, summary, group.count)


def _figures(fields: dict[str, Any], summary: dict[str, Any] | None, people: int) -> Iterator[Result]:
    """The figures of one quantity in one group."""
    count: dict[str, Any] = {**fields, "statistic": "n", "of": float(people), "unit": "people", "format": "count"}
    if summary is None:
        warning = "; ".join(filter(None, (fields["warning"], "nobody has a value")))
        yield Result(**{**count, "warning": warning}, value=0.0)
        return
    yield Result(**count, value=float(summary["n"]), records=tuple(summary["records"]))
    for statistic in STATISTICS:
        if summary[statistic] is not None:
            yield Result(**fields, statistic=statistic, value=summary[statistic])
