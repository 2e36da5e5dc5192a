"""What holds for everything derived: order plays no part, nothing is filled in, nothing is later than the data."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.analysis.deriving.derive import derive
from firstdose.cdisc import read_sdtm
from firstdose.records import (
    RECORDS,
    AdverseEvent,
    LabResult,
    Subject,
    TrialData,
    Visit,
    read_partial_date_time,
)
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import (
    ANALYSIS_RECORDS,
    AnalysisNote,
    EventAnalysis,
    LabAnalysis,
    ScoreAnalysis,
    SubjectAnalysis,
)
from firstdose.records.question import keys_of
from tests.analysis.trial_records import (
    DAY_0,
    EXAMPLES,
    any_trial,
    day,
    event,
    pilot_protocol,
    reference_protocol,
    trial,
)
from tests.records.strategies import records

seeds = st.integers(0, 10**9)
PROTOCOLS = {"reference": reference_protocol(), "pilot": pilot_protocol()}
protocols = st.sampled_from(list(PROTOCOLS))


def assert_same(one: AnalysisData, other: AnalysisData) -> None:
    for name in ANALYSIS_RECORDS:
        assert one.frames[name].equals(other.frames[name]), name


@settings(max_examples=20)
@given(seeds, seeds, protocols)
def test_the_order_of_the_records_makes_no_difference(seed: int, order: int, named: str) -> None:
    data, protocol = any_trial(seed), PROTOCOLS[named]
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=order) for name, frame in data.frames.items()}
    assert_same(derive(protocol, data), derive(protocol, TrialData(shuffled)))


@settings(max_examples=20)
@given(seeds, st.integers(-30, 150))
def test_no_day_is_later_than_the_day_of_the_data(seed: int, number: int) -> None:
    as_of = DAY_0 + timedelta(number)
    data = any_trial(seed, as_of)
    found = derive(reference_protocol(), data)
    starts = dict(found[SubjectAnalysis].select("subject", "treatment_start").iter_rows())
    latest = {
        subject: (as_of - _first_day(start)).days for subject, start in starts.items() if start and _first_day(start)
    }
    days = {
        SubjectAnalysis: [
            "treatment_last_day",
            "background_first_day",
            "background_last_day",
            "followed_to_day",
            "left_day",
            "death_day",
        ],
        EventAnalysis: ["first_day", "last_day", "end_first_day", "end_last_day"],
        ScoreAnalysis: ["day"],
        LabAnalysis: ["day"],
    }
    for kind, columns in days.items():
        for row in found[kind].select("subject", *columns).rows(named=True):
            assert all(row[name] is None or row[name] <= latest[row["subject"]] for name in columns), (kind, row)


def _first_day(start: str) -> date:
    """The first local day of a start; a little too early at most, for an offset of a day."""
    known = read_partial_date_time(start)
    assert known is not None
    assert known.date.earliest is not None
    return known.date.earliest - timedelta(days=0 if known.offset_minutes is None else 1)


@settings(max_examples=20)
@given(seeds)
def test_no_day_is_filled_in_for_a_partial_date(seed: int) -> None:
    data = any_trial(seed)
    found = derive(reference_protocol(), data)
    partial = ~pl.col("date").str.contains(r"^\d{4}-\d{2}-\d{2}") | pl.col("date").is_null()
    keys = ["subject", "number"]
    events = data[AdverseEvent].select(*keys, date="start").filter(partial)
    rows = found[EventAnalysis].join(events, on=keys)
    assert rows.filter(pl.col("first_day") == pl.col("last_day")).is_empty()
    results = data[LabResult].select(*keys, date="drawn").filter(partial)
    assert found[LabAnalysis].join(results, on=keys)["day"].null_count() == results.height


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(st.sampled_from(list(RECORDS.values())).flatmap(records), max_size=12),
    protocols,
    st.none() | st.dates(),
)
def test_any_records_can_be_derived_from(several: list[Any], named: str, as_of: date | None) -> None:
    """All of one person, so that they meet; every derived row is unique, and everybody and every event is there."""
    of_one = [replace(each, subject="S") if hasattr(each, "subject") else each for each in several]
    data = TrialData.of(of_one, as_of)
    found = derive(PROTOCOLS[named], data)
    for name, kind in ANALYSIS_RECORDS.items():
        if keys := list(keys_of(kind)):
            assert not found.frames[name].select(pl.struct(keys).is_duplicated().any()).item(), name
    assert found[SubjectAnalysis].height == data[Subject]["subject"].n_unique()
    if as_of is None:
        assert found[EventAnalysis].height == data[AdverseEvent]["number"].n_unique()
        assert found[LabAnalysis].height == data[LabResult]["number"].n_unique()


def test_nothing_recorded_gives_nothing() -> None:
    found = derive(reference_protocol(), TrialData())
    assert not any(frame.height for frame in found.frames.values())


def test_what_is_later_than_the_data_is_left_out_and_noted() -> None:
    data = trial(event(1, start=day(3)), event(2, start=day(40)), as_of=DAY_0 + timedelta(30))
    found = derive(reference_protocol(), data)
    assert found[EventAnalysis]["number"].to_list() == [1]
    later = found[AnalysisNote].filter(kind="adverse_events")
    assert later["record"].to_list() == ["P1/2"]
    assert found.data_hash == data.content_hash


def test_what_is_later_than_the_last_day_of_analysis_is_left_out_and_noted() -> None:
    protocol = reference_protocol()
    until = replace(protocol, conventions=replace(protocol.conventions, analysis_until_day=30))
    found = derive(until, trial(event(1, start=day(30), end=day(31), outcome="recovered"), event(2, start=day(31))))
    (row,) = found[EventAnalysis].rows(named=True)
    assert (row["number"], row["end_first_day"], row["outcome"]) == (1, None, "not_recovered")
    assert found[SubjectAnalysis]["followed_to_day"].to_list() == [30]
    assert found[AnalysisNote].filter(what="analysis window").height == 1


def test_a_record_that_stands_twice_counts_once_and_is_noted() -> None:
    twice = [Visit(subject="P1", visit="M1", start=day(30)), Visit(subject="P1", visit="M1", start=day(33))]
    orders = [derive(reference_protocol(), trial(*each)) for each in (twice, twice[::-1])]
    assert_same(*orders)
    assert orders[0][SubjectAnalysis]["followed_to_day"].to_list() == [30]
    assert orders[0][AnalysisNote].filter(kind="visits")["record"].to_list() == ["P1/M1"]


@pytest.fixture(scope="module")
def pilot() -> TrialData:
    return read_sdtm(EXAMPLES / "cdisc-pilot" / "sdtm").trial_data


def test_the_pilots_people(pilot: TrialData) -> None:
    """31 people, as the example's README counts them: 10, 10 and 9 in the arms, and 2 who failed screening."""
    found = derive(pilot_protocol(), pilot)[SubjectAnalysis]
    counts = dict(found.group_by("level").len().iter_rows())
    assert counts == {0: 10, 1: 10, 2: 9, None: 2}
    assert found.filter("is_treated").height == 29
    assert found.filter(pl.col("is_enrolled") != pl.col("is_treated")).is_empty()
    assert found.filter(pl.col("death_day").is_not_null()).height == 3
    assert (found.filter("is_treated")["followed_to_day"] >= found.filter("is_treated")["treatment_last_day"]).all()


def test_the_pilot_shuffled_and_cut(pilot: TrialData) -> None:
    order = random.Random(5)
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=order.randint(0, 999)) for name, frame in pilot.frames.items()
    }
    assert_same(derive(pilot_protocol(), pilot), derive(pilot_protocol(), TrialData(shuffled)))
    day_of_data = date(2013, 6, 30)
    early = derive(pilot_protocol(), pilot.replace({}, as_of=day_of_data))
    starts = early[SubjectAnalysis].filter("is_treated")
    assert 0 < starts.height < 29
    last = starts.select((pl.lit(day_of_data) - pl.col("treatment_start").str.to_date()).dt.total_days())
    assert (starts["followed_to_day"] <= last.to_series()).all()
