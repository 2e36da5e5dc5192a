"""Days of the trial: local days of the site, spans for partial dates, and what counts as before treatment."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.analysis.deriving.trial_days import (
    Anchor,
    Days,
    TrialDays,
    days_from,
    moment_of_text,
    precedes_treatment,
)
from firstdose.safety.moments import MISSING

ROME = ZoneInfo("Europe/Rome")
START = moment_of_text("2026-03-10T09:00", ROME)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-03-10", (0, 0)),
        ("2026-03-10T23:59", (0, 0)),
        ("2026-03-11T00:00", (1, 1)),
        ("2026-03-09T23:30+00:00", (0, 0)),  # half past midnight in Rome
        ("2026-03-10T00:30+02:00", (-1, -1)),  # half past eleven in Rome, the evening before
        ("2026-03-29T12:00", (19, 19)),  # the clocks have gone forward
        ("2026-03", (-9, 21)),
        ("2026", (-68, 296)),
        ("--03-14", (None, None)),
        (None, (None, None)),
        ("9999-12-31", (None, None)),
    ],
)
def test_a_date_is_the_day_that_it_has_at_the_site(text: str | None, days: Days) -> None:
    assert days_from(START, moment_of_text(text, ROME)) == days


def test_a_procedure_before_midnight_is_on_day_0_for_ten_minutes() -> None:
    start = moment_of_text("2026-03-10T23:50", ROME)
    assert days_from(start, moment_of_text("2026-03-11T00:05", ROME)) == (1, 1)


def test_a_partial_start_of_treatment_widens_every_day() -> None:
    assert days_from(moment_of_text("2026-03", None), moment_of_text("2026-04-01", None)) == (1, 31)


def test_what_is_in_the_data_had_happened_by_their_day() -> None:
    assert days_from(START, moment_of_text("2026-03", ROME, date(2026, 3, 15))) == (-9, 5)
    assert days_from(START, moment_of_text("2026-03-20", ROME, date(2026, 3, 15))) == (10, 10)


def test_without_a_zone_times_are_taken_as_written() -> None:
    start = moment_of_text("2026-03-10T23:50+01:00", None)
    assert days_from(start, moment_of_text("2026-03-11T00:05+02:00", None)) == (1, 1)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-5000, 5000))
def test_days_are_differences_of_dates(first: date, apart: int) -> None:
    moments = (moment_of_text(each.isoformat(), None) for each in (first, first + timedelta(apart)))
    assert days_from(*moments) == (apart, apart)


@pytest.mark.parametrize(
    ("text", "planned_day", "found"),
    [
        ("2026-03-09", None, (True, False)),
        ("2026-03-11", -1, (False, False)),  # the day decides, whatever was planned
        ("2026-03-10T08:59", 30, (True, False)),
        ("2026-03-10T09:00", -1, (False, False)),
        ("2026-03-10", -1, (True, False)),
        ("2026-03-10", 0, (True, True)),
        ("2026-03-10", None, (True, True)),
        ("2026-03-10", 30, (False, False)),
        ("2026-03", -1, (None, False)),
        (None, -1, (None, False)),
    ],
)
def test_what_came_before_treatment(text: str | None, planned_day: int | None, found: tuple[bool | None, bool]) -> None:
    assert precedes_treatment(moment_of_text(text, ROME), START, planned_day) == found


def test_nothing_comes_before_a_treatment_that_was_not_given() -> None:
    assert precedes_treatment(START, MISSING, -1) == (None, False)
    assert TrialDays({}).days("P1", "2026-03-10") == (None, None)


def test_days_of_each_person_count_from_their_own_treatment() -> None:
    days = TrialDays({"P1": Anchor(ROME, START), "P2": Anchor(None, moment_of_text("2026-03-12", None))})
    assert days.days("P1", "2026-03-12").exact == 2
    assert days.days("P2", "2026-03-12").exact == 0
