"""The numbers behind an eDISH plot: each person's highest transaminase and bilirubin after the start, and the quadrant.

Source: Watkins et al., Drug Saf 2011;34:243 (the plot); FDA, Drug-Induced Liver Injury: Premarketing Clinical
Evaluation, 2009 (ALT or AST at least 3 times and bilirubin more than 2 times the upper limit, without a raised alkaline
phosphatase). Being in a quadrant is no diagnosis: other causes can be told from the records only by people.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.shifts import CHAPTER, after_start
from firstdose.analysis.shares import share
from firstdose.records.results import Result

TRANSAMINASE_LIMIT, BILIRUBIN_LIMIT, PHOSPHATASE_LIMIT = 3.0, 2.0, 2.0
"""Multiples of the upper limit: at least the first, more than the second, less than the third."""

ANALYTES = {
    "alanine aminotransferase": "transaminase",
    "aspartate aminotransferase": "transaminase",
    "bilirubin": "bilirubin",
    "alkaline phosphatase": "phosphatase",
}
"""The tests of the liver, by the analyte that a result is graded as."""

PEAKS = {
    "transaminase": "peak_of_alt_or_ast",
    "bilirubin": "peak_of_bilirubin",
    "phosphatase": "phosphatase_on_the_day_of_the_first_peak",
}
"""The statistics of a person; the last only where the transaminase is raised."""

WITHOUT = {
    "transaminase": "no result after the start with an upper limit",
    "bilirubin": "no result after the start with an upper limit",
    "phosphatase": "not measured on that day with an upper limit",
}

BOTH_RAISED = "both raised"
QUADRANTS = {
    (False, False): "neither raised",
    (True, False): "ALT or AST raised alone",
    (False, True): "bilirubin raised alone",
    (True, True): BOTH_RAISED,
}
TO_REVIEW = "to be reviewed for Hy's law"


def liver_figures(frame: Frame, results: pl.DataFrame, objective: str) -> Iterator[Result]:
    """Each person's peaks and quadrant, people per quadrant, and who is to be reviewed for Hy's law.

    ``results`` are rows of `LabAnalysis` with their identities in ``record``. Both peaks count wherever they lie in
    time. Alkaline phosphatase is that of the day of the transaminase's peak; where there is none the person stays among
    those to be reviewed.
    """
    liver = _multiples(results)
    people = _peaks(liver).join(frame.people("treated").select("subject", "level"), on="subject", how="left")
    if not people.height:
        yield Result(
            **_place(objective), table="liver_peaks", what="ALT or AST", statistic="peak",
            warning="nobody has ALT or AST and bilirubin after the start with an upper limit",
        )  # fmt: skip
        return
    for row in people.iter_rows(named=True):
        yield from _person(row, objective)
    yield from _counts(frame, people, objective)


def _multiples(results: pl.DataFrame) -> pl.DataFrame:
    """Results of the liver's tests after the start, in multiples of their upper limits."""
    role = pl.col("analyte").replace_strict(ANALYTES, default=None, return_dtype=pl.String)
    limit = pl.when(pl.col("range_high") > 0).then("range_high")
    return (
        results.with_columns(role=role)
        .filter(pl.col("role").is_not_null() & after_start() & pl.col("value").is_not_null())
        .select("subject", "day", "role", "record", multiple=pl.col("value") / limit)
    )


