"""Derived data of small trials, written by hand: what the tests of the chapters rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from firstdose.analysis.frame import Frame
from firstdose.protocol import read_protocol
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of
from firstdose.records.results import Result, frame_of_results
from firstdose.records.trial_data import TrialData

PROTOCOL = read_protocol("examples/nsc-spms/protocol.yaml")
PERSON: Mapping[str, Any] = {
    "is_enrolled": True,
    "is_treated": True,
    "is_dlt_evaluable": True,
    "is_per_protocol": True,
    "has_dlt": False,
    "background_taken": True,
    "background_last_day": 183,
    "background_withdrawal_days": 28,
    "followed_to_day": 365,
    "treatment_last_day": 0,
}
EVENT: Mapping[str, Any] = {
    "term": "Headache",
    "organ_class": "Nervous system disorders",
    "first_day": 3,
    "last_day": 3,
    "is_emergent": True,
    "counts": True,
    "emergence_rule": "began at or after the start of treatment",
    "period": "days 0 to 30",
    "grade": 1,
    "is_serious": False,
    "related_to_product": False,
    "related_to_procedure": False,
    "related_to_background_treatment": False,
    "related_to_disease": False,
    "changed_treatment": False,
    "outcome": "recovered",
}


def person(subject: str, level: int | None, **fields: Any) -> SubjectAnalysis:
    """A treated person who counts at a level and was followed for a year."""
    dose = PROTOCOL.dose_levels.values[level - 1] if level else None
    doses = {"level_assigned": level, "dose_assigned": dose, "dose_given": dose}
    return SubjectAnalysis(subject=subject, level=level, **{**PERSON, **doses, **fields})


def event(subject: str, number: int, **fields: Any) -> EventAnalysis:
    """A counted event: a headache of grade 1 on day 3, not serious and related to nothing."""
    return EventAnalysis(subject=subject, number=number, **{**EVENT, **fields})


def frame(
    people: Iterable[SubjectAnalysis],
    events: Iterable[EventAnalysis] = (),
    *,
    scores: Iterable[ScoreAnalysis] = (),
    records: Iterable[Any] = (),
    protocol: Protocol = PROTOCOL,
    seed: int = 1,
    as_of: date | None = None,
) -> Frame:
    """What a chapter works in."""
    frames = {
        "subjects": frame_of(SubjectAnalysis, people),
        "events": frame_of(EventAnalysis, events),
        "scores": frame_of(ScoreAnalysis, scores),
    }
    return Frame(protocol, AnalysisData(frames, TrialData.of(records, as_of)), seed)


def with_conventions(**changed: Any) -> Protocol:
    """The reference protocol with other conventions."""
    return replace(PROTOCOL, conventions=replace(PROTOCOL.conventions, **changed))


def with_doses(*doses: float, control: str | None = None) -> Protocol:
    """The reference protocol with other doses."""
    levels = replace(PROTOCOL.dose_levels, values=doses, labels=(), control=control)
    return replace(PROTOCOL, dose_levels=levels)


class Figures:
    """The figures of a chapter, to be looked up by what they are about."""

    def __init__(self, results: Iterator[Result]) -> None:
        self.all = list(results)
        frame_of_results(self.all)

    def where(self, **columns: str) -> list[Result]:
        """The figures with these values of columns, in their order."""
        return [each for each in self.all if all(getattr(each, name) == value for name, value in columns.items())]

    def one(self, **columns: str) -> Result:
        """The one figure with these values of columns."""
        found = self.where(**columns)
        assert len(found) == 1, (columns, found)
        return found[0]

    def value(self, **columns: str) -> float | None:
        """The value of the one figure with these values of columns."""
        return self.one(**columns).value
