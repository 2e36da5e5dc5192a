"""The ways in which what a decision rests on goes wrong: events that come late, verdicts, amendments, failures.

Numbers are those of the list of risks; each test says the expected result.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from firstdose.conduct.administering import correct_dosing
from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.deciding import TAKING, propose_decision, take_decision
from firstdose.conduct.ledger import Author, Draft, Refused, verify
from firstdose.conduct.own_records import all_of
from firstdose.conduct.reproducing import is_reproduced, seen_again
from firstdose.conduct.signatures import signatures_of
from firstdose.conduct.slots import replace_participant
from firstdose.conduct.staleness import stale_decisions
from firstdose.dosing import amended
from firstdose.records import AdverseEvent, Dosing
from tests.conduct.running import BOTH_KINDS, Running
from tests.conduct.workplace import INVESTIGATOR, MEMBER, NURSE
from tests.dosing.trial import protocol


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


def preparation(running: Running, number: int) -> PreparedDecision:
    return all_of(running.ledger, PreparedDecision)[number - 1]


@pytest.mark.parametrize("start", ["2026-02", "UN-UNK-2026", "2026"])
def test_item_39_a_partial_start_of_an_event_is_kept_as_typed_and_holds_dosing(ready: Running, start: str) -> None:
    ready.event("P2", start)
    assert ready.record("adverse_events", "P2/1").fields["start"] == start
    held = "P2: seizure of grade 3 (event 1) waits for adjudication"
    assert held in ready.words("P4")
    ready.verdict("P2", "not_dlt")
    assert ready.words("P4") == []


def test_item_39_a_dosing_whose_day_is_not_known_is_kept_and_halts(ready: Running) -> None:
    ready.prepare("P4")
    found = ready.record_given("P4", "2026-03", "the chart was lost", dose_given="10")
    assert found[0] == "when the dosing started is not recorded to the minute"
    assert str(ready.all(Dosing)[-1].procedure_start) == "2026-03"


def test_item_40_a_back_dated_event_that_turns_out_a_dlt_makes_the_decision_stale(ready: Running) -> None:
    """Said to have begun on 15 February, in P2's window; entered on 21 March, after the decision."""
    assert ready.words("P4") == []
    seen = preparation(ready, 1)
    before = seen_again(ready.ledger, seen)
    ready.event("P2", "2026-02-15", recorded="2026-02-16T10:00")
    ready.later(hours=1)
    ready.verdict("P2", "dlt")
    assert any("P2 has turned out to have had a DLT" in words for words in ready.words("P4"))
    with pytest.raises(Refused, match="people decide again"):
        ready.prepare("P4")
    (stale,) = stale_decisions(ready.ledger, ready.snapshot.trial_data, ready.protocol, ready.now)
    assert (stale.decision, stale.halts) == (1, True)
    assert stale.words == "decision 1 is stale: P2 was without a DLT and is now with a DLT (level 1, cohort C1)"
    assert stale.to_do.startswith("Dosing is halted.")
    assert [each.entry.record for each in stale.entered] == ["P2/1", "P2/1/1"]
    assert [each.words for each in stale.entered] == [
        "adverse event 1 of P2 entered",
        "verdict 1 on adverse event 1 of P2 entered",
    ]
    assert [each.entry.account for each in stale.entered] == ["anna", "boris"]
    again = seen_again(ready.ledger, seen)
    assert again.content_hash == before.content_hash == seen.data_hash, "what the committee knew then"
    assert list(again.trial_data.records(AdverseEvent)) == []


def test_item_40_a_verdict_with_an_earlier_date_than_its_entry_halts_all_the_same(ready: Running) -> None:
    """By its dates the committee knew of it; by the ledger it did not. The dates alone would let dosing go on."""
    ready.event("P2", "2026-02-15", recorded="2026-02-16T10:00")
    verdict = {"subject": "P2", "event": "1", "adjudication": "1", "verdict": "dlt", "adjudicated": "2026-02-20T10:00"}
    ready.enter("dlt_adjudications", MEMBER, **verdict)
    assert (
        "decision 1 is stale: P2 was without a DLT and is now with a DLT (level 1, cohort C1); people decide again"
    ) in ready.words("P4")


