"""A dose that rests on people whom nobody looked at: it asks how one knows that they had no DLT."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from firstdose.conduct.catalogue import OpenedByCalendar, PreparedDecision
from firstdose.conduct.deciding import TAKING, take_decision
from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.conduct.own_records import all_of
from firstdose.conduct.signatures import Proof, signatures_of
from firstdose.conduct.unseen import explained, told_in_pack, unseen
from firstdose.protocol import Protocol
from firstdose.records import DoseDecision
from tests.conduct.ledger.places import Place
from tests.conduct.running import BOTH_KINDS, CALLED, Running
from tests.conduct.workplace import MEMBER, NURSE, OTHER_MEMBER, STATISTICIAN
from tests.dosing.trial import protocol

NOBODY_LOOKED = "rests on people of whom nothing is recorded since their DLT window ended: P1 \\("


def see(running: Running, name: str, day: str) -> None:
    """Somebody comes to a visit."""
    running.enter("visits", NURSE, subject=name, visit="M1", state="done", start=day)


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def reviewed(one_cohort: Running) -> Running:
    """The first cohort is over and closed, and nothing is entered of anybody since the dosing."""
    one_cohort.at("2026-03-19T15:00").close("C1")
    return one_cohort


@pytest.fixture
def by_the_rule(database: Place) -> Running:
    """The same in a trial without a committee: the rule itself opens the next level."""
    running = Running(database, _without_committee(protocol())).at("2026-02-01T08:00")
    running.open()
    running.cohort_dosed("C1", ["P1", "P2", "P3"], ["2026-02-02", "2026-02-09", "2026-02-16"])
    running.at("2026-03-19T15:00").close("C1")
    return running


def _without_committee(rules: Protocol) -> Protocol:
    return replace(rules, escalation=replace(rules.escalation, committee_review=None))


def kept(running: Running) -> PreparedDecision:
    return all_of(running.ledger, PreparedDecision)[-1]


def people(running: Running) -> list[str]:
    return list(unseen(running.ledger, running.protocol, running.snapshot.trial_data, running.now))


@pytest.mark.parametrize("said", ["", "...", "   "])
def test_no_dose_rests_on_people_whom_nobody_looked_at_without_words(reviewed: Running, said: str) -> None:
    number = reviewed.prepare_decision()
    with pytest.raises(Refused, match=NOBODY_LOOKED):
        reviewed.propose(number, "dose", 2, "the rule says so", without_dlt=said)
    assert "action" not in reviewed.record("prepared_decisions", str(number)).fields


def test_of_whom_something_is_recorded_since_the_window_nothing_is_asked(reviewed: Running) -> None:
    for name in ("P1", "P3"):
        see(reviewed, name, "2026-03-18")
    number = reviewed.prepare_decision()
    assert list(json.loads(kept(reviewed).by_calendar or "")) == ["P2"]
    with pytest.raises(Refused, match=r"ended: P2 \(nothing is recorded after"):
        reviewed.propose(number, "dose", 2, without_dlt="")
    see(reviewed, "P2", "2026-03-18")
    reviewed.later(minutes=1)
    number = reviewed.prepare_decision()
    assert kept(reviewed).by_calendar == "{}"
    reviewed.propose(number, "dose", 2, without_dlt="")
    assert kept(reviewed).without_dlt is None


@pytest.mark.parametrize("action", ["wait", "stop"])
def test_to_wait_or_to_stop_rests_on_nobody(reviewed: Running, action: str) -> None:
    number = reviewed.prepare_decision()
    reviewed.propose(number, action, None, "nobody was seen yet", without_dlt="")
    assert kept(reviewed).action == action


def test_every_signature_binds_who_they_are_and_what_was_said(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    assert list(json.loads(kept(reviewed).by_calendar or "")) == ["P1", "P2", "P3"]
    assert kept(reviewed).without_dlt == CALLED
    reviewed.sign_decision(number)
    reviewed.propose(number, "dose", 2, without_dlt="seen at the ward on 18 March")
    assert {each.state for each in signatures_of(reviewed.ledger, "prepared_decisions")} == {"fallen"}
    with pytest.raises(Refused, match="0 members have signed"):
        reviewed.take(number)


def test_what_was_said_once_of_somebody_is_not_asked_again(reviewed: Running) -> None:
    """A taken decision to dose has said it; one to wait has not, nor one that was never taken."""
    assert people(reviewed) == ["P1", "P2", "P3"]
    reviewed.decide("wait", None, "nobody was seen yet")
    assert people(reviewed) == ["P1", "P2", "P3"]
    reviewed.later(minutes=1)
    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    reviewed.sign_decision(number)
    assert people(reviewed) == ["P1", "P2", "P3"]
    reviewed.take(number)
    assert people(reviewed) == []
    (said,) = explained(reviewed.ledger)
    assert (said.where, list(said.people), said.reason) == ("decision 2", ["P1", "P2", "P3"], CALLED)
    reviewed.at("2026-03-20T08:00").open(decision=2)
    reviewed.cohort_dosed("C2", ["P4", "P5", "P6"], ["2026-03-21", "2026-04-04", "2026-04-18"], "10")
    reviewed.at("2026-05-30T10:00").close("C2")
    assert people(reviewed) == ["P4", "P5", "P6"]


def test_the_pack_says_who_they_are_and_what_was_said_of_whom(reviewed: Running) -> None:
    def told() -> list[str]:
        found = told_in_pack(reviewed.ledger, reviewed.protocol, reviewed.snapshot.trial_data, reviewed.now)
        return [*found]

    (who,) = told()
    assert who.startswith("Without DLT by the calendar alone: P1; P2; P3. A decision to dose must say")
    reviewed.decide("dose", 2)
    assert told() == [f"Said with decision 1 of P1, P2, P3, by the calendar alone then: {CALLED}."]


def test_one_with_a_dlt_or_an_open_window_is_not_asked_about(one_cohort: Running) -> None:
    one_cohort.at("2026-03-10T15:00")
    assert "P3" not in people(one_cohort), "the window of P3 is open"
    one_cohort.event("P1", "2026-02-05")
    one_cohort.verdict("P1", "dlt")
    one_cohort.at("2026-03-19T15:00")
    assert people(one_cohort) == ["P2", "P3"]


def test_what_was_prepared_before_this_was_looked_for_is_prepared_again(reviewed: Running) -> None:
    number = reviewed.prepare_decision()
    text = kept(reviewed).by_calendar
    cleared = (FieldChange("by_calendar", text, None),)
    with reviewed.work(STATISTICIAN) as work:
        work.append(Draft("change", "prepared_decisions", str(number), cleared, "as it was before"))
    with pytest.raises(Refused, match="prepare the decision again"):
        reviewed.propose(number, "dose", 2)


def test_where_the_rule_opens_the_next_level_the_cohort_says_it(by_the_rule: Running) -> None:
    with pytest.raises(Refused, match="a cohort at level 2 rests on people"):
        by_the_rule.open(without_dlt="")
    assert by_the_rule.open(without_dlt=CALLED) == "C2"
    (said,) = all_of(by_the_rule.ledger, OpenedByCalendar)
    assert (said.cohort, list(json.loads(said.by_calendar)), said.without_dlt) == ("C2", ["P1", "P2", "P3"], CALLED)
    assert people(by_the_rule) == []


def test_where_the_rule_opens_it_nothing_is_asked_of_who_was_seen(by_the_rule: Running) -> None:
    for name in ("P1", "P2", "P3"):
        see(by_the_rule, name, "2026-03-18")
    assert by_the_rule.open(without_dlt="") == "C2"
    assert all_of(by_the_rule.ledger, OpenedByCalendar) == ()


def test_who_takes_a_decision_proves_again_who_he_is(reviewed: Running) -> None:
    """For taking this one as it is now, himself, a moment ago; a proof for signing it is none for taking it."""
    number = reviewed.prepare_decision()
    reviewed.propose(number, "dose", 2)
    purpose = reviewed.purpose("prepared_decisions", str(number), TAKING)
    good = reviewed.proof(MEMBER, purpose)
    reviewed.sign_decision(number)
    data_hash = reviewed.record("prepared_decisions", str(number)).fields["data_hash"]
    bad: dict[str, Proof] = {
        "is not who is signing": reviewed.proof(OTHER_MEMBER, purpose),
        "sign something else": reviewed.proof(MEMBER, replace(purpose, meaning="I agree with this decision")),
        "to sign something else": reviewed.proof(MEMBER, replace(purpose, head=purpose.head - 1)),
        "enter the password again": replace(good, means=()),
    }
    for words, proof in bad.items():
        with pytest.raises(Refused, match=words), reviewed.work(MEMBER) as work:
            take_decision(work, number, data_hash, proof=proof)
    with reviewed.work(MEMBER) as work:
        assert take_decision(work, number, data_hash, proof=good) == 1
    (decision,) = reviewed.all(DoseDecision)
    (entry,) = reviewed.ledger.history("dose_decisions", str(decision.decision))
    assert entry.reason.startswith("identity proved again at ")