def _peaks(liver: pl.DataFrame) -> pl.DataFrame:
    """A row a person with both peaks; without an upper limit a peak is missing."""
    highest = liver.filter(pl.col("multiple").is_not_null()).sort(
        ["subject", "multiple", "day", "record"], descending=[False, True, False, False]
    )
    first = highest.group_by("subject", "role", maintain_order=True).first()
    transaminase, bilirubin = (
        first.filter(pl.col("role") == role).select(
            "subject", **{role: "multiple", f"{role}_day": "day", f"{role}_record": "record"}
        )
        for role in ("transaminase", "bilirubin")
    )
    phosphatase = (
        highest.filter(pl.col("role") == "phosphatase")
        .group_by("subject", "day", maintain_order=True)
        .agg(phosphatase=pl.col("multiple").first(), phosphatase_record=pl.col("record").first())
    )
    everyone = liver.filter(pl.col("role") != "phosphatase").select("subject").unique()
    return (
        everyone.join(transaminase, on="subject", how="left")
        .join(bilirubin, on="subject", how="left")
        .join(phosphatase, left_on=["subject", "transaminase_day"], right_on=["subject", "day"], how="left")
        .with_columns(
            is_high=pl.col("transaminase") >= TRANSAMINASE_LIMIT,
            is_yellow=pl.col("bilirubin") > BILIRUBIN_LIMIT,
            is_blocked=pl.col("phosphatase") >= PHOSPHATASE_LIMIT,
        )
        .sort("subject")
    )


def _person(row: dict[str, Any], objective: str) -> Iterator[Result]:
    """The peaks of one person and their quadrant; the records say of which test and day."""
    level = "" if row["level"] is None else str(row["level"])
    same = {**_place(objective), "table": "liver_peaks", "what": row["subject"], "group": level}
    shown = ["transaminase", "bilirubin", *(["phosphatase"] if row["is_high"] else [])]
    for role in shown:
        missing = "" if row[role] is not None else WITHOUT[role]
        records = (row[f"{role}_record"],) if row[f"{role}_record"] else ()
        yield Result(
            **same, statistic=PEAKS[role], value=row[role], unit="x ULN", warning=missing, records=records,
        )  # fmt: skip
    quadrant = QUADRANTS.get((row["is_high"], row["is_yellow"]))
    if quadrant:
        yield Result(**same, statistic="quadrant", text=quadrant, format="text")


def _counts(frame: Frame, people: pl.DataFrame, objective: str) -> Iterator[Result]:
    """People in each quadrant, and those to be reviewed; of those with both peaks."""
    known = people.filter(pl.col("is_high").is_not_null() & pl.col("is_yellow").is_not_null())
    both = pl.col("is_high") & pl.col("is_yellow")
    unknown_phosphatase = known.filter(both & pl.col("is_blocked").is_null()).height
    for group in frame.groups("treated"):
        here = group.rows_of(known)
        without = group.count - here.height
        lacking = _lacking(group.count, group.rows_of(people))
        warning = f"{without} of {group.count} people lack a peak with an upper limit ({lacking})" if without else ""
        for (is_high, is_yellow), quadrant in QUADRANTS.items():
            found = here.filter((pl.col("is_high") == is_high) & (pl.col("is_yellow") == is_yellow))
            yield _count(frame, here, found, group.name, "liver_quadrants", quadrant, objective, warning)
        candidates = here.filter(both & ~pl.col("is_blocked").fill_null(False))
        note = f"alkaline phosphatase on that day is not known for {unknown_phosphatase}" if unknown_phosphatase else ""
        yield _count(
            frame, here, candidates, group.name, "liver_review", TO_REVIEW, objective,
            "; ".join(filter(None, (warning, note))),
        )  # fmt: skip


def _lacking(count: int, here: pl.DataFrame) -> str:
    """Of how many people which peak is missing."""
    columns = {"ALT or AST": "is_high", "bilirubin": "is_yellow"}
    found = {name: count - here[column].count() for name, column in columns.items()}
    return ", ".join(f"{name}: {number}" for name, number in found.items() if number)


def _count(
    frame: Frame,
    here: pl.DataFrame,
    found: pl.DataFrame,
    group: str,
    table: str,
    what: str,
    objective: str,
    warning: str,
) -> Result:
    place = {**_place(objective), "table": table, "what": what, "group": group}
    records = [*found["transaminase_record"], *found["bilirubin_record"]]
    if not here.height:
        return Result(**place, statistic="people", format="count", warning=warning)
    return share(frame, here.height, found.height, records=records, warning=warning, **place)


def _place(objective: str) -> dict[str, Any]:
    return {"chapter": CHAPTER, "population": "treated", "objective": objective}
