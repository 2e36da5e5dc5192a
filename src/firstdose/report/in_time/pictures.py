"""The calendar of simulated trials: when each participant was dosed, at which level, and until when followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import FAINT, INK, MUTED, PAPER, STRONG, WARM, panels
from firstdose.report.documents.wording import counted
from firstdose.simulation.calendar.courses import Course, Participant

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES_A_PARTICIPANT, FRAME_INCHES = 0.075, 0.75
NOTE = "Bars: followed for DLTs, with the dose level; cross: DLT; circle: leaves; dashed: end of the escalation"
NOTE_ON_DOSES = "2→1: level 2 was assigned, the dose of level 1 given"


def calendar_drawing(courses: Sequence[Course], of: str, shares: Sequence[float]) -> Drawing:
    """The picture of some trials, ``of`` which scenario, at which shares of the durations."""
    which = ", a quick, a usual and a slow one" if len(courses) == 3 else ""
    return Drawing(
        "calendar",
        f"Simulated trials of {of}{which}. {'; '.join(_notes(courses))}",
        " ".join(_described(course, share) for course, share in zip(courses, shares, strict=True)),
        lambda: _draw(courses, shares),
        _data(courses),
    )


def _notes(courses: Sequence[Course]) -> list[str]:
    """What the marks mean, of those that may be seen."""
    is_short = any(each.level_given != each.level for course in courses for each in course.participants)
    return [NOTE, NOTE_ON_DOSES] if is_short else [NOTE]


def _described(course: Course, share: float) -> str:
    dlts = sum(each.has_dlt for each in course.participants)
    named = f"level {course.selected} is selected" if course.selected else "no level is selected"
    return (
        f"Trial {course.number}, {_quicker(share)}: {counted(len(course.participants), 'participant')} in "
        f"{course.duration_days:.0f} days, {counted(dlts, 'DLT')}; {named}."
    )


def _level_words(each: Participant) -> str:
    """The level assigned, and that given where it is another."""
    return str(each.level) if each.level_given == each.level else f"{each.level}→{each.level_given}"


def _quicker(share: float) -> str:
    return f"{100 * share:.0f} % of trials are quicker"


def _data(courses: Sequence[Course]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"trial": course.number, "participant": place, **vars(each)}
            for course in courses
            for place, each in enumerate(course.participants, start=1)
        ]
    )


def _draw(courses: Sequence[Course], shares: Sequence[float]) -> Figure:
    most = max(len(course.participants) for course in courses)
    figure, axes = panels(len(courses), columns=1, height=FRAME_INCHES + INCHES_A_PARTICIPANT * most)
    last = max(max(course.ended, *(each.closes for each in course.participants)) for course in courses)
    for panel, course, share in zip(axes, courses, shares, strict=True):
        _panel(panel, course, share, last)
    axes[-1].set_xlabel("\n".join(["Day of the trial", *_notes(courses)]))
    return figure


def _panel(axes: Axes, course: Course, share: float, last: float) -> None:
    for place, each in enumerate(course.participants, start=1):
        axes.plot([each.dosed_on, each.closes], [place, place], color=STRONG, linewidth=2.4, solid_capstyle="butt")
        axes.annotate(
            _level_words(each),
            (each.dosed_on, place),
            xytext=(-3, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=5,
            color=INK,
        )
    for chosen, marker, face in (("has_dlt", "X", WARM), ("leaves", "o", PAPER)):
        marked = [(each.closes, place) for place, each in enumerate(course.participants, 1) if getattr(each, chosen)]
        days, places = [day for day, _ in marked], [place for _, place in marked]
        axes.scatter(days, places, marker=marker, s=22, color=face, edgecolors=INK, linewidths=0.5, zorder=3)
    axes.axvline(course.ended, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    selected = f"level {course.selected} selected" if course.selected else "none selected"
    axes.set_title(f"{course.duration_days:.0f} days, {_quicker(share)}; {selected}", loc="left")
    axes.set_xlim(0, last * 1.02)
    axes.set_ylim(len(course.participants) + 0.8, 0.2)
    axes.set_ylabel("Participant")
    axes.set_yticks(range(1, len(course.participants) + 1, 5 if len(course.participants) > 10 else 1))
    axes.grid(axis="x", color=FAINT)
