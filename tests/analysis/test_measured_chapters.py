"""The chapters on measures with any data at all: nothing fails, nothing is silent, every method is a named one."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.analysing import CHAPTERS
from firstdose.analysis.frame import Frame
from firstdose.analysis.named_methods import METHODS
from firstdose.records.results import Result
from tests.analysis.made_scores import REFERENCE, UNABLE, course, frame_with, person, protocol_with, relapse

NAMES = ("disability", "scores", "mri", "limits")
MEASURES = ("edss", "timed_walk", "symbol_digit", "barthel", "neurofilament", "brain_volume", "lesion_counts")
VISITS = ("R3", "M0", "M1", "M3", "M6", "M9", "M12")
FIXED = {"value", "lower", "upper", "confidence", "of"}

scored = st.one_of(st.none(), st.just(UNABLE), st.sampled_from([1.0, 6.5, 7.0, 7.5, 30.0]))
courses = st.dictionaries(st.sampled_from(VISITS), scored, max_size=7)
levels = st.sampled_from([None, 0, 1, 2, 4])


@st.composite
def records_of_people(draw: st.DrawFn) -> list[Any]:
    """Up to five people at any levels, each with courses of some measures, relapses and a death."""
    records: list[Any] = []
    for number in range(draw(st.integers(0, 5))):
        subject = f"P{number:02d}"
        records.append(
            person(
                subject,
                draw(levels),
                is_treated=draw(st.integers(0, 9)) > 0,
                has_dlt=draw(st.sampled_from([None, False, True])),
                death_day=draw(st.sampled_from([None, None, 200])),
            )
        )
        for measure in draw(st.lists(st.sampled_from(MEASURES), max_size=3, unique=True)):
            values = draw(courses)
            records += course(subject, measure, values, baseline="M0" if draw(st.booleans()) else None)
        if draw(st.booleans()):
            records.append(relapse(subject, 1, draw(st.sampled_from([None, -20, 60, 200]))))
    return records


LEVELS = REFERENCE.dose_levels
WITH_CONTROL = protocol_with(
    dose_levels=type(LEVELS)(unit=LEVELS.unit, values=LEVELS.values, control="None"), schedule=None, endpoints=()
)


def results_of(frame: Frame) -> list[Result]:
    return [each for name in NAMES for each in CHAPTERS[name](frame)]


def check(results: list[Result]) -> None:
    for each in results:
        assert each.chapter in NAMES
        assert re.fullmatch(r"[a-z0-9_]+", each.table)
        assert re.fullmatch(r"[a-z0-9_.]+", each.statistic), each.statistic
        assert each.value is not None or each.text or each.warning, each
        assert all(getattr(each, name) == getattr(each, name) for name in FIXED), each  # no nan
        assert not each.method or each.method in METHODS, each.method
        if each.lower is not None and each.upper is not None and each.value is not None and each.format != "count":
            assert each.lower <= each.value + 1e-9
            assert each.value <= each.upper + 1e-9
        assert (each.lower is None and each.upper is None) or each.confidence == 0.95
    assert all(METHODS[name].tests for name in {each.method for each in results} - {""})
    places = [(e.chapter, e.table, e.what, e.within, e.group, e.when, e.statistic) for e in results]
    assert len(set(places)) == len(places), sorted(p for p in places if places.count(p) > 1)[:3]


@settings(max_examples=60)
@given(records_of_people(), st.booleans())
def test_any_data(records: list[Any], has_control: bool) -> None:
    check(results_of(frame_with(records, WITH_CONTROL if has_control else REFERENCE)))


@pytest.mark.parametrize("people", [0, 1])
def test_nobody_and_one_person(people: int) -> None:
    records: list[Any] = [person(f"P{number}") for number in range(people)]
    results = results_of(frame_with(records))
    check(results)
    assert {each.chapter for each in results} == set(NAMES)


def test_the_same_data_give_the_same_results() -> None:
    records = [person("P1", 1), person("P2", 2), *course("P1", "edss", {"M0": 6.5, "M12": 7.0})]
    assert results_of(frame_with(records)) == results_of(frame_with(records))
