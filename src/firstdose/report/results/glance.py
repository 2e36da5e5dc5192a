"""The key figures of an analysis: those that a reader looks for first, as far as they were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from firstdose.methods.confirmed_change_presets import PRESETS
from firstdose.records.results import EVERYONE, Result, Results
from firstdose.report.documents.tracing import FIRST_ROW, rows_behind
from firstdose.report.results.names import words
from firstdose.report.results.wording import figure


@dataclass(frozen=True)
class KeyFigure:
    """Which figure of everyone is shown, and what it is called.

    `{what}` and such in the name are columns of the result, `{definition}` the title of the definition in `when`. With
    ``is_first`` only the first that fits is shown, otherwise all. One that could not be made is shown where it is for
    an objective of the protocol, and where the table ``beside`` it was made.
    """

    name: str
    chapter: str
    table: str
    where: Mapping[str, str]
    is_first: bool = False
    beside: str = ""


KEY_FIGURES = (
    KeyFigure("People {what}", "populations", "analysis_sets", {"what": "treated", "statistic": "people"}, True),
    KeyFigure("Dose-limiting toxicity", "dlt", "among_evaluable", {"statistic": "people"}, True),
    KeyFigure("Death", "adverse_events", "deaths", {"what": "death", "statistic": "people"}, True),
    KeyFigure("Serious adverse event", "adverse_events", "overview", {"what": "serious", "statistic": "people"}, True),
    KeyFigure(
        "{within}: {definition}",
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
    KeyFigure(
        "Donor-specific antibodies", "troughs", "donor_specific_antibodies", {"statistic": "people"}, True, "troughs"
    ),
)
"""In the order in which they are shown."""

CONTROL_GROUP = "0"
EXPLORATORY = "exploratory"


@dataclass(frozen=True)
class Glance:
    """One key figure: its name, its words with interval or the reason why there is none, and its row of the results."""

    name: str
    words: str
    rows: tuple[int, ...] = ()


def at_a_glance(results: Results) -> list[Glance]:
    """The key figures that were made, in order; one that could not be made says why."""
    numbered = results.frame.with_row_index("row", offset=FIRST_ROW)
    of_everyone = numbered.filter(group=EVERYONE)
    has_control, made = CONTROL_GROUP in numbered["group"], frozenset(numbered["table"].unique())
    return [glance for key in KEY_FIGURES for glance in _glances(of_everyone, key, key.beside in made, has_control)]


def _glances(of_everyone: pl.DataFrame, key: KeyFigure, is_beside: bool, has_control: bool) -> Iterator[Glance]:
    rows = of_everyone.filter(chapter=key.chapter, table=key.table, **key.where)
    for row in (rows.head(1) if key.is_first else rows).iter_rows(named=True):
        result = Result(**{**row, "records": tuple(row["records"])})
        if result.value is None and result.objective == EXPLORATORY and not is_beside:
            continue
        definition = PRESETS[result.when].title if result.when in PRESETS else words(result.when)
        named = {column: words(getattr(result, column)) for column in ("what", "within", "when")}
        name = key.name.format(**named, definition=definition[:1].lower() + definition[1:]).strip(" ,")
        name += ", control included" if has_control else ""
        remark = f" ({result.warning})" if result.warning else ""
        shown = f"not known{remark}" if result.value is None else f"{figure(result, with_unit=True)}{remark}"
        yield Glance(name, shown, rows_behind([result]))
