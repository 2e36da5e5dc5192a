"""The DLT window in the site's calendar, attribution, adjudication."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.protocol.escalation import DltDefinition
from firstdose.records.attribution import Relation
from firstdose.safety.dlt import (
    Adjudication,
    adjudicated,
    began_in_window,
    is_attributed,
    is_dlt,
    is_window_complete,
    trial_day,
    window_end,
)
from firstdose.safety.moments import MISSING, Moment

ROME = ZoneInfo("Europe/Rome")
DEFINITION = DltDefinition(definition="grade 3 or more", attribution=("product", "procedure"), window_days=28)
PROCEDURE = datetime(2026, 3, 2, 10, 0, tzinfo=ROME)  # summer time begins on 29 March, within the window


def test_day_28_is_in_the_window_and_day_29_is_not() -> None:
    for day, within in ((date(2026, 3, 30), True), (date(2026, 3, 31), False), (date(2026, 3, 1), False)):
        assert began_in_window(Moment.on(day), PROCEDURE, 28, ROME) is within


def test_the_window_is_complete_when_its_last_day_has_passed() -> None:
    end = window_end(PROCEDURE, 28, ROME)
    assert end == datetime(2026, 3, 31, 0, 0, tzinfo=ROME)
    assert not is_window_complete(end - timedelta(seconds=1), PROCEDURE, 28, ROME)
    assert is_window_complete(end, PROCEDURE, 28, ROME)


def test_across_the_change_of_clocks_days_are_those_of_the_calendar() -> None:
    end = window_end(PROCEDURE, 28, ROME)
    start_of_day_0 = datetime(2026, 3, 2, tzinfo=ROME)
    assert end.astimezone(UTC) - start_of_day_0.astimezone(UTC) == timedelta(days=29) - timedelta(hours=1)
    late = datetime(2026, 3, 30, 23, 59, tzinfo=ROME)
    assert trial_day(late, PROCEDURE, ROME) == 28
    assert trial_day(late.astimezone(UTC), PROCEDURE.astimezone(UTC), ROME) == 28


def test_a_procedure_ten_minutes_before_midnight_has_a_day_0_of_ten_minutes() -> None:
    late = datetime(2026, 5, 4, 23, 50, tzinfo=ROME)
    assert trial_day(late + timedelta(minutes=9), late, ROME) == 0
    assert trial_day(late + timedelta(minutes=10), late, ROME) == 1
    assert window_end(late, 28, ROME) == datetime(2026, 6, 2, 0, 0, tzinfo=ROME)


def test_the_site_decides_which_day_it_is() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    instant = PROCEDURE + timedelta(hours=3)  # 13:00 in Rome, 01:00 of the next day in Auckland
    assert trial_day(instant, PROCEDURE, ROME) == 0
    assert trial_day(instant, PROCEDURE, auckland) == 1


def test_on_the_day_of_the_procedure_only_what_began_after_its_start_counts() -> None:
    def within(hour: int) -> bool | None:
        start = Moment.at(datetime(2026, 3, 2, hour, 0, tzinfo=ROME), ROME)
        return began_in_window(start, PROCEDURE, 28, ROME)

    assert [within(hour) for hour in (9, 10, 11)] == [False, True, True]
    assert began_in_window(Moment.on(date(2026, 3, 2)), PROCEDURE, 28, ROME) is True


def test_a_partial_date_may_leave_open_whether_an_event_lies_in_the_window() -> None:
    month = Moment(date(2026, 3, 1), date(2026, 3, 31))
    assert began_in_window(month, PROCEDURE, 28, ROME) is None
    assert began_in_window(MISSING, PROCEDURE, 28, ROME) is None
    assert began_in_window(Moment(date(2026, 5, 1), date(2026, 5, 31)), PROCEDURE, 28, ROME) is False


@given(st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)), st.integers(1, 90))
def test_the_end_of_the_window_is_the_first_instant_after_it(naive: datetime, window_days: int) -> None:
    procedure = naive.replace(tzinfo=ROME)
    end = window_end(procedure, window_days, ROME)
    assert trial_day(end, procedure, ROME) == window_days + 1
    before = (end.astimezone(UTC) - timedelta(microseconds=1)).astimezone(ROME)
    assert trial_day(before, procedure, ROME) == window_days


@pytest.mark.parametrize(
    ("product", "procedure", "answer"),
    [
        ("possible", "not_related", True),
        ("not_related", "related", True),
        ("unlikely", "not_related", False),
        (None, "not_related", None),
        (None, "probable", True),
    ],
)
def test_one_of_the_protocols_causes_is_enough(
    product: Relation | None, procedure: Relation | None, answer: bool | None
) -> None:
    relations: dict[str, Relation | None] = {
        "product": product,
        "procedure": procedure,
        "background_treatment": "related",
    }
    assert is_attributed(relations, DEFINITION) is answer  # type: ignore[arg-type]


def test_a_cause_that_the_protocol_does_not_name_makes_no_dlt() -> None:
    assert (
        is_attributed({"product": "not_related", "procedure": "not_related", "disease": "related"}, DEFINITION) is False
    )


def test_the_latest_adjudication_counts_as_of_an_instant() -> None:
    first = Adjudication(datetime(2026, 3, 10, tzinfo=UTC), False)
    second = Adjudication(datetime(2026, 3, 20, tzinfo=UTC), True)
    assert adjudicated([second, first], datetime(2026, 3, 9, tzinfo=UTC)) is None
    assert adjudicated([second, first], datetime(2026, 3, 15, tzinfo=UTC)) is False
    assert adjudicated([second, first], datetime(2026, 3, 25, tzinfo=UTC)) is True


def test_people_decide_and_without_them_a_candidate_stays_open() -> None:
    now = datetime(2026, 3, 25, tzinfo=UTC)
    yes = Adjudication(datetime(2026, 3, 10, tzinfo=UTC), True)
    assert is_dlt(True, [], now) is None
    assert is_dlt(None, [], now) is None
    assert is_dlt(False, [], now) is False
    assert is_dlt(False, [yes], now) is True
