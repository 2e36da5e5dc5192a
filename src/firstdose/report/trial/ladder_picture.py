"""The escalation as it went: each person dosed as a mark on the ladder of doses, in order of time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import SubjectAnalysis
from firstdose.records.dosing import Dosing
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, STRONG, WARM, WIDTH, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_PEOPLE = 90


def dose_ladder(protocol: Protocol, data: AnalysisData) -> Drawing | None:
    """Everyone dosed, in order, at the dose given; None where nobody was dosed or there is no escalation."""
    first = (
        data.trial_data[Dosing].sort("subject", "number").unique("subject", keep="first").select("subject", "cohort")
    )
    people = (
        data[SubjectAnalysis]
        .filter(pl.col("is_treated") & pl.col("dose_given").is_not_null())
        .join(first, on="subject", how="left")
        .sort("treatment_start", "subject", nulls_last=True)
        .select(
            "subject",
            "cohort",
            "level_assigned",
            "level",
            "dose_assigned",
            "dose_given",
            "is_dlt_evaluable",
            "has_dlt",
            "treatment_start",
        )
    )
    if not people.height or not protocol.escalation.has_rule:
        return None
    drawn = people.head(MOST_PEOPLE)
    dlts = people.filter(pl.col("has_dlt").fill_null(False)).height
    return Drawing(
        "dose-ladder",
        "The escalation as it went: everyone dosed, in order, at the dose given. Filled: DLT; crossed: not evaluable "
        "for DLTs; grey: not settled yet. A line shows the dose assigned",
        f"{people.height} people in order of dosing, {dlts} with a DLT; the doses are in the figure's data file",
        partial(_draw, protocol, drawn),
        people,
    )


def _draw(protocol: Protocol, people: pl.DataFrame) -> Figure:
    figure = new_figure(WIDTH, 2.3)
    axes = figure.subplots()
    doses = protocol.dose_levels.values
    axes.set_yticks(doses, [f"{dose:g}" for dose in doses])
    axes.set_ylabel(f"Dose, {protocol.dose_levels.unit}")
    axes.set_xlabel("People in the order of dosing")
    axes.grid(axis="y")
    rows = list(people.iter_rows(named=True))
    for place, person in enumerate(rows, start=1):
        assigned = person["dose_assigned"]
        if assigned is not None:
            axes.plot([place - 0.38, place + 0.38], [assigned, assigned], color=MUTED, linewidth=1)
        axes.plot(place, person["dose_given"], markersize=8, linestyle="none", **_mark(person))
        if place > 1 and person["cohort"] != rows[place - 2]["cohort"]:
            axes.axvline(place - 0.5, color=FAINT, linewidth=0.8)
    axes.set_xlim(0.4, len(rows) + 0.6)
    if len(rows) <= 30:
        axes.set_xticks(range(1, len(rows) + 1), [person["subject"] for person in rows], rotation=60, ha="right")
    axes.set_ylim(0, max(*doses, *people["dose_given"].to_list()) * 1.12)
    return figure


def _mark(person: dict[str, Any]) -> dict[str, Any]:
    """The look of one person's mark."""
    if person["has_dlt"]:
        return {"marker": "o", "markerfacecolor": WARM, "markeredgecolor": INK}
    if person["is_dlt_evaluable"] is False:
        return {"marker": "X", "markerfacecolor": "white", "markeredgecolor": INK}
    if person["is_dlt_evaluable"] is None or person["has_dlt"] is None:
        return {"marker": "o", "markerfacecolor": FAINT, "markeredgecolor": MUTED}
    return {"marker": "o", "markerfacecolor": "white", "markeredgecolor": STRONG}
