"""Each person's time in the trial as a bar: dose, background treatment, adverse events, how it ended."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.analysis.events.durations import FIRST_COUNTED, START_IS_ASSUMED
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, SubjectAnalysis
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, WARM, WIDTH, new_figure
from firstdose.report.documents.level_style import level_styles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_HEIGHT, TALLEST, AROUND = 0.22, 8.6, 1.15
"""Inches: of a bar, of the whole picture, which keeps to one page, and of what stands around the bars."""

MOST_PEOPLE = 60
SEVERE = 3


def swimmer(protocol: Protocol, data: AnalysisData) -> Drawing | None:
    """The swimmer plot of the treated; None where nobody was treated. Past 60 people, the first of each dose."""
    people = (
        data[SubjectAnalysis]
        .filter(pl.col("is_treated") & pl.col("followed_to_day").is_not_null())
        .sort("level", "treatment_start", "subject", nulls_last=True)
    )
    if not people.height:
        return None
    of_each = max(MOST_PEOPLE // people["level"].n_unique(), 1)
    is_cut = people.height > MOST_PEOPLE
    drawn = people.group_by("level", maintain_order=True).head(of_each) if is_cut else people
    events = data[EventAnalysis].filter(
        pl.col("counts") & pl.col("first_day").is_not_null() & pl.col("subject").is_in(drawn["subject"].implode())
    )
    events = events.with_columns(first_day=FIRST_COUNTED, until=pl.when(START_IS_ASSUMED).then("last_day"))
    assumed = "; a line from dosing where a partial date leaves open when" if events["until"].count() else ""
    left_out = f"; the first {of_each} treated of each dose, {drawn.height} of {people.height} people" if is_cut else ""
    severe = events.filter(pl.col("grade") >= SEVERE).height
    return Drawing(
        "swimmer",
        "Each person from dosing to the last day known: background treatment (dark bar), adverse events by grade at "
        "the first day on which they may have begun, deaths and those who left; an arrow where neither is known by the "
        f"last day{assumed}{left_out}",
        f"{drawn.height} bars, one a person, with {events.height} adverse events, {severe} of them of grade 3 or more "
        f"and {events['grade'].null_count()} of unknown grade; the numbers are in the figure's data file",
        partial(_draw, protocol, drawn, events),
        _behind(drawn, events),
    )


def _behind(people: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """One row for each mark of the picture."""
    bars = people.select(
        "subject", "level", pl.lit("followed").alias("what"), pl.col("followed_to_day").alias("day"), grade=None
    )
    background = people.filter(pl.col("background_taken")).select(
        "subject",
        "level",
        pl.lit("background treatment").alias("what"),
        pl.col("background_last_day").alias("day"),
        grade=None,
    )
    ends = [
        people.filter(pl.col(day).is_not_null()).select(
            "subject", "level", pl.lit(what).alias("what"), pl.col(day).alias("day"), grade=None
        )
        for what, day in (("left", "left_day"), ("died", "death_day"))
    ]
    levels = people.select("subject", "level")
    marks = events.join(levels, on="subject", how="left").select(
        "subject", "level", pl.col("term").alias("what"), pl.col("first_day").alias("day"), "grade"
    )
    frames = [each.with_columns(pl.col("grade").cast(pl.Int64)) for each in (bars, background, *ends, marks)]
    return pl.concat(frames).sort("level", "subject", "day", "what", nulls_last=True)


def _draw(protocol: Protocol, people: pl.DataFrame, events: pl.DataFrame) -> Figure:
    figure = new_figure(WIDTH, min(ROW_HEIGHT * people.height + AROUND, TALLEST))
    axes = figure.subplots()
    styles = level_styles(protocol.dose_levels)
    rows = list(people.iter_rows(named=True))
    for place, person in enumerate(rows):
        _bar(axes, place, person, styles[person["level"]].colour)
    places = {person["subject"]: place for place, person in enumerate(rows)}
    _events(axes, places, events)
    axes.set_yticks(range(len(rows)), [f"{person['subject']}" for person in rows])
    _name_levels(axes, rows, styles)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("Days from dosing")
    axes.set_xlim(left=min(0.0, float(events["first_day"].min() or 0)) - 2)  # type: ignore[arg-type]
    axes.grid(axis="x")
    handles, words = _legend(people, events)
    figure.legend(handles, words, loc="outside lower center", ncols=6, frameon=False, columnspacing=1.2)
    return figure


def _bar(axes: Axes, place: int, person: dict[str, Any], colour: str) -> None:
    """The bar of one person, the time on the background treatment darker, and its end."""
    last = person["followed_to_day"]
    axes.barh(place, last, height=0.62, color=FAINT, alpha=0.6, edgecolor="none")
    if person["background_taken"]:
        until = last if person["background_last_day"] is None else min(person["background_last_day"], last)
        axes.barh(place, until, height=0.62, color=colour, alpha=0.7, edgecolor="none")
    if person["death_day"] is not None:
        axes.plot(person["death_day"], place, marker="X", color=INK, markersize=6, clip_on=False)
    elif person["left_day"] is not None:
        axes.plot(person["left_day"], place, marker="|", color=INK, markersize=10, markeredgewidth=2, clip_on=False)
    else:
        axes.annotate("", (last + 6, place), (last, place), arrowprops={"arrowstyle": "->", "color": INK, "lw": 0.7})


def _events(axes: Axes, places: dict[str, int], events: pl.DataFrame) -> None:
    """Adverse events as marks: larger and darker for higher grades."""
    for event in events.iter_rows(named=True):
        grade = event["grade"]
        severe = grade is not None and grade >= SEVERE
        if event["until"] is not None:
            place = places[event["subject"]]
            axes.plot((event["first_day"], event["until"]), (place, place), color=INK, linewidth=0.6)
        axes.plot(
            event["first_day"],
            places[event["subject"]],
            marker="D" if severe else "s" if grade is None else "o",
            markersize=5.5 if severe else 2.2 + 0.6 * (grade or 1),
            markerfacecolor=WARM if severe else "white",
            markeredgecolor=WARM if severe else INK,
            markeredgewidth=0.6,
            linestyle="none",
        )


def _name_levels(axes: Axes, rows: list[dict[str, Any]], styles: dict[Any, Any]) -> None:
    """The dose, to the right of the first bar of each level; a line between levels."""
    previous = object()
    for place, person in enumerate(rows):
        if person["level"] == previous:
            continue
        previous = person["level"]
        if place:
            axes.axhline(place - 0.5, color=FAINT, linewidth=0.8)
        axes.text(1.01, place, styles[previous].name, transform=axes.get_yaxis_transform(), va="center", fontsize=7)


def _legend(people: pl.DataFrame, events: pl.DataFrame) -> tuple[list[Any], list[str]]:
    """What the bars and marks mean; background treatment and grades only as far as there are any."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def mark(marker: str, size: float, face: str, edge: str) -> Line2D:
        return Line2D(
            [], [], marker=marker, markersize=size, markerfacecolor=face, markeredgecolor=edge, linestyle="none"
        )

    grades = events["grade"]
    known = grades.drop_nulls()
    entries = [
        (Patch(color="#5f93b5"), "on background treatment", bool(people["background_taken"].any())),
        (Patch(color=FAINT, alpha=0.6), "followed", True),
        (mark("o", 3.4, "white", INK), "event, grade 1 or 2", bool((known < SEVERE).any())),
        (mark("D", 5.5, WARM, WARM), "grade 3 or more", bool((known >= SEVERE).any())),
        (mark("s", 3, "white", INK), "event, grade not known", grades.null_count() > 0),
        (mark("|", 9, INK, INK), "left", True),
        (mark("X", 6, INK, INK), "died", True),
    ]
    shown = [(handle, words) for handle, words, is_shown in entries if is_shown]
    return [handle for handle, _ in shown], [words for _, words in shown]
