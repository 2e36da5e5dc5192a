"""The drawing of the flow of participants against a count of the raw rows; its text stays inside its boxes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from firstdose.cdisc import read_sdtm
from firstdose.protocol import read_protocol
from firstdose.records import TrialData
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import PAPER, styled
from firstdose.report.trial.flow_boxes import Box, Count, Flow, flow_of
from firstdose.report.trial.flow_picture import _draw, participant_flow
from tests.report.reference_trial import EXAMPLES, analysed, protocol, raw, records

YEAR_ENDS_FROM, ANALYSED_UNTIL = 351, 379
"""The first day of the window of month 12 of the reference protocol, and the last day that its analysis looks at."""

UNUSED = ("lab_results", "vital_signs", "assessments", "images")


def quick(trial_data: TrialData) -> TrialData:
    """Without measurements, of which the flow knows nothing but their dates."""
    return trial_data.replace({name: trial_data.frames[name].clear() for name in UNUSED})


def people(trial_data: TrialData, chosen: list[str]) -> TrialData:
    frames = {
        name: frame.filter(pl.col("subject").is_in(chosen)) if "subject" in frame.columns else frame
        for name, frame in trial_data.frames.items()
    }
    return TrialData(frames, trial_data.as_of)


@cache
def reference() -> Drawing:
    made = participant_flow(protocol(), *analysed(protocol(), quick(records())))
    assert made is not None
    return made


def numbers(drawing: Drawing) -> dict[tuple[str, str, str], int]:
    return {(row["step"], row["group"], row["line"]): row["people"] for row in drawing.data.iter_rows(named=True)}


def dosed_on() -> dict[str, tuple[int, date]]:
    """The level that each person was assigned, and the day of dosing, from the raw rows."""
    return {
        row["subject"]: (int(row["level_assigned"]), date.fromisoformat(row["procedure_start"][:10]))
        for row in raw("dosings")
    }


def test_the_numbers_are_those_of_the_raw_rows() -> None:
    found, dosed = numbers(reference()), dosed_on()
    screened = {row["subject"] for row in raw("subjects")}
    assert found["screened", "", ""] == len(screened)
    assert found["enrolled", "", ""] + found["not enrolled", "", ""] == len(screened)
    assert found["not dosed", "", ""] == found["enrolled", "", ""] - len(dosed)
    failed = {row["subject"] for row in raw("dispositions") if row["event"] == "SCREEN FAILURE"}
    assert found["not enrolled", "", "failed screening"] == len(failed)
    for level in range(1, 5):
        here = {subject for subject, (assigned, _) in dosed.items() if assigned == level}
        assert found["dosed", str(level), ""] == len(here)
        assert found["analysed", str(level), "treated"] == len(here)
        left = Counter(
            row["event"].lower()
            for row in raw("dispositions")
            if row["subject"] in here
            and row["category"] == "DISPOSITION EVENT"
            and (date.fromisoformat(row["occurred"]) - dosed[row["subject"]][1]).days <= ANALYSED_UNTIL
        )
        assert found["died or left", str(level), ""] == left.total()
        for reason, count in left.items():
            assert found["died or left", str(level), reason] == count
        assert found["followed", str(level), ""] == len(here) - left.total()


def test_who_is_not_known_to_have_reached_the_last_visit_is_told_apart() -> None:
    """The records of one level end within half a year: nobody there was followed to the end, and nobody left."""
    dosed = dosed_on()
    stayed = {row["subject"] for row in raw("dosings")} - {row["subject"] for row in raw("dispositions") if row["term"]}
    early = [subject for subject, (level, _) in dosed.items() if level == 1 and subject in stayed]
    frames = dict(quick(records()).frames)
    for name in ("visits", "adverse_events", "samples", "relapses", "medications", "dispositions"):
        frames[name] = frames[name].filter(~pl.col("subject").is_in(early))
    frames["subjects"] = frames["subjects"].with_columns(
        pl.when(pl.col("subject").is_in(early))
        .then(None)
        .otherwise(pl.col("participation_end"))
        .alias("participation_end")
    )
    made = participant_flow(protocol(), *analysed(protocol(), TrialData(frames, records().as_of)))
    assert made is not None
    found = numbers(made)
    assert found["followed", "1", ""] == found["dosed", "1", ""] - len(early)
    assert found["followed", "1", "not known to be there yet"] == len(early)


def test_every_number_names_its_row_or_its_people() -> None:
    data, results = analysed(protocol(), quick(records()))
    drawing = participant_flow(protocol(), data, results)
    assert drawing is not None
    subjects = {f"subjects:{subject}" for subject in data.trial_data.frames["subjects"]["subject"]}
    for row in drawing.data.iter_rows(named=True):
        named = [each for each in row["records"].split("; ") if each]
        assert len(named) == row["people"]
        assert set(named) <= subjects
        values = [results.frame["value"][int(number) - 1] for number in row["rows"].split("; ") if number]
        assert not values or sum(values) == row["people"]
        assert values or row["step"] == "followed" or not row["people"]


def test_the_words_hold_every_number() -> None:
    drawing = reference()
    for line, count in drawing.data.select("line", "people").iter_rows():
        assert f"{line} {count}" in drawing.alternative
    assert drawing.alternative.count("million cells") == 4


@pytest.mark.parametrize("count", [0, 1, 15])
def test_small_trials_are_drawn(count: int) -> None:
    chosen = list(dosed_on())[:count]
    trial_data = people(quick(records()), chosen) if count else TrialData()
    made = participant_flow(protocol(), *analysed(protocol(), trial_data))
    assert made is not None
    found = numbers(made)
    assert found["screened", "", ""] == count
    assert sum(found["dosed", str(level), ""] for level in range(1, 5)) == count
    assert_texts_fit(made)


def test_three_arms_with_a_control_and_without_a_schedule() -> None:
    """The pilot's people nine times over: a column for each arm, the placebo by its name, and no visit to reach."""
    read = read_protocol(EXAMPLES / "cdisc-pilot" / "protocol.yaml")
    one = quick(read_sdtm(EXAMPLES / "cdisc-pilot" / "sdtm").trial_data)
    frames = {}
    for name, frame in one.frames.items():
        named = [column for column in ("subject", "earlier_subject") if column in frame.columns]
        many = [frame.with_columns(pl.col(column) + f"-{copy}" for column in named) for copy in range(9)]
        frames[name] = pl.concat(many) if named else frame
    once = participant_flow(read, *analysed(read, one))
    nine = participant_flow(read, *analysed(read, TrialData(frames, one.as_of)))
    assert once is not None
    assert nine is not None
    assert sum(count for (step, _, _), count in numbers(nine).items() if step == "dosed") == 9 * 29
    assert numbers(nine) == {key: 9 * count for key, count in numbers(once).items()}
    assert "Placebo: dosed 90" in nine.alternative
    assert "in the trial, or completed it" in nine.alternative
    assert_texts_fit(nine)


