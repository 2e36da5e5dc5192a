"""Intervals, sentinels, windows and zones of the gate. Truth is worked out by hand on the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from firstdose.dosing import Gate, may_be_dosed
from firstdose.records import (
    Cohort,
    Disposition,
    Dosing,
    Slot,
    Subject,
)
from tests.dosing.gate_cases import C1, C2, PLAIN, WATCHED, Change, gate, is_p4, rules_of
from tests.dosing.trial import ROME, at, protocol, time, with_sentinel


def test_the_next_participant_waits_seven_days_and_from_midnight_on_may_be_dosed() -> None:
    trial = C2.dosed("P4", "2026-03-23T23:50", "C2", 2)
    found = gate(trial, "2026-03-29T23:59", "P5")  # the clocks went forward that morning
    (reason,) = found.reasons
    assert reason.rule == "escalation.interval_between_participants_days"
    assert reason.fulfilled_from == at("2026-03-30T00:00")
    assert reason.records == ("dosings P4/1",)
    assert reason.words == (
        "too early: 7 days must pass since the dosing of P4 on 23 March 2026; "
        "allowed from 30 March 2026, 00:00 (Europe/Rome)"
    )
    assert reason.departed == "before 7 days had passed since the dosing of P4 on 23 March 2026"
    assert gate(trial, "2026-03-30T00:00", "P5").allowed


def test_two_on_one_day_where_the_protocol_allows_it() -> None:
    free = protocol(lambda text: text.replace("participants_days: 7", "participants_days: 0"))
    trial = C2.dosed("P4", "2026-03-21T09:00", "C2", 2)
    assert gate(trial, subject="P5", rules=free).allowed
    assert not gate(trial, subject="P5").allowed


def test_a_cohort_opened_too_early_waits_for_the_windows_before() -> None:
    early = C1.cohort("C2", 2, "2026-03-10T08:00", decision=1).decision(1, 2, "2026-03-09T15:00", reason="all is well")
    early = early.people(["P4"], "C2")
    found = gate(early, "2026-03-16T23:59")
    (reason,) = found.reasons
    assert (reason.rule, reason.records) == ("escalation.dlt.window_days", ("dosings P3/1",))
    assert reason.words == (
        "too early: the DLT windows of the cohorts before (P3) must be complete; "
        "allowed from 17 March 2026, 00:00 (Europe/Rome)"
    )
    assert reason.departed == "before the DLT windows of the cohorts before (P3) were complete"
    assert reason.fulfilled_from == at("2026-03-17T00:00")
    assert gate(early, "2026-03-17T00:00").allowed


def test_a_window_is_open_until_midnight_where_the_participant_was_dosed() -> None:
    """P3 was dosed in New York, where day 28 ends five hours after it does in Rome (four, before 29 March)."""
    early = C1.cohort("C2", 2, "2026-03-10T08:00", decision=1).decision(1, 2, "2026-03-09T15:00", reason="all is well")
    early = early.people(["P4"], "C2").changed(Dosing, lambda dosing: dosing.subject == "P3", zone="America/New_York")
    found = gate(early, "2026-03-17T04:59", zone=ROME)
    (reason,) = found.reasons
    assert reason.fulfilled_from == datetime(2026, 3, 17, 0, 0, tzinfo=ZoneInfo("America/New_York"))
    assert gate(early, "2026-03-17T05:00", zone=ROME).allowed


def test_an_event_that_waits_for_adjudication_holds_the_next_cohort() -> None:
    trial = C2.event("P2", "2026-02-15")
    found = gate(trial)
    assert ("escalation.dlt", "P2: seizure of grade 3 (event 1) waits for adjudication") in [
        (reason.rule, reason.words) for reason in found.reasons
    ]
    assert gate(trial.verdict("P2", "not_dlt", "2026-03-18T10:00")).allowed


def test_a_dose_that_is_not_known_holds_the_next_cohort() -> None:
    trial = C2.changed(Dosing, lambda dosing: dosing.subject == "P2", dose_given=None)
    assert "escalation.dlt" in rules_of(gate(trial))


def test_an_unknown_day_of_dosing_holds_everyone_back() -> None:
    trial = C2.changed(Dosing, lambda dosing: dosing.subject == "P2", procedure_start=None)
    words = [reason.words for reason in gate(trial).reasons]
    assert "the day of the procedure of P2 is not recorded, so no interval from it can be counted" in words
    month = C2.dosed("P4", "2026-03", "C2", 2)
    found = gate(month, "2026-03-28T10:00", "P5")
    held = {reason.rule: reason.fulfilled_from for reason in found.reasons}
    # 28 March is the last day that it can be by now
    assert held["escalation.interval_between_participants_days"] == at("2026-04-04T00:00")


SENTINEL = C2.changed(Slot, is_p4, sentinel=True)
SENTINEL_DOSED = SENTINEL.dosed("P4", "2026-03-23T10:00", "C2", 2)


def test_the_others_wait_for_the_sentinel_then_for_fourteen_days() -> None:
    found = gate(SENTINEL, subject="P5", rules=WATCHED)
    assert [(reason.rule, reason.words) for reason in found.reasons] == [
        ("escalation.sentinel.participants", "1 of cohort C2's sentinels is still to be dosed: P4")
    ]
    assert gate(SENTINEL, subject="P4", rules=WATCHED).allowed
    assert gate(C2, subject="P5", rules=WATCHED).allowed, "nobody is named: the first is the sentinel"
    (reason,) = gate(SENTINEL_DOSED, "2026-04-05T23:59", "P5", rules=WATCHED).reasons
    assert (reason.rule, reason.fulfilled_from) == ("escalation.sentinel.interval_days", at("2026-04-06T00:00"))
    assert gate(SENTINEL_DOSED, "2026-04-06T00:00", "P5", rules=WATCHED).allowed


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.changed(Dosing, is_p4, dose_given=4.0),
        lambda t: t.changed(Dosing, is_p4, dose_given=None),
        lambda t: t.plus(
            Disposition(subject="P4", number=1, event="withdrawal by subject", occurred=time("2026-03-30"))
        ),
    ],
)
def test_a_sentinel_who_was_not_dosed_in_full_or_not_watched_is_none(change: Change) -> None:
    trial = change(SENTINEL_DOSED)
    assert rules_of(gate(trial, "2026-05-20T10:00", "P5", rules=WATCHED)) == ["escalation.sentinel.participants"]
    another = trial.changed(Slot, lambda slot: slot.subject == "P5", sentinel=True)
    assert gate(another, "2026-05-20T10:00", "P5", rules=WATCHED).allowed
    assert not gate(another, "2026-05-20T10:00", "P6", rules=WATCHED).allowed


def test_a_sentinel_who_left_once_the_interval_was_over_was_one() -> None:
    facts = {"event": "withdrawal by subject", "occurred": time("2026-04-06")}
    trial = SENTINEL_DOSED.plus(Disposition(subject="P4", number=1, **facts))
    assert gate(trial, "2026-04-10T10:00", "P5", rules=WATCHED).allowed


def test_a_sentinels_event_holds_the_rest_until_it_is_judged_and_a_dlt_until_people_decide() -> None:
    trial = SENTINEL_DOSED.event("P4", "2026-03-25")
    assert rules_of(gate(trial, "2026-04-10T10:00", "P5", rules=WATCHED)) == ["escalation.sentinel.on_dlt"]
    assert gate(trial, "2026-04-10T10:00", "P5", rules=protocol()).allowed
    toxic = trial.verdict("P4", "dlt", "2026-03-27T10:00")
    (reason,) = gate(toxic, "2026-04-10T10:00", "P5", rules=WATCHED).reasons
    assert (reason.rule, reason.fulfilled_from) == ("escalation.sentinel.on_dlt", None)
    before = toxic.decision(2, 2, "2026-03-26T10:00", cohort="C2")
    assert not gate(before, "2026-04-10T10:00", "P5", rules=WATCHED).allowed, "taken before the DLT was known"
    after = toxic.decision(2, 2, "2026-03-28T10:00", cohort="C2")
    assert gate(after, "2026-04-10T10:00", "P5", rules=WATCHED).allowed
    assert not gate(after, "2026-04-05T10:00", "P5", rules=WATCHED).allowed, "the interval still runs"
    other = after.cohort("C3", 2, "2026-03-29T10:00", decision=2)
    assert not gate(other, "2026-04-10T10:00", "P5", rules=WATCHED).allowed, "that decision opened another cohort"
    pointed = after.changed(Cohort, lambda cohort: cohort.cohort == "C2", decision=2)
    assert gate(pointed, "2026-04-10T10:00", "P5", rules=WATCHED).allowed
    ending = protocol(lambda text: with_sentinel(text).replace("on_dlt: committee_review", "on_dlt: end_cohort"))
    assert "escalation.sentinel.on_dlt" in rules_of(gate(after, "2026-04-10T10:00", "P5", rules=ending))


def test_without_a_zone_a_day_has_begun_once_it_has_everywhere() -> None:
    other = C2.changed(Subject, is_p4, centre="02", consent=time("2026-01-05"))
    utc = ZoneInfo("UTC")
    last_of_c1 = other.dosed("P7", "2026-03-20T10:00", "C1", 1).person("P7")

    def asked(as_of: str, **changes: Any) -> Gate:
        return may_be_dosed(PLAIN, last_of_c1.data, "P4", at(as_of, utc), **changes)

    waits = "escalation.interval_between_participants_days"
    assert waits in rules_of(asked("2026-03-27T11:59"))
    assert waits not in rules_of(asked("2026-03-27T12:00"))
    assert "the zone of the site is not known" in asked("2026-03-27T12:00").notes[0]
    assert waits not in rules_of(asked("2026-03-26T23:00", zone=ROME))
    planned = {"procedure_start": None, "dose_given": None, "zone": "America/New_York"}
    last_of_c1 = last_of_c1.dosed("P4", "2026-03-21T10:00", "C2", 2, **planned)
    assert waits in rules_of(asked("2026-03-27T03:59"))
    assert waits not in rules_of(asked("2026-03-27T04:00"))
    assert waits not in rules_of(asked("2026-03-26T23:00", zone=ROME)), "the zone asked for comes first"


def test_utc_stands_where_no_zone_is_recorded_and_nowhere_else() -> None:
    """A site that names no zone keeps its days in UTC: consent dated the day before is past from midnight on."""
    utc = ZoneInfo("UTC")
    moment = at("2026-03-26T00:05", utc)
    other = C2.changed(Subject, is_p4, centre="02", consent=time("2026-03-25"))
    assert "subjects.consent" in rules_of(may_be_dosed(PLAIN, other.data, "P4", moment))
    found = may_be_dosed(PLAIN, other.data, "P4", moment, zone=utc)
    assert "subjects.consent" not in rules_of(found)
    assert not any("the zone of the site is not known" in note for note in found.notes)
    waits = "escalation.interval_between_participants_days"
    dosed = C2.dosed("P7", "2026-03-20T10:00", "C1", 1).person("P7")
    before_midnight = at("2026-03-26T22:59", utc)
    assert waits in rules_of(may_be_dosed(PLAIN, dosed.data, "P4", before_midnight, zone=utc))
    at_midnight_in_rome = at("2026-03-26T23:00", utc)
    assert waits not in rules_of(may_be_dosed(PLAIN, dosed.data, "P4", at_midnight_in_rome, zone=utc))


def test_a_centre_with_two_zones_has_none() -> None:
    trial = C2.changed(Dosing, lambda dosing: dosing.subject == "P1", zone="Europe/London")
    found = may_be_dosed(PLAIN, trial.data, "P4", at("2026-03-26T10:30", ZoneInfo("UTC")))
    assert "the zone of the site is not known" in found.notes[0]


def test_a_moment_before_everything_and_one_without_a_zone() -> None:
    assert not gate(C2, "2020-01-01T00:00").allowed
    with pytest.raises(ValueError, match="needs a time zone"):
        may_be_dosed(PLAIN, C2.data, "P4", datetime(2026, 3, 21))
