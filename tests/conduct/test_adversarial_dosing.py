"""The ways in which dosing goes wrong, each with its expected result, through the ledger and its commands.

Numbers are those of the list of risks. Truth is worked out by hand on the calendar: the DLT window is 28 days, seven
days lie between participants, and the day of the procedure is day 0.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from firstdose.conduct.administering import correct_dosing
from firstdose.conduct.cohorts import close_cohort
from firstdose.conduct.gating import HALTING
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import LedgerError, Refused
from firstdose.conduct.slots import release_slot, replace_participant, reserve_slot
from firstdose.conduct.snapshot import OF_DOSING
from firstdose.dosing import recommendation, recorded
from firstdose.records import NAMES, Deviation, Dosing, Slot
from tests.conduct.running import BOTH_KINDS, SWISS_NURSE, Running
from tests.conduct.workplace import INVESTIGATOR, NURSE, PHARMACIST, STATISTICIAN
from tests.dosing.trial import protocol, with_sentinel


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


def test_item_15_a_dose_is_refused_once_the_committee_has_stopped(ready: Running) -> None:
    ready.decide("stop", reason="a signal in another trial")
    with pytest.raises(Refused, match="decision 2, taken later, is to stop"):
        ready.prepare("P4")


def test_item_15_a_dose_is_refused_once_the_cohort_is_closed_and_closing_waits_for_who_holds_a_slot(
    running: Running,
) -> None:
    """One nurse prepares the only participant's dosing while the statistician closes the cohort, at the same instant.

    Whoever comes second is refused: a cohort cannot be closed over an assigned slot, and here it is assigned.
    """
    running.at("2026-02-02T09:00").open(size=1)
    running.enrol("P1", "C1")
    answers: dict[str, str] = {}

    def try_it(name: str, deed: object) -> None:
        try:
            deed()  # type: ignore[operator]
            answers[name] = "done"
        except LedgerError as refused:
            answers[name] = str(refused)
        finally:
            running.ledger.close()

    threads = [
        threading.Thread(target=try_it, args=("close", lambda: running.close("C1", "no more"))),
        threading.Thread(target=try_it, args=("prepare", lambda: running.prepare("P1"))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers["prepare"] == "done"
    assert "slot 1 assigned for P1" in answers["close"]


def test_item_15_what_was_given_in_a_closed_cohort_is_kept_and_halts(one_cohort: Running) -> None:
    one_cohort.at("2026-03-18T09:00").close("C1")
    one_cohort.person("P7")
    one_cohort.eligible("P7")
    with pytest.raises(Refused, match="holds no slot"):
        one_cohort.prepare("P7")
    with pytest.raises(Refused, match="departs from what was allowed"):
        one_cohort.at("2026-03-18T12:00").record_given("P7", "2026-03-18T10:00", cohort="C1")
    found = one_cohort.record_given("P7", "2026-03-18T10:00", "the closing was not known on the ward", cohort="C1")
    assert "holds no slot" in found
    assert [each.subject for each in one_cohort.all(Dosing)] == ["P1", "P2", "P3", "P7"]


@pytest.mark.parametrize(
    ("start", "zone", "open_at", "over_at"),
    [
        # day 0 is 16 February in Rome though it is 22:50 UTC; day 28 is 16 March
        ("2026-02-16T23:50", "Europe/Rome", "2026-03-16T23:59+01:00", "2026-03-17T00:00+01:00"),
        # the clocks go forward on 29 March: the window is an hour shorter, and ends by the clock on the wall
        ("2026-03-02T23:50", "Europe/Rome", "2026-03-30T23:59+02:00", "2026-03-31T00:00+02:00"),
        # the same instant as 23:50 in Rome is 17 February in Helsinki
        ("2026-02-17T00:50", "Europe/Helsinki", "2026-03-17T23:59+02:00", "2026-03-18T00:00+02:00"),
        # entered in UTC, at 22:50: the site's calendar counts, not that of the text
        ("2026-02-16T22:50Z", "Europe/Rome", "2026-03-16T23:59+01:00", "2026-03-17T00:00+01:00"),
    ],
)
def test_item_42_the_window_ends_at_midnight_after_day_28_where_the_person_was_dosed(
    running: Running, start: str, zone: str, open_at: str, over_at: str
) -> None:
    author = replace(NURSE, zone=zone)
    running.at("2026-02-01T08:00").open(size=1)
    running.enrol("P1", "C1")
    from datetime import datetime

    local = datetime.fromisoformat(start.replace("Z", "+00:00"))
    running.now = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))
    running.prepare("P1", author=author)
    assert running.record_given("P1", start, author=author) == ()
    running.now = datetime.fromisoformat(open_at)
    assert running.history == "1?"
    running.now = datetime.fromisoformat(over_at)
    assert running.history == "1N"


def test_item_42_who_moves_to_a_site_in_another_zone_keeps_the_days_of_the_dosing(one_cohort: Running) -> None:
    one_cohort.change("subjects", "P3", reason="moved to another site", centre="US01")
    one_cohort.at("2026-03-16T23:59")
    assert one_cohort.history == "1NN?"
    one_cohort.at("2026-03-17T00:00")
    assert one_cohort.history == "1NNN"


def test_item_43_the_sentinels_interval_counts_from_the_dosing_not_from_the_day_planned(
    running: Running,
) -> None:
    """Prepared on 2 February, given on the 5th: the next may be dosed from midnight of the 19th on."""
    running.protocol = protocol(with_sentinel)
    running.at("2026-02-01T08:00")
    running.open()
    for name in ("P1", "P2"):
        running.enrol(name, "C1")
    assert running.words("P2") == ["1 of cohort C1's sentinels is still to be dosed: P1"]
    running.at("2026-02-02T09:00").prepare("P1")
    assert running.at("2026-02-05T12:00").record_given("P1", "2026-02-05T11:00") == ()
    assert running.at("2026-02-18T23:59").words("P2") == [
        "too early: 14 days must pass since the dosing of sentinel P1 on 5 February 2026; "
        "allowed from 19 February 2026, 00:00 (Europe/Rome)"
    ]
    assert running.at("2026-02-19T00:00").words("P2") == []


def test_item_43_a_sentinel_whose_infusion_was_aborted_was_none(running: Running) -> None:
    running.protocol = protocol(with_sentinel)
    running.at("2026-02-01T08:00")
    running.open()
    for name in ("P1", "P2"):
        running.enrol(name, "C1")
    running.at("2026-02-02T10:00").prepare("P1")
    aborted: dict[str, Any] = {
        "given": "partial",
        "dose_given": "1",
        "interrupted": "yes",
        "interruption_reason": "bleeding",
    }
    found = running.record_given("P1", "2026-02-02T10:00", "stopped by the surgeon", **aborted)
    assert found == (
        "interrupted, part of the dose given: bleeding",
        "given 1 million cells of 5 assigned, below the tolerance",
    )
    running.at("2026-03-30T10:00")
    assert any("P1 was not given the full dose" in each for each in running.words("P2"))
    assert any("dosing is halted until people decide" in each for each in running.words("P2"))
    running.decide("dose", 1)
    assert not any("halted" in each for each in running.words("P2"))
    assert any("P1 was not given the full dose" in each for each in running.words("P2")), "a sentinel is still lacking"


def test_item_43_a_batch_out_of_specification_is_not_prepared_and_if_given_halts(ready: Running) -> None:
    ready.batch("B2")
    ready.change("batch_tests", "B2/viability", PHARMACIST, result="60", passed="no")
    with pytest.raises(Refused, match="batch B2: Viable cells did not pass"):
        ready.prepare("P4", "B2")
    ready.prepare("P4", "B1")
    found = ready.record_given("P4", "2026-03-21T10:00", "thawed by mistake", batch="B2", dose_given="10")
    assert found == ("batch B2 given, B1 assigned", "batch B2: Viable cells did not pass")
    (deviation,) = ready.all(Deviation)
    assert (deviation.subject, deviation.degree, deviation.category) == ("P4", "critical", HALTING)
    assert "thawed by mistake" in deviation.description
    assert ready.all(Dosing)[-1].batch == "B2"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("dispositions", {"number": "1", "event": "withdrawal by subject", "occurred": "2026-02-25"}),
        ("dispositions", {"number": "1", "event": "lost to follow-up", "occurred": "2026-02-25"}),
        ("deaths", {"died": "2026-02-25"}),
    ],
)
def test_item_44_who_leaves_before_the_window_ends_is_not_evaluable_and_is_replaced(
    one_cohort: Running, kind: str, fields: dict[str, str]
) -> None:
    one_cohort.at("2026-02-26T10:00").enter(kind, subject="P3", **fields)
    assert one_cohort.history == "1??-", "the others are within their windows"
    one_cohort.at("2026-03-19T10:00")
    assert one_cohort.history == "1NN-"
    advised = recommendation(one_cohort.protocol, one_cohort.snapshot.trial_data, one_cohort.now)
    assert (advised.action, advised.next_level) == ("dose", 1), "the cohort is filled, not left"
    with one_cohort.work(NURSE) as work:
        replace_participant(work, "P3", "left")
    one_cohort.enrol("P4", "C1")
    assert [(each.subject, each.replaces) for each in one_cohort.all(Slot)][-1] == ("P4", "P3")
    assert one_cohort.words("P4") == []


def test_item_44_who_leaves_after_the_window_stays_evaluable(one_cohort: Running) -> None:
    one_cohort.at("2026-03-19T10:00").enter("deaths", subject="P3", died="2026-03-18")
    assert one_cohort.history == "1NNN"


def test_item_45_an_overdose_is_kept_halts_and_counts_at_the_level_given_if_toxic(ready: Running) -> None:
    ready.prepare("P4")
    found = ready.record_given("P4", "2026-03-21T10:00", "two syringes", dose_given="16")
    assert found == ("given 16 million cells of 10 assigned, above the tolerance",)
    assert any("dosing is halted" in each for each in ready.words("P5"))
    ready.at("2026-03-23T10:00").event("P4", "2026-03-22")
    ready.verdict("P4", "dlt")
    assert ready.history == "1NNN 3T", "a toxicity tells of the dose that was given"


def test_item_45_a_dose_in_the_wrong_cohort_is_kept_and_the_slot_goes_back(ready: Running) -> None:
    ready.at("2026-03-21T10:00")
    found = ready.record_given("P4", "2026-03-21T10:00", "wrong list on the ward", cohort="C1", batch="B1")
    assert "dosed in cohort C1, with a slot in C2" in found
    slots = {(each.cohort, each.slot): (each.state, each.subject) for each in ready.all(Slot)}
    assert slots["C2", 1] == ("released", "P4")
    assert slots["C2", 4] == ("open", None)
    assert slots["C1", 4] == ("dosed", "P4")
    assert any("dosing is halted" in each for each in ready.words("P5"))


def test_item_45_a_person_is_not_dosed_twice_nor_under_another_identifier(ready: Running) -> None:
    with pytest.raises(Refused, match="P1 exists already"):
        ready.person("P1")
    ready.person("P7", earlier_subject="P1")
    with ready.work(NURSE) as work:
        release_slot(work, "P6", "a place for P7")
    with pytest.raises(Refused, match="dosed already as P1: 1 of 1"):
        ready.reserve("P7", "C2")
    with pytest.raises(Refused, match="dosed already: 1 of 1"):
        ready.prepare("P1")


def test_item_45_who_failed_screening_may_be_screened_again(running: Running) -> None:
    running.open()
    running.person("P1")
    running.enter("dispositions", subject="P1", number="1", event="screen failure", occurred="2026-01-05")
    running.later(hours=1)
    with pytest.raises(Refused, match="screen failure"):
        running.reserve("P1", "C1")
    running.person("P2", earlier_subject="P1")
    running.reserve("P2", "C1")
    assert running.all(Slot)[0].subject == "P2"


def test_item_45_somebody_of_whom_there_is_no_record_was_dosed(ready: Running) -> None:
    with pytest.raises(Refused, match="there is no participant P99"):
        ready.prepare("P99")
    found = ready.record_given("P99", "2026-03-21T09:00", "an emergency at night", batch="B1", cohort="C2")
    assert "there is no record of the subject P99" in found
    assert ready.all(Dosing)[-1].subject == "P99"


def test_item_46_two_sites_cannot_overrun_a_cohort(ready: Running) -> None:
    """All three slots of C2 are held in Rome; a person in Zurich who consented at the same time waits."""
    ready.person("Z1", SWISS_NURSE)
    with pytest.raises(Refused, match="is full: slot 1 assigned for a participant of another site") as refused:
        ready.reserve("Z1", "C2", SWISS_NURSE)
    assert "P4" not in str(refused.value)
    ready.eligible("Z1", replace(INVESTIGATOR, site="CH01"))
    with pytest.raises(Refused, match="holds no slot"):
        ready.prepare("Z1", author=SWISS_NURSE)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"consent": "2026-03-25T10:00"}, "consent is dated later, 2026-03-25T10:00"),
        ({"eligibility_confirmed": "2026-03-25T10:00"}, "confirmation of eligibility is dated later"),
        ({"eligibility_confirmed": ""}, "confirmation of eligibility is not recorded"),
        ({"consent": ""}, "consent is not recorded"),
    ],
)
def test_item_54_nobody_is_dosed_before_consent_and_confirmed_eligibility(
    ready: Running, facts: dict[str, str], words: str
) -> None:
    ready.change("subjects", "P4", **facts)
    with pytest.raises(Refused, match=words):
        ready.prepare("P4")
    found = ready.record_given("P4", "2026-03-21T09:00", "the form was not signed", dose_given="10", batch="B1")
    assert any(words in each for each in found)
    assert ready.all(Deviation)[0].degree == "critical"


def test_item_54_the_dead_are_not_dosed_and_events_out_of_order_are_listed(ready: Running) -> None:
    ready.enter("deaths", subject="P4", died="2026-03-20")
    with pytest.raises(Refused, match="died"):
        ready.prepare("P4")
    ready.event("P4", "2026-01-01", end="2026-03-21T09:00")
    rules = {(each.record, each.rule) for each in ready.snapshot.problems if each.identity == "P4/1"}
    assert any(record == "adverse_events" for record, _ in rules), rules


def test_item_55_names_in_any_letters_go_all_the_way(running: Running) -> None:
    """A subject, a cohort and a batch in other scripts, with a slash, a space and a four-byte sign."""
    cohort, name = "Kohorte Ä/1", "患者\N{DNA DOUBLE HELIX}-٣"
    running.at("2026-02-02T09:00").open(cohort=cohort)
    running.enrol(name, cohort)
    running.dose(name, "2026-02-02T10:00")
    running.event(name, "2026-02-03", term="نوبة صرع")
    running.verdict(name, "dlt")
    assert running.history == "1T"
    stored = running.record("dosings", name_of("dosings", name, 1))
    with running.work(NURSE) as work:
        correct_dosing(work, name, 1, {"dose_given": "4.9"}, stored.fields, "вес")
    assert running.all(Dosing)[0].dose_given == 4.9
    assert running.decide("stop", reason="停") == 1


def test_what_dosing_reads_is_what_the_gate_is_given(ready: Running) -> None:
    """The gate reads a part of the data, for speed: it must be all that dosing knows of."""
    known = {NAMES[kind] for kind in vars(recorded).values() if isinstance(kind, type) and kind in NAMES}
    assert known <= set(OF_DOSING)
    with ready.work(NURSE) as work:
        for kind in OF_DOSING:
            assert work.dosing_data.frames[kind].equals(work.snapshot.trial_data.frames[kind])


def test_item_43_without_the_start_of_the_procedure_that_of_the_cells_counts(running: Running) -> None:
    running.protocol = protocol(with_sentinel)
    running.at("2026-02-01T08:00")
    running.open()
    for name in ("P1", "P2"):
        running.enrol(name, "C1")
    running.at("2026-02-05T12:00").prepare("P1")
    only_cells: dict[str, Any] = {"procedure_start": None, "product_start": "2026-02-05T11:00"}
    assert running.record_given("P1", "", "prepared on paper", **only_cells) == ()
    assert running.at("2026-02-18T23:59").words("P2") == [
        "too early: 14 days must pass since the dosing of sentinel P1 on 5 February 2026; "
        "allowed from 19 February 2026, 00:00 (Europe/Rome)"
    ]
    assert running.at("2026-02-19T00:00").words("P2") == []


def test_two_nurses_prepare_the_same_participant_and_one_is_refused(ready: Running) -> None:
    ready.prepare("P4")
    with pytest.raises(Refused, match="is prepared already"):
        ready.prepare("P4")


def test_a_closed_cohort_takes_nobody(one_cohort: Running) -> None:
    with one_cohort.at("2026-03-19T15:00").work(STATISTICIAN) as work:
        close_cohort(work, "C1")
    one_cohort.person("P7")
    with pytest.raises(Refused, match="is full"), one_cohort.work(NURSE) as work:
        reserve_slot(work, "C1", "P7")
