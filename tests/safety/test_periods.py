"""Periods are a partition: each day lies in exactly one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.safety.periods import Immunosuppression, Period, days_at_risk, period_of, possible_periods, spans

courses = st.builds(Immunosuppression, st.none() | st.integers(-40, 400), st.integers(0, 90), st.booleans())


@given(courses)
def test_spans_follow_each_other_without_gap_or_overlap(course: Immunosuppression) -> None:
    found = spans(course)
    assert found[0].first_day is None
    assert found[-1].last_day is None
    assert [span.period for span in found] == sorted((s.period for s in found), key=list(Period).index)
    for span, following in pairwise(found):
        assert span.last_day is not None
        assert following.first_day == span.last_day + 1
        assert following.last_day is None or following.last_day >= following.first_day


@given(courses, st.integers(-100, 600))
def test_each_day_lies_in_one_period(course: Immunosuppression, day: int) -> None:
    assert isinstance(period_of(day, course), Period)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (-1, Period.BEFORE),
        (0, Period.EARLY),
        (30, Period.EARLY),
        (31, Period.IMMUNOSUPPRESSION),
        (183, Period.IMMUNOSUPPRESSION),
        (184, Period.WITHDRAWAL),
        (211, Period.WITHDRAWAL),
        (212, Period.LATER),
    ],
)
def test_the_periods_of_the_reference_trial(day: int, period: Period) -> None:
    assert period_of(day, Immunosuppression(183, 28)) is period


def test_a_drug_that_was_stopped_early_leaves_its_period_empty() -> None:
    assert period_of(31, Immunosuppression(20, 28)) is Period.WITHDRAWAL
    assert period_of(48, Immunosuppression(20, 28)) is Period.WITHDRAWAL
    assert period_of(49, Immunosuppression(20, 28)) is Period.LATER
    assert period_of(31, Immunosuppression(2, 28)) is Period.LATER


def test_while_the_drug_is_taken_its_period_has_no_end() -> None:
    assert period_of(1000, Immunosuppression(None, 28)) is Period.IMMUNOSUPPRESSION


def test_without_the_drug_there_is_neither_its_period_nor_a_withdrawal() -> None:
    assert [span.period for span in spans(Immunosuppression(None, 28, was_taken=False))] == [
        Period.BEFORE,
        Period.EARLY,
        Period.LATER,
    ]


def test_a_partial_date_may_lie_in_several_periods() -> None:
    course = Immunosuppression(183, 28)
    assert possible_periods(-5, 40, course) == (Period.BEFORE, Period.EARLY, Period.IMMUNOSUPPRESSION)
    assert possible_periods(200, None, course) == (Period.WITHDRAWAL, Period.LATER)
    assert possible_periods(None, None, course) == tuple(Period)


@given(courses, st.integers(0, 600))
def test_days_at_risk_add_up_to_the_follow_up(course: Immunosuppression, followed_to: int) -> None:
    assert sum(days_at_risk(period, followed_to, course) for period in Period) == followed_to + 1
