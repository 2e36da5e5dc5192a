"""Analysis frames made by hand: people, laboratory results and other records of a small trial."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from firstdose.analysis.frame import Frame
from firstdose.protocol import Protocol, read_protocol
from firstdose.records import PartialDate, PartialDateTime, TrialData
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import LabAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of
from firstdose.records.results import Provenance, Results

ROOT = Path(__file__).resolve().parents[2]
START = PartialDateTime(PartialDate(2026, 3, 1), 9, 0)
PROVENANCE = Provenance("TEST-1", "a" * 64, "b" * 64, None, 1, "0")


@cache
def reference_protocol() -> Protocol:
    return read_protocol(ROOT / "examples" / "nsc-spms" / "protocol.yaml")


def person(subject: str, level: int | None = 1, **fields: Any) -> SubjectAnalysis:
    values = {
        "is_enrolled": True,
        "is_treated": True,
        "is_per_protocol": True,
        "background_taken": True,
        "treatment_start": START,
        **fields,
    }
    return SubjectAnalysis(subject=subject, level=level, **values)


def result(subject: str, number: int, test: str, value: float | None, day: int | None, **fields: Any) -> LabAnalysis:
    is_baseline = fields.pop("is_baseline", False)
    return LabAnalysis(
        subject=subject, number=number, test=test, value=value, day=day, is_baseline=is_baseline, **fields
    )


def make_frame(
    people: Iterable[SubjectAnalysis],
    results: Iterable[LabAnalysis] = (),
    records: Iterable[Any] = (),
    protocol: Protocol | None = None,
    seed: int = 1,
) -> Frame:
    frames = {"subjects": frame_of(SubjectAnalysis, people), "laboratory": frame_of(LabAnalysis, results)}
    data = AnalysisData(frames, TrialData.of(records))
    return Frame(protocol or reference_protocol(), data, seed)


def gathered(chapter: Any, frame: Frame) -> Results:
    return Results.of(chapter(frame), PROVENANCE)
