"""Antibodies against the donor's cells: who has any after the start of treatment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame, Group
from firstdose.analysis.laboratory.results import lab_results
from firstdose.analysis.laboratory.shifts import after_start
from firstdose.analysis.shares import share
from firstdose.records.results import Result

TABLE, WHAT = "donor_specific_antibodies", "donor-specific antibodies"
POSITIVE = ("positive", "pos", "detected", "present", "reactive", "+", "yes", "y")
NEGATIVE = ("negative", "neg", "not detected", "none detected", "absent", "non-reactive", "-", "no", "n")


def donor_antibodies(frame: Frame, chapter: str) -> Iterator[Result]:
    """People with any positive result after the start, those newly positive, and each positive result.

    A result is positive by its words, or by a value above the upper limit of its range; without words that are known
    and without a limit it is open. None recorded at all is a row with a warning.
    """
    rows = lab_results(frame).filter(pl.col("category") == "donor_specific_antibody")
    place: dict[str, Any] = {"chapter": chapter, "table": TABLE, "population": "treated"}
    if not rows.height:
        warning = "none recorded: whether there were any is not known"
        yield Result(**place, what=WHAT, statistic="people", format="count", warning=warning)
        return
    judged = rows.with_columns(is_positive=_is_positive(), is_after=after_start())
    people = _people(judged)
    for group in frame.groups("treated"):
        yield from _of_group(frame, group, group.rows_of(people), place)
    levels = frame.subjects.select("subject", level=pl.col("level").cast(pl.String).fill_null(""))
    positive = judged.filter(pl.col("is_positive") & pl.col("is_after")).join(levels, on="subject", how="left")
    for row in positive.sort("subject", "day", "number").iter_rows(named=True):
        yield Result(
            **{**place, "table": f"{TABLE}_positive"},
            what=row["subject"],
            group=row["level"],
            within=row["analyte"] or row["name"] or row["test"],
            when=f"day {row['day']}",
            statistic="result",
            value=row["value"],
            text=row["text"] or "",
            unit=row["unit"] or "",
            records=(row["record"],),
        )


def _is_positive() -> pl.Expr:
    """By the words of the result, or its value against the upper limit; nothing where neither says."""
    words = pl.col("text").str.strip_chars().str.to_lowercase()
    value, limit = pl.col("value"), pl.col("range_high")
    return (
        pl.when(words.is_in(POSITIVE))
        .then(pl.lit(True))
        .when(words.is_in(NEGATIVE))
        .then(pl.lit(False))
        .otherwise(value > limit)
    )


def _people(judged: pl.DataFrame) -> pl.DataFrame:
    """A row a person who was tested: positive after the start, before it; nothing where a result leaves that open."""
    after, before = pl.col("is_after"), ~pl.col("is_after")

    def any_of(rows: pl.Expr) -> pl.Expr:
        is_positive = pl.col("is_positive").filter(rows)
        return (
            pl.when(is_positive.any().fill_null(False))
            .then(pl.lit(True))
            .when((is_positive.len() > 0) & (is_positive.null_count() == 0))
            .then(pl.lit(False))
        )

    return (
        judged.group_by("subject")
        .agg(
            after=any_of(after),
            before=any_of(before),
            tested=after.any(),
            records=pl.col("record").filter((pl.col("is_positive") & after).fill_null(False)),
        )
        .sort("subject")
    )


def _of_group(frame: Frame, group: Group, people: pl.DataFrame, place: dict[str, Any]) -> Iterator[Result]:
    """People positive, and newly positive, in one group."""
    known = people.filter(pl.col("after").is_not_null())
    tested = people.filter("tested").height
    notes = []
    if tested < group.count:
        notes.append(f"{group.count - tested} of {group.count} people were not tested after the start")
    if known.height < tested:
        notes.append(f"{tested - known.height} people have results that say neither positive nor negative")
    new = known.filter(~pl.col("before").fill_null(True))
    untested = known.filter(pl.col("before").is_null()).height
    before = [*notes, f"{untested} people have no known result from before the start"] if untested else notes
    for statistic, among, warnings in (("people", known, notes), ("people_newly_positive", new, before)):
        positive = among.filter("after")
        same = {**place, "what": WHAT, "group": group.name, "statistic": statistic, "warning": "; ".join(warnings)}
        if among.height:
            yield share(
                frame, among.height, positive.height, records=positive["records"].explode().drop_nulls(), **same
            )
        else:
            yield Result(**{**same, "warning": "; ".join(["nobody can be judged", *warnings])}, format="count")
