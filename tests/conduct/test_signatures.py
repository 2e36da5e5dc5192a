"""Signatures: what they are bound to, when they fall, and when they are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from firstdose.conduct.ledger import Draft, Entry, Refused, StoredRecord
from firstdose.conduct.signatures import Proof, Purpose, Signed, content_hash, sign, sign_all, signatures_of
from tests.conduct.workplace import INVESTIGATOR, MEMBER, NURSE, OTHER_MEMBER, Workplace

EVENT = {"subject": "P01", "number": "1", "term": "headache", "grade": "3"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def event(place: Workplace) -> Purpose:
    """An adverse event that the investigator looks at to sign it."""
    place.enter("adverse_events", **EVENT)
    return place.purpose("adverse_events", "P01/1")


def signed(place: Workplace, purpose: Purpose, proof: Proof | None = None) -> tuple[Signed, ...]:
    with place.work(INVESTIGATOR) as work:
        sign(work, purpose, proof or place.proof(INVESTIGATOR, purpose))
    return signatures_of(place.ledger, purpose.record_type, purpose.record)


def test_a_signature_says_who_when_what_and_why(place: Workplace, event: Purpose) -> None:
    head_before = place.ledger.head()
    (found,) = signed(place, event)
    signature = found.signature
    assert found.is_valid
    assert (signature.signer, signature.signer_name, signature.meaning) == (
        "carlo",
        "Carlo Rossi",
        "reviewed and approved",
    )
    assert str(signature.signed) == "2026-03-02T09:00:00+00:00"
    assert signature.head == event.head
    assert signature.ledger_head == str(head_before)
    assert "password and authenticator" in place.ledger.history("signatures", "1")[0].reason


def test_item_16_signing_what_another_changed_meanwhile_is_refused(place: Workplace, event: Purpose) -> None:
    place.change("adverse_events", "P01/1", grade="2")
    with pytest.raises(Refused, match="changed since it was shown"):
        signed(place, event)
    assert signatures_of(place.ledger) == ()


def held_by(place: Workplace, record_type: str, record: str) -> list[str]:
    """The accounts whose signature of a record holds, in the order of signing."""
    return [each.signature.signer for each in signatures_of(place.ledger, record_type, record) if each.is_valid]


def test_item_41_a_grade_changed_after_the_signature_makes_it_fall(place: Workplace, event: Purpose) -> None:
    signed(place, event)
    assert held_by(place, "adverse_events", "P01/1") == ["carlo"]
    place.change("adverse_events", "P01/1", reason="downgraded", grade="2")
    (found,) = signatures_of(place.ledger)
    assert found.state == "fallen"
    assert held_by(place, "adverse_events", "P01/1") == []
    place.change("adverse_events", "P01/1", reason="it was 3 after all", grade="3")
    (found,) = signatures_of(place.ledger)
    assert found.state == "fallen", "it was signed before the change and back; nobody has signed since"
    assert len(signed(place, place.purpose("adverse_events", "P01/1"))) == 2


def test_a_removed_record_loses_its_signature(place: Workplace, event: Purpose) -> None:
    signed(place, event)
    with place.work(INVESTIGATOR) as work:
        work.append(Draft("remove", "adverse_events", "P01/1", reason="entered for the wrong person"))
    assert signatures_of(place.ledger)[0].state == "fallen"


def test_a_record_altered_past_the_ledger_shows(place: Workplace, event: Purpose) -> None:
    (found,) = signed(place, event)

    class Altered:
        def record(self, record_type: str, record: str) -> StoredRecord:
            return replace(place.record(record_type, record), fields={**EVENT, "grade": "1"})

        def records(self, record_type: str | None = None) -> tuple[StoredRecord, ...]:
            return place.ledger.records(record_type)

        def present(self, record_type: str) -> int:
            return place.ledger.present(record_type)

        def records_under(self, record_type: str, first: str) -> tuple[StoredRecord, ...]:
            return place.ledger.records_under(record_type, first)

        def history(self, record_type: str, record: str) -> tuple[Entry, ...]:
            return place.ledger.history(record_type, record)

    assert signatures_of(Altered(), "adverse_events", "P01/1") == (Signed(found.signature, "altered"),)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda proof: replace(proof, account="anna"), "not who is signing"),
        (lambda proof: replace(proof, moment=proof.moment - timedelta(minutes=6)), "too old"),
        (lambda proof: replace(proof, moment=proof.moment + timedelta(seconds=1)), "from the future"),
        (lambda proof: replace(proof, means=()), "enter the password again"),
        (lambda proof: replace(proof, full_name=" "), "full name"),
        (
            lambda proof: replace(proof, purposes=(replace(proof.purposes[0], meaning="seen"),)),
            "to sign something else",
        ),
    ],
    ids=["another account", "old", "future", "no means", "no name", "another meaning"],
)
def test_item_31_a_proof_of_anything_else_is_refused(
    place: Workplace, event: Purpose, spoil: Callable[[Proof], Proof], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        signed(place, event, spoil(place.proof(INVESTIGATOR, event)))
    assert signatures_of(place.ledger) == ()


def test_item_31_a_signature_sent_twice_is_given_once(place: Workplace, event: Purpose) -> None:
    signed(place, event)
    with pytest.raises(Refused, match="signed this already"):
        signed(place, event)
    assert len(signatures_of(place.ledger)) == 1


def test_only_who_may_sign_signs(place: Workplace, event: Purpose) -> None:
    with pytest.raises(Refused, match="may not sign data"), place.work(NURSE) as work:
        sign(work, event, place.proof(NURSE, event))
    with pytest.raises(Refused, match="may not sign data"), place.work(MEMBER) as work:
        sign(work, event, place.proof(MEMBER, event))


def test_members_of_the_committee_sign_a_decision(place: Workplace) -> None:
    place.enter("dose_decisions", MEMBER, decision="1", action="dose", next_level="2")
    purpose = place.purpose("dose_decisions", "1", "agree")
    with pytest.raises(Refused, match="take and sign decisions"), place.work(INVESTIGATOR) as work:
        sign(work, purpose, place.proof(INVESTIGATOR, purpose))
    for member in (MEMBER, OTHER_MEMBER):
        with place.work(member) as work:
            sign(work, purpose, place.proof(member, purpose))
    assert held_by(place, "dose_decisions", "1") == ["boris", "bella"]
    assert {each.signature.meaning for each in signatures_of(place.ledger)} == {"agree"}


def test_one_proof_may_be_for_several_records(place: Workplace, event: Purpose) -> None:
    place.enter("adverse_events", **{**EVENT, "number": "2"})
    other = place.purpose("adverse_events", "P01/2")
    proof = place.proof(INVESTIGATOR, event, other)
    signed(place, event, proof)
    signed(place, other, proof)
    assert [each.state for each in signatures_of(place.ledger, "adverse_events")] == ["valid", "valid"]


def test_several_records_are_signed_together_or_none_is(place: Workplace, event: Purpose) -> None:
    place.enter("adverse_events", **{**EVENT, "number": "2"})
    other = place.purpose("adverse_events", "P01/2")
    stale = replace(other, head=other.head - 1)
    with pytest.raises(Refused, match="changed since"), place.work(INVESTIGATOR) as work:
        sign_all(work, [event, stale], place.proof(INVESTIGATOR, event, stale))
    assert signatures_of(place.ledger) == ()
    with place.work(INVESTIGATOR) as work:
        entries = sign_all(work, [event, other, event], place.proof(INVESTIGATOR, event, other))
    assert [each.record for each in entries] == ["1", "2"]
    assert [each.state for each in signatures_of(place.ledger)] == ["valid", "valid"]
    with pytest.raises(Refused, match="already"), place.work(INVESTIGATOR) as work:
        sign_all(work, [event], place.proof(INVESTIGATOR, event))


def test_the_hash_is_of_what_is_there_not_of_its_order() -> None:
    record = StoredRecord("adverse_events", "P01/1", {"term": "a", "grade": "1"}, 3)
    assert content_hash(record) == content_hash(replace(record, fields={"grade": "1", "term": "a"}, head=9))
    for other in (
        replace(record, fields={"term": "a", "grade": "2"}),
        replace(record, fields={"term": "a"}),
        replace(record, record="P01/2"),
        replace(record, is_removed=True),
    ):
        assert content_hash(record) != content_hash(other)
