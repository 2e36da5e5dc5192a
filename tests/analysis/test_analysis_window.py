"""What is later than the protocol's last day of analysis is left out, with a note, and what ends later is open."""

from typing import Any

import polars as pl

from firstdose.analysis.deriving.analysis_window import within
from firstdose.analysis.events.deaths import people_who_died
from firstdose.analysis.frame import Frame
from firstdose.records import Death
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, RelapseAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of
from firstdose.records.trial_data import TrialData
from tests.analysis.trial_records import reference_protocol

PERSON: dict[str, Any] = {"is_enrolled": True, "is_treated": True, "is_per_protocol": True, "background_taken": False}
EVENT: dict[str, Any] = {"organ_class": "Nervous", "counts": True, "emergence_rule": "began after"}
DATA = AnalysisData(
    {
        "subjects": frame_of(
            SubjectAnalysis,
            [
                SubjectAnalysis(subject="P1", followed_to_day=900, left_day=600, left_because="moved", **PERSON),
                SubjectAnalysis(subject="P2", followed_to_day=300, left_day=200, left_because="tired", **PERSON),
                SubjectAnalysis(subject="P3", death_day=500, **PERSON),
            ],
        ),
        "events": frame_of(
            EventAnalysis,
            [
                EventAnalysis(
                    subject="P1",
                    number=1,
                    term="early",
                    first_day=5,
                    last_day=5,
                    end_last_day=9,
                    outcome="recovered",
                    **EVENT,
                ),
                EventAnalysis(
                    subject="P1", number=2, term="long", first_day=360, end_last_day=400, outcome="fatal", **EVENT
                ),
                EventAnalysis(subject="P1", number=3, term="late", first_day=366, outcome="recovered", **EVENT),
                EventAnalysis(subject="P2", number=1, term="undated", outcome="unknown", **EVENT),
            ],
        ),
        "relapses": frame_of(
            RelapseAnalysis,
            [RelapseAnalysis(subject="P1", number=1, onset_day=366, onset_first_day=366, onset_last_day=366)],
        ),
    },
    TrialData(),
)


def test_without_a_last_day_nothing_changes() -> None:
    kept = within(DATA.frames, None)
    assert all(kept[name].equals(DATA.frames[name]) for name in DATA.frames)


def test_later_events_are_left_out_and_counted_in_a_note() -> None:
    kept = within(DATA.frames, 365)
    assert kept["events"]["term"].to_list() == ["early", "long", "undated"]
    assert kept["relapses"].is_empty()
    assert sorted(kept["notes"]["note"].str.extract(r": (1 .*)").to_list()) == ["1 event", "1 relapse"]


def test_what_ends_later_is_open() -> None:
    events = within(DATA.frames, 365)["events"]
    assert events["end_last_day"].to_list() == [9, None, None]
    assert events["outcome"].to_list() == ["recovered", "not_recovered", "unknown"]


def test_people_are_followed_to_the_last_day_at_most() -> None:
    people = within(DATA.frames, 365)["subjects"]
    assert people["followed_to_day"].to_list() == [365, 300, None]
    assert people["left_day"].to_list() == [None, 200, None]
    assert people["left_because"].to_list() == [None, "tired", None]
    assert people["death_day"].to_list() == [None, None, None]
    assert people["died_later"].to_list() == [None, None, True]


def test_a_later_death_is_not_counted_and_an_earlier_one_is() -> None:
    for last_day, died in ((365, []), (500, ["P1", "P3"])):
        data = AnalysisData(within(DATA.frames, last_day), TrialData.of([Death(subject="P3")]))
        assert people_who_died(Frame(reference_protocol(), data, 1))["subject"].to_list() == died


def test_the_frames_keep_their_schemas() -> None:
    kept = within(DATA.frames, 365)
    assert all(pl.DataFrame(kept[name]).schema == DATA.frames[name].schema for name in DATA.frames)
