"""Queries about answers of one occasion that contradict each other. Truth: the answers were made to fit, or not to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from firstdose.conduct.automatic_queries import ANSWERS_FIT, MENDED, check_all, check_record
from firstdose.conduct.catalogue import Query
from firstdose.conduct.entering import draft_of
from firstdose.conduct.ledger import Draft
from firstdose.conduct.own_records import all_of
from firstdose.conduct.queries import close
from tests.conduct.workplace import DATA_MANAGER, MONITOR, NURSE, Workplace

EDSS = {"mobility": "walks", "distance_metres": "60", "aid": "one_side", "step": "6.0"}


@pytest.fixture
def edss(place: Workplace) -> Workplace:
    """P01 with an EDSS of month 3 that fits; 1 mobility, 2 distance, 3 aid, 4 step."""
    place.enter("subjects", subject="P01", consent="2026-01-05")
    place.enter("visits", subject="P01", visit="M3", state="done", start="2026-03-01")
    save(place, EDSS)
    return place


def save(place: Workplace, answers: Mapping[str, str], visit: str = "M3", first: int = 1) -> None:
    """Every answer a record, all in one write with its checks, as the page of the measure does."""
    with place.work(NURSE) as work:
        for number, (item, answer) in enumerate(answers.items(), start=first):
            held = {"answer" if answer[0].isdigit() else "answer_text": answer}
            fields = {"subject": "P01", "number": str(number), "measure": "edss", "item": item, "performed": "done"}
            draft = draft_of("assessments", {**fields, **held, "visit": visit, "assessed": "2026-03-01"}, {})
            assert draft is not None
            work.append(draft)
            check_record(work, "assessments", draft.record)


def changed(place: Workplace, record: str, **fields: str) -> None:
    place.change("assessments", record, **fields)
    follow(place, record)


def follow(place: Workplace, record: str) -> int:
    with place.work(NURSE) as work:
        check_record(work, "assessments", record)
    return len(work.entries)


def queries(place: Workplace) -> list[tuple[str, str | None, str]]:
    """Record, field and state of the queries about contradictions."""
    return [(each.about_record, each.about_field, each.state) for each in all_of(place.ledger, Query, rule=ANSWERS_FIT)]


def test_answers_written_together_are_judged_when_all_are_there(edss: Workplace) -> None:
    """Whoever walks has an aid; that it is written after the walking is no contradiction that was ever there."""
    assert all_of(edss.ledger, Query) == ()


def test_a_contradiction_is_asked_about_once_and_closed_when_another_record_is_mended(edss: Workplace) -> None:
    changed(edss, "P01/4", answer="4.0")
    (query,) = all_of(edss.ledger, Query)
    assert (query.about_record, query.about_field, query.state) == ("P01/4", "answer", "open")
    assert query.words == (
        '"4.0": Expanded Disability Status Scale, EDSS step: must be 6.0 as ambulation sets it; ask the rater which '
        "of them is right; nothing is corrected here"
    )
    assert follow(edss, "P01/4") == 0
    assert follow(edss, "P01/1") == 0
    changed(edss, "P01/3", answer_text="none")
    assert queries(edss) == [("P01/4", "answer", "open")], "60 m without an aid are step 6.0 too"
    changed(edss, "P01/2", answer="400")
    assert queries(edss)[0][2] == "closed", "400 m without an aid are 4.5 or what the systems say, which are not rated"
    (query,) = all_of(edss.ledger, Query)
    assert query.closing == MENDED
    changed(edss, "P01/2", answer="60")
    assert queries(edss) == [("P01/4", "answer", "open")], "the same query, not a second one"


def test_removing_an_answer_that_another_calls_for_is_asked_of_that_one(edss: Workplace) -> None:
    with edss.work(NURSE) as work:
        work.append(Draft("remove", "assessments", "P01/3", reason="another person's"))
        check_record(work, "assessments", "P01/3")
    assert queries(edss) == [("P01/1", "answer_text", "open")]
    with edss.work(NURSE) as work:
        work.append(Draft("restore", "assessments", "P01/3", reason="it was this person's"))
        check_record(work, "assessments", "P01/3")
    assert queries(edss) == [("P01/1", "answer_text", "closed")]


def test_an_answer_moved_to_another_visit_contradicts_nothing_any_more(edss: Workplace) -> None:
    save(edss, {"step": "6.5"}, first=5)
    assert queries(edss) == [("P01/5", "answer", "open")], "answered twice"
    edss.enter("visits", subject="P01", visit="M6", state="done", start="2026-03-01")
    changed(edss, "P01/5", visit="M6")
    assert queries(edss) == [("P01/5", "answer", "closed")]


def test_what_cannot_be_read_is_asked_about_by_itself_only(edss: Workplace) -> None:
    changed(edss, "P01/2", answer="6O")
    assert {(each.about_record, each.about_field) for each in all_of(edss.ledger, Query)} == {("P01/2", "answer")}
    assert queries(edss) == []


def test_what_a_person_accepted_stays_closed_until_something_else_is_entered(edss: Workplace) -> None:
    changed(edss, "P01/4", answer="4.0")
    with edss.work(MONITOR) as work:
        close(work, 1, words="the rater stands by it")
    assert follow(edss, "P01/1") == 0
    with edss.work(DATA_MANAGER) as work:
        assert check_all(work) == ()
    changed(edss, "P01/4", answer="3.5")
    assert queries(edss) == [("P01/4", "answer", "open")]


def test_looking_at_all_records_finds_the_same_and_no_more(edss: Workplace) -> None:
    edss.change("assessments", "P01/4", answer="4.0")
    save(edss, {"step": "11"}, visit="M3", first=5)
    with edss.work(DATA_MANAGER) as work:
        check_all(work)
    found = queries(edss)
    assert found == [("P01/5", "answer", "open")], "contradictions are sought once every answer is possible"
    changed(edss, "P01/5", visit="")
    with edss.work(DATA_MANAGER) as work:
        assert check_all(work) == ()
    assert sorted(queries(edss)) == [("P01/4", "answer", "open"), ("P01/5", "answer", "open")]
    changed(edss, "P01/4", answer="6.0")
    edss.change("assessments", "P01/5", answer="6")
    with edss.work(DATA_MANAGER) as work:
        check_all(work)
    assert {state for _, _, state in queries(edss)} == {"closed"}
