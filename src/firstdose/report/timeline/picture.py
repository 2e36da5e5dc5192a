"""One person's time in the trial as one picture: a lane for each kind of thing, on one axis of days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firstdose.protocol.plan import Protocol
from firstdose.records import Dosing, Image, Medication, Relapse, Sample, Visit
from firstdose.report.documents.figure_style import INK, MUTED, PLAIN, STRONG, WARM
from firstdose.report.timeline.marks import Life
from firstdose.report.timeline.svg import GUTTER, LANE, RIGHT, WIDTH, Canvas

MOST_EVENTS = 16
PANEL = 58.0
GRADE_TONES = {1: "#c9d8e4", 2: "#8fb3cc", 3: "#d98a5f", 4: "#b3471d", 5: "#5c1f08", None: "#b8bcc2"}
ENDED = ("recovered", "recovered_with_sequelae", "fatal")
"""Outcomes of events that are over, whether or not the day is recorded."""
STEPS = (7, 14, 30, 60, 91, 182, 365, 730, 1826, 3652)
LEGEND = (
    "Bars of events carry their grade; dashed and empty: the dates leave open whether it lasted then; "
    "▶ not over at the cut-off; ? over, on a day that is not recorded. Scores and troughs are those of the analysis."
)


def timeline(protocol: Protocol, life: Life) -> str | None:
    """The picture as SVG; None where nothing of the person has a day from dosing."""
    days = sorted(_days(life))
    if not days:
        return None
    last = max(days[-1], _followed(life) or 0, 1)
    canvas = Canvas(min(days[0], -3) - 2, last + max(4, 0.01 * last))
    _dosing(canvas, life)
    _background(canvas, life)
    _moments(canvas, life)
    _events(canvas, life)
    _panel(
        canvas,
        "EDSS",
        [(row["day"], row["value"], row["unit"]) for row in life.scores if row["value"] is not None],
    )
    targets = [each.trough_target for each in protocol.background_treatments if each.trough_target]
    band = (targets[0].lowest, targets[0].highest) if len(targets) == 1 else None
    _panel(canvas, "trough", [(row["day"], row["value"], row["unit"]) for row in life.troughs], band)
    _end(canvas, life)
    span = canvas.last_day - canvas.first_day
    canvas.days(next((step for step in STEPS if span / step <= 11), STEPS[-1]))
    return canvas.svg()


def _days(life: Life) -> Iterator[int]:
    """Every day on which something of the person is drawn."""
    for event in life.events:
        yield from (day for day in (event["first_day"], event["last_day"]) if day is not None)
    for row in (*life.scores, *life.troughs):
        if row["day"] is not None:
            yield row["day"]
    for kind, name in (
        (Dosing, "procedure_start"),
        (Visit, "start"),
        (Image, "taken"),
        (Sample, "taken"),
        (Relapse, "onset"),
    ):
        for row in life.of(kind):
            yield from (row[f"{name}_{end}"] for end in ("first", "last") if row[f"{name}_{end}"] is not None)


def _followed(life: Life) -> int | None:
    day: int | None = life.person["followed_to_day"]
    return day


def _dosing(canvas: Canvas, life: Life) -> None:
    middle = canvas.lane("dosing")
    for row in life.of(Dosing):
        name = "procedure_start" if row["procedure_start_first"] is not None else "product_start"
        first, last = row[f"{name}_first"], row[f"{name}_last"]
        if first is None:
            continue
        if first != last:
            canvas.box(first, last, middle, 7, STRONG, unsure=True)
        if row["product_end_first"] is not None and row["product_end_first"] > first:
            canvas.box(first, row["product_end_first"], middle, 8, PLAIN)
        canvas.mark(first, middle, "diamond", STRONG)
    given = life.person["dose_given"]
    if given is not None and life.of(Dosing):
        canvas.text(canvas.across(0) + 9, middle + 3.5, f"{given:.4g}")


def _background(canvas: Canvas, life: Life) -> None:
    """A lane for each background treatment taken."""
    taken: dict[str, list[Mapping[str, Any]]] = {}
    for row in life.of(Medication):
        if row["background_treatment"]:
            taken.setdefault(row["drug"].casefold(), []).append(row)
    for drug, rows in taken.items():
        middle = canvas.lane(drug)
        for row in rows:
            is_open = row["end"] is None
            end = (canvas.last_day, canvas.last_day) if is_open else (row["end_first"], row["end_last"])
            _span(canvas, middle, 8, PLAIN, (row["start_first"], row["start_last"]), end)
            if is_open and row["ongoing"]:
                canvas.mark(canvas.last_day, middle, "arrow")


def _span(
    canvas: Canvas,
    middle: float,
    height: float,
    fill: str,
    start: tuple[int | None, int | None],
    end: tuple[float | None, float | None],
) -> tuple[float, float] | None:
    """A bar that is full where the thing surely lasted and dashed where it may have; returns where it may have been."""
    if start[0] is None or start[1] is None:
        return None
    first, sure = start[0], start[1]
    last = end[1] if end[1] is not None else canvas.last_day
    if end[0] is None:
        canvas.box(first, last, middle, height, fill, unsure=True)
        return first, last
    if sure <= end[0]:
        if first < sure:
            canvas.box(first, sure, middle, height, fill, unsure=True)
        if end[0] < last:
            canvas.box(end[0], last, middle, height, fill, unsure=True)
        canvas.box(sure, end[0], middle, height, fill)
    else:
        canvas.box(first, last, middle, height, fill, unsure=True)
    return first, last


def _moments(canvas: Canvas, life: Life) -> None:
    """Visits, images, samples and relapses."""
    kinds = (
        (Visit, "start", "visits"),
        (Image, "taken", "images"),
        (Sample, "taken", "samples"),
        (Relapse, "onset", "relapses"),
    )
    for kind, name, label in kinds:
        rows = [row for row in life.of(kind) if row[f"{name}_first"] is not None]
        if not rows:
            continue
        middle = canvas.lane(label)
        for row in rows:
            first, last = row[f"{name}_first"], row[f"{name}_last"]
            if first != last:
                canvas.box(first, last, middle, 6, PLAIN, unsure=True)
            elif kind is Visit and row["state"] == "missed":
                canvas.mark(first, middle, "ring", MUTED)
            else:
                canvas.mark(first, middle, "cross" if kind is Relapse else "tick", WARM if kind is Relapse else STRONG)


def _events(canvas: Canvas, life: Life) -> None:
    """A lane for each adverse event with a day; the worst are drawn where there are many."""
    dated = [row for row in life.events if row["first_day"] is not None]
    worst = sorted(dated, key=lambda row: (-(row["grade"] or 0), row["first_day"], row["number"]))[:MOST_EVENTS]
    for row in (row for row in dated if row in worst):
        middle = canvas.lane(row["term"], 15)
        is_dated = row["end_first_day"] is not None or row["end_last_day"] is not None
        is_over = is_dated or row["outcome"] in ENDED
        end = (row["end_first_day"], row["end_last_day"]) if is_dated else (canvas.last_day, canvas.last_day)
        if is_over and not is_dated:
            end = (row["last_day"], canvas.last_day)
        grade = row["grade"]
        span = _span(canvas, middle, 10, GRADE_TONES[grade], (row["first_day"], row["last_day"]), end)
        if span is None:
            continue
        words = (row["severity"] or "?") if grade is None else str(grade)
        marks = words + (" serious" if row["is_serious"] else "") + (" DLT" if row["is_dlt"] else "")
        canvas.text(canvas.across(span[0]) - 2, middle + 3.5, words if marks == words else marks, anchor="end", size=9)
        if is_over and not is_dated:
            canvas.text(WIDTH - RIGHT + 5, middle + 3.5, "?", size=9)
        if not is_over:
            canvas.mark(canvas.last_day, middle, "arrow", GRADE_TONES[grade])
    left = len(dated) - len(worst)
    if left:
        middle = canvas.lane("", 14, ruled=False)
        canvas.text(GUTTER, middle + 3, f"{left} more of lower grade, in the list", colour=MUTED)


def _panel(
    canvas: Canvas,
    label: str,
    values: list[tuple[int, float, str]],
    band: tuple[float, float] | None = None,
) -> None:
    """Values over the days, with the range that they should keep to."""
    if not values:
        return
    known = [value for _, value, _ in values]
    low, high = min([*known, *(band or ())]), max([*known, *(band or ())])
    room = 0.12 * (high - low) or 0.5
    low, high = low - room, high + room
    canvas.height += 4
    top = canvas.height

    def down(value: float) -> float:
        return float(top + PANEL - (value - low) / (high - low) * PANEL)

    if band:
        canvas.parts.append(
            f'<rect x="{GUTTER}" y="{down(band[1]):.1f}" width="{WIDTH - GUTTER - RIGHT:g}" '
            f'height="{down(band[0]) - down(band[1]):.1f}" fill="#eef2ef"/>'
        )
    unit = values[0][2] or ""
    canvas.text(GUTTER - 8, top + PANEL / 2, label + (f", {unit}" if unit else ""), anchor="end")
    for value in sorted({min(known), max(known)}):
        canvas.text(WIDTH - RIGHT + 5, down(value) + 3, f"{value:.4g}", colour=MUTED, size=9)
    places = [(canvas.across(day), down(value)) for day, value, _ in values]
    canvas.path(places, STRONG)
    for x, y in places:
        canvas.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{STRONG}"/>')
    canvas.height = top + PANEL + 4


def _end(canvas: Canvas, life: Life) -> None:
    """How the time in the trial ended, or up to when it is known."""
    person, middle = life.person, canvas.lane("follow-up analysed", LANE)
    followed = _followed(life)
    if followed is not None:
        canvas.box(0, followed, middle, 3, INK)
    for day, word in ((person["left_day"], "left"), (person["death_day"], "died")):
        if day is not None:
            canvas.mark(day, middle, "cross" if word == "died" else "tick", WARM if word == "died" else INK)
            canvas.text(canvas.across(day) - 7, middle - 3, word, anchor="end", size=9)
    if followed is not None and person["left_day"] is None and person["death_day"] is None:
        canvas.mark(followed, middle, "arrow")
