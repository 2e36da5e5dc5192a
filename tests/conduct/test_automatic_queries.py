"""Queries that rules ask: once, closed by themselves, and not for ever. Each change is written as a form writes it."""

from __future__ import annotations

import pytest

from firstdose.conduct.automatic_queries import BETWEEN_RECORDS, MENDED, check_all, check_record
from firstdose.conduct.catalogue import Query
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.own_records import all_of
from firstdose.conduct.queries import answer, close
from tests.conduct.workplace import DATA_MANAGER, MEMBER, MONITOR, NURSE, PHARMACIST, Workplace


def queries(place: Workplace) -> list[tuple[str | None, str, str]]:
    """Field, state and words of every query."""
    return [(each.about_field, each.state, each.words) for each in all_of(place.ledger, Query)]


def event(place: Workplace, **fields: str) -> None:
    """An adverse event, its own checks made in the same write."""
    place.enter("adverse_events", **{"subject": "P01", "number": "1", "term": "headache", **fields})
    follow(place)


def changed(place: Workplace, **fields: str) -> None:
    place.change("adverse_events", "P01/1", **fields)
    follow(place)


def follow(place: Workplace, record: str = "P01/1") -> int:
    with place.work(NURSE) as work:
        check_record(work, "adverse_events", record)
    return len(work.entries)


def test_what_cannot_be_read_is_kept_and_asked_about_once(place: Workplace) -> None:
    event(place, start="2026-13-40", grade="3")
    ((field, state, words),) = queries(place)
    assert (field, state) == ("start", "open")
    assert words.startswith('"2026-13-40": ')
    assert place.record("adverse_events", "P01/1").fields["start"] == "2026-13-40"
    assert follow(place) == 0, "nothing new is written while nothing has changed"


def test_a_query_closes_by_itself_when_it_is_mended_and_returns_when_it_is_broken_again(place: Workplace) -> None:
    event(place, grade="7")
    changed(place, grade="3")
    (query,) = all_of(place.ledger, Query)
    assert (query.state, query.closing) == ("closed", MENDED)
    changed(place, grade="7")
    ((field, state, _),) = queries(place)
    assert (field, state) == ("grade", "open"), "the same query, not a second one"


def test_what_a_person_accepted_is_not_asked_again_unless_it_changes(place: Workplace) -> None:
    event(place, grade="3", outcome="fatal")
    with place.work(NURSE) as work:
        answer(work, 1, "as in the chart")
    assert follow(place) == 0, "an answer waits for a person, not for the rule"
    with place.work(MONITOR) as work:
        close(work, 1, words="as in the chart; died of something else")
    for _ in range(3):
        changed(place, other_action="again")
        changed(place, other_action="")
    assert [state for _, state, _ in queries(place)] == ["closed"]
    changed(place, grade="4")
    ((_, state, words),) = queries(place)
    assert state == "open"
    assert words.startswith('"4": ')


def test_an_answer_to_something_that_was_changed_meanwhile_is_asked_for_again(place: Workplace) -> None:
    event(place, grade="7")
    with place.work(NURSE) as work:
        answer(work, 1, "corrected")
    changed(place, grade="8")
    (query,) = all_of(place.ledger, Query)
    assert (query.state, query.answer) == ("open", None)
    assert query.words.startswith('"8": ')


def test_a_removed_record_is_asked_about_no_more(place: Workplace) -> None:
    event(place, grade="7")
    with place.work(NURSE) as work:
        work.append(Draft("remove", "adverse_events", "P01/1", reason="another person's"))
        check_record(work, "adverse_events", "P01/1")
    assert [state for _, state, _ in queries(place)] == ["closed"]
    with place.work(NURSE) as work:
        work.append(Draft("restore", "adverse_events", "P01/1", reason="it was this person's"))
        check_record(work, "adverse_events", "P01/1")
    assert [state for _, state, _ in queries(place)] == ["open"]


def test_rules_between_records_are_asked_about_and_mended_too(place: Workplace) -> None:
    place.enter("batches", PHARMACIST, batch="B1")
    place.enter("dosings", NURSE, subject="P01", number="1", batch="B9", product_start="2026-03-01T10:00+01:00")
    with place.work(NURSE) as work:
        check_record(work, "dosings", "P01/1")
    assert queries(place) == []
    with place.work(DATA_MANAGER) as work:
        check_all(work)
    found = {each.about_field: each for each in all_of(place.ledger, Query)}
    assert (found["batch"].rule or "").startswith(BETWEEN_RECORDS)
    before = len(found)
    with place.work(DATA_MANAGER) as work:
        assert check_all(work) == ()
    with place.work(NURSE) as work:
        check_record(work, "dosings", "P01/1")
    assert work.entries == (), "one record alone does not close what lies between records"
    place.enter("batches", PHARMACIST, batch="B9")
    with place.work(DATA_MANAGER) as work:
        check_all(work)
    states = {each.about_field: each.state for each in all_of(place.ledger, Query)}
    assert states["batch"] == "closed"
    assert len(states) == before


def test_a_rule_that_names_today_is_the_same_tomorrow(place: Workplace) -> None:
    """A date in the future breaks the rule of the day of the data, whose words hold that day."""
    place.enter("subjects", subject="P01", consent="2026-01-05")
    event(place, start="2027-01-01")
    for _ in range(3):
        with place.work(DATA_MANAGER) as work:
            check_all(work)
        place.later(days=1)
    assert len(place.ledger.history("queries", "1")) == 1
    assert len(all_of(place.ledger, Query)) == 1


def test_of_many_records_each_is_asked_about_by_itself_and_beside_others(place: Workplace) -> None:
    """Truth: the records were made so that the odd ones lie in the future, and every third has an impossible grade."""
    place.enter("subjects", subject="P01", consent="2026-01-05")
    for number in range(1, 10):
        fields = {"start": "2027-01-01"} if number % 2 else {"start": "2026-02-01"}
        fields |= {"grade": "7"} if number % 3 == 0 else {}
        place.enter("adverse_events", subject="P01", number=str(number), term="headache", **fields)
    with place.work(DATA_MANAGER) as work:
        check_all(work)
    found = {(each.about_record, each.about_field) for each in all_of(place.ledger, Query)}
    assert found == {(f"P01/{n}", "start") for n in (1, 3, 5, 7, 9)} | {(f"P01/{n}", "grade") for n in (3, 6, 9)}
    with place.work(DATA_MANAGER) as work:
        assert check_all(work) == ()


def test_both_ways_of_looking_ask_about_the_same_thing_once(place: Workplace) -> None:
    """What one record breaks by itself is not asked a second time when all records are looked at."""
    place.enter("dlt_adjudications", MEMBER, subject="P01", event="1", adjudication="1", adjudicated="soon")
    with place.work(MEMBER) as work:
        check_record(work, "dlt_adjudications", "P01/1/1")
    alone = queries(place)
    assert {field for field, _, _ in alone} == {"adjudicated", "verdict"}
    with place.work(DATA_MANAGER) as work:
        check_all(work)
    about_it = [each for each in queries(place) if each[0] in ("adjudicated", "verdict")]
    assert about_it == alone


def test_the_checks_ask_for_a_role(place: Workplace) -> None:
    place.enter("batches", PHARMACIST, batch="B1")
    place.enter("dosings", subject="P01", number="1", batch="B9")
    with pytest.raises(Refused, match="ask and close queries"), place.work(PHARMACIST) as work:
        check_all(work)
    assert queries(place) == []
