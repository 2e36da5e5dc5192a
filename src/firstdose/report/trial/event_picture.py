"""Adverse events by term: how many people of each dose level had them, the most frequent terms first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, SubjectAnalysis
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import INK, WIDTH, new_figure
from firstdose.report.documents.level_style import level_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_TERMS = 25
LONGEST_TERM = 46
ROW_HEIGHT = 0.26
"""Of a term, in inches: marks of levels with the same share stand below each other without touching."""

SPREAD = 0.84
"""The share of a row over which the marks of its levels stand."""


def events_by_term(protocol: Protocol, data: AnalysisData) -> Drawing | None:
    """The share of people with each term, by level; None where no event is counted."""
    people = data[SubjectAnalysis].filter(pl.col("is_treated") & pl.col("level").is_not_null())
    of_level = people.group_by("level").agg(pl.len().alias("of"))
    counted = data[EventAnalysis].filter("counts").join(people.select("subject", "level"), on="subject")
    if not counted.height:
        return None
    terms = (
        counted.group_by("term")
        .agg(pl.col("subject").n_unique().alias("everyone"))
        .sort(["everyone", "term"], descending=[True, False])
    )
    rows = (
        counted.group_by("term", "level")
        .agg(pl.col("subject").n_unique().alias("people"), pl.len().alias("events"))
        .join(of_level, on="level")
        .join(terms.head(MOST_TERMS), on="term")
        .with_columns(percent=100 * pl.col("people") / pl.col("of"))
        .sort(["everyone", "term", "level"], descending=[True, False, False])
    )
    left_out = f"; the {MOST_TERMS} most frequent of {terms.height} terms" if terms.height > MOST_TERMS else ""
    return Drawing(
        "events-by-term",
        f"People with each adverse event, in per cent of those at the dose level; a level where nobody had it has no "
        f"mark{left_out}",
        f"{min(terms.height, MOST_TERMS)} terms, a mark for each dose level; the counts with their intervals are in "
        "the tables of adverse events",
        partial(_draw, protocol, rows),
        rows.select("term", "level", "people", "of", "events", "percent"),
    )


def _draw(protocol: Protocol, rows: pl.DataFrame) -> Figure:
    terms = rows["term"].unique(maintain_order=True).to_list()
    figure = new_figure(WIDTH, ROW_HEIGHT * len(terms) + 0.95)
    axes = figure.subplots()
    places = {term: place for place, term in enumerate(terms)}
    styles = level_styles(protocol.dose_levels)
    levels = sorted(rows["level"].unique().to_list())
    for index, level in enumerate(levels):
        here = rows.filter(pl.col("level") == level)
        shift = SPREAD * (index - (len(levels) - 1) / 2) / max(len(levels), 1)
        axes.plot(
            here["percent"],
            [places[term] + shift for term in here["term"]],
            marker=styles[level].marker,
            linestyle="none",
            markersize=3.8,
            markerfacecolor=styles[level].colour,
            markeredgecolor=INK,
            markeredgewidth=0.5,
            label=f"{styles[level].name} (n = {here['of'][0]})",
        )
    axes.set_yticks(range(len(terms)), [_short(term) for term in terms])
    axes.set_ylim(len(terms) - 0.4, -0.6)
    axes.set_xlim(0, max(5.0, *rows["percent"].to_list()) * 1.05)
    axes.set_xlabel("People with the event, %")
    axes.grid(axis="both")
    figure.legend(loc="outside lower center", ncols=min(len(levels), 5), frameon=False)
    return figure


def _short(term: str) -> str:
    return term if len(term) <= LONGEST_TERM else term[: LONGEST_TERM - 1] + "…"