def test_item_40_dosing_goes_on_once_people_have_decided_again_with_a_reason(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    ready.verdict("P2", "dlt")
    ready.later(hours=1)
    number = ready.prepare_decision()
    with pytest.raises(Refused, match="departs from the rule"):
        ready.propose(number, "dose", 2)
    assert ready.decide("dose", 2, "one seizure in a person with epilepsy") == 2
    assert ready.words("P4") == []
    stale = stale_decisions(ready.ledger, ready.snapshot.trial_data, ready.protocol, ready.now)
    assert [(each.decision, each.halts) for each in stale] == [(1, False)]
    assert stale[0].to_do == "Nothing: a later decision was taken since."


@pytest.mark.parametrize("reason", ["", "  ", ".", "--", "xx", "\U0001f642"])
def test_item_49_a_departure_needs_a_reason_that_says_something(ready: Running, reason: str) -> None:
    """The rule advises level 2; level 4 is two steps further."""
    number = ready.prepare_decision()
    ready.later(seconds=1)
    with pytest.raises(Refused, match="this departs from the rule"):
        ready.propose(number, "dose", 4, reason)
    assert "action" not in ready.record("prepared_decisions", str(number)).fields
    ready.propose(number, "dose", 2, reason)


def test_item_13_a_proposal_that_nobody_saw_is_neither_replaced_nor_taken(ready: Running) -> None:
    number = ready.prepare_decision()
    seen = ready.record("prepared_decisions", str(number)).head
    ready.later(seconds=1)
    ready.propose(number, "dose", 2)
    changed = "has changed since you saw it: it is to dose at level 2"
    with pytest.raises(Refused, match=changed), ready.work(MEMBER) as work:
        propose_decision(work, number, "stop", None, "too few cells", seen)
    ready.sign_decision(number)
    data_hash = ready.record("prepared_decisions", str(number)).fields["data_hash"]
    now = ready.record("prepared_decisions", str(number)).head
    proof = ready.proof(MEMBER, ready.purpose("prepared_decisions", str(number), TAKING))
    with pytest.raises(Refused, match=changed), ready.work(MEMBER) as work:
        take_decision(work, number, data_hash, seen, proof=proof)
    with ready.work(MEMBER) as work:
        assert take_decision(work, number, data_hash, now, proof=proof) == 2


def test_item_40_a_dosing_that_is_corrected_later_makes_the_decision_stale(ready: Running) -> None:
    stored = ready.record("dosings", "P3/1")
    with ready.work(NURSE) as work:
        correct_dosing(work, "P3", 1, {"dose_given": "2"}, stored.fields, "misread the syringe")
    words = ready.words("P4")
    assert (
        "decision 1 is stale: P3 was without a DLT and is now not evaluable (level 1, cohort C1); people decide again"
    ) in words
    assert any("dose given: 2 (was 5)" in each and "dosing is halted" in each for each in words)


def test_item_41_a_grade_changed_after_the_verdict_holds_dosing_until_it_is_judged_again(ready: Running) -> None:
    ready.event("P2", "2026-02-15", grade="2")
    ready.verdict("P2", "not_dlt")
    assert ready.words("P4") == []
    ready.change("adverse_events", "P2/1", reason="the discharge letter says more", grade="4")
    assert ready.words("P4") == [
        "P2: seizure (event 1) was changed after its verdict: highest grade by CTCAE: 4 (was 2); members judge it again"
    ]
    ready.verdict("P2", "not_dlt")
    assert ready.words("P4") == []


def test_item_41_a_grade_lowered_after_a_dlt_and_its_signature_takes_nothing_back(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    purpose = ready.purpose("adverse_events", "P2/1")
    ready.verdict("P2", "dlt")
    with ready.work(INVESTIGATOR) as work:
        from firstdose.conduct.signatures import sign

        sign(work, purpose, ready.proof(INVESTIGATOR, purpose))
    ready.change("adverse_events", "P2/1", reason="downgraded", grade="1")
    assert [each.state for each in signatures_of(ready.ledger, "adverse_events", "P2/1")] == ["fallen"]
    assert ready.history == "1NTN", "only members take a DLT back"


def test_item_41_an_event_that_was_a_dlt_and_is_removed_holds_dosing(ready: Running) -> None:
    """Nobody who enters data takes a verdict back by removing what it is about, or the verdict itself."""
    ready.event("P2", "2026-02-15")
    ready.verdict("P2", "dlt")
    with ready.work(NURSE) as work:
        work.append(Draft("remove", "adverse_events", "P2/1", reason="entered for the wrong person"))
    assert "P2: event 1 was judged (a DLT) and then removed; restore it, and members judge" in ready.words("P4")
    with ready.work(NURSE) as work:
        work.append(Draft("restore", "adverse_events", "P2/1", reason="a mistake"))
    with ready.work(MEMBER) as work:
        work.append(Draft("remove", "dlt_adjudications", "P2/1/1", reason="a mistake"))
    assert "P2: the verdict on event 1 was removed; members judge it again" in ready.words("P4")


def test_item_47_a_decision_prepared_under_another_protocol_is_not_taken(one_cohort: Running) -> None:
    one_cohort.at("2026-03-19T15:00").close("C1")
    number = one_cohort.prepare_decision()
    one_cohort.propose(number, "dose", 2)
    one_cohort.sign_decision(number)
    amended = protocol(lambda text: text.replace("title: A trial", 'title: A trial, version: "2.0"'))
    one_cohort.protocol = amended
    with pytest.raises(Refused, match="the protocol was amended"):
        one_cohort.take(number)


def test_item_47_who_follows_the_old_protocol_keeps_its_window_and_dose(one_cohort: Running) -> None:
    """Version 2 has a window of 60 days and another dose of level 1; P1 to P3 and the one who replaces stay on 1."""
    texts = {"days": "window_days: 60", "doses": "[6, 10, 16, 24]"}
    new = protocol(
        lambda text: text.replace("window_days: 28", texts["days"]).replace("[5, 10, 16, 24]", texts["doses"])
    )
    old = one_cohort.protocol
    one_cohort.at("2026-03-19T10:00").enter("deaths", subject="P3", died="2026-02-20")
    for name in ("P1", "P2", "P3"):
        one_cohort.change("subjects", name, protocol_version="1")
    one_cohort.protocol = amended(new, {"1": old, "2": new})
    assert one_cohort.history == "1NN-", "in the window of 60 days they would be pending"
    with one_cohort.work(NURSE) as work:
        replace_participant(work, "P3", "died")
    one_cohort.enrol("P4", "C1")
    one_cohort.change("subjects", "P4", protocol_version="1")
    one_cohort.eligible("P4")
    one_cohort.prepare("P4")
    assert one_cohort.all(Dosing)[-1].dose_assigned == 5.0
    one_cohort.protocol = new
    assert one_cohort.history == "1??-", "nobody says which version they follow: the one in force"


def test_item_48_the_recommendation_is_reproduced_bit_for_bit_after_everything_has_changed(ready: Running) -> None:
    seen = preparation(ready, 1)
    ready.event("P2", "2026-02-15")
    ready.verdict("P2", "dlt")
    ready.enter("deaths", subject="P3", died="2026-03-01")
    from firstdose.conduct.gating import instant
    from firstdose.conduct.recommending import recommend
    from firstdose.conduct.snapshot import snapshot

    then = instant(seen.data_as_of)
    by_time = snapshot(ready.ledger, then)
    assert by_time.content_hash == seen.data_hash
    assert recommend(ready.protocol, by_time, then).document == seen.recommendation
    assert is_reproduced(ready.ledger, seen, ready.protocol)
    assert not is_reproduced(ready.ledger, replace(seen, data_hash="0" * 64), ready.protocol)
    assert ready.snapshot.content_hash != seen.data_hash
    assert verify(ready.ledger).is_whole


def test_item_49_a_departure_from_the_rule_needs_a_reason_and_the_signatures_of_the_quorum(
    one_cohort: Running,
) -> None:
    one_cohort.at("2026-03-19T15:00").close("C1")
    number = one_cohort.prepare_decision()
    with pytest.raises(Refused, match="departs from the rule"):
        one_cohort.propose(number, "dose", 1)
    one_cohort.propose(number, "dose", 1, "more is to be known of this level")
    with pytest.raises(Refused, match="0 members have signed"):
        one_cohort.take(number)
    one_cohort.sign_decision(number, MEMBER)
    with pytest.raises(Refused, match=r"1 member has signed .*\(Boris Rossi\), of 2 needed"):
        one_cohort.take(number)
    with pytest.raises(Refused, match="signed this already"):
        one_cohort.sign_decision(number, MEMBER)
    one_cohort.sign_decision(number, Author("bella", "committee_member"))
    assert one_cohort.take(number) == 1
    one_cohort.open(decision=1)
    one_cohort.at("2026-03-20T10:00").enrol("P4", "C2")
    assert one_cohort.words("P4") == []


def test_item_15_of_two_members_who_take_the_decision_at_once_one_does(one_cohort: Running) -> None:
    one_cohort.at("2026-03-19T15:00").close("C1")
    number = one_cohort.prepare_decision()
    one_cohort.propose(number, "dose", 2)
    one_cohort.sign_decision(number)
    answers: list[str] = []

    def take() -> None:
        try:
            answers.append(str(one_cohort.take(number)))
        except Refused as refused:
            answers.append(str(refused))
        finally:
            one_cohort.ledger.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["1", "decision 1 was taken already; prepare a new one"]
