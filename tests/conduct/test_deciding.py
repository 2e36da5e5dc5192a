"""Decisions: what is frozen, who signs, what is refused; and that no failure ever becomes a recommendation."""

from __future__ import annotations

from datetime import datetime
from threading import Event
from typing import Any

import pytest

from firstdose.conduct.by_hand import refuse_by_hand
from firstdose.conduct.deciding import TAKING, departs, prepare_decision, sign_decision, take_decision
from firstdose.conduct.ledger import Refused
from firstdose.conduct.quorum import MEANING
from firstdose.conduct.recommending import Advised, freeze, recommend
from firstdose.conduct.signatures import signatures_of
from firstdose.designs.recommendation import Recommendation
from firstdose.protocol import Protocol
from firstdose.records import DoseDecision, TrialData
from tests.conduct.running import Running
from tests.conduct.workplace import MEMBER, NURSE, OTHER_MEMBER, STATISTICIAN

DOSE_2 = Recommendation("dose", 2, None, "escalate")


@pytest.fixture
def reviewed(one_cohort: Running) -> Running:
    """The first cohort is over and closed; the committee meets on 19 March."""
    one_cohort.at("2026-03-19T15:00").close("C1")
    return one_cohort


def test_what_the_committee_saw_is_kept_with_the_decision(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    prepared = reviewed.record("prepared_decisions", str(number)).fields
    assert prepared["data_hash"] == reviewed.snapshot.content_hash
    assert prepared["outcomes"] == '{"P1":["C1",1,"N"],"P2":["C1",1,"N"],"P3":["C1",1,"N"]}'
    assert reviewed.decide("dose", 2) == 1
    (decision,) = reviewed.all(DoseDecision)
    assert (decision.cohort, decision.action, decision.next_level) == ("C1", "dose", 2)
    assert (decision.recommended_action, decision.recommended_next_level) == ("dose", 2)
    assert decision.members == "Boris Rossi; Bella Rossi"
    assert decision.data_hash == prepared["data_hash"]


def test_a_signature_binds_what_was_seen_and_what_is_proposed(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    reviewed.sign_decision(number)
    reviewed.propose(number, "dose", 1, "carefully")
    assert {each.state for each in signatures_of(reviewed.ledger, "prepared_decisions")} == {"fallen"}
    with pytest.raises(Refused, match="0 members have signed"):
        reviewed.take(number)


def test_a_signature_with_another_meaning_does_not_count(reviewed: Running) -> None:
    from firstdose.conduct.signatures import sign

    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    reviewed.sign_decision(number, MEMBER)
    purpose = reviewed.purpose("prepared_decisions", str(number), "I was there")
    with reviewed.work(OTHER_MEMBER) as work:
        sign(work, purpose, reviewed.proof(OTHER_MEMBER, purpose))
    assert purpose.meaning != MEANING
    with pytest.raises(Refused, match="1 member has signed"):
        reviewed.take(number)


def test_a_decision_is_not_taken_on_safety_data_that_have_changed(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    reviewed.sign_decision(number)
    reviewed.later(minutes=1)
    reviewed.event("P2", "2026-02-15", relation_to_product="not_related", relation_to_procedure="not_related")
    with pytest.raises(Refused, match="adverse event 1 of P2 entered"):
        reviewed.take(number)
    assert reviewed.decide("dose", 2) == 1, "prepared anew"


def test_nothing_is_proposed_or_signed_on_safety_data_that_have_changed(reviewed: Running) -> None:
    """Neither the first proposal nor another one; and no member signs what was proposed before the change."""
    number = reviewed.prepare_decision()
    purpose = reviewed.purpose("prepared_decisions", str(number), MEANING)
    with pytest.raises(Refused, match="nothing is proposed yet"), reviewed.work(MEMBER) as work:
        sign_decision(work, number, purpose, reviewed.proof(MEMBER, purpose))
    reviewed.propose(number, "dose", 2)
    purpose = reviewed.purpose("prepared_decisions", str(number), MEANING)
    with reviewed.work(MEMBER) as work:
        sign_decision(work, number, purpose, reviewed.proof(MEMBER, purpose))
    reviewed.later(minutes=1)
    reviewed.event("P2", "2026-02-15")
    changed = "this has changed: adverse event 1 of P2 entered.* Prepare the decision again"
    with pytest.raises(Refused, match=changed):
        reviewed.propose(number, "dose", 3, "boldly")
    with pytest.raises(Refused, match=changed), reviewed.work(OTHER_MEMBER) as work:
        sign_decision(work, number, purpose, reviewed.proof(OTHER_MEMBER, purpose))
    reviewed.verdict("P2", "not_dlt")
    again = reviewed.prepare_decision()
    reviewed.propose(again, "dose", 2)
    purpose = reviewed.purpose("prepared_decisions", str(again), MEANING)
    with reviewed.work(OTHER_MEMBER) as work:
        sign_decision(work, again, purpose, reviewed.proof(OTHER_MEMBER, purpose))


def test_a_laboratory_value_entered_meanwhile_does_not_hold_the_committee(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    reviewed.sign_decision(number)
    reviewed.later(minutes=1)
    reviewed.enter("visits", subject="P1", visit="M1", start="2026-03-04")
    assert reviewed.take(number) == 1


def test_another_page_or_an_older_preparation_is_refused(reviewed: Running) -> None:
    first = reviewed.prepare_decision()
    reviewed.propose(first, "dose", 2)
    reviewed.sign_decision(first)
    with pytest.raises(Refused, match="not what this decision was prepared with"):
        reviewed.take(first, "0" * 64)
    reviewed.later(minutes=1)
    second = reviewed.prepare_decision()
    with pytest.raises(Refused, match="replaced by preparation 2"):
        reviewed.take(first)
    with pytest.raises(Refused, match="nothing is proposed yet"):
        reviewed.take(second)


def test_a_decision_is_taken_once(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    reviewed.sign_decision(number)
    assert reviewed.take(number) == 1
    with pytest.raises(Refused, match="was taken already"):
        reviewed.take(number)
    with pytest.raises(Refused, match="was taken already"):
        reviewed.propose(number, "stop", None, "regret")


def test_what_was_entered_between_freezing_and_preparing_is_noticed(reviewed: Running) -> None:
    frozen = freeze(reviewed.ledger, reviewed.protocol, reviewed.now)
    reviewed.later(milliseconds=1)
    reviewed.event("P2", "2026-02-15")
    with pytest.raises(Refused, match="entered since the data were frozen"), reviewed.work(STATISTICIAN) as work:
        prepare_decision(work, frozen)


def test_levels_and_actions_are_checked(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    for action, level in (("dose", None), ("dose", 0), ("dose", 5)):
        with pytest.raises(Refused, match="a level from 1 to 4"):
            reviewed.propose(number, action, level, "why not")
    with pytest.raises(Refused, match="a decision to stop names no level"):
        reviewed.propose(number, "stop", 2, "why not")


def test_only_members_decide_and_only_the_statistician_prepares(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    purpose = reviewed.purpose("prepared_decisions", str(number), TAKING)
    with pytest.raises(Refused, match="may not take and sign"), reviewed.work(NURSE) as work:
        take_decision(work, number, "", proof=reviewed.proof(NURSE, purpose))
    frozen = freeze(reviewed.ledger, reviewed.protocol, reviewed.now)
    with pytest.raises(Refused, match="may not open cohorts and prepare"), reviewed.work(MEMBER) as work:
        prepare_decision(work, frozen)


def test_no_form_writes_a_decision(reviewed: Running) -> None:
    reviewed.rules = (refuse_by_hand,)
    fields = {"decision": "1", "action": "dose", "next_level": "4", "members": "Boris Rossi; Bella Rossi"}
    with pytest.raises(Refused, match="dose decisions are not written by hand: prepare, sign and take"):
        reviewed.enter("dose_decisions", MEMBER, **fields)
    assert reviewed.decide("dose", 2) == 1, "the commands go on"


def ask(reviewed: Running, rule: Any, seconds: float = 60.0) -> Advised:
    return recommend(reviewed.protocol, reviewed.snapshot, reviewed.now, seconds, rule)


def test_item_48_a_failure_is_no_recommendation(reviewed: Running) -> None:
    def failing(protocol: Protocol, data: TrialData, as_of: datetime) -> Recommendation:
        raise FloatingPointError("the posterior does not converge")

    found = ask(reviewed, failing)
    assert found.recommendation is None
    assert found.words == ("no recommendation: the rule failed (FloatingPointError: the posterior does not converge)")


def test_item_48_too_slow_is_no_recommendation(reviewed: Running) -> None:
    is_over = Event()

    def slow(protocol: Protocol, data: TrialData, as_of: datetime) -> Recommendation:
        is_over.wait()
        return DOSE_2

    try:
        assert ask(reviewed, slow, 0.05).words == "no recommendation: the rule did not answer within 0.05 seconds"
    finally:
        is_over.set()


@pytest.mark.parametrize(
    "answer", [None, "escalate", Recommendation("dose", 5, None, "up"), Recommendation("dose", None, None, "")]
)
def test_item_48_nonsense_is_no_recommendation(reviewed: Running, answer: Any) -> None:
    assert ask(reviewed, lambda *_: answer).recommendation is None


@pytest.mark.parametrize(
    ("record_type", "fields", "said"),
    [
        ("dosings", {"subject": "P7", "number": "one"}, "dosing 1 of P7, dose level assigned: 'two'"),
        ("cohorts", {"cohort": "C9", "dose_level": "two"}, "cohort C9, dose level: 'two'"),
        (
            "adverse_events",
            {"subject": "P2", "number": "1", "term": "seizure", "start": "last week"},
            "adverse event 1 of P2, start: 'last week'",
        ),
        (
            "dispositions",
            {"subject": "P2", "number": "1", "event": "withdrawal by subject", "occurred": "soon"},
            "milestone or end 1 of P2, when: 'soon'",
        ),
    ],
)
def test_item_48_what_cannot_be_read_is_no_recommendation(
    reviewed: Running, record_type: str, fields: dict[str, str], said: str
) -> None:
    author = STATISTICIAN if record_type == "cohorts" else NURSE
    if record_type == "dosings":
        reviewed.enter("dosings", author, subject="P7", number="1", level_assigned="two")
    else:
        reviewed.enter(record_type, author, **fields)
    found = recommend(reviewed.protocol, reviewed.snapshot, reviewed.now)
    assert found.recommendation is None
    assert found.words.startswith("no recommendation: records that dosing rests on cannot be read: " + said)


def test_item_48_without_a_recommendation_people_decide_only_with_a_reason(reviewed: Running) -> None:
    reviewed.enter("cohorts", STATISTICIAN, cohort="C9", dose_level="two")
    number = reviewed.prepare_decision()
    assert "recommendation" not in reviewed.record("prepared_decisions", str(number)).fields
    with pytest.raises(Refused, match="departs from the rule"):
        reviewed.propose(number, "dose", 2)
    reviewed.propose(number, "wait", None, "until the record is mended")


def test_what_departs_from_the_rule() -> None:
    advised = Advised(DOSE_2)
    assert not departs(advised, "dose", 2)
    assert departs(advised, "dose", 1)
    assert departs(advised, "dose", 3)
    assert departs(advised, "stop", None)
    assert not departs(Advised(Recommendation("stop", None, 2, "done")), "stop", None)
    assert departs(Advised(None, "failed"), "wait", None)
