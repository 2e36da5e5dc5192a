"""What became of each participant: doses, days, DLTs, evaluability, follow-up. Truth is worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from firstdose.dosing import ParticipantCourse, course_of
from firstdose.records import Death, Disposition, Slot, Subject
from firstdose.safety import Status
from tests.dosing.trial import ROME, Trial, at, protocol, time, with_sentinel

PLAIN = protocol()
ONE = Trial().batch().cohort("C1", 1).person("P1").slot("C1", 1, "P1", state="dosed")
DOSED = ONE.dosed("P1", "2026-02-02T10:00", "C1", 1)


def course(trial: Trial, as_of: str, subject: str = "P1", zone: ZoneInfo = ROME) -> ParticipantCourse:
    """One participant's course."""
    found = course_of(PLAIN, trial.data, at(as_of, zone))
    return next(each for each in found if each.subject == subject)


def test_a_course_says_what_was_assigned_and_given_where_and_when() -> None:
    found = course(DOSED, "2026-02-20T12:00")
    assert (found.subject, found.cohort, found.cohort_number, found.slot) == ("P1", "C1", 1, 1)
    assert (found.level_assigned, found.level_given, found.level_counted) == (1, 1, 1)
    assert (found.dose_assigned, found.dose_given, found.batch) == (5.0, 5.0, "B1")
    assert found.procedure_start == datetime(2026, 2, 2, 10, 0, tzinfo=ROME)
    assert found.day == date(2026, 2, 2).toordinal()
    assert found.given is not None
    assert found.given.zone == ROME
    assert found.flags == ()


def test_before_everything_nobody_was_dosed() -> None:
    assert course_of(PLAIN, DOSED.data, at("2026-01-01T00:00")) == ()
    found = course(DOSED, "2026-02-02T09:59")
    assert (found.is_dosed, found.status) == (False, Status.NOT_DOSED)
    assert course(DOSED, "2026-02-02T10:00").status is Status.PENDING


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        course_of(PLAIN, DOSED.data, datetime(2026, 2, 2))


def test_who_was_dosed_comes_in_order_of_dosing_then_who_holds_a_slot() -> None:
    trial = ONE.people(["P2", "P3", "P4"], "C1")
    trial = trial.dosed("P3", "2026-02-02T10:00", "C1", 1).dosed("P2", "2026-02-02T23:50", "C1", 1)
    trial = trial.dosed("P1", "2026-02-03T00:10", "C1", 1)
    found = course_of(PLAIN, trial.data, at("2026-02-20T12:00"))
    assert [each.subject for each in found] == ["P3", "P2", "P1", "P4"]
    assert [each.day for each in found[:2]] == [date(2026, 2, 2).toordinal()] * 2


@pytest.mark.parametrize(
    ("start", "end_of_window"),
    [
        ("2026-02-02T23:50", "2026-03-03T00:00"),
        ("2026-02-03T00:00", "2026-03-04T00:00"),
        ("2026-03-01T23:50", "2026-03-30T00:00"),  # the clocks go forward on 29 March
        ("2026-10-01T23:50", "2026-10-30T00:00"),  # and back on 25 October
        ("2026-10-25T02:30", "2026-11-23T00:00"),  # a time that the clocks show twice
    ],
)
def test_the_window_ends_at_midnight_after_day_28_of_the_sites_calendar(start: str, end_of_window: str) -> None:
    trial = ONE.dosed("P1", start, "C1", 1)
    end = at(end_of_window)
    found = course(trial, start.replace("T02", "T04"))
    assert found.follow_up.window_end == end
    assert course_of(PLAIN, trial.data, end)[0].status is Status.EVALUABLE
    assert course_of(PLAIN, trial.data, end.replace(day=end.day - 1, hour=23, minute=59))[0].status is Status.PENDING


