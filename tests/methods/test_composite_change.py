"""EDSS-plus against a naive search, and on courses small enough to follow by eye."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods.composite_change import first_of_any
from firstdose.methods.confirmed_change_presets import PRESETS, Preset, Visits
from firstdose.methods.confirmed_change_rules import ChangeRule

EDSS_PLUS = PRESETS["edss_plus"]


def least(measure: str, reference: float) -> float:
    if measure == "edss":
        return 1.0 if reference <= 5.5 else 0.5
    return 0.2 * reference


def naive_day(measure: str, course: list[tuple[int, float]]) -> float:
    """The first day on which the value is worse than the first by enough, at all visits to one 161 to 898 days on."""
    course = sorted(course)
    _, reference = course[0]
    for place, (day, value) in enumerate(course[1:], start=1):
        if value - reference < least(measure, reference) - 1e-9:
            continue
        for later_day, later in course[place + 1 :]:
            if later - reference < least(measure, reference) - 1e-9:
                break
            if 168 - 7 <= later_day - day <= 168 + 730.5:
                return day
    return math.inf


MEASURES = ("edss", "timed_walk", "nine_hole_peg")
edss = st.integers(6, 17).map(lambda half: half / 2)
seconds = st.integers(40, 200).map(lambda tenth: tenth / 10)
course_of = {
    measure: st.lists(
        st.tuples(st.integers(0, 40).map(lambda month: 28 * month), edss if measure == "edss" else seconds),
        max_size=9,
        unique_by=lambda visit: visit[0],
    )
    for measure in MEASURES
}
people = st.lists(st.fixed_dictionaries(course_of), min_size=1, max_size=5)


@settings(max_examples=300)
@given(people)
def test_edss_plus_is_the_earliest_of_three_naive_searches(courses: list[dict[str, list[tuple[int, float]]]]) -> None:
    components = {
        measure: Visits(
            measure,
            [person for person, course in enumerate(courses) for _ in course[measure]],
            [day for course in courses for day, _ in course[measure]],
            [value for course in courses for _, value in course[measure]],
        )
        for measure in MEASURES
    }
    found = first_of_any(EDSS_PLUS, components)
    seen = [person for person, course in enumerate(courses) if any(course.values())]
    assert found.persons.tolist() == seen
    for place, person in enumerate(seen):
        own = {measure: course for measure, course in courses[person].items() if course}
        days = {measure: naive_day(measure, course) for measure, course in own.items()}
        first = min(days.values())
        assert found.day[place] == first or (math.isnan(found.day[place]) and first == math.inf)
        changed = tuple(measure for measure in MEASURES if days.get(measure) == first < math.inf)
        assert found.components[place] == changed
        assert found.followed[place] == tuple(measure for measure in MEASURES if len(own.get(measure, [])) > 1)
        every_day = [day for course in own.values() for day, _ in course]
        assert (found.first_day[place], found.last_day[place]) == (min(every_day), max(every_day))


def visits(measure: str, *values: float, person: int = 0) -> Visits:
    return Visits(measure, [person] * len(values), [84 * place for place in range(len(values))], values)


def test_a_change_is_confirmed_on_its_own_component() -> None:
    """The EDSS worsens once and the walk once: neither confirms the other."""
    components = {"edss": visits("edss", 6, 6.5, 6, 6), "walk": visits("timed_walk", 10, 10, 10, 13)}
    assert np.isnan(first_of_any(EDSS_PLUS, components).day).all()
    components["walk"] = visits("timed_walk", 10, 12, 12, 12)
    found = first_of_any(EDSS_PLUS, components)
    assert (found.day.tolist(), found.components) == ([84], (("walk",),))


def test_two_hands_are_two_components() -> None:
    components = {
        "dominant": visits("nine_hole_peg", 20, 20, 20, 20),
        "other": visits("nine_hole_peg", 20, 20, 24, 24, 24),
    }
    found = first_of_any(EDSS_PLUS, components)
    assert (found.day.tolist(), found.components) == ([168], (("other",),))


def test_who_cannot_walk_is_judged_by_the_rest_and_it_is_said() -> None:
    components = {"edss": visits("edss", 7.5, 8, 8, 8), "walk": visits("timed_walk", 12, 12, 12, 12, person=1)}
    found = first_of_any(EDSS_PLUS, components)
    assert found.persons.tolist() == [0, 1]
    assert found.followed == (("edss",), ("walk",))
    np.testing.assert_array_equal(found.day, [84, np.nan])


def test_definitions_that_make_no_composite_are_errors() -> None:
    several = Preset("All changes", "none", ChangeRule(wanted="all"), EDSS_PLUS.smallest_changes)
    with pytest.raises(ValueError, match="the first change of one kind, not 'all'"):
        first_of_any(several, {"edss": visits("edss", 6, 7)})
    with pytest.raises(ValueError, match="at least one component"):
        first_of_any(EDSS_PLUS, {})
    with pytest.raises(ValueError, match="not for symbol_digit"):
        first_of_any(EDSS_PLUS, {"digits": visits("symbol_digit", 50, 40)})
