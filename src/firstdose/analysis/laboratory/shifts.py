"""Laboratory results at their worst after treatment against baseline: by CTCAE grade, and by the normal range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.shares import share
from firstdose.analysis.visit_summaries import in_groups, order_of_groups
from firstdose.records.results import Result

CHAPTER = "laboratory"
SEVERE = 3
ANY_TERM = "any term"
NOT_GRADED, NO_RESULT, NO_RANGE = "not graded", "no result", "no range"
LOW, HIGH, NORMAL, NOT_KNOWN = "low", "high", "normal", "not known"
SOME_NOT_GRADED, SOME_NOT_KNOWN = ", some not graded", ", some not known"


def after_start() -> pl.Expr:
    """Whether a result is from after the start of treatment: a later day, or day 0 where it is not the baseline."""
    return ((pl.col("day") > 0) | ((pl.col("day") == 0) & ~pl.col("is_baseline"))).fill_null(False)


def grade_shifts(frame: Frame, results: pl.DataFrame, objective: str) -> Iterator[Result]:
    """People by baseline grade and worst grade after the start, per term; results without a grade with the reason.

    ``results`` are rows of `LabAnalysis` with their identities in ``record``. A person whose results of a term after
    the start all lack a grade is "not graded"; where some lack it, the worst known grade is marked: it may be higher.
    """
    long = _by_term(results)
    people = _worst(long)
    yield from _shift(frame, people, "worst_grade_against_baseline", "grade", objective)
    yield from _severe(frame, people, objective)
    is_result = pl.any_horizontal(pl.col("value", "text").is_not_null())
    without_term = results.filter(is_result & pl.col("term_low").is_null() & pl.col("term_high").is_null())
    yield from _reasons(frame, long, without_term, objective)


def range_shifts(frame: Frame, results: pl.DataFrame, objective: str) -> Iterator[Result]:
    """The same against the normal range, for tests that have no grade in either direction.

    Normal is a person all of whose results are between two limits that are known. Where a result might be low or high,
    since it is within the one limit that is given, or none is, the person is "not known", or what is known is marked.
    """
    rows = results.filter(
        pl.col("term_low").is_null() & pl.col("term_high").is_null() & pl.col("value").is_not_null()
    ).with_columns(what=pl.col("test"), state=against_range())
    after = rows.filter(after_start())
    worst = (
        after.group_by("what", "subject")
        .agg(states=pl.col("state").unique().sort(), records=pl.col("record"))
        .with_columns(worst=_worst_state())
    )
    baseline = rows.filter("is_baseline").group_by("what", "subject").agg(baseline=pl.col("state").first())
    yield from _shift(frame, _both_ends(baseline, worst), "worst_against_normal_range", "", objective)


def _by_term(results: pl.DataFrame) -> pl.DataFrame:
    """A row for each result and each term that it is judged for."""
    sides = [
        results.filter(pl.col(f"term_{side}").is_not_null()).select(
            "subject",
            "record",
            "is_baseline",
            "not_graded",
            what=pl.col(f"term_{side}"),
            grade=pl.col(f"grade_{side}"),
            is_after=after_start(),
        )
        for side in ("low", "high")
    ]
    return pl.concat(sides)


def _worst(long: pl.DataFrame) -> pl.DataFrame:
    """Each person and term: baseline and worst category, and how many results after the start have no grade."""
    baseline = (
        long.filter("is_baseline")
        .group_by("what", "subject")
        .agg(baseline=pl.col("grade").max().cast(pl.String).fill_null(NOT_GRADED))
    )
    after = (
        long.filter("is_after")
        .group_by("what", "subject")
        .agg(
            grade=pl.col("grade").max(),
            without=pl.col("grade").is_null().sum(),
            records=pl.col("record").filter(pl.col("grade").eq_missing(pl.col("grade").max())),
        )
    )
    known = pl.col("grade").cast(pl.String)
    worst = pl.when(pl.col("without") > 0).then(known + SOME_NOT_GRADED).otherwise(known).fill_null(NOT_GRADED)
    return _both_ends(baseline, after.with_columns(worst=worst))


def _both_ends(baseline: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Baseline and worst category of each person, "no result" where there is none."""
    both = baseline.join(after, on=["what", "subject"], how="full", coalesce=True)
    return both.with_columns(pl.col("baseline", "worst").fill_null(NO_RESULT)).sort("what", "subject")


def _shift(frame: Frame, people: pl.DataFrame, table: str, word: str, objective: str) -> Iterator[Result]:
    """The cells of the shift tables that have anyone in them, for every group; each says of how many people."""
    grouped = in_groups(frame, people)
    cells = grouped.group_by("what", "baseline", "worst", "group").agg(
        people=pl.len(), records=pl.col("records").explode().drop_nulls()
    )
    totals = grouped.group_by("what", "group").agg(of=pl.len())
    grid = cells.select("what", "baseline", "worst").unique().join(totals, on="what")
    keys = ["what", "baseline", "worst", "group"]
    ordered = grid.join(cells, on=keys, how="left").sort("what", "baseline", "worst", order_of_groups())
    for row in ordered.iter_rows(named=True):
        yield Result(
            **_place(table, row["what"], row["group"], objective),
            statistic="people",
            when=f"baseline {_category(row['baseline'], word)}, worst {_category(row['worst'], word)}",
            value=float(row["people"] or 0),
            of=float(row["of"]),
            format="count",
            unit="people",
            records=tuple(row["records"] or ()),
        )


