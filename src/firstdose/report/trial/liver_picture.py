"""eDISH: each person's highest aminotransferase against the highest bilirubin, in multiples of the upper limit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from firstdose.analysis.laboratory.liver import BILIRUBIN_LIMIT, BOTH_RAISED, PEAKS, TRANSAMINASE_LIMIT
from firstdose.protocol.plan import Protocol
from firstdose.records.results import Results
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import INK, MUTED, WIDTH, new_figure
from firstdose.report.documents.level_style import level_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def liver(protocol: Protocol, results: Results) -> Drawing | None:
    """The eDISH plot of the figures in `liver_peaks`; None where nobody has both peaks."""
    peaks = results.frame.filter(pl.col("table") == "liver_peaks")
    people = peaks.filter(pl.col("statistic") == PEAKS["transaminase"]).select(
        "what", "group", aminotransferase="value"
    )
    bilirubin = peaks.filter(pl.col("statistic") == PEAKS["bilirubin"]).select("what", bilirubin="value")
    quadrant = peaks.filter(pl.col("statistic") == "quadrant").select("what", quadrant="text")
    rows = (
        people.join(bilirubin, on="what")
        .join(quadrant, on="what", how="left")
        .drop_nulls(["aminotransferase", "bilirubin"])
    )
    if not rows.height:
        return None
    level = pl.col("group").cast(pl.Int64, strict=False)
    rows = rows.select("quadrant", "aminotransferase", "bilirubin", subject="what", level=level).sort(
        "level", "subject", nulls_last=True
    )
    in_corner = rows.filter(pl.col("quadrant") == BOTH_RAISED).height
    return Drawing(
        "edish",
        "Highest ALT or AST after dosing against highest bilirubin, in multiples of the upper limit of normal. Marks "
        "in the upper right corner have both raised; the tables tell who is to be reviewed for Hy's law",
        f"{rows.height} people, one mark each, {in_corner} in the upper right corner",
        partial(_draw, protocol, rows),
        rows,
    )


def _draw(protocol: Protocol, rows: pl.DataFrame) -> Figure:
    from matplotlib.ticker import NullFormatter

    figure = new_figure(WIDTH * 0.75, 3.25)
    axes = figure.subplots()
    styles = level_styles(protocol.dose_levels)
    for level, here in rows.group_by("level", maintain_order=True):
        style = styles[level[0]]
        axes.plot(
            here["aminotransferase"],
            here["bilirubin"],
            marker=style.marker,
            linestyle="none",
            markersize=5,
            markerfacecolor=style.colour,
            markeredgecolor=INK,
            markeredgewidth=0.5,
            label=style.name,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.axvline(TRANSAMINASE_LIMIT, color=MUTED, linewidth=0.8, linestyle="--")
    axes.axhline(BILIRUBIN_LIMIT, color=MUTED, linewidth=0.8, linestyle="--")
    for bounds, column, limit in ((axes.set_xlim, "aminotransferase", 4.5), (axes.set_ylim, "bilirubin", 3.0)):
        values = rows[column]
        bounds(min(0.1, float(values.min()) * 0.8), max(limit, float(values.max()) * 1.3))  # type: ignore[arg-type]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("Highest ALT or AST, multiples of the upper limit")
    axes.set_ylabel("Highest bilirubin, multiples of the upper limit")
    figure.legend(loc="outside lower center", ncols=4, columnspacing=1.2, frameon=False)
    return figure
