"""Derived data of small trials made by hand: people at dose levels, and scores of measures at visits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.protocol import Protocol, read_protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, RelapseAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of
from firstdose.records.results import Result
from firstdose.records.trial_data import TrialData

REFERENCE = read_protocol(Path("examples/nsc-spms/protocol.yaml"))
MONTHS = {
    "R3": -91, "M0": -1, "M1": 30, "M2": 61, "M3": 91, "M4": 122, "M5": 152, "M6": 183,
    "M7": 213, "M8": 244, "M9": 274, "M10": 304, "M11": 335, "M12": 365,
}  # fmt: skip
UNABLE = "unable"

Value = float | str | None


def person(subject: str, level: int | None = 1, **fields: Any) -> SubjectAnalysis:
    """A treated person."""
    usual: dict[str, Any] = {
        "is_enrolled": True,
        "is_treated": True,
        "is_dlt_evaluable": True,
        "is_per_protocol": True,
        "has_dlt": False,
        "background_taken": True,
        "followed_to_day": 365,
    }
    return SubjectAnalysis(subject=subject, level=level, **(usual | fields))


def people(sizes: Sequence[int]) -> list[SubjectAnalysis]:
    """So many people at level 1, 2, ..."""
    levels = [level for level, size in enumerate(sizes, start=1) for _ in range(size)]
    return [person(f"P{number:02d}", level) for number, level in enumerate(levels, start=1)]


def course(
    subject: str,
    measure: str,
    values: Mapping[str, Value],
    *,
    baseline: str | None = "M0",
    part: str = "score",
    days: Mapping[str, int] = MONTHS,
    reasons: Mapping[str, str] | None = None,
) -> list[ScoreAnalysis]:
    """One person's scores by visit: a number, "unable", or None where it is missing."""
    start = values.get(baseline) if baseline else None
    known = start if isinstance(start, int | float) else None
    return [
        ScoreAnalysis(
            subject=subject,
            measure=measure,
            part=part,
            day=days[visit],
            visit=visit,
            state="score" if isinstance(value, int | float) else "missing" if value is None else "unable_to_perform",
            value=value if isinstance(value, int | float) else None,
            unit="unit",
            reason=(reasons or {}).get(visit),
            is_baseline=visit == baseline,
            baseline=known,
            change=value - known
            if isinstance(value, int | float) and known is not None and days[visit] > days[baseline or visit]
            else None,
            record_numbers="1",
        )
        for visit, value in values.items()
    ]


def steps(start: float, changes: Mapping[str, Value] | None = None, visits: Iterable[str] = MONTHS) -> dict[str, Value]:
    """A value that holds from visit to visit until it is changed."""
    values: dict[str, Value] = {}
    current: Value = start
    for visit in visits:
        current = (changes or {}).get(visit, current)
        values[visit] = current
    return values


def relapse(subject: str, number: int, day: int | None) -> RelapseAnalysis:
    """A relapse whose onset is known, or of which no date is recorded."""
    return RelapseAnalysis(subject=subject, number=number, onset_day=day, onset_first_day=day, onset_last_day=day)


def event(subject: str, number: int, **fields: Any) -> EventAnalysis:
    """An adverse event that counts."""
    usual: dict[str, Any] = {"term": "Headache", "organ_class": "Nervous system", "counts": True, "emergence_rule": "x"}
    return EventAnalysis(subject=subject, number=number, **(usual | fields))


def frame_with(
    records: Iterable[Any], protocol: Protocol = REFERENCE, trial: Iterable[Any] = (), seed: int = 1
) -> Frame:
    """A frame of derived records, and of records of the trial where the chapter reads these."""
    by_type: dict[type, list[Any]] = {}
    for each in records:
        by_type.setdefault(type(each), []).append(each)
    names = {SubjectAnalysis: "subjects", ScoreAnalysis: "scores", RelapseAnalysis: "relapses", EventAnalysis: "events"}
    frames: dict[str, pl.DataFrame] = {names[kind]: frame_of(kind, rows) for kind, rows in by_type.items()}
    return Frame(protocol, AnalysisData(frames, TrialData.of(trial)), seed)


def protocol_with(**sections: Any) -> Protocol:
    """The reference protocol with other sections."""
    return replace(REFERENCE, **sections)


def rows(results: Iterable[Result], **columns: Any) -> list[Result]:
    """The results with these values of fields."""
    return [each for each in results if all(getattr(each, name) == value for name, value in columns.items())]


def one(results: Iterable[Result], **columns: Any) -> Result:
    """The one result with these values of fields."""
    found = rows(results, **columns)
    assert len(found) == 1, (len(found), columns)
    return found[0]
