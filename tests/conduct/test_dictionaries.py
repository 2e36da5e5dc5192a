"""Dictionaries: what is read, what is refused, and what is near. Likeness is worked out again from its formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.conduct.dictionaries import Dictionary, Term, ctcae, folded, read_dictionary
from firstdose.conduct.ledger import Refused

FILE = """term,preferred_term,organ_class,code
Headache,Headache,Nervous system disorders,1
Cephalgia,Headache,Nervous system disorders,2
Migraine,Migraine,Nervous system disorders,3
Anaemia,Anaemia,Blood and lymphatic system disorders,4
"""


def dictionary(text: str = FILE) -> Dictionary:
    return read_dictionary(text.encode(), "Test", "1")


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("headache", "Headache"),
        ("  HEADACHE. ", "Headache"),
        ("head-ache", None),
        ("Anemia", "Anaemia"),
        ("cephalgia", "Cephalgia"),
    ],
)
def test_what_is_the_same_but_for_writing_is_exact(words: str, term: str | None) -> None:
    exact = [each.term.term for each in dictionary().propose(words) if each.is_exact]
    assert exact == ([term] if term else [])


def test_what_is_near_is_proposed_the_nearest_first() -> None:
    found = dictionary().propose("headaches")
    assert found[0].term.term == "Headache"
    assert not found[0].is_exact
    assert [each.likeness for each in found] == sorted((each.likeness for each in found), reverse=True)


@pytest.mark.parametrize("words", ["", " ", "?!", "صداع", "頭痛", "🧠🧠", "xyzzy", "\u202e", "a" * 5_000])
def test_item_55_for_unknown_words_nothing_is_proposed(words: str) -> None:
    assert dictionary().propose(words) == ()


def test_item_55_terms_in_any_script_are_found() -> None:
    found = dictionary("term\n頭痛\nصداع\n").propose("صداع")
    assert [each.term for each in found] == [Term("صداع", "صداع")]


def likeness(one: str, other: str) -> float:
    """Dice's coefficient, letter by letter."""
    sets = [{f"  {each} "[i : i + 3] for i in range(len(each) + 1)} for each in (one, other)]
    return 2 * len(sets[0] & sets[1]) / (len(sets[0]) + len(sets[1]))


@given(st.text(alphabet="abcdehimngr ", max_size=12))
def test_proposals_are_all_that_are_near_enough(words: str) -> None:
    """Against a comparison with every term, one by one."""
    wanted = folded(words)
    near = {each.term for each in dictionary().terms if wanted and likeness(wanted, folded(each.term)) >= 0.4}
    assert {each.term.term for each in dictionary().propose(words)} == near


def test_the_terms_of_ctcae_come_with_the_package() -> None:
    found = ctcae().propose("hypokalaemia")
    assert (found[0].term.term, found[0].term.organ_class) == ("Hypokalemia", "Metabolism and nutrition disorders")
    assert found[0].is_exact
    names = [each.term for each in ctcae("6.0").terms]
    assert len(set(names)) == len(names) > 40


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "first line"),
        (b"name\nHeadache\n", "first line"),
        (b"term,term\na,b\n", "once each"),
        (b"term\n", "no terms"),
        (b"term,code\nHeadache\n", "line 2: 1 columns"),
        (b'term,code\n"Headache,1\n', "no CSV"),
        (b"term,code\n,1\n", "line 2: the term is empty"),
        (b"term\n" + b"a" * 501 + b"\n", "longer than 500"),
        (b"term\nHeadache\xff\n", "UTF-8"),
        (b"term\n" + b"a" * 140_000 + b"\n", "line 2|no CSV"),
    ],
)
def test_a_file_that_is_no_dictionary_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_dictionary(content, "Test", "1")


@pytest.mark.parametrize("mark", [";", "\t", "$", "|"])
def test_columns_may_be_parted_otherwise(mark: str) -> None:
    assert dictionary(FILE.replace(",", mark)).content_hash == dictionary().content_hash


def test_a_mark_of_byte_order_and_a_missing_preferred_term_are_no_matter() -> None:
    found = read_dictionary(b"\xef\xbb\xbfterm,preferred_term\nHeadache,\n\n", "Test", "1")
    assert found.terms == (Term("Headache", "Headache"),)


def test_the_hash_tells_dictionaries_apart() -> None:
    assert dictionary(FILE.replace("Migraine,Migraine", "Migraine,Headache")).content_hash != dictionary().content_hash
