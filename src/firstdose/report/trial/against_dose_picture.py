"""One figure of each person against the dose that they were given."""

from __future__ import annotations

from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import LabAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.records.results import Results
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, WIDTH, new_figure
from firstdose.report.documents.level_style import level_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def brain_volume_against_dose(protocol: Protocol, data: AnalysisData, results: Results) -> Drawing | None:
    """The last brain volume change of each person, per cent per year, against the dose; None without any.

    A scan is flagged here where the table of flagged scans holds it, so that picture and tables leave out the same.
    """
    last = (
        data[ScoreAnalysis]
        .filter((pl.col("measure") == "brain_volume") & (pl.col("part") == "score") & (pl.col("state") == "score"))
        .filter(pl.col("day") > 0)
        .sort("subject", "day")
        .unique("subject", keep="last")
        .select("subject", "day", "value", visit=pl.col("visit").fill_null(pl.format("day {}", "day")))
        .join(_flags(results), on=["subject", "visit"], how="left")
        .drop("visit")
    )
    rows = _with_dose(data, last)
    if not rows.height:
        return None
    return Drawing(
        "brain-volume-dose",
        "Brain volume change to each person's last scan, per cent per year, against the dose given; the line is the "
        "level's median. Flagged scans, as the table of flagged scans has them, are crosses",
        f"{rows.height} people, one mark each; the values are in the figure's data file",
        partial(_draw, protocol, rows, "Brain volume change, % per year"),
        rows,
    )


def troughs_against_dose(protocol: Protocol, data: AnalysisData, drug: str) -> Drawing | None:
    """The mean trough of each person against the dose; None without any."""
    means = (
        data[LabAnalysis]
        .filter((pl.col("category") == "trough") & (pl.col("analyte") == drug) & pl.col("value").is_not_null())
        .group_by("subject")
        .agg(pl.col("value").mean(), pl.len().alias("draws"), pl.col("unit").first())
        .with_columns(reason=pl.lit(None, pl.String))
    )
    rows = _with_dose(data, means)
    if not rows.height:
        return None
    treatment = next((each for each in protocol.background_treatments if each.drug == drug), None)
    target = treatment.trough_target if treatment else None
    unit = str(rows["unit"].drop_nulls().first() or "")
    band = (target.lowest, target.highest) if target else None
    return Drawing(
        "troughs-dose",
        f"Mean trough of {drug} of each person against the dose given; the line is the level's median"
        + (f", the band the target of {target.lowest:g} to {target.highest:g} {target.unit}" if target else ""),
        f"{rows.height} people, one mark each; the values are in the figure's data file",
        partial(_draw, protocol, rows, f"Mean trough, {unit}", band),
        rows,
    )


def _flags(results: Results) -> pl.DataFrame:
    """What each flagged scan for brain volume is flagged with, by person and visit."""
    flagged = results.frame.filter(chapter="mri", table="flagged_scans", within="brain_volume", statistic="flags")
    return flagged.select(subject="what", visit="when", reason="text")


def _with_dose(data: AnalysisData, values: pl.DataFrame) -> pl.DataFrame:
    """Values joined with the dose given, in the order of doses."""
    people = data[SubjectAnalysis].filter(pl.col("is_treated") & pl.col("dose_given").is_not_null())
    return values.join(people.select("subject", "level", "dose_given"), on="subject").sort("dose_given", "subject")


def _draw(protocol: Protocol, rows: pl.DataFrame, label: str, band: tuple[float, float] | None = None) -> Figure:
    figure = new_figure(WIDTH * 0.75, 2.6)
    axes = figure.subplots()
    styles = level_styles(protocol.dose_levels)
    if band:
        axes.axhspan(*band, color=FAINT, alpha=0.5, linewidth=0)
    for level, here in rows.group_by("level", maintain_order=True):
        style = styles[level[0]]
        doses = here["dose_given"].to_list()
        middle, reach = median(here["value"].to_list()), 0.02 * max(rows["dose_given"].to_list())
        axes.plot([min(doses) - reach, max(doses) + reach], [middle, middle], color=MUTED, linewidth=1.2)
        for flagged, marks in here.group_by(pl.col("reason").is_not_null(), maintain_order=True):
            marker = "x" if flagged[0] else style.marker
            axes.plot(
                marks["dose_given"],
                marks["value"],
                marker=marker,
                markersize=5,
                linestyle="none",
                markerfacecolor=style.colour,
                markeredgecolor=INK,
                markeredgewidth=0.6,
            )
    axes.axhline(0, color=FAINT, linewidth=0.8)
    axes.set_xlabel(f"Dose given, {protocol.dose_levels.unit}")
    axes.set_ylabel(label)
    axes.set_xlim(left=0)
    axes.grid(axis="y")
    return figure
