"""The key figures of an analysis: those that a reader looks for first, as far as they were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from firstdose.records.results import EVERYONE, Result, Results
from firstdose.report.results_wording import figure, words


@dataclass(frozen=True)
class KeyFigure:
    """Which figure of everyone is shown, and what it is called; `{what}` and such are columns of the result."""

    name: str
    chapter: str
    table: str
    where: Mapping[str, str]
    is_first: bool = False


KEY_FIGURES = (
    KeyFigure("People {what}", "populations", "analysis_sets", {"what": "treated", "statistic": "people"}, True),
    KeyFigure("Dose-limiting toxicity", "dlt", "among_evaluable", {"statistic": "people"}, True),
    KeyFigure("Death", "adverse_events", "deaths", {"what": "death", "statistic": "people"}, True),
    KeyFigure("Serious adverse event", "adverse_events", "overview", {"what": "serious", "statistic": "people"}, True),
    KeyFigure(
        "Confirmed worsening, {within} ({when})",
        "disability",
        "confirmed_change",
        {"what": "worsening", "statistic": "people"},
        True,
    ),
    KeyFigure(
        "Any adverse event", "adverse_events", "overview", {"what": "any adverse event", "statistic": "people"}, True
    ),
    KeyFigure(
        "Adverse event of {what}",
        "adverse_events",
        "overview",
        {"what": "grade 3 or more", "statistic": "people"},
        True,
    ),
    KeyFigure(
        "Adverse event {what}",
        "adverse_events",
        "overview",
        {"what": "related to the product", "statistic": "people"},
        True,
    ),
    KeyFigure("Laboratory result of grade 3 or more, {what}", "laboratory", "grade_3_or_more", {}, True),
    KeyFigure("People {what}", "laboratory", "liver_review", {"statistic": "people"}, True),
    KeyFigure("Mean change of brain volume, {within}", "mri", "brain_volume", {"statistic": "mean"}, True),
    KeyFigure(
        "Mean trough of {what} within the target",
        "troughs",
        "troughs",
        {"statistic": "people_with_mean_within_target"},
    ),
    KeyFigure(
        "Correlation of dose and trough of {what}", "troughs", "trough_against_dose", {"statistic": "correlation"}
    ),
    KeyFigure("Donor-specific antibodies", "troughs", "donor_specific_antibodies", {"statistic": "people"}, True),
)
"""In the order in which they are shown; with `is_first` only the first that fits, otherwise all."""


@dataclass(frozen=True)
class Glance:
    """One key figure: its name, and its words with interval or the reason why there is none."""

    name: str
    words: str


def at_a_glance(results: Results) -> list[Glance]:
    """The key figures that were made, in order; one that could not be made says why."""
    return [glance for key in KEY_FIGURES for glance in _glances(results.frame, key)]


def _glances(frame: pl.DataFrame, key: KeyFigure) -> Iterator[Glance]:
    rows = frame.filter(chapter=key.chapter, table=key.table, group=EVERYONE, **key.where)
    for row in (rows.head(1) if key.is_first else rows).iter_rows(named=True):
        result = Result(**{**row, "records": tuple(row["records"])})
        name = key.name.format(what=words(result.what), within=words(result.within), when=words(result.when))
        remark = f" ({result.warning})" if result.warning else ""
        shown = f"not known{remark}" if result.value is None else f"{figure(result, with_unit=True)}{remark}"
        yield Glance(name.strip(" ,"), shown)
