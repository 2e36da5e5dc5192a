"""What each mark of a picture was made from: rows of the results, and records, as columns of the picture's data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, LabAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.records.dosing import Dosing
from firstdose.records.examinations import Sample
from firstdose.records.results import Results
from firstdose.report.documents.drawing import RECORDS, ROWS, Drawing
from firstdose.report.documents.tracing import BETWEEN_RECORDS, FIRST_ROW

MARK = "mark"
LINES, OF_SAMPLES = "lines-", ("metabolite-dose-response", "metabolite-heat-map", "metabolite-samples")
"""How the names of pictures of scores, and of samples, begin."""


@dataclass(frozen=True)
class SourceTable:
    """A table of results, and which columns of a picture's data are which of its columns."""

    name: str
    on: Mapping[str, str]


CELL = {"outcome": "within", "cell": "when"}
TABLES = {
    "events-by-term": SourceTable("by_class_and_term", {"term": "what", "level": "group"}),
    "edish": SourceTable("liver_peaks", {"subject": "what"}),
    "metabolite-classes": SourceTable("class_slopes", {"class": "what", "visit": "when"}),
    "metabolite-volcano": SourceTable("metabolite_slopes", {"metabolite": "what", "visit": "when"}),
    "tipping-drug": SourceTable("tipping_drug", CELL),
    "tipping-drift": SourceTable("tipping_drift", CELL),
}
"""Pictures of figures, by the beginning of their names."""


def with_origins(drawing: Drawing, data: AnalysisData, results: Results) -> Drawing:
    """The picture, its data with the rows of the results and the records behind each mark, as far as these are known.

    Several are parted by semicolons. A picture that tells them itself is left alone.
    """
    if {ROWS, RECORDS} & {*drawing.data.columns}:
        return drawing
    found = drawing.data.with_row_index(MARK)
    marks = found
    if {"first", "second"} <= {*found.columns}:
        marks = found.with_columns(pl.concat_str("first", pl.lit("; "), "second").alias("cell"))
    told = [_of_results(marks, table, results) for name, table in TABLES.items() if drawing.name.startswith(name)]
    records = list(_records(drawing.name, marks, data))
    told += [pl.concat(records)] if records else []
    for frame in told:
        column = frame.columns[1]
        lists = frame.unique(maintain_order=True).group_by(MARK, maintain_order=True)
        lists_told = lists.agg(pl.col(column).cast(pl.String).str.join(BETWEEN_RECORDS))
        found = found.join(lists_told, on=MARK, how="left", maintain_order="left")
        found = found.with_columns(pl.col(column).fill_null(""))
    return replace(drawing, data=found.drop(MARK))


def _of_results(marks: pl.DataFrame, table: SourceTable, results: Results) -> pl.DataFrame:
    """The number of each mark with each row of the results that is about it."""
    numbered = results.frame.with_row_index(ROWS, offset=FIRST_ROW).filter(table=table.name)
    keys = {there: pl.col(here).cast(pl.String) for here, there in table.on.items()}
    about = marks.select(MARK, **keys)
    return about.join(numbered.select(ROWS, *keys), on=[*keys], maintain_order="left_right").select(MARK, ROWS)


def _records(name: str, marks: pl.DataFrame, data: AnalysisData) -> Iterator[pl.DataFrame]:
    """Frames with the number of a mark and a record behind it, for the picture of this name."""
    if name == "dose-ladder":
        yield _people(marks)
        yield _given(marks, data)
    elif name == "swimmer":
        yield _people(marks)
        yield _events(marks, data, {"subject": "subject", "what": "term", "day": "first_day", "grade": "grade"})
    elif name == "events-by-term":
        yield _events(marks, data, {"term": "term", "level": "level"})
    elif name == "edish":
        yield _people(marks)
    elif name == "troughs-dose":
        yield _draws(marks, data)
    elif name == "brain-volume-dose":
        yield _scores(marks, data, "brain_volume")
    elif name.startswith(LINES):
        yield _scores(marks, data, name.removeprefix(LINES))
    elif name.startswith(OF_SAMPLES):
        yield _samples(marks, data)


def _people(marks: pl.DataFrame) -> pl.DataFrame:
    return marks.select(MARK, pl.format("subjects:{}", "subject").alias(RECORDS))


def _given(marks: pl.DataFrame, data: AnalysisData) -> pl.DataFrame:
    """Everything of the product that was given to the person."""
    given = data.trial_data[Dosing].select("subject", pl.format("dosings:{}/{}", "subject", "number").alias(RECORDS))
    return _joined(marks, given, "subject")


def _events(marks: pl.DataFrame, data: AnalysisData, on: Mapping[str, str]) -> pl.DataFrame:
    """The adverse events that are counted and agree with a mark in these columns of its and theirs."""
    levels = data[SubjectAnalysis].filter("is_treated").select("subject", "level")
    events = data[EventAnalysis].filter("counts").join(levels, on="subject", maintain_order="left")
    record = pl.format("adverse_events:{}/{}", "subject", "number").alias(RECORDS)
    return _joined(marks, events.select(record, **{here: pl.col(there) for here, there in on.items()}), *on)


def _scores(marks: pl.DataFrame, data: AnalysisData, measure: str) -> pl.DataFrame:
    """The assessments that the person's score of the day was made from."""
    numbers = pl.col("record_numbers").str.split(";").alias("number")
    scores = data[ScoreAnalysis].filter(measure=measure, part="score").select("subject", "day", numbers)
    scores = scores.explode("number").filter(pl.col("number") != "")
    record = pl.format("assessments:{}/{}", "subject", "number").alias(RECORDS)
    return _joined(marks, scores.select("subject", "day", record), "subject", "day")


def _draws(marks: pl.DataFrame, data: AnalysisData) -> pl.DataFrame:
    """The person's troughs that have a value."""
    drawn = data[LabAnalysis].filter(pl.col("value").is_not_null(), category="trough")
    drawn = drawn.select("subject", pl.format("lab_results:{}/{}", "subject", "number").alias(RECORDS))
    return _joined(marks, drawn, "subject")


def _samples(marks: pl.DataFrame, data: AnalysisData) -> pl.DataFrame:
    """The sample that a mark names, or those of the person at the visit."""
    if "sample" in marks.columns:
        return marks.select(MARK, pl.format("samples:{}", "sample").alias(RECORDS))
    taken = data.trial_data[Sample].select("subject", "visit", pl.format("samples:{}", "sample").alias(RECORDS))
    return _joined(marks, taken, "subject", "visit")


def _joined(marks: pl.DataFrame, records: pl.DataFrame, *on: str) -> pl.DataFrame:
    found = marks.join(records, on=list(on), nulls_equal=True, maintain_order="left_right")
    return found.select(MARK, RECORDS)