def test_the_sites_midnight_counts_not_that_of_who_asks() -> None:
    trial = ONE.dosed("P1", "2026-02-02T10:00", "C1", 1)
    assert course(trial, "2026-03-02T22:59", zone=ZoneInfo("UTC")).status is Status.PENDING
    assert course(trial, "2026-03-02T23:00", zone=ZoneInfo("UTC")).status is Status.EVALUABLE


def test_a_procedure_noted_in_utc_is_on_the_sites_own_day() -> None:
    found = course(ONE.dosed("P1", "2026-02-02T23:30Z", "C1", 1), "2026-02-20T12:00")
    assert found.day == date(2026, 2, 3).toordinal()


def test_follow_up_is_counted_in_whole_days_of_the_window() -> None:
    assert course(DOSED, "2026-02-02T23:59").follow_up.completed_days == 0
    assert course(DOSED, "2026-02-03T00:00").follow_up.completed_days == 1
    found = course(DOSED, "2026-03-02T23:59").follow_up
    assert (found.completed_days, found.fraction) == (28, 28 / 29)
    assert course(DOSED, "2026-03-03T00:00").follow_up.fraction == 1
    assert course(DOSED, "2026-06-01T00:00").follow_up.fraction == 1
    left = DOSED.plus(Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-02-12")))
    assert course(left, "2026-06-01T00:00").follow_up.completed_days == 10


def test_an_event_waits_for_adjudication_then_counts() -> None:
    trial = DOSED.event("P1", "2026-02-10T08:00").verdict("P1", "dlt", "2026-02-15T16:00")
    before = course(trial, "2026-02-15T15:59")
    assert (before.status, before.has_dlt) == (Status.PENDING, None)
    assert before.events[0].words == "seizure of grade 3 (event 1) waits for adjudication"
    found = course(trial, "2026-02-15T16:00")
    assert (found.status, found.has_dlt) == (Status.EVALUABLE, True)
    assert found.events[0].records == ("adverse_events P1/1", "dlt_adjudications P1/1/1")


def test_an_event_after_the_moment_is_not_known_yet() -> None:
    trial = DOSED.event("P1", "2026-02-10T08:00").verdict("P1", "dlt", "2026-02-15T16:00")
    found = course(trial, "2026-02-10T07:59")
    assert (found.has_dlt, found.events) == (False, ())
    late = DOSED.event("P1", "2026-02-10T08:00", recorded=time("2026-03-20T09:00"))
    assert course(late, "2026-03-10T12:00").status is Status.EVALUABLE
    assert course(late, "2026-03-20T09:00").has_dlt is None
    judged_before = late.verdict("P1", "dlt", "2026-02-15T16:00")
    assert course(judged_before, "2026-02-15T15:00").has_dlt is False
    assert course(judged_before, "2026-02-15T16:00").has_dlt is True, "what was adjudicated was known"


def test_a_later_verdict_replaces_the_earlier() -> None:
    trial = DOSED.event("P1", "2026-02-10T08:00").verdict("P1", "dlt", "2026-02-15T16:00")
    trial = trial.verdict("P1", "not_dlt", "2026-02-20T16:00", number=2)
    trial = trial.verdict("P1", "undecided", "2026-02-25T16:00", number=3)
    trial = trial.verdict("P1", "dlt", "2026-03-10T16:00", number=4)
    answers = [course(trial, f"{on}T20:00").has_dlt for on in ("2026-02-15", "2026-02-20", "2026-02-25", "2026-03-10")]
    assert answers == [True, False, None, True]


def test_verdicts_of_one_day_without_a_time_go_by_their_numbers() -> None:
    trial = DOSED.event("P1", "2026-02-10").verdict("P1", "not_dlt", "2026-02-15")
    trial = trial.verdict("P1", "dlt", "2026-02-15T10:00", number=2)
    assert course(trial, "2026-02-16T08:00").has_dlt is True


@pytest.mark.parametrize("when", ["2026-02", "2026-03", None])
def test_a_verdict_that_may_not_have_been_given_yet_leaves_the_answer_open(when: str | None) -> None:
    trial = DOSED.event("P1", "2026-02-10T08:00").verdict("P1", "not_dlt", when)
    assert course(trial, "2026-02-20T12:00").has_dlt is None
    again = trial.verdict("P1", "not_dlt", "2026-02-12T10:00", number=2)
    assert course(again, "2026-02-20T12:00").has_dlt is False


@pytest.mark.parametrize(
    ("start", "has_dlt"),
    [
        ("2026-02-02T09:59", False),  # before the procedure
        ("2026-02-02T10:00", None),
        ("2026-02-02", None),  # the day itself: as after it
        ("2026-03-02T23:59", None),  # day 28
        ("2026-03-03T00:00", False),  # day 29
        ("2026-03", None),
        ("2026-01", False),
        ("2026-04", False),
        (None, None),
    ],
)
def test_only_what_began_in_the_window_is_to_be_adjudicated(start: str | None, has_dlt: bool | None) -> None:
    assert course(DOSED.event("P1", start), "2026-06-01T12:00").has_dlt is has_dlt


def test_what_nothing_under_trial_caused_is_no_dlt_and_what_is_not_judged_is_open() -> None:
    unrelated: dict[str, Any] = {"relation_to_product": "unlikely", "relation_to_procedure": "not_related"}
    assert course(DOSED.event("P1", "2026-02-10", **unrelated), "2026-03-10T12:00").has_dlt is False
    assert course(DOSED.event("P1", "2026-02-10", relation_to_product=None), "2026-03-10T12:00").has_dlt is None
    people = DOSED.event("P1", "2026-02-10", **unrelated).verdict("P1", "dlt", "2026-02-20T10:00")
    found = course(people, "2026-03-10T12:00")
    assert found.has_dlt is True
    assert found.events[0].words.endswith("though it is not attributed or did not begin in the window")


def test_too_small_a_dose_is_not_evaluable_and_is_replaced_once_the_window_is_over() -> None:
    trial = ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, dose_given=4.4)
    assert course(trial, "2026-03-02T12:00").status is Status.PENDING
    found = course(trial, "2026-03-03T12:00")
    assert (found.status, found.evaluability.is_replaced) == (Status.NOT_EVALUABLE, True)
    assert found.flags == ("given level differs from assigned: 4.4 given is between the levels, level 1 was assigned",)
    assert course(ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, dose_given=4.5), "2026-03-03T12:00").flags == ()


