"""Visits with their windows as dates, and what became of them. Every date is counted by hand in a calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from firstdose.conduct.schedule import PlannedVisit, schedule_of, schedules
from firstdose.protocol import Protocol
from firstdose.records import Disposition, Dosing, Visit
from firstdose.safety.moments import MISSING, Moment
from tests.dosing.trial import Trial, at, protocol, time

VISITS = """schedule:
  run_in_days: 91
  visits:
    - {id: M0, name: Baseline, day: -1, window: [6, 0]}
    - {id: D0, name: Dosing, day: 0}
    - {id: M1, name: Month 1, day: 30, window: [7, 7]}
    - {id: M12, name: Month 12, day: 365, window: [14, 14]}
  long_term_follow_up: {every_days: 183, until_day: 1826, window: [30, 30]}
"""
WITH_VISITS = protocol(lambda text: text + VISITS)
DOSED = Trial().person("P1").cohort("C1", 1).slot("C1", 1, "P1").dosed("P1", "2026-03-02T10:00", "C1", 1)


def found(trial: Trial, moment: str, plan: Protocol = WITH_VISITS, day: date | None = None) -> dict[str, PlannedVisit]:
    visits = schedule_of(plan, trial.data, "P1", at(moment), day)
    return {visit.plan.id: visit for visit in visits}


def visit(name: str, **facts: object) -> Visit:
    return Visit(subject="P1", visit=name, **facts)  # type: ignore[arg-type]


def test_windows_are_dates_counted_from_the_actual_dosing() -> None:
    visits = found(DOSED, "2026-03-10T12:00")
    month_1 = visits["M1"]
    assert month_1.opens == Moment.on(date(2026, 3, 25))
    assert month_1.planned == Moment.on(date(2026, 4, 1))
    assert month_1.closes == Moment.on(date(2026, 4, 8))
    assert month_1.is_counted_from_dosing
    assert visits["M0"].opens == Moment.on(date(2026, 2, 23))


def test_long_term_follow_up_goes_on_to_year_5() -> None:
    visits = found(DOSED, "2026-03-10T12:00")
    follow_up = [name for name in visits if name.startswith("F")]
    assert follow_up == ["F548", "F731", "F914", "F1097", "F1280", "F1463", "F1646"]
    last = visits["F1646"]
    assert last.planned == Moment.on(date(2026, 3, 2) + timedelta(days=1646))
    assert last.standing == "planned"


@pytest.mark.parametrize(
    ("moment", "standing", "is_overdue"),
    [
        ("2026-03-24T23:59", "planned", False),
        ("2026-03-25T00:00", "due", False),
        ("2026-04-08T23:59", "due", False),
        ("2026-04-09T00:00", "overdue", True),
    ],
)
def test_a_visit_is_due_within_its_window_and_overdue_after_it(moment: str, standing: str, is_overdue: bool) -> None:
    """Midnight in Rome, where clocks go forward on 29 March 2026, within the window."""
    month_1 = found(DOSED, moment)["M1"]
    assert (month_1.standing, month_1.is_overdue) == (standing, is_overdue)


def test_item_39_a_dosing_known_in_part_leaves_open_what_it_must() -> None:
    trial = DOSED.changed(Dosing, lambda _: True, procedure_start=time("2026-03"))
    standings = {
        day: found(trial, f"{day}T12:00")["M1"].standing
        for day in ("2026-04-01", "2026-04-08", "2026-04-30", "2026-05-07", "2026-05-08")
    }
    assert standings == {
        "2026-04-01": "unknown",
        "2026-04-08": "unknown",
        "2026-04-30": "unknown",
        "2026-05-07": "unknown",
        "2026-05-08": "overdue",
    }
    assert found(trial, "2026-04-30T12:00")["M1"].is_overdue is None
    assert found(trial, "2026-04-30T12:00")["M12"].standing == "planned"


def test_before_dosing_visits_count_from_the_day_that_is_planned() -> None:
    trial = Trial().person("P1")
    standings = {(visit.plan.first_day > 0, visit.standing) for visit in found(trial, "2026-02-20T12:00").values()}
    assert standings == {(False, "unknown"), (True, "after_dosing")}
    assert found(trial, "2026-02-20T12:00")["M0"].opens == MISSING
    visits = found(trial, "2026-02-25T12:00", day=date(2026, 3, 2))
    assert (visits["M0"].standing, visits["M0"].is_counted_from_dosing) == ("due", False)
    planned = trial.dosed("P1", "2026-03-02T10:00", None, 1, dose_given=None)
    assert found(planned, "2026-02-25T12:00")["M0"].standing == "due"
    assert found(planned, "2026-02-25T12:00")["M1"].planned == Moment.on(date(2026, 4, 1))


def test_the_actual_dosing_replaces_the_day_that_was_planned() -> None:
    visits = found(DOSED, "2026-03-10T12:00", day=date(2026, 2, 16))
    assert visits["M1"].planned == Moment.on(date(2026, 4, 1))


@pytest.mark.parametrize(
    ("facts", "standing", "is_in_window"),
    [
        ({"start": time("2026-04-01T09:00"), "state": "done"}, "done", True),
        ({"start": time("2026-04-08"), "state": "done"}, "done", True),
        ({"start": time("2026-04-09"), "state": "done"}, "done", False),
        ({"start": time("2026-03-24"), "state": "partly_done"}, "partly_done", False),
        ({"start": time("2026-04"), "state": "done"}, "done", None),
        ({"start": time("2026-05"), "state": "done"}, "done", False),
        ({"start": time("2026-04-01")}, "done", True),
        ({"state": "missed", "reason": "in hospital"}, "missed", None),
        ({}, "overdue", None),
    ],
)
def test_what_is_recorded_of_a_visit_counts(facts: dict[str, object], standing: str, is_in_window: bool | None) -> None:
    month_1 = found(DOSED.plus(visit("M1", **facts)), "2026-06-10T12:00")["M1"]
    assert (month_1.standing, month_1.is_in_window) == (standing, is_in_window)


def test_an_appointment_is_no_visit_yet() -> None:
    trial = DOSED.plus(visit("M1", start=time("2026-04-02")))
    assert found(trial, "2026-03-30T12:00")["M1"].standing == "due"


def test_who_has_left_is_not_expected_any_more() -> None:
    left = Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-03-30"))
    visits = found(DOSED.plus(left), "2027-06-10T12:00")
    assert visits["M1"].standing == "overdue", "its window had begun"
    assert visits["M12"].standing == "not_expected"
    assert visits["F548"].standing == "not_expected"


def test_everyone_follows_their_own_version() -> None:
    """The window of month 1 is a week longer in the new version, which only P2 follows."""
    later = protocol(lambda text: text + VISITS.replace("day: 30, window: [7, 7]", "day: 30, window: [7, 14]"))
    trial = DOSED.person("P2").slot("C1", 2, "P2").dosed("P2", "2026-03-02T12:00", "C1", 1)
    both = schedules(trial.data, at("2026-04-12T12:00"), {"P1": WITH_VISITS, "P2": later}.__getitem__)
    standings = {name: {each.plan.id: each.standing for each in visits}["M1"] for name, visits in both.items()}
    assert standings == {"P1": "overdue", "P2": "due"}


def test_without_a_schedule_there_are_no_visits() -> None:
    assert schedule_of(protocol(), DOSED.data, "P1", at("2026-04-12T12:00")) == ()


def test_nothing_is_due_after_a_dosing_that_was_planned_and_did_not_take_place() -> None:
    """Planned for 2 March and given to nobody: no visit that counts from it becomes due, however late it is."""
    for moment in ("2026-04-01T12:00", "2027-03-02T12:00", "2031-01-01T12:00"):
        visits = found(Trial().person("P1"), moment, day=date(2026, 3, 2))
        after = {visit.standing for visit in visits.values() if visit.plan.first_day > 0}
        assert after <= {"planned", "after_dosing"}, moment
        assert not any(visit.is_overdue for visit in visits.values() if visit.plan.first_day > 0)
    late = found(Trial().person("P1"), "2026-03-03T12:00", day=date(2026, 3, 2))
    assert late["M0"].standing == "overdue", "what comes before the dosing is late"
