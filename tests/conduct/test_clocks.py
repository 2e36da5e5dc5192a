"""Clocks of serious events. Ends are worked out by hand with a calendar and a table of time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.conduct.catalogue import SafetyReport
from firstdose.conduct.clocks import Clock, clocks
from firstdose.dosing.known import Span
from firstdose.records import AdverseEvent, TrialData
from tests.dosing.trial import Trial, at, time

SUSAR: dict[str, Any] = {
    "term": "encephalitis",
    "serious": True,
    "grade": 3,
    "relation_to_product": "possible",
    "relation_to_procedure": "not_related",
    "expectedness": "unexpected",
    "serious_death": False,
    "serious_life_threatening": False,
}
BASE = Trial().person("P1").cohort("C1", 1).slot("C1", 1, "P1").dosed("P1", "2026-03-02T10:00", "C1", 1)


def event(**facts: Any) -> TrialData:
    """A serious event of somebody at a site in Rome, on Friday 27 March 2026; clocks go forward on Sunday."""
    known = {**SUSAR, "start": time("2026-03-27"), "aware": time("2026-03-27T18:00")}
    return BASE.plus(AdverseEvent(subject="P1", number=1, **(known | facts))).data


def found(data: TrialData, moment: datetime, **more: Any) -> dict[str, Clock]:
    return {clock.kind: clock for clock in clocks(data, moment, **more)}


def report(kind: Any, sent: str, number: int = 1) -> SafetyReport:
    return SafetyReport(subject="P1", event=1, report=number, kind=kind, sent=time(sent))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_item_50_clocks_run_over_the_weekend_and_the_change_of_clocks() -> None:
    """18:00 in Rome on Friday is 17:00 UTC; from Sunday on it is 16:00 UTC, and the clocks do not care."""
    found_clocks = found(event(), at("2026-03-27T19:00"))
    assert found_clocks.keys() == {"within_24_hours", "within_15_days"}
    assert found_clocks["within_24_hours"].due.last == utc("2026-03-28T17:00")
    assert found_clocks["within_15_days"].due.last == utc("2026-04-11T17:00")
    grave = found(event(serious_life_threatening=True), at("2026-03-27T19:00"))
    assert grave.keys() == {"within_24_hours", "within_7_days"}
    assert grave["within_7_days"].due.last == utc("2026-04-03T17:00")


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        ("2026-03-27T18:00+09:00", "2026-03-28T09:00"),
        ("2026-03-27T18:00-05:00", "2026-03-28T23:00"),
        ("2026-03-27T23:59+14:00", "2026-03-28T09:59"),
        ("2026-03-28T23:30+01:00", "2026-03-29T22:30"),
        ("2028-02-28T12:00+00:00", "2028-02-29T12:00"),
    ],
)
def test_item_50_a_clock_is_of_instants_wherever_somebody_became_aware(aware: str, due: str) -> None:
    start = time(aware[:10])
    clock = found(event(aware=time(aware), start=start), at("2028-03-02T19:00"))["within_24_hours"]
    assert clock.due == Span(utc(due), utc(due))


@pytest.mark.parametrize(
    ("moment", "is_overdue"), [("2026-03-28T18:00", False), ("2026-03-28T18:01", True), ("2026-03-29T09:00", True)]
)
def test_it_is_overdue_after_its_last_instant(moment: str, is_overdue: bool) -> None:
    clock = found(event(), at(moment))["within_24_hours"]
    assert clock.is_overdue is is_overdue
    assert clock.is_met is (False if is_overdue else None)


def test_a_day_without_a_time_leaves_the_end_open_for_a_day() -> None:
    """27 March in Rome is from 23:00 UTC on the 26th to 23:00 UTC on the 27th."""
    data = event(aware=time("2026-03-27"))
    answers = [
        found(data, utc(moment))["within_24_hours"].is_overdue
        for moment in ("2026-03-27T22:59", "2026-03-27T23:01", "2026-03-28T22:59", "2026-03-28T23:01")
    ]
    assert answers == [False, None, None, True]


def test_without_a_time_of_awareness_the_entry_bounds_it() -> None:
    data, entered = event(aware=None), {("P1", 1): utc("2026-03-30T12:00")}
    assert found(data, utc("2026-04-30T12:00"))["within_24_hours"].is_overdue is None
    assert found(data, utc("2026-03-31T11:59"), entered=entered)["within_24_hours"].is_overdue is None
    assert found(data, utc("2026-03-31T12:01"), entered=entered)["within_24_hours"].is_overdue is True


def test_a_report_stops_its_clock_and_only_that() -> None:
    data, moment = event(), at("2026-04-20T12:00")
    sent = [report("within_24_hours", "2026-03-28T12:00"), report("within_15_days", "2026-04-12T12:00", 2)]
    stopped = found(data, moment, reports=sent)
    assert [stopped["within_24_hours"].is_met, stopped["within_15_days"].is_met] == [True, False]
    assert not any(clock.is_running or clock.is_overdue for clock in stopped.values())
    only_one = found(data, moment, reports=sent[:1])
    assert only_one["within_15_days"].is_overdue is True
    assert found(data, at("2026-03-28T11:00"), reports=sent)["within_24_hours"].is_running, "not sent by then"


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({"serious": False}, {}),
        ({"serious": None}, {}),
        ({"expectedness": "expected"}, {"within_24_hours": True}),
        ({"relation_to_product": "unlikely"}, {"within_24_hours": True}),
        ({"expectedness": None}, {"within_24_hours": True, "within_15_days": None}),
        ({"relation_to_product": None}, {"within_24_hours": True, "within_15_days": None}),
        ({"serious_life_threatening": None, "serious_death": None}, {"within_24_hours": True, "within_15_days": True}),
        (
            {"serious_life_threatening": None, "grade": 4},
            {"within_24_hours": True, "within_7_days": None, "within_15_days": None},
        ),
        ({"outcome": "fatal", "grade": 5}, {"within_24_hours": True, "within_7_days": True}),
        (
            {"relation_to_product": "not_related", "relation_to_procedure": "probable"},
            {"within_24_hours": True, "within_15_days": True},
        ),
    ],
)
def test_which_clocks_run(facts: dict[str, Any], kinds: dict[str, bool | None]) -> None:
    clocks_found = found(event(**facts), at("2026-03-27T19:00"))
    assert {kind: clock.applies for kind, clock in clocks_found.items()} == kinds


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.integers(-12 * 4, 14 * 4).map(lambda quarters: quarters * 15),
)
def test_the_end_is_the_same_instant_in_every_zone(moment: datetime, minutes: int) -> None:
    """The same instant written with two offsets starts the same clock; truth is arithmetic on seconds since 1970."""
    instant = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    local = instant + timedelta(minutes=minutes)
    sign, ahead = ("-" if minutes < 0 else "+"), abs(minutes)
    text = f"{local:%Y-%m-%dT%H:%M}{sign}{ahead // 60:02}:{ahead % 60:02}"
    data = event(aware=time(text), start=time("2025-12-30"), serious_death=True)
    due = found(data, utc("2027-03-01T00:00"))["within_7_days"].due.last
    assert due is not None
    assert due.timestamp() == instant.timestamp() + 7 * 86_400
