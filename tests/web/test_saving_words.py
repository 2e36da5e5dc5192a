"""What is said once a form is saved: what is odd in it, and the queries that were opened about that."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from firstdose.conduct.ledger import Refused
from firstdose.web.pages import doses
from tests.web.browsing import Client


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"W-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def said(answer: Any) -> str:
    """What the page says of what was done."""
    page = answer.content.decode()
    found = re.search(r'<div class="(?:message|warning)" role="status">(.*?)</div>', page, re.S)
    assert found, page
    return found[0]


def test_what_is_odd_is_said_with_the_queries_that_ask_about_it(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    sent = {"number": "1", "term": "Fever", "start": "2026-02-30", "grade": "<b>two</b>"}
    words = said(browser.post(f"/participants/{subject}/adverse_events/new/", sent, follow=True))
    assert 'class="warning"' in words
    assert "2 things to look at" in words
    assert "<b>Start</b> <q>2026-02-30</q>: must be a date that exists" in words
    assert "<q>&lt;b&gt;two&lt;/b&gt;</q>: must be a whole number" in words
    numbers = re.findall(r'href="/queries/(\d+)/"', words)
    about = [site.ledger.record("queries", each).fields for each in numbers]
    assert {each["about_field"] for each in about} == {"start", "grade"}
    assert {each["about_record"] for each in about} == {f"{subject}/1"}


def test_what_is_mended_is_said_to_be_saved_and_no_more(signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    address = f"/participants/{subject}/adverse_events/"
    browser.post(f"{address}new/", {"number": "1", "term": "Fever", "grade": "two"}, follow=True)
    change = {"grade": "2", "seen:grade": "two", "reason": "read again"}
    words = said(browser.post(f"{address}{subject}/1/", change, follow=True))
    assert 'class="message"' in words
    assert "look at" not in words
    assert "quer" not in words


def test_a_batch_and_a_new_participant_are_told_of_too(signed_in: Client) -> None:
    batch, person = f"B-{uuid.uuid4().hex[:8]}", f"W-{uuid.uuid4().hex[:8]}"
    sent = {"batch": batch, "manufactured": "2026-13-01"}
    assert "2026-13-01" in said(signed_in("pharmacist").post("/trial/batches/new/", sent, follow=True))
    sent = {"subject": person, "centre": "01", "consent": "2026-01-32"}
    assert "2026-01-32" in said(signed_in("coordinator").post("/participants/new/", sent, follow=True))


def test_a_dosing_is_asked_about_as_what_a_form_writes(
    site: Any, signed_in: Client, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write is taken back at its end: a dosing against the gate would halt those of all other tests."""
    opened: list[dict[str, str]] = []

    def noted(work: Any) -> tuple[str, ...]:
        stored = [work.record("queries", each.record) for each in work.entries if each.record_type == "queries"]
        opened.extend(dict(each.fields) for each in stored)
        raise Refused("taken back")

    monkeypatch.setattr(doses, "opened_in", noted)
    sent = {"step": "record", "dose_given": "16 mio", "given": "full", "reason": "as it was"}
    assert signed_in("coordinator").post(f"/doses/{subject}/", sent).status_code == 409
    asked = [(each["about_type"], each["about_field"]) for each in opened if each["about_record"] == f"{subject}/1"]
    assert ("dosings", "dose_given") in asked
    assert not site.ledger.record("dosings", f"{subject}/1").exists


def test_a_refused_dosing_leaves_what_was_typed_in_its_form(site: Any, signed_in: Client, subject: str) -> None:
    sent = {"step": "record", "dose_given": "5", "volume_ml": "0.75", "product_start": "2026-03-04T10:30"}
    answer = signed_in("coordinator").post(f"/doses/{subject}/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "departs from what was allowed" in page
    for name in ("dose_given", "volume_ml", "product_start"):
        assert re.search(rf'name="{name}" value="{re.escape(sent[name])}"', page), name
    assert "<details open>" in page
    assert not site.ledger.record("dosings", f"{subject}/1").exists


def test_the_page_of_a_dose_offers_the_steps_that_come_next(site: Any, signed_in: Client, subject: str) -> None:
    """Nobody reserves twice, or releases what is not held."""
    browser = signed_in("coordinator")

    def steps(who: str) -> set[str]:
        return set(re.findall(r'name="step" value="(\w+)"', browser.get(f"/doses/{who}/").content.decode()))

    assert {"reserve", "wait"} <= steps(subject)
    assert not {"assign", "release", "replace", "leave"} & steps(subject)
    of_site = {each.record for each in site.ledger.records("subjects") if each.fields["centre"] == "01"}
    states = {each.fields.get("subject"): each.fields["state"] for each in site.ledger.records("slots")}
    dosed = next(who for who, state in states.items() if who in of_site and state == "dosed")
    assert "replace" in steps(dosed)
    assert not {"reserve", "assign", "release"} & steps(dosed)
