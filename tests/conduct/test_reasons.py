"""When a reason is asked for, and what counts as one."""

from __future__ import annotations

import pytest

from firstdose.conduct.ledger import Refused
from firstdose.conduct.reasons import REASONS, is_reason, refuse_poor_reason
from tests.conduct.ledger.places import Place
from tests.conduct.workplace import INVESTIGATOR, Workplace


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def place(database: Place) -> Workplace:
    made = Workplace(database, (refuse_poor_reason,))
    made.enter("adverse_events", subject="P01", number="1", term="headache", grade="3")
    return made


@pytest.mark.parametrize(
    "words", ["", " ", "\n\t", "\u200b\u200b\u200b", "...", "---", "🙂🙂🙂", "aaaa", "11111", "ok", "?!?!"]
)
def test_item_10_what_says_nothing_is_refused(place: Workplace, words: str) -> None:
    head = place.ledger.head()
    with pytest.raises(Refused, match=r"say (in words )?why"):
        place.change("adverse_events", "P01/1", reason=words, grade="2")
    assert place.ledger.head() == head


def test_item_10_a_reason_of_ten_megabytes_is_refused(place: Workplace) -> None:
    with pytest.raises(Refused, match="too many"):
        place.change("adverse_events", "P01/1", reason="because " * 1_250_000, grade="2")


@pytest.mark.parametrize("words", [*REASONS, "typo", "misread 🙂", "erreur", "خطأ", "誤記", "ошибка", "см. карту"])
def test_words_of_any_script_are_a_reason(place: Workplace, words: str) -> None:
    place.change("adverse_events", "P01/1", reason=words, grade="2")
    assert place.ledger.history("adverse_events", "P01/1")[-1].reason == words


def test_what_is_filled_in_for_the_first_time_needs_none(place: Workplace) -> None:
    place.change("adverse_events", "P01/1", INVESTIGATOR, reason="", serious="no")
    with pytest.raises(Refused):
        place.change("adverse_events", "P01/1", INVESTIGATOR, reason="", serious="yes")
    with pytest.raises(Refused):
        place.change("adverse_events", "P01/1", INVESTIGATOR, reason="", serious="")


def test_digits_and_letters_that_differ_are_enough() -> None:
    assert is_reason("CT1")
    assert not is_reason("CT")
