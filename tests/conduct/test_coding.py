"""Coding: chosen by a person, bound to the words that were coded and to the dictionary."""

from __future__ import annotations

import pytest

from firstdose.conduct.catalogue import Coding
from firstdose.conduct.coding import code, to_code
from firstdose.conduct.dictionaries import Dictionary, Term
from firstdose.conduct.ledger import Refused
from firstdose.conduct.own_records import all_of
from tests.conduct.workplace import DATA_MANAGER, NURSE, Workplace

HEADACHE = Term("Cephalgia", "Headache", "Nervous system disorders", "10019211")
MIGRAINE = Term("Migraine", "Migraine", "Nervous system disorders")
TERMS = Dictionary("Test", "1.0", (HEADACHE, MIGRAINE))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def event(place: Workplace) -> Workplace:
    place.enter("adverse_events", subject="P01", number="1", term="cephalgia")
    return place


def code_now(place: Workplace, term: Term = HEADACHE, dictionary: Dictionary = TERMS) -> None:
    head = place.record("adverse_events", "P01/1").head
    with place.work(DATA_MANAGER) as work:
        code(work, "adverse_events", "P01/1", head, term, dictionary)


def standing(place: Workplace) -> str:
    (found,) = to_code(place.ledger)
    return found.standing


def test_a_term_that_is_chosen_stands_in_the_record_with_where_it_is_from(event: Workplace) -> None:
    assert standing(event) == "not_coded"
    code_now(event)
    fields = event.record("adverse_events", "P01/1").fields
    assert (fields["term"], fields["preferred_term"]) == ("cephalgia", "Headache")
    assert fields["organ_class"] == "Nervous system disorders"
    (coding,) = all_of(event.ledger, Coding)
    assert (coding.words, coding.chosen, coding.term, coding.code) == ("cephalgia", "Cephalgia", "Headache", "10019211")
    assert coding.dictionary_hash == TERMS.content_hash
    assert event.ledger.history("adverse_events", "P01/1")[-1].reason == "coded with Test 1.0"
    assert standing(event) == "coded"


def test_the_coding_falls_when_the_words_change_and_can_be_chosen_anew(event: Workplace) -> None:
    code_now(event)
    event.change("adverse_events", "P01/1", term="migraine")
    assert standing(event) == "words_changed"
    code_now(event, MIGRAINE)
    assert standing(event) == "coded"
    (coding,) = all_of(event.ledger, Coding)
    assert (coding.words, coding.term, coding.code) == ("migraine", "Migraine", None)


def test_a_term_typed_by_hand_is_told_from_one_that_was_chosen(event: Workplace) -> None:
    event.change("adverse_events", "P01/1", preferred_term="Headache")
    assert standing(event) == "without_dictionary"
    code_now(event)
    assert standing(event) == "coded"
    event.change("adverse_events", "P01/1", preferred_term="Pain")
    assert standing(event) == "changed_by_hand"


def test_what_changed_meanwhile_is_not_coded(event: Workplace) -> None:
    head = event.record("adverse_events", "P01/1").head
    event.change("adverse_events", "P01/1", term="migraine")
    with pytest.raises(Refused, match="look at it again"), event.work(DATA_MANAGER) as work:
        code(work, "adverse_events", "P01/1", head, HEADACHE, TERMS)


def test_only_terms_of_the_dictionary_by_those_who_may(event: Workplace) -> None:
    with pytest.raises(Refused, match=r"no term of Test 1\.0"):
        code_now(event, Term("Pain", "Pain"))
    head = event.record("adverse_events", "P01/1").head
    with pytest.raises(Refused, match="code terms"), event.work(NURSE) as work:
        code(work, "adverse_events", "P01/1", head, HEADACHE, TERMS)
    with pytest.raises(Refused, match="no words"), event.work(DATA_MANAGER) as work:
        code(work, "lab_results", "P01/1", 0, HEADACHE, TERMS)
    code_now(event)
    with pytest.raises(Refused, match="coded so already"):
        code_now(event)


def test_item_55_words_in_any_script_can_be_coded(place: Workplace) -> None:
    place.enter("adverse_events", subject="P01", number="1", term="صداع شديد 🧠")
    code_now(place)
    assert place.record("adverse_events", "P01/1").fields["preferred_term"] == "Headache"
    assert standing(place) == "coded"
