"""The slope of each class with its interval, beside the p of both tests of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.records.results import Result
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, STRONG, WIDTH, axes_at, new_figure
from firstdose.report.documents.wording import counted
from firstdose.report.metabolism.names import capital, label
from firstdose.report.metabolism.rows import CLASS_SLOPE, FluidFigures, FluidRows
from firstdose.report.results.names import words
from firstdose.report.results.wording import NOTHING, probability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TESTS = {"p by permutation of doses": "permutation", "adjusted p": "adjusted", "p by rotation": "rotation"}
MARKS = ("o", "s", "^", "D", "v", "P")
LABELS, TEXTS, ROW, HEAD, FOOT = 2.1, 2.2, 0.19, 0.6, 0.45  # inches
AXIS = WIDTH - LABELS - TEXTS
CLASS_AT, VISIT_AT = -2.02 / AXIS, -0.08 / AXIS
COLUMNS_AT = tuple(1 + place / AXIS for place in (0.4, 1.0, 1.55, 2.1))
RULE = (CLASS_AT, COLUMNS_AT[-1])
"""Where texts stand, in widths of the axes from their left side."""


def class_forest(figures: FluidFigures) -> Drawing | None:
    """Each class at each visit, the primary one first; None where no class has a slope."""
    rows = class_frame(figures.rows)
    if not rows["slope"].drop_nulls().len():
        return None
    primary = figures.rows.primary
    first = (
        f"{words(primary[0])} at {figures.rows.named(primary[1])} is primary and stands first, in bold"
        if primary
        else "none is primary"
    )
    told = "; ".join(
        f"{words(name)} at {visit}: {slope:.3g} from {lower:.3g} to {upper:.3g}"
        for name, visit, slope, lower, upper in rows.filter(
            (pl.col("visit") == figures.rows.visit) & pl.col("slope").is_not_null()
        )
        .select("class", "visit", "slope", "lower", "upper")
        .iter_rows()
    )
    return Drawing(
        f"metabolite-classes{figures.stem}",
        f"{capital(figures.contrast)} of each class ({figures.unit}) with its {figures.level}, not adjusted for the "
        f"number of classes; {first}. n: metabolites of the class. p are two-sided: by permutation of the doses "
        "between people, the same adjusted for the classes of the visit, and by rotation",
        f"{counted(rows['class'].n_unique(), 'class', 'classes')}. {told}",
        lambda: _draw(rows, figures),
        rows,
    )


def class_frame(rows: FluidRows) -> pl.DataFrame:
    """A row for each class and visit, those of the primary class first."""
    primary = rows.primary or ("", "")
    keys = sorted(rows.classes, key=lambda key: (key[0] != primary[0], key[0]))
    lines = []
    for name, visit in keys:
        figures = rows.classes[name, visit]
        slope = figures.get(CLASS_SLOPE)
        parts = (slope.value, slope.lower, slope.upper) if slope else (None, None, None)
        p = (_value(figures.get(each)) for each in TESTS)
        count = _value(figures.get("metabolites"))
        lines.append((name, visit, (name, visit) == rows.primary, None if count is None else int(count), *parts, *p))
    schema = {"class": pl.String(), "visit": pl.String(), "is_primary": pl.Boolean(), "metabolites": pl.Int64()}
    numbers = ("slope", "lower", "upper", "permutation_p", "adjusted_p", "rotation_p")
    return pl.DataFrame(lines, schema={**schema, **dict.fromkeys(numbers, pl.Float64())}, orient="row")


def _value(found: Result | None) -> float | None:
    return found.value if found else None


def _draw(rows: pl.DataFrame, figures: FluidFigures) -> Figure:
    shown = rows.filter(pl.col("slope").is_not_null())
    figure = new_figure(WIDTH, ROW * shown.height + HEAD + FOOT, arranged=False)
    axes = axes_at(figure, LABELS, FOOT, AXIS, ROW * shown.height)
    visits = {visit: number for number, visit in enumerate(figures.rows.visits)}
    before = None
    for place, row in enumerate(shown.iter_rows(named=True)):
        weight = "bold" if row["is_primary"] else "normal"
        _slope(axes, place, row, visits)
        if row["class"] != before:
            if place:
                axes.plot(
                    RULE, [place - 0.5] * 2, color=FAINT, linewidth=0.6, transform=axes.get_yaxis_transform(),
                    clip_on=False,
                )  # fmt: skip
            _text(axes, place, CLASS_AT, label(words(row["class"]), 24), "left", weight)
        _text(axes, place, VISIT_AT, label(figures.rows.named(row["visit"]), 12), "right", weight)
        p = [row[each] for each in ("permutation_p", "adjusted_p", "rotation_p")]
        cells = [str(row["metabolites"]), *(NOTHING if each is None else probability(each) for each in p)]
        for text, at in zip(cells, COLUMNS_AT, strict=True):
            _text(axes, place, at, text, "right", weight)
        before = row["class"]
    figure.text(
        0.08 / WIDTH, 1 - 0.08 / figure.get_figheight(), f"{capital(figures.contrast)}, with its {figures.level}",
        va="top", weight="bold", fontsize=8,
    )  # fmt: skip
    for words_above, at in zip(("n", "p, perm.", "adjusted", "p, rot."), COLUMNS_AT, strict=True):
        _text(axes, -0.95, at, words_above, "right", "normal", MUTED)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_ylim(shown.height - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(f"{capital(figures.contrast)}, {figures.unit}")
    return figure


def _slope(axes: Axes, place: int, row: dict[str, Any], visits: dict[str, int]) -> None:
    """One interval with the mark of its visit."""
    is_primary = bool(row["is_primary"])
    axes.plot(
        [row["lower"], row["upper"]], [place, place], color=STRONG if is_primary else INK,
        linewidth=2.0 if is_primary else 1.0,
    )  # fmt: skip
    axes.plot(
        [row["slope"]], [place], MARKS[visits.get(str(row["visit"]), 0) % len(MARKS)],
        markersize=5.5 if is_primary else 4.5, markerfacecolor=STRONG if is_primary else "#ffffff",
        markeredgecolor=INK, markeredgewidth=0.7,
    )  # fmt: skip


def _text(axes: Axes, place: float, at: float, text: str, side: str, weight: str, colour: str = INK) -> None:
    axes.text(
        at, place, text, ha=side, va="center", weight=weight, color=colour, fontsize=7, clip_on=False,
        transform=axes.get_yaxis_transform(),
    )  # fmt: skip