def test_a_dlt_counts_at_the_level_that_was_given_and_between_levels_at_the_one_assigned() -> None:
    trial = ONE.cohort("C2", 2).event("P1", "2026-02-10").verdict("P1", "dlt", "2026-02-12T10:00")
    facts: dict[str, Any] = {"cohort": "C2", "level": 2, "dose_assigned": 10.0}
    low = trial.dosed("P1", "2026-02-02T10:00", **(facts | {"dose_given": 5.2}))
    found = course(low, "2026-02-20T12:00")
    assert (found.level_assigned, found.level_given, found.level_counted) == (2, 1, 1)
    between = trial.dosed("P1", "2026-02-02T10:00", **(facts | {"dose_given": 7.0}))
    found = course(between, "2026-02-20T12:00")
    assert (found.level_given, found.level_counted, found.status) == (None, 2, Status.EVALUABLE)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"dose_given": None}, "the dose given is not recorded in the unit of the dose levels"),
        ({"dose_given": None, "given": "partial"}, "the dose given is not recorded in the unit of the dose levels"),
        ({"dose_unit": "million cells/kg"}, "the dose given is not recorded in the unit of the dose levels"),
    ],
)
def test_a_dose_that_is_not_known_leaves_a_participant_pending(facts: dict[str, object], reason: str) -> None:
    found = course(ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, **facts), "2026-06-01T12:00")
    assert (found.is_dosed, found.status, found.evaluability.reasons) == (True, Status.PENDING, (reason,))


