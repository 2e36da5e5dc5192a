"""Each person's scores of a measure over time, a panel a dose level; and a score against the dose."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from firstdose.measures.measure import Measure
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import ScoreAnalysis, SubjectAnalysis
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, LINES, MUTED, WARM, panels
from firstdose.report.documents.level_style import level_styles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_MARKED = 6  # people in a panel whose lines are told apart


def person_lines(protocol: Protocol, data: AnalysisData, measure: Measure) -> Drawing | None:
    """Everyone's scores by day, a panel a level; None where nobody has a score."""
    rows = (
        data[ScoreAnalysis]
        .filter((pl.col("measure") == measure.name) & (pl.col("part") == "score"))
        .join(data[SubjectAnalysis].filter("is_treated").select("subject", "level"), on="subject")
        .select("subject", "level", "day", "visit", "state", "value", "baseline", "change", "reason")
        .sort("level", "subject", "day", nulls_last=True)
    )
    if not rows.filter(pl.col("state") == "score").height:
        return None
    unable = rows.filter(pl.col("state") == "unable_to_perform").height
    people = rows["subject"].n_unique()
    better = "lower" if measure.worse == "higher" else "higher"
    return Drawing(
        f"lines-{measure.name}",
        f"{measure.title}: each person's scores by dose ({better} is better; the dotted line is dosing"
        + (f"; a red cross at the edge is “unable to perform”, {unable} in all)" if unable else ")"),
        f"{people} lines, one a person, in one panel for each dose level; the values are in the figure's data file",
        partial(_draw, protocol, rows, f"{measure.title}, {measure.unit}"[:60], measure.worse == "higher"),
        rows,
    )


def _draw(protocol: Protocol, rows: pl.DataFrame, label: str, higher_is_worse: bool) -> Figure:
    levels = rows["level"].unique(maintain_order=True).to_list()
    figure, axes = panels(len(levels), columns=4, height=1.9)
    styles = level_styles(protocol.dose_levels)
    values = rows.filter(pl.col("state") == "score")["value"]
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
    room = 0.08 * (high - low) or 0.5
    edge = high + 2 * room if higher_is_worse else low - 2 * room
    if not rows.filter(pl.col("state") == "unable_to_perform").height:
        edge = high
    for place, level in zip(axes, levels, strict=True):
        here = rows.filter(pl.col("level").eq_missing(level))
        _panel(place, here, styles[level].colour, edge)
        place.set_title(f"{styles[level].name} (n = {here['subject'].n_unique()})")
        place.axvline(0, color=MUTED, linewidth=0.7, linestyle=":")
        place.set_ylim(min(low, edge) - room, max(high, edge) + room)
        place.set_xlim(float(rows["day"].min()) - 8, float(rows["day"].max()) + 8)  # type: ignore[arg-type]
        place.grid(axis="y")
    figure.supxlabel("Days from dosing", fontsize=7.5)
    figure.supylabel(label, fontsize=7.5)
    return figure


def _panel(axes: Axes, rows: pl.DataFrame, colour: str, edge: float) -> None:
    """The lines of one level: a line stops where a score is missing or could not be performed."""
    people = rows["subject"].unique(maintain_order=True).to_list()
    for index, person in enumerate(people):
        own = rows.filter(pl.col("subject") == person)
        marked = len(people) <= MOST_MARKED
        axes.plot(
            own["day"].to_list(),
            [float("nan") if value is None else value for value in own["value"]],
            color=colour if marked else FAINT,
            linestyle=LINES[index % len(LINES)] if marked else "-",
            linewidth=1.1 if marked else 0.5,
            marker="o",
            markersize=2.2 if marked else 1,
        )
        unable = own.filter(pl.col("state") == "unable_to_perform")["day"].to_list()
        axes.plot(unable, [edge] * len(unable), marker="x", color=WARM, markersize=3.5, linestyle="none")
