"""Queries through the pages: asked by rules and people, seen only where one may, answered, closed and asked again."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.browsing import Client, with_two_events


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site, with two adverse events."""
    return with_two_events(signed_in("coordinator"), "Q")


def queries_about(site: Any, record: str, **holding: str) -> list[Any]:
    found = [each for each in site.ledger.records("queries") if each.fields["about_record"] == record]
    return [each for each in found if all(each.fields.get(name) == text for name, text in holding.items())]


def ask(browser: Any, *records: str, words: str = "Please look again", **more: str) -> Any:
    sent = {"type": "adverse_events", "record": records, "words": words, **more}
    return browser.post("/queries/ask/", sent)


def test_what_cannot_be_read_is_asked_about_in_the_same_write_and_closes_when_mended(
    site: Any, signed_in: Client, subject: str
) -> None:
    browser, record = signed_in("coordinator"), f"{subject}/1"
    address = f"/participants/{subject}/adverse_events/{record}/"
    assert browser.post(address, {"grade": "two"}).status_code == 302
    (query,) = queries_about(site, record, about_field="grade")
    changed, asked = site.ledger.history("adverse_events", record)[-1], site.ledger.history("queries", query.record)[0]
    assert changed.write == asked.write
    page = browser.get(address).content.decode()
    assert f'href="/queries/{query.record}/"' in page
    assert browser.post(address, {"grade": "2", "seen:grade": "two", "reason": "typing error"}).status_code == 302
    assert site.ledger.record("queries", query.record).fields["state"] == "closed"
    assert f'href="/queries/{query.record}/"' not in browser.get(address).content.decode()


def test_a_monitor_asks_about_several_records_at_once_and_only_once(site: Any, signed_in: Client, subject: str) -> None:
    records = (f"{subject}/1", f"{subject}/2")
    key = str(uuid.uuid4())
    for _ in range(2):
        assert ask(signed_in("monitor"), *records, field="term", request=key).status_code == 302
    for record in records:
        (query,) = queries_about(site, record, words="Please look again")
        assert (query.fields["about_field"], query.fields["state"]) == ("term", "open")


def test_nothing_is_asked_about_another_site_or_about_what_is_not_there(
    site: Any, signed_in: Client, subject: str, subject_of: Callable[[str], str]
) -> None:
    browser = signed_in("monitor")
    before = site.ledger.head()
    for theirs in (f"{subject_of('02')}/1", f"{subject}/77"):
        assert ask(browser, f"{subject}/1", theirs).status_code == 404
    assert ask(browser, f"{subject}/1", words=" ").status_code == 409
    assert browser.post("/queries/ask/", {"type": "adverse_events", "words": "x"}).status_code == 409
    assert browser.get("/queries/ask/?type=role_grants").status_code == 404
    assert site.ledger.head() == before


