"""The rules of the desk together: what no path may do."""

from __future__ import annotations

import pytest

from firstdose.conduct.catalogue import Signature
from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.conduct.own_records import create
from firstdose.conduct.queries import Asked, ask
from firstdose.conduct.rules import RULES
from firstdose.conduct.signatures import content_hash, sign, signatures_of
from firstdose.records import read_partial_date_time
from tests.conduct.ledger.places import Place
from tests.conduct.workplace import INVESTIGATOR, MONITOR, NURSE, Workplace


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def place(database: Place) -> Workplace:
    made = Workplace(database, RULES)
    made.enter("adverse_events", subject="P01", number="1", term="headache", grade="3")
    return made


def signature(place: Workplace, **facts: object) -> Signature:
    stored = place.record("adverse_events", "P01/1")
    known: dict[str, object] = {
        "signature": 1,
        "about_type": "adverse_events",
        "about_record": "P01/1",
        "head": stored.head,
        "content_hash": content_hash(stored),
        "ledger_head": str(place.ledger.head()),
        "meaning": "approved",
        "signer": "carlo",
        "signer_name": "Carlo Rossi",
        "signed": read_partial_date_time("2026-03-02T09:00"),
    }
    return Signature(**(known | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"signer": "boris"}, "for somebody else"),
        ({"head": 9}, "as it stands now"),
        ({"content_hash": "0" * 64}, "as it stands now"),
        ({"about_record": "P09/1"}, "as it stands now"),
    ],
)
def test_item_31_a_signature_is_not_made_by_writing_its_record(
    place: Workplace, facts: dict[str, object], words: str
) -> None:
    made = signature(place, **facts)
    with pytest.raises(Refused, match=words), place.work(INVESTIGATOR) as work:
        create(work, made)


def test_a_signature_is_neither_altered_nor_removed(place: Workplace) -> None:
    purpose = place.purpose("adverse_events", "P01/1", "seen")
    with place.work(INVESTIGATOR) as work:
        sign(work, purpose, place.proof(INVESTIGATOR, purpose))
    change = (FieldChange("meaning", "seen", "approved"),)
    with pytest.raises(Refused, match="never altered"), place.work(INVESTIGATOR) as work:
        work.append(Draft("change", "signatures", "1", change, reason="it was meant so"))
    with pytest.raises(Refused, match="cannot be removed"), place.work(INVESTIGATOR) as work:
        work.append(Draft("remove", "signatures", "1", reason="it was not meant so"))
    assert signatures_of(place.ledger)[0].is_valid


def test_a_query_is_closed_and_not_removed(place: Workplace) -> None:
    with place.work(MONITOR) as work:
        ask(work, Asked("adverse_events", "P01/1", "Which grade?"))
    with pytest.raises(Refused, match="cannot be removed"), place.work(NURSE) as work:
        work.append(Draft("remove", "queries", "1", reason="no time for it"))
