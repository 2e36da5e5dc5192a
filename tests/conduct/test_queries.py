"""Queries by people: each step, who may take it, and that nothing that was said is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstdose.conduct.ledger import Refused
from firstdose.conduct.queries import Asked, about, answer, ask, close, reopen, said_about, waiting
from tests.conduct.workplace import INVESTIGATOR, MONITOR, NURSE, PHARMACIST, Workplace

GRADE = Asked("adverse_events", "P01/1", "Is this grade 3 in the chart?", "grade")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def asked(place: Workplace) -> int:
    place.enter("adverse_events", subject="P01", number="1", term="headache", grade="3")
    with place.work(MONITOR) as work:
        return ask(work, GRADE)[0]


def test_a_query_goes_from_question_to_answer_to_its_end(place: Workplace, asked: int) -> None:
    place.later(days=3)
    (found,) = waiting(place.ledger, place.now)
    assert (found.query.words, found.query.state, found.age) == (GRADE.words, "open", timedelta(days=3))
    assert found.waits_for_answer
    with place.work(NURSE) as work:
        answer(work, asked, "Yes, seen on the ward round.")
    (found,) = waiting(place.ledger, place.now)
    assert not found.waits_for_answer
    with place.work(MONITOR) as work:
        close(work, asked, words="agrees with the chart")
    assert waiting(place.ledger, place.now) == ()
    (query,) = about(place.ledger, "adverse_events", "P01/1")
    assert (query.state, query.answer, query.closing) == (
        "closed",
        "Yes, seen on the ward round.",
        "agrees with the chart",
    )


def test_nothing_that_was_said_is_lost_when_a_query_is_asked_again(place: Workplace, asked: int) -> None:
    with place.work(NURSE) as work:
        answer(work, asked, "Yes")
    with place.work(MONITOR) as work:
        reopen(work, asked, "Which chart?")
    with place.work(INVESTIGATOR) as work:
        answer(work, asked, "The one of the ward")
    with place.work(INVESTIGATOR) as work:
        answer(work, asked, "The one of the ward, page 4")
    with place.work(MONITOR) as work:
        close(work, asked, words="fine")
    said = [(each.account, each.state, each.words) for each in said_about(place.ledger, asked)]
    assert said == [
        ("marta", "open", GRADE.words),
        ("anna", "answered", "Yes"),
        ("marta", "open", "Which chart?"),
        ("carlo", "answered", "The one of the ward"),
        ("carlo", "answered", "The one of the ward, page 4"),
        ("marta", "closed", "fine"),
    ]


def test_a_batch_is_asked_whole_or_not_at_all(place: Workplace, asked: int) -> None:
    place.enter("adverse_events", subject="P01", number="2", term="nausea")
    second = Asked("adverse_events", "P01/2", "Which grade?", "grade")
    with pytest.raises(Refused, match="no adverse event 1 of P09"), place.work(MONITOR) as work:
        ask(work, second, Asked("adverse_events", "P09/1", "Whose is this?"))
    assert len(waiting(place.ledger, place.now)) == 1
    with place.work(MONITOR) as work:
        assert ask(work, second, Asked("adverse_events", "P01/1", "Still going on?")) == (2, 3)
    with pytest.raises(Refused, match="no query 9"), place.work(MONITOR) as work:
        close(work, asked, 2, 9, words="visit of March")
    assert len(waiting(place.ledger, place.now)) == 3
    with place.work(MONITOR) as work:
        close(work, asked, 2, 3, words="visit of March")
    assert waiting(place.ledger, place.now) == ()


def test_a_step_that_does_not_fit_is_refused(place: Workplace, asked: int) -> None:
    with place.work(MONITOR) as work:
        close(work, asked, words="asked in error")
    with pytest.raises(Refused, match="is closed"), place.work(NURSE) as work:
        answer(work, asked, "late")
    with pytest.raises(Refused, match="is closed"), place.work(MONITOR) as work:
        close(work, asked, words="again")
    with place.work(MONITOR) as work:
        reopen(work, asked, "it was not in error")
    with pytest.raises(Refused, match="is open"), place.work(MONITOR) as work:
        reopen(work, asked, "again")


@pytest.mark.parametrize(
    "words",
    [" ", "\n\t"],
)
def test_empty_words_are_refused(place: Workplace, asked: int, words: str) -> None:
    with pytest.raises(Refused, match="what is asked"), place.work(MONITOR) as work:
        ask(work, Asked("adverse_events", "P01/1", words))
    with pytest.raises(Refused, match="say something"), place.work(NURSE) as work:
        answer(work, asked, words)
    with pytest.raises(Refused, match="what closes"), place.work(MONITOR) as work:
        close(work, asked, words=words)


def test_a_field_that_does_not_exist_cannot_be_asked_about(place: Workplace, asked: int) -> None:
    with pytest.raises(Refused, match="has no field grad"), place.work(MONITOR) as work:
        ask(work, Asked("adverse_events", "P01/1", "?", "grad"))


def test_who_may_do_what(place: Workplace, asked: int) -> None:
    with pytest.raises(Refused, match="ask and close queries"), place.work(NURSE) as work:
        close(work, asked, words="I know better")
    with pytest.raises(Refused, match="answer queries"), place.work(MONITOR) as work:
        answer(work, asked, "I answer myself")
    with pytest.raises(Refused, match="answer queries"), place.work(PHARMACIST) as work:
        answer(work, asked, "not mine")
    with pytest.raises(Refused, match="ask and close queries"), place.work(INVESTIGATOR) as work:
        ask(work, GRADE)


def test_item_55_words_in_any_script_are_kept(place: Workplace, asked: int) -> None:
    words = "صداع شديد 🧠 頭痛 <script>alert(1)</script>"
    with place.work(NURSE) as work:
        answer(work, asked, words)
    assert about(place.ledger, "adverse_events", "P01/1")[0].answer == words