def test_words_for_the_dose_serve_where_there_is_no_number() -> None:
    full = course(ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, dose_given=None, given="full"), "2026-06-01T12:00")
    assert (full.status, full.dose_given) == (Status.EVALUABLE, 5.0)
    assert full.flags == ("the dose given is recorded as full, without a number",)
    none = course(ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, dose_given=None, given="none"), "2026-06-01T12:00")
    assert (none.status, none.dose_given) == (Status.NOT_EVALUABLE, 0.0)


def test_a_dosing_that_is_only_planned_is_none() -> None:
    planned = {"dose_given": None, "procedure_start": None}
    assert not course(ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, **planned), "2026-06-01T12:00").is_dosed
    undated = course(ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, procedure_start=None), "2026-06-01T12:00")
    assert (undated.is_dosed, undated.status, undated.day) == (True, Status.PENDING, None)
    assert undated.evaluability.reasons == ("the day of the procedure is not recorded",)


def test_without_the_start_of_the_procedure_that_of_the_cells_serves_with_a_flag() -> None:
    facts = {"procedure_start": None, "product_start": time("2026-02-02T11:00")}
    found = course(ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, **facts), "2026-02-20T12:00")
    assert found.procedure_start == datetime(2026, 2, 2, 11, 0, tzinfo=ROME)
    assert found.flags == ("the start of the procedure is not recorded, that of the cells is used",)


def test_a_day_without_a_time_serves_and_a_month_leaves_open_what_depends_on_the_day() -> None:
    by_day = ONE.dosed("P1", "2026-02-02", "C1", 1)
    assert course(by_day, "2026-03-02T23:59").status is Status.PENDING
    assert course(by_day, "2026-03-03T00:00").status is Status.EVALUABLE
    by_month = ONE.dosed("P1", "2026-02", "C1", 1)
    assert course(by_month, "2026-03-01T12:00").status is Status.PENDING
    open_still = course(by_month, "2026-03-28T12:00")  # 28 February + 28 days is 28 March
    assert open_still.status is Status.PENDING
    assert open_still.evaluability.reasons[-1] == "the day of the procedure is known only in part"
    assert course(by_month, "2026-03-29T12:00").status is Status.EVALUABLE
    assert course(by_month.event("P1", "2026-01-20"), "2026-03-29T12:00").has_dlt is None


