"""Slots: who gets one, who does not and why, and what becomes of it. Expected results are worked out by hand."""

from __future__ import annotations

import pytest

from firstdose.conduct.cohorts import reopen_cohort
from firstdose.conduct.ledger import Refused
from firstdose.conduct.slots import assign_slot, release_slot, replace_participant
from firstdose.conduct.standing import participation_of, standing
from firstdose.conduct.waiting import join_waiting_list, leave_waiting_list, waiting_list
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.records import Slot
from tests.conduct.running import SWISS_NURSE, Running
from tests.conduct.workplace import MEMBER, NURSE, STATISTICIAN
from tests.dosing.trial import protocol, with_sentinel


def states(running: Running) -> list[tuple[int, str, str | None]]:
    return [(slot.slot, slot.state, slot.subject) for slot in running.all(Slot)]


def test_the_first_free_slot_is_reserved_then_assigned(running: Running) -> None:
    running.open()
    running.person("P1")
    running.reserve("P1", "C1")
    assert states(running)[0] == (1, "reserved", "P1")
    with pytest.raises(Refused, match="confirmation of eligibility is not recorded"), running.work(NURSE) as work:
        assign_slot(work, "P1")
    running.eligible("P1")
    with running.work(NURSE) as work:
        assign_slot(work, "P1")
    assert states(running) == [(1, "assigned", "P1"), (2, "open", None), (3, "open", None)]


def test_no_slot_without_consent_or_with_a_criterion_not_met(running: Running) -> None:
    running.open()
    running.person("P1", consent="")
    with pytest.raises(Refused, match="consent is not recorded"):
        running.reserve("P1", "C1")
    running.person("P2")
    running.change("criterion_answers", "P2/E1", answer="yes")
    with pytest.raises(Refused, match="exclusion criterion E1 is answered yes"):
        running.reserve("P2", "C1")
    with pytest.raises(Refused, match="there is no participant P9"):
        running.reserve("P9", "C1")


def test_nobody_holds_two_slots(running: Running) -> None:
    running.open()
    running.person("P1")
    running.reserve("P1", "C1")
    with pytest.raises(Refused, match="P1 holds slot 1 of cohort C1 already"):
        running.reserve("P1", "C1")


def test_a_full_cohort_names_who_holds_it_and_others_wait_in_order(running: Running) -> None:
    running.open()
    for name in ("P1", "P2", "P3"):
        running.enrol(name, "C1")
    for name in ("P4", "P5"):
        running.person(name)
    with pytest.raises(Refused, match="is full: slot 1 assigned for P1, slot 2 assigned for P2, slot 3 assigned"):
        running.reserve("P4", "C1")
    for name in ("P5", "P4"):
        with running.work(NURSE) as work:
            join_waiting_list(work, name)
    assert waiting_list(running.ledger) == ("P5", "P4")
    with pytest.raises(Refused, match="on the waiting list already"), running.work(NURSE) as work:
        join_waiting_list(work, "P4")
    with running.work(NURSE) as work:
        release_slot(work, "P2", "moved away")
    with pytest.raises(Refused, match="waiting longer than P4: P5"):
        running.reserve("P4", "C1")
    running.reserve("P5", "C1")
    assert waiting_list(running.ledger) == ("P4",)
    assert states(running)[1:] == [(2, "released", "P2"), (3, "assigned", "P3"), (4, "reserved", "P5")]
    with running.work(NURSE) as work:
        leave_waiting_list(work, "P4", "another trial")
    assert waiting_list(running.ledger) == ()


def test_a_slot_given_back_stays_on_record(running: Running) -> None:
    running.open()
    running.enrol("P1", "C1")
    with running.work(NURSE) as work:
        release_slot(work, "P1", "had a cold")
    running.reserve("P1", "C1")
    assert (4, "reserved", "P1") not in states(running), "the first free slot is number 2"
    assert states(running)[1] == (2, "reserved", "P1")


def test_a_sentinels_slot_that_was_given_back_is_the_next_to_be_taken(running: Running) -> None:
    """The others wait for the sentinel, so whoever comes next must be able to be one."""
    running.protocol = protocol(with_sentinel)
    running.open()
    running.enrol("P1", "C1")
    with running.work(NURSE) as work:
        release_slot(work, "P1", "had a cold")
    running.enrol("P2", "C1")
    running.enrol("P3", "C1")
    assert states(running) == [(1, "released", "P1"), (2, "assigned", "P3"), (3, "open", None), (4, "assigned", "P2")]
    assert running.words("P2") == []
    assert running.words("P3") == ["1 of cohort C1's sentinels is still to be dosed: P2"]


def test_who_was_dosed_does_not_release_the_slot(one_cohort: Running) -> None:
    with pytest.raises(Refused, match="P1 was dosed"), one_cohort.work(NURSE) as work:
        release_slot(work, "P1", "withdrew")