def _severe(frame: Frame, people: pl.DataFrame, objective: str) -> Iterator[Result]:
    """People whose worst grade is 3 or more, of those with any grade after the start; per term and for any term."""
    measured = people.filter(pl.col("worst") != NO_RESULT)
    any_term = (
        measured.group_by("subject", maintain_order=True)
        .agg(
            grade=pl.col("grade").max(),
            without=pl.col("without").sum(),
            records=pl.col("records").filter(pl.col("grade") >= SEVERE).explode().drop_nulls(),
        )
        .with_columns(what=pl.lit(ANY_TERM))
    )
    columns = ("what", "subject", "grade", "without", "records")
    rows = in_groups(frame, pl.concat([any_term.select(columns), measured.select(columns)]))
    is_severe = (pl.col("grade") >= SEVERE).fill_null(False)
    counted = rows.group_by("what", "group").agg(
        people=pl.col("grade").is_not_null().sum(),
        events=is_severe.sum(),
        open=((pl.col("without") > 0) & ~is_severe).sum(),
        records=pl.col("records").filter(is_severe).explode().drop_nulls(),
    )
    is_single = (pl.col("what") != ANY_TERM).cast(pl.Int8)
    for row in counted.sort(is_single, "what", order_of_groups()).iter_rows(named=True):
        place = _place("grade_3_or_more", row["what"], row["group"], objective)
        if not row["people"]:
            yield Result(**place, statistic="people", format="count", warning="no result of these people has a grade")
            continue
        warning = f"{row['open']} of the other people had results that could not be graded" if row["open"] else ""
        yield share(frame, row["people"], row["events"], records=row["records"], warning=warning, **place)


def _reasons(frame: Frame, long: pl.DataFrame, without_term: pl.DataFrame, objective: str) -> Iterator[Result]:
    """Why results have no grade: people and results, by reason and term, or by test where it has no term."""
    columns = ("subject", "record", "what", "not_graded")
    parts = (long.filter(pl.col("grade").is_null()), without_term.with_columns(what=pl.col("test")))
    open_rows = pl.concat([part.select(columns) for part in parts]).with_columns(
        reason=pl.col("not_graded").fill_null("no reason recorded")
    )
    counted = (
        in_groups(frame, open_rows)
        .group_by("what", "reason", "group")
        .agg(people=pl.col("subject").n_unique(), results=pl.len(), records=pl.col("record"))
    )
    for row in counted.sort("what", "reason", order_of_groups()).iter_rows(named=True):
        for statistic in ("people", "results"):
            yield Result(
                **_place("results_without_grade", row["what"], row["group"], objective),
                statistic=statistic,
                when=row["reason"],
                value=float(row[statistic]),
                format="count",
                unit=statistic,
                records=tuple(row["records"]),
            )


def against_range() -> pl.Expr:
    """Low, normal or high; "not known" within the only limit that is known, "no range" where none is."""
    value, low, high = pl.col("value"), pl.col("range_low"), pl.col("range_high")
    return (
        pl.when(value < low)
        .then(pl.lit(LOW))
        .when(value > high)
        .then(pl.lit(HIGH))
        .when(low.is_null() & high.is_null())
        .then(pl.lit(NO_RANGE))
        .when(low.is_null() | high.is_null())
        .then(pl.lit(NOT_KNOWN))
        .otherwise(pl.lit(NORMAL))
    )


def _worst_state() -> pl.Expr:
    """The worst of the different states of a person's results; what some results leave open is not called normal."""
    is_low, is_high, is_open, is_without = (
        pl.col("states").list.contains(state) for state in (LOW, HIGH, NOT_KNOWN, NO_RANGE)
    )
    known = (
        pl.when(is_low & is_high)
        .then(pl.lit(f"{LOW} and {HIGH}"))
        .when(is_low)
        .then(pl.lit(LOW))
        .when(is_high)
        .then(pl.lit(HIGH))
    )
    return (
        pl.when(known.is_not_null() & (is_open | is_without) & ~(is_low & is_high))
        .then(known + SOME_NOT_KNOWN)
        .when(known.is_not_null())
        .then(known)
        .when(pl.col("states").list.len() == 1)
        .then(pl.col("states").list.first())
        .otherwise(pl.lit(NOT_KNOWN))
    )


def _category(state: str, word: str) -> str:
    return f"{word} {state}" if state[0].isdigit() else state


def _place(table: str, what: str, group: str, objective: str) -> dict[str, Any]:
    return {
        "chapter": CHAPTER,
        "table": table,
        "what": what,
        "group": group,
        "population": "treated",
        "objective": objective,
    }