def test_without_a_zone_a_day_is_over_once_it_is_over_everywhere() -> None:
    trial = ONE.dosed("P1", "2026-02-02T10:00", "C1", 1, zone="Nowhere/Land")
    utc = ZoneInfo("UTC")
    assert course(trial, "2026-02-01T19:59", zone=utc).is_dosed is False
    assert course(trial, "2026-02-01T20:00", zone=utc).is_dosed is True  # ten o'clock where days begin first
    assert course(trial, "2026-03-03T11:59", zone=utc).status is Status.PENDING
    assert course(trial, "2026-03-03T12:00", zone=utc).status is Status.EVALUABLE
    assert any("zone of the site is not recorded" in flag for flag in course(trial, "2026-06-01T12:00", zone=utc).flags)


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (
            Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-02-20")),
            "not evaluable",
        ),
        (Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-03-03")), "evaluable"),
        (Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-02")), "not evaluable"),
        (Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-03")), "pending"),
        (Disposition(subject="P1", number=1, event="withdrawal by subject"), "pending"),
        (Disposition(subject="P1", number=1, event="enrolled", occurred=time("2026-02-20")), "evaluable"),
        (
            Disposition(
                subject="P1", number=1, event="run-in", category="Protocol milestone", occurred=time("2026-02-20")
            ),
            "evaluable",
        ),
        (Disposition(subject="P1", number=1, event="moved away", occurred=time("2026-02-20")), "pending"),
        (
            Disposition(
                subject="P1", number=1, event="moved away", category="DISPOSITION EVENT", occurred=time("2026-02-20")
            ),
            "not evaluable",
        ),
        (Death(subject="P1", died=time("2026-02-20T03:00")), "not evaluable"),
        (Death(subject="P1", died=time("2026-04-20T03:00")), "evaluable"),
    ],
)
def test_who_left_before_the_window_was_over_is_not_evaluable(record: object, status: str) -> None:
    assert course(DOSED.plus(record), "2026-05-20T12:00").status.value == status


def test_who_left_later_than_the_moment_has_not_left_yet() -> None:
    trial = DOSED.plus(Death(subject="P1", died=time("2026-02-20T03:00")))
    found = course(trial, "2026-02-20T02:59")
    assert (found.status, found.evaluability.reasons) == (Status.PENDING, ("day 18 of 28: the window is open",))


def test_the_last_day_of_participation_ends_follow_up() -> None:
    trial = DOSED.changed(Subject, lambda person: True, participation_end=time("2026-02-20"))
    found = course(trial, "2026-05-20T12:00")
    assert found.evaluability.reasons == ("follow-up ended on day 18 of 28: the last day of participation",)


def test_a_replacement_names_whom_it_replaces() -> None:
    trial = DOSED.changed(Slot, lambda slot: True, state="replaced")
    trial = trial.plus(Disposition(subject="P1", number=1, event="withdrawal by subject", occurred=time("2026-02-10")))
    trial = trial.person("P2").slot("C1", 2, "P2", replaces="P1")
    assert course(trial, "2026-02-20T12:00").replaced_by == "P2"
    assert course(trial, "2026-02-20T12:00", "P2").replaces == "P1"
    assert course(trial, "2026-02-20T12:00").slot == 1


def test_several_dosings_keep_the_window_open_from_the_first_to_its_end_after_the_last() -> None:
    trial = DOSED.dosed("P1", "2026-02-09T10:00", "C1", 1, number=2)
    found = course(trial, "2026-03-04T12:00")
    assert (found.status, found.day) == (Status.PENDING, date(2026, 2, 9).toordinal())
    assert course(trial, "2026-03-10T00:00").status is Status.EVALUABLE
    assert found.flags == ("dosed 2 times: the window is open from the first to its end after the last",)


def test_sentinels_are_as_recorded_else_the_first_to_be_dosed() -> None:
    rules = protocol(with_sentinel)
    trial = Trial().cohort("C1", 1).full_cohort("C1", 1, ["P1", "P2", "P3"], "2026-02-02T10:00")
    found = course_of(rules, trial.data, at("2026-03-01T12:00"))
    assert [each.is_sentinel for each in found] == [True, False, False]
    named = trial.changed(Slot, lambda slot: slot.subject == "P2", sentinel=True)
    found = course_of(rules, named.data, at("2026-03-01T12:00"))
    assert [each.is_sentinel for each in found] == [False, True, False]
    assert [each.is_sentinel for each in course_of(PLAIN, trial.data, at("2026-03-01T12:00"))] == [None] * 3


def test_without_a_dlt_in_the_protocol_nobody_can_be_judged_free_of_one() -> None:
    rules = protocol(lambda text: text.replace("  dlt: {definition", "  # dlt: {definition"))
    (found,) = course_of(rules, DOSED.data, at("2026-06-01T12:00"))
    assert (found.status, found.evaluability.reasons) == (Status.PENDING, ("the protocol defines no DLT",))
    judged = DOSED.event("P1", "2026-02-10").verdict("P1", "dlt", "2026-02-12T10:00")
    (found,) = course_of(rules, judged.data, at("2026-06-01T12:00"))
    assert (found.status, found.has_dlt) == (Status.EVALUABLE, True)


def test_contradictions_are_flagged() -> None:
    trial = ONE.cohort("C2", 2).dosed("P1", "2026-02-02T10:00", "C2", 1, dose_assigned=10.0, dose_given=10.0)
    assert set(course(trial, "2026-02-20T12:00").flags) == {
        "the dose assigned, 10, is not that of level 1, 5",
        "level 1 was assigned in cohort C2, which has level 2",
        "dosed in cohort C2, with a slot in C1",
        "given level differs from assigned: 10 given is the dose of level 2, level 1 was assigned",
    }
