"""Which of two moments came first, where either may be partial."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.safety.moments import MISSING, Moment, local_day

ROME = ZoneInfo("Europe/Rome")
MARCH = Moment(date(2026, 3, 1), date(2026, 3, 31))
days = st.dates(date(2026, 1, 1), date(2026, 3, 1))
moments = st.tuples(days, st.integers(0, 20)).map(lambda pair: Moment(pair[0], pair[0] + timedelta(pair[1])))


def test_days_are_compared_as_days_and_one_day_is_not_before_itself() -> None:
    one, next_one = Moment.on(date(2026, 3, 1)), Moment.on(date(2026, 3, 2))
    assert one.before(next_one) is True
    assert next_one.before(one) is False
    assert one.before(one) is False


def test_times_on_one_day_are_compared_as_times() -> None:
    early, late = (Moment.at(datetime(2026, 3, 1, hour, tzinfo=ROME), ROME) for hour in (8, 10))
    assert early.before(late) is True
    assert late.before(early) is False
    assert Moment.on(date(2026, 3, 1)).before(late) is False


def test_a_partial_date_leaves_open_what_it_does_not_settle() -> None:
    assert MARCH.before(Moment.on(date(2026, 3, 10))) is None
    assert MARCH.before(Moment.on(date(2026, 4, 1))) is True
    assert MARCH.before(Moment.on(date(2026, 3, 1))) is False
    assert Moment(latest=date(2026, 2, 1)).before(MARCH) is True
    assert MISSING.before(MARCH) is None
    assert MARCH.before(MISSING) is None
    assert MISSING.is_missing


def test_the_day_of_a_time_is_the_sites_day() -> None:
    assert local_day(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), ROME) == date(2026, 3, 2)


def test_a_time_needs_a_zone_and_a_span_runs_forward() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        Moment.at(datetime(2026, 3, 1), ROME)
    with pytest.raises(ValueError, match="needs a zone"):
        Moment(date(2026, 3, 1), date(2026, 3, 1), datetime(2026, 3, 1))
    with pytest.raises(ValueError, match="after the latest"):
        Moment(date(2026, 3, 2), date(2026, 3, 1))


@given(moments, moments)
def test_an_answer_holds_for_every_day_that_the_moments_may_be(one: Moment, other: Moment) -> None:
    assert one.earliest is not None
    assert one.latest is not None
    assert other.earliest is not None
    assert other.latest is not None
    ones = [one.earliest + timedelta(n) for n in range((one.latest - one.earliest).days + 1)]
    others = [other.earliest + timedelta(n) for n in range((other.latest - other.earliest).days + 1)]
    possible = {a < b for a in ones for b in others}
    assert one.before(other) == (possible.pop() if len(possible) == 1 else None)
    within = {a <= b + timedelta(5) for a in ones for b in others}
    assert one.within_days_after(other, 5) == (within.pop() if len(within) == 1 else None)