def test_many_levels_and_long_reasons_stay_on_the_page() -> None:
    flow = flow_of(protocol(), *analysed(protocol(), quick(records())))
    long = tuple(Count("a reason that is long and has to be broken somewhere", number) for number in range(9))
    levels = tuple(tuple(grouped(box, str(level), long) for box in flow.levels[level % 4]) for level in range(1, 10))
    names = {str(level): f"{level} million cells" for level in range(1, 10)}
    drawing = reference()
    assert_texts_fit(replace(drawing, draw=lambda: _draw(replace(flow, levels=levels), names)))


def grouped(box: Box, group: str, reasons: tuple[Count, ...]) -> Box:
    return replace(box, group=group, lines=reasons if box.step == "died or left" else box.lines)


def test_nothing_is_told_by_colour_alone() -> None:
    """Only ink on paper: every colour of the drawing is dark, but for that of the boxes."""
    colours = {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}\b", reference().picture().svg)}
    assert PAPER in colours
    for colour in colours - {PAPER}:
        assert max(int(colour[place : place + 2], 16) for place in (1, 3, 5)) < 0x80


def assert_texts_fit(drawing: Drawing) -> None:
    """As the plotting library measures it: each text in one of the boxes, and no box over another or the edge."""
    with styled():
        figure = drawing.draw()
        figure.canvas.draw()
        (axes,) = figure.axes
        boxes = [patch.get_window_extent() for patch in axes.patches]
        for text in axes.texts:
            if not text.get_text():
                continue
            extent = text.get_window_extent()
            assert any(
                box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 and extent.y1 <= box.y1
                for box in boxes
            ), text.get_text()
        for place, box in enumerate(boxes):
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= figure.bbox.width
            assert box.y1 <= figure.bbox.height
            assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def test_a_picture_is_the_same_each_time(tmp_path: Path) -> None:
    again = participant_flow(protocol(), *analysed(protocol(), quick(records())))
    assert again is not None
    assert again.picture() == reference().picture()
    assert again.png() == reference().png()


def test_people_at_no_level_have_a_box_of_their_own() -> None:
    """A dose far from every level, and a cohort that nobody recorded."""
    frames = dict(quick(records()).frames)
    first = next(iter(dosed_on()))
    lost = pl.col("subject") == first
    for column, kind in (("level_assigned", pl.Int64), ("cohort", pl.String), ("dose_assigned", pl.Float64)):
        frames["dosings"] = frames["dosings"].with_columns(
            pl.when(lost).then(pl.lit(None, kind)).otherwise(pl.col(column)).alias(column)
        )
    frames["dosings"] = frames["dosings"].with_columns(
        pl.when(lost).then(1_000.0).otherwise(pl.col("dose_given")).alias("dose_given")
    )
    frames["slots"] = frames["slots"].filter(pl.col("subject") != first)
    data, results = analysed(protocol(), TrialData(frames, records().as_of))
    flow: Flow = flow_of(protocol(), data, results)
    last = flow.levels[-1]
    assert last[0].head is not None
    assert (last[0].group, last[0].head.people, last[0].head.records) == ("no level", 1, (f"subjects:{first}",))