def test_who_is_not_evaluable_is_replaced_and_nobody_else(one_cohort: Running) -> None:
    one_cohort.at("2026-02-20T10:00")
    pending = "P3 is pending: day 4 of 28: the window is open"
    with pytest.raises(Refused, match=pending), one_cohort.work(NURSE) as work:
        replace_participant(work, "P3", "withdrew")
    fields = {"event": "withdrawal by subject", "occurred": "2026-02-19"}
    one_cohort.enter("dispositions", subject="P3", number="1", **fields)
    with one_cohort.work(NURSE) as work:
        replace_participant(work, "P3", "withdrew on day 3")
    last = one_cohort.all(Slot)[-2:]
    assert [(each.slot, each.state, each.subject, each.replaces) for each in last] == [
        (3, "replaced", "P3", None),
        (4, "open", None, "P3"),
    ]
    one_cohort.enrol("P4", "C1")
    assert one_cohort.at("2026-02-23T00:00").words("P4") == [], "seven days after P3"


def test_where_the_protocol_replaces_nobody_no_slot_is_opened(running: Running) -> None:
    running.protocol = protocol(lambda text: text.replace("replaced: true", "replaced: false"))
    running.at("2026-02-01T08:00").open()
    running.cohort_dosed("C1", ["P1"], ["2026-02-02"])
    running.enter("deaths", subject="P1", died="2026-02-05")
    running.at("2026-02-06T10:00")
    with pytest.raises(Refused, match="replaces nobody"), running.work(NURSE) as work:
        replace_participant(work, "P1", "died")


def test_another_sites_participant_is_not_there(running: Running) -> None:
    running.open()
    running.person("P1")
    with pytest.raises(Refused, match="there is no participant P1 here"):
        running.reserve("P1", "C1", SWISS_NURSE)


def test_only_those_who_hold_slots_reserve_them(running: Running) -> None:
    running.open()
    running.person("P1")
    with pytest.raises(Refused, match="may not reserve"):
        running.reserve("P1", "C1", MEMBER)


def test_a_closed_cohort_gives_no_slot_until_it_is_opened_again(running: Running) -> None:
    running.open()
    running.person("P1")
    with pytest.raises(Refused, match="there is no cohort C7"):
        running.reserve("P1", "C7")
    running.close("C1", "accrual is over")
    with pytest.raises(Refused, match="cohort C1 was closed"):
        running.reserve("P1", "C1")
    with running.work(STATISTICIAN) as work:
        reopen_cohort(work, "C1", "accrual goes on")
    running.reserve("P1", "C1")


def test_nobody_is_replaced_in_a_closed_cohort(one_cohort: Running) -> None:
    one_cohort.at("2026-02-20T10:00").close("C1")
    one_cohort.enter("deaths", subject="P3", died="2026-02-19")
    with pytest.raises(Refused, match="cohort C1 was closed"), one_cohort.work(NURSE) as work:
        replace_participant(work, "P3", "died")
    with one_cohort.work(STATISTICIAN) as work:
        reopen_cohort(work, "C1", "to replace P3")
    with one_cohort.work(NURSE) as work:
        replace_participant(work, "P3", "died")
    with pytest.raises(Refused, match="was replaced already"), one_cohort.work(NURSE) as work:
        replace_participant(work, "P3", "died")


def test_a_slot_that_was_given_back_is_no_place_on_the_ladder(running: Running) -> None:
    running.open()
    for name in ("P1", "P2"):
        running.person(name)
        running.reserve(name, "C1")
    for name in ("P1", "P2"):
        with running.work(NURSE) as work:
            release_slot(work, name, "not well")
    running.reserve("P1", "C1")
    places = standing(running.protocol, running.snapshot.trial_data, running.now).rungs[0].places
    assert [(each.number, each.subject, each.state) for each in places] == [
        (3, "P1", "held"),
        (4, None, "open"),
        (5, None, "open"),
    ]
    with running.work(NURSE) as work:
        release_slot(work, "P1", "not well")
    running.close("C1", "nobody is to be dosed in it")
    places = standing(running.protocol, running.snapshot.trial_data, running.now).rungs[0].places
    assert {each.state for each in places} == {"unused"}, "nobody takes a place of a closed cohort"


def test_how_far_somebody_has_come_is_told_in_words(running: Running) -> None:
    def state(name: str) -> str:
        return participation_of(Courses(running.protocol, Records(running.snapshot.trial_data, running.now)), name)

    running.open()
    running.person("P1")
    assert state("P1") == "in screening"
    running.reserve("P1", "C1")
    assert state("P1") == "has a slot, not dosed yet"
    with running.work(NURSE) as work:
        release_slot(work, "P1", "not well")
    assert state("P1") == "in screening"
    running.reserve("P1", "C1")
    running.eligible("P1")
    with running.work(NURSE) as work:
        assign_slot(work, "P1")
    running.dose("P1", "2026-01-12T10:00")
    running.at("2026-01-13T10:00")
    assert state("P1") == "dosed, in the DLT window"
    running.at("2026-06-13T10:00")
    assert state("P1") == "in follow-up"
    running.enter("dispositions", subject="P1", number="1", event="withdrawal by subject", occurred="2026-06-12")
    assert state("P1") == "ended: withdrawal by subject"
