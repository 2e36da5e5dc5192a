"""What happened to one person, on the days of the trial: spans and moments whose ends are known as far as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from firstdose.records import (
    AdverseEvent,
    Death,
    Deviation,
    Disposition,
    Dosing,
    Image,
    Medication,
    Relapse,
    Sample,
    Visit,
)
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, LabAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.records.partial_date_frames import earliest_day, latest_day

DATED: Mapping[type, tuple[str, ...]] = {
    Dosing: ("procedure_start", "product_start", "product_end"),
    Visit: ("start",),
    Medication: ("start", "end"),
    Image: ("taken",),
    Sample: ("taken",),
    Relapse: ("onset", "end"),
    Disposition: ("occurred",),
    Deviation: ("occurred",),
    Death: ("died",),
    AdverseEvent: ("start", "end"),
}
"""Records on a timeline, with their dates."""

NOT_ANALYSED = "outside the days that the analysis looks at"

Rows = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Life:
    """One person's rows: as derived, and as recorded with `FIELD_first` and `FIELD_last`, days from dosing.

    Days are those of the calendar as it was written; both are None where the date, or that of dosing, is not known.
    """

    person: Mapping[str, Any]
    events: Rows
    scores: Rows
    troughs: Rows
    recorded: Mapping[type, Rows]

    @property
    def subject(self) -> str:
        return str(self.person["subject"])

    def of(self, kind: type) -> Rows:
        """The person's records of a kind."""
        return self.recorded.get(kind, ())


def lives(data: AnalysisData, measure: str = "edss") -> Iterator[Life]:
    """Everybody who was treated or enrolled, in the order of the identifiers, with what is known of each."""
    people = data[SubjectAnalysis].filter(pl.col("is_treated") | pl.col("is_enrolled")).sort("subject")
    starts = people.select("subject", treated=pl.col("treatment_start"))
    recorded = {kind: _by_subject(_dated(data.trial_data[kind], dates, starts)) for kind, dates in DATED.items()}
    events = _by_subject(_events(data, starts))
    is_score = (pl.col("measure") == measure) & (pl.col("part") == "score")
    scores = _by_subject(data[ScoreAnalysis].filter(is_score).sort("day"))
    is_trough = (pl.col("category") == "trough") & pl.col("value").is_not_null() & pl.col("day").is_not_null()
    troughs = _by_subject(data[LabAnalysis].filter(is_trough).sort("day", "number"))
    for person in people.iter_rows(named=True):
        subject = person["subject"]
        found = {kind: rows.get(subject, ()) for kind, rows in recorded.items()}
        yield Life(person, events.get(subject, ()), scores.get(subject, ()), troughs.get(subject, ()), found)


def _events(data: AnalysisData, starts: pl.DataFrame) -> pl.DataFrame:
    """Every event that is recorded: as derived, and those outside the days of the analysis as recorded."""
    recorded = _dated(data.trial_data[AdverseEvent], ("start", "end"), starts)
    derived = data[EventAnalysis].select(pl.col("subject", "number"), pl.exclude("subject", "number").name.prefix("d_"))
    joined = recorded.join(derived, on=["subject", "number"], how="left", maintain_order="left")
    either = {
        "term": pl.coalesce("d_term", "preferred_term", "term"),
        "first_day": pl.coalesce("d_first_day", "start_first"),
        "last_day": pl.coalesce("d_last_day", "start_last"),
        "end_first_day": pl.coalesce("d_end_first_day", "end_first"),
        "end_last_day": pl.coalesce("d_end_last_day", "end_last"),
        "grade": pl.coalesce("d_grade", "grade"),
        "severity": pl.coalesce("d_severity", "severity"),
        "is_serious": pl.coalesce("d_is_serious", "serious"),
        "is_dlt": pl.col("d_is_dlt"),
        "counts": pl.col("d_counts").fill_null(False),
        "emergence_rule": pl.col("d_emergence_rule").fill_null(NOT_ANALYSED),
    }
    return joined.with_columns(**either).sort("first_day", "number", nulls_last=True)


def _dated(frame: pl.DataFrame, dates: Iterable[str], starts: pl.DataFrame) -> pl.DataFrame:
    """The records of people with a timeline, with the first and last day from dosing of each date."""
    day = pl.col("treated")
    made = []
    for name in dates:
        text = pl.col(name)
        made += [
            (earliest_day(text) - latest_day(day)).dt.total_days().alias(f"{name}_first"),
            (latest_day(text) - earliest_day(day)).dt.total_days().alias(f"{name}_last"),
        ]
    return frame.join(starts, on="subject", how="inner", maintain_order="left").with_columns(made).drop("treated")


def _by_subject(frame: pl.DataFrame) -> dict[str, Rows]:
    """The rows of each person."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["subject"], []).append(row)
    return {subject: tuple(rows) for subject, rows in found.items()}
