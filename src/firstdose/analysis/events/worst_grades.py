"""Adverse events by maximum grade: a person once in each class and each term, at the worst that they had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells
from firstdose.analysis.events.counted_events import ANY
from firstdose.analysis.frame import Frame
from firstdose.records.results import Result

GRADES, SEVERITIES = "by_maximum_grade", "by_maximum_severity"
NO_GRADE, NO_SEVERITY = "no grade", "neither grade nor severity"
FURTHER = "a further event without a grade"
SEVERITY_ORDER = ("mild", "moderate", "severe")


def worst_grades(frame: Frame, events: pl.DataFrame, place: Place, order: Sequence[Line]) -> Iterator[Result]:
    """People by their maximum grade: of all events, and in each class and term, which are the lines of ``order``.

    Where people had events without a grade, further rows count those who had others with one too (their grade may be
    higher than is known), and a table of its own has the severity of events without a grade. A severity is never
    turned into a grade.
    """
    ungraded = events.filter(pl.col("grade").is_null())
    by_grade = ungraded.height < events.height or not events.height
    parts = []
    if by_grade:
        parts += [_worst(events, GRADES, pl.col("grade"), pl.format("grade {}", "grade").fill_null(NO_GRADE))]
        parts += [_further(events)]
    else:
        reason = f"no event has a grade; see the table {SEVERITIES.replace('_', ' ')}"
        yield Result(**vars(place), table=GRADES, what=ANY, statistic="people", format="count", warning=reason)
    if ungraded.height:
        rank = pl.col("severity").replace_strict({word: at for at, word in enumerate(SEVERITY_ORDER)})
        parts += [_worst(ungraded, SEVERITIES, rank, pl.col("severity").fill_null(NO_SEVERITY))]
    tallies = Tallies.of(frame, pl.concat(parts), place)
    if by_grade:
        yield from tallies.results(
            _lines(tallies, GRADES, [f"grade {grade}" for grade in range(1, 6)], order), events=False
        )
    if ungraded.height:
        yield from tallies.results(_lines(tallies, SEVERITIES, SEVERITY_ORDER, order), events=False)


def _lines(tallies: Tallies, table: str, worst: Sequence[str], order: Sequence[Line]) -> list[Line]:
    """Every worst there is for all events together, then what was found in classes and terms, in their given order."""
    of_all = [Line(table, ANY, when=when) for when in worst]
    place_of = {(line.what, line.within): place for place, line in enumerate(order, start=1)}
    found = sorted(tallies.lines(table), key=lambda line: place_of.get((line.what, line.within), 0))
    return [*of_all, *(line for line in found if line not in of_all)]


def _broken_down(events: pl.DataFrame, rank: pl.Expr) -> pl.DataFrame:
    """Each event three times: among all events, in its class and in its term; ``worst`` is the person's worst there."""
    term, organ_class = pl.col("term"), pl.col("organ_class")
    groupings = ((pl.lit(ANY), pl.lit("")), (organ_class, pl.lit("")), (term, organ_class))
    rows = pl.concat([events.with_columns(what=what, within=within, rank=rank) for what, within in groupings])
    return rows.with_columns(worst=pl.col("rank").max().over("what", "within", "subject"))


def _worst(events: pl.DataFrame, table: str, rank: pl.Expr, words: pl.Expr) -> pl.DataFrame:
    """The events at a person's worst, or all where nothing is known of any, as cells; the mildest worst first."""
    rows = _broken_down(events, rank).filter(pl.col("rank").eq_missing(pl.col("worst"))).sort("rank", nulls_last=True)
    return cells(rows, table, pl.col("what"), within=pl.col("within"), when=words)


def _further(events: pl.DataFrame) -> pl.DataFrame:
    """The events without a grade of people whose maximum is that of others, as cells."""
    rows = _broken_down(events, pl.col("grade")).filter(pl.col("rank").is_null() & pl.col("worst").is_not_null())
    return cells(rows, GRADES, pl.col("what"), within=pl.col("within"), when=FURTHER)
