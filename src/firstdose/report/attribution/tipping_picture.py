"""Tipping points as grids: where a dose slope is left, and where something else has undone it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.records.results import Results
from firstdose.report.attribution.chapter import GRIDS
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, MUTED, PAPER, PLAIN, panels
from firstdose.report.results.names import words
from firstdose.report.results.wording import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch

MOST_PANELS = 6
AXES = {
    "tipping_drug": ("Trough's slope on dose", "Effect of the drug"),
    "tipping_drift": ("Step at the highest dose", "Drift by date of dosing"),
}
"""The words along and up each kind of grid."""


def tipping_grids(results: Results, table: str) -> Drawing | None:
    """Grids of one kind for the outcomes whose uncorrected slope has an interval without 0; None without any."""
    rows = _cells(results, table)
    if not rows.height:
        return None
    outcomes = rows["outcome"].unique(maintain_order=True).to_list()
    shown = rows.filter(pl.col("outcome").is_in(outcomes[:MOST_PANELS]))
    left = (
        f"; {len(outcomes) - MOST_PANELS} further outcomes are in the tables only"
        if len(outcomes) > MOST_PANELS
        else ""
    )
    return Drawing(
        table.replace("_", "-"),
        f"{GRIDS[table][0]}: slope per doubling of the dose for each {GRIDS[table][1]}. Shaded: its interval leaves 0 "
        f"out; hatched: it holds 0 or has changed sides. Along "
        f"the edges at 0 nothing is corrected for, and the slope is as it was found{left}",
        f"a grid for each of {min(len(outcomes), MOST_PANELS)} outcomes; the values are in the figure's data file",
        partial(_draw, shown, table),
        rows,
    )


def _cells(results: Results, table: str) -> pl.DataFrame:
    """The cells of all grids with both axes as numbers, of the outcomes that have a finding to undo."""
    cells = results.frame.filter(
        (pl.col("chapter") == "attribution") & (pl.col("table") == table) & (pl.col("statistic") == "corrected_slope")
    ).filter((pl.col("when") != "") & pl.col("value").is_not_null())
    parts = pl.col("when").str.split("; ")
    rows = cells.select(
        outcome="within",
        first=parts.list.get(0),
        second=parts.list.get(1),
        slope="value",
        lower="lower",
        upper="upper",
        unit="unit",
    ).with_columns(
        first_value=_number("first"),
        second_value=_number("second"),
    )
    needed = results.frame.filter(
        (pl.col("chapter") == "attribution")
        & (pl.col("table") == table)
        & (pl.col("statistic") == "until_the_interval_holds_0")
        & (pl.col("value") != 0)
    ).select(outcome="within", finding="value")
    found = rows.join(needed, on="outcome", how="inner", maintain_order="left")
    left = pl.when(pl.col("finding") > 0).then(pl.col("lower") > 0).otherwise(pl.col("upper") < 0)
    return found.with_columns(is_left=left)


def _number(column: str) -> pl.Expr:
    return pl.col(column).str.split(" ").list.get(0).cast(pl.Float64)


def _draw(rows: pl.DataFrame, table: str) -> Figure:
    outcomes = rows["outcome"].unique(maintain_order=True).to_list()
    figure, axes = panels(len(outcomes), columns=2, height=2.3)
    for place, outcome in zip(axes, outcomes, strict=True):
        _panel(place, rows.filter(pl.col("outcome") == outcome), table)
        name = words(outcome)
        place.set_title(name[:1].upper() + name[1:])
    return figure


def _panel(axes: Axes, rows: pl.DataFrame, table: str) -> None:
    along, up = AXES[table]
    first = rows["first_value"].unique(maintain_order=True).to_list()
    second = rows["second_value"].unique(maintain_order=True).to_list()
    placed = rows.with_columns(
        x=pl.col("second_value").replace_strict(second, range(len(second)), return_dtype=pl.Int64),
        y=pl.col("first_value").replace_strict(first, range(len(first)), return_dtype=pl.Int64),
    )
    for is_left in (True, False):
        cells = placed.filter(pl.col("is_left") == is_left)
        axes.add_patch(_squares(cells.select("x", "y").rows(), is_left=is_left))
    # Where nothing is corrected for, the slope is the one that was found: it is written once.
    for row in placed.filter((pl.col("first_value") * pl.col("second_value") != 0) | (pl.col("x") + pl.col("y") == 0)
    ).iter_rows(named=True):  # fmt: skip
        box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
        slope = plain(row["slope"], 2)
        axes.text(
            row["x"], row["y"], slope, ha="center", va="center", fontsize=6.5, bbox=None if row["is_left"] else box
        )
    axes.set_xlim(-0.5, len(second) - 0.5)
    axes.set_ylim(-0.5, len(first) - 0.5)
    axes.set_xticks(range(len(second)), [plain(value, 2) for value in second])
    axes.set_yticks(range(len(first)), [plain(value, 2) for value in first])
    axes.set_xlabel(f"{along}, {_unit(rows, 'second')}")
    axes.set_ylabel(f"{up},\n{_unit(rows, 'first')}")
    axes.tick_params(length=0, labelcolor=MUTED)


def _squares(corners: list[tuple[int, int]], *, is_left: bool) -> PathPatch:
    """Cells of a grid as one shape, shaded where the slope is left and hatched where it is gone."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    square = np.array(((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)))
    cells = [Path(square + corner, closed=True) for corner in corners]
    shape = Path.make_compound_path(*cells) if cells else Path([(0, 0)])
    return PathPatch(
        shape, facecolor=PLAIN if is_left else PAPER, edgecolor=FAINT, hatch="" if is_left else "////", linewidth=0.6
    )


def _unit(rows: pl.DataFrame, column: str) -> str:
    return str(rows[column][0]).partition(" ")[2]