def test_the_list_of_a_site_holds_its_own_queries_only(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    ours, theirs = subject_of("01"), subject_of("02")
    (our,) = queries_about(site, f"{ours}/1", words="Is this the first event?")
    (their,) = queries_about(site, f"{theirs}/1", words="Is this the first event?")
    page = signed_in("monitor").get("/queries/?state=all").content.decode()
    assert f'href="/queries/{our.record}/"' in page
    assert f'href="/queries/{their.record}/"' not in page
    assert theirs not in page
    whole = signed_in("data_manager").get("/queries/?state=all").content.decode()
    assert f'href="/queries/{their.record}/"' in whole
    of_site = signed_in("data_manager").get("/queries/?state=all&site=02").content.decode()
    assert f'href="/queries/{their.record}/"' in of_site
    assert f'href="/queries/{our.record}/"' not in of_site


def test_a_query_of_another_site_is_neither_answered_nor_closed(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    (their,) = queries_about(site, f"{subject_of('02')}/1", words="Is this the first event?")
    coordinator, monitor = signed_in("coordinator"), signed_in("monitor")
    before = site.ledger.head()
    answer = {"step": "answer", "words": "It is."}
    assert coordinator.post(f"/queries/{their.record}/", answer).status_code == 404
    several = {"step": "close", "query": their.record, "words": "It is."}
    refused = monitor.post("/queries/", several)
    missing = monitor.post("/queries/", {**several, "query": "999999"})
    assert (refused.status_code, missing.status_code) == (409, 409)
    assert f"there is no query {their.record}" in refused.content.decode()
    assert site.ledger.head() == before


def test_a_query_is_answered_closed_and_asked_again_and_nothing_said_is_lost(
    site: Any, signed_in: Client, subject: str
) -> None:
    record = f"{subject}/1"
    ask(signed_in("monitor"), record, words="Which ward <b>?</b>")
    (query,) = queries_about(site, record, words="Which ward <b>?</b>")
    address = f"/queries/{query.record}/"
    assert signed_in("coordinator").post(address, {"step": "answer", "words": " "}).status_code == 409
    assert signed_in("coordinator").post(address, {"step": "answer", "words": "Ward seven"}).status_code == 302
    assert signed_in("coordinator").post(address, {"step": "close", "words": "done"}).status_code == 409
    assert signed_in("monitor").post(address, {"step": "close", "words": "Accepted as it is"}).status_code == 302
    assert signed_in("monitor").post(address, {"step": "reopen", "words": "Ward seven was shut"}).status_code == 302
    assert site.ledger.record("queries", query.record).fields["state"] == "open"
    page = signed_in("inspector").get(address).content.decode()
    for said in ("Ward seven", "Accepted as it is", "Ward seven was shut"):
        assert said in page
    assert "<b>?</b>" not in page
    assert "&lt;b&gt;?&lt;/b&gt;" in page


def test_states_are_filtered_and_unknown_filters_are_no_fault(site: Any, signed_in: Client, subject: str) -> None:
    record = f"{subject}/1"
    ask(signed_in("monitor"), record)
    (query,) = queries_about(site, record, words="Please look again")
    signed_in("coordinator").post(f"/queries/{query.record}/", {"step": "answer", "words": "I did"})
    link = f'href="/queries/{query.record}/"'
    browser = signed_in("monitor")
    for state, is_listed in {"waiting": True, "open": False, "answered": True, "closed": False, "': --": True}.items():
        page = browser.get("/queries/", {"state": state, "subject": subject}).content.decode()
        assert (link in page) == is_listed, state
    assert link not in browser.get("/queries/", {"asked_by": "rules", "subject": subject}).content.decode()


def test_several_queries_are_closed_together_or_not_at_all(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("monitor")
    ask(browser, f"{subject}/1", f"{subject}/2")
    numbers = [each.record for n in "12" for each in queries_about(site, f"{subject}/{n}", words="Please look again")]
    assert browser.post("/queries/", {"step": "close", "query": numbers, "words": ""}).status_code == 409
    assert (
        browser.post("/queries/", {"step": "close", "query": numbers, "words": "found in the file"}).status_code == 302
    )
    for number in numbers:
        fields = site.ledger.record("queries", number).fields
        assert (fields["state"], fields["closing"]) == ("closed", "found in the file")
    again = browser.post("/queries/", {"step": "close", "query": numbers, "words": "found in the file"})
    assert again.status_code == 409


def test_every_record_is_checked_by_somebody_who_sees_every_site(site: Any, signed_in: Client, subject: str) -> None:
    assert signed_in("monitor").post("/queries/", {"step": "check"}).status_code == 409
    data_manager = signed_in("data_manager")
    before = site.ledger.head().sequence
    assert data_manager.post("/queries/", {"step": "check"}).status_code == 302
    with site.ledger.entries(after=before) as entries:
        assert {each.record_type for each in entries} <= {"queries"}


def test_what_can_be_asked_about_is_listed_in_words_and_in_order(signed_in: Client, subject: str) -> None:
    """Each value with its question; codes, visits and the items of measures in words, and 10 after 9."""
    browser = signed_in("coordinator")
    for number in ("10", "9"):
        sent = {"number": number, "term": "Fever", "relation_to_product": "not_related"}
        browser.post(f"/participants/{subject}/adverse_events/new/", sent)
    visit = {"visit": "R3", "order": "1", "state": "partly_done", "start": "2026-01-05"}
    browser.post(f"/participants/{subject}/visits/new/", {"visit": "D0", "order": "3"})
    browser.post(f"/participants/{subject}/visits/new/", visit)
    browser.post(f"/participants/{subject}/schedule/M3/edss/", {"item:mobility": "wheelchair_with_help"})

    def listed(kind: str) -> list[str]:
        page = signed_in("monitor").get("/queries/ask/", {"type": kind, "subject": subject}).content.decode()
        rows = re.findall(r'<li><label><input type="checkbox" name="record"[^>]*>(.*?)</label></li>', page, re.S)
        plain = (each.replace("<q>", "“").replace("</q>", "”") for each in rows)
        return [" ".join(html.unescape(re.sub("<[^>]+>", "", each)).split()) for each in plain]

    events = listed("adverse_events")
    assert [each.split()[0] for each in events] == [f"{subject}/{number}" for number in (1, 2, 9, 10)]
    assert events[-1] == f"{subject}/10 event in the investigator's words: “Fever”; related to the cells: “not related”"
    assert listed("visits") == [
        f"{subject}/R3 visit: “Run-in”; start: “5 January 2026”; place in the order of visits: “1”; "
        "did it take place: “partly done”",
        f"{subject}/D0 visit: “Dosing”; place in the order of visits: “3”",
    ], "as they follow each other"
    (answer,) = listed("assessments")
    assert "visit: “Month 3”; name of the measure: “Expanded Disability Status Scale”" in answer
    assert "_" not in answer
