"""The chapter on laboratory results and vital signs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame, once_a_frame
from firstdose.analysis.laboratory.liver import liver_figures
from firstdose.analysis.laboratory.shifts import CHAPTER, after_start, grade_shifts, range_shifts
from firstdose.analysis.laboratory.vital_signs import vital_signs
from firstdose.analysis.visit_summaries import Place, summaries
from firstdose.records.derived import LabAnalysis
from firstdose.records.frames import identity
from firstdose.records.results import Result
from firstdose.records.wording import counted

APART = ("trough", "donor_specific_antibody")
"""Categories of laboratory results that have a chapter of their own."""


def laboratory(frame: Frame) -> Iterator[Result]:
    """Laboratory results of the treated: completeness, by visit, shifts, severe grades and liver; then vital signs."""
    objective = frame.objective(CHAPTER)
    results = lab_results(frame).filter(~is_apart())
    if results.height:
        yield from _completeness(frame, results, objective)
        place = Place(CHAPTER, "results_by_visit", "change_by_visit", objective)
        yield from summaries(frame, as_measured(results), place)
        yield from grade_shifts(frame, results, objective)
        yield from range_shifts(frame, results, objective)
        yield from liver_figures(frame, results, objective)
    else:
        warning = "no laboratory results of treated people are recorded"
        yield Result(
            chapter=CHAPTER, table="results_recorded", what="all tests", statistic="results", value=0.0, format="count",
            unit="results", population="treated", objective=objective, warning=warning,
        )  # fmt: skip
    yield from vital_signs(frame, objective)


@once_a_frame
def lab_results(frame: Frame) -> pl.DataFrame:
    """The laboratory results of the treated in order, with their identities in ``record``."""
    results = frame.data[LabAnalysis].with_columns(record=pl.lit("lab_results:") + identity(LabAnalysis))
    return results.sort("subject", "number").join(
        frame.people("treated").select("subject"), on="subject", how="semi", maintain_order="left"
    )


def is_apart() -> pl.Expr:
    """Whether a result belongs to a chapter of its own."""
    return pl.col("category").is_in(APART).fill_null(False)


def as_measured(results: pl.DataFrame) -> pl.DataFrame:
    """Results as measurements: each test in each unit by itself."""
    return results.select(
        "unit", "subject", "visit", "day", "number", "value", "baseline", "record",
        what="test",
        within=pl.coalesce("name", "test") + pl.format(" ({})", "unit").fill_null(""),
        is_after=after_start(),
    )  # fmt: skip


LACKS = {
    "as_text": ("a text, not a number", pl.col("value").is_null() & pl.col("text").is_not_null()),
    "without_result": ("neither number nor text", pl.col("value").is_null() & pl.col("text").is_null()),
    "without_unit": ("no unit", pl.col("value").is_not_null() & pl.col("unit").is_null()),
    "without_range": (
        "no normal range",
        pl.col("value").is_not_null() & pl.col("range_low").is_null() & pl.col("range_high").is_null(),
    ),
    "without_day": ("no day that is known", pl.col("day").is_null()),
}
"""What a result may lack: the statistic that counts it, words, and the condition."""


def _completeness(frame: Frame, results: pl.DataFrame, objective: str) -> Iterator[Result]:
    """Results and people of each test, and what results lack; nothing is dropped without a row here."""
    everyone = frame.people("treated").height
    text, record = pl.col("text"), pl.col("record")
    tests = results.sort("test", "subject", "number").group_by("test", maintain_order=True)
    counts = tests.agg(
        pl.col("name").drop_nulls().first(),
        pl.col("unit").drop_nulls().unique().sort().alias("units"),
        pl.col("subject").filter(after_start()).n_unique().alias("people"),
        pl.len().alias("results"),
        *(record.filter(lacks).alias(statistic) for statistic, (_, lacks) in LACKS.items()),
        *(_examples(text.filter(lacks)).alias(f"{statistic}: texts") for statistic, (_, lacks) in LACKS.items()),
    )
    for test in counts.iter_rows(named=True):
        same: dict[str, Any] = {
            "chapter": CHAPTER,
            "what": test["test"],
            "within": test["name"] or "",
            "table": "results_recorded",
            "format": "count",
            "population": "treated",
            "objective": objective,
        }
        units, people = test["units"], test["people"]
        several = f"in several units: {', '.join(units)}; each is summarised by itself" if len(units) > 1 else ""
        yield Result(**same, statistic="results", value=float(test["results"]), unit="results", warning=several)
        missing = (
            f"none of {counted(everyone - people, 'treated person', 'treated people')}" if people < everyone else ""
        )
        yield Result(
            **same, statistic="people", value=float(people), of=float(everyone),
            unit="people", warning=missing,
        )  # fmt: skip
        for statistic, (words, _) in LACKS.items():
            if test[statistic]:
                yield Result(
                    **same, statistic=statistic, value=float(len(test[statistic])), of=float(test["results"]),
                    unit="results", text=", ".join(test[f"{statistic}: texts"]), warning=words,
                    records=tuple(test[statistic]),
                )  # fmt: skip


def _examples(texts: pl.Expr) -> pl.Expr:
    """The first few of different texts."""
    return texts.drop_nulls().unique().sort().head(5)
