"""What the protocol names is offered where any text may be typed; another answer is kept, and told apart."""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests.web.browsing import Client


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"O-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def listed(page: str, field: str) -> list[str]:
    """The answers that are offered in a field, which names their list."""
    assert f'list="offered-{field}"' in page
    options = re.split(f'<datalist id="offered-{field}">', page)[1].split("</datalist>")[0]
    return [html.unescape(each) for each in re.findall(r'<option value="([^"]*)"', options)]


def last_said(answer: Any) -> str:
    found = re.findall(r'<div class="(?:message|warning)" role="status">.*?</div>', answer.content.decode(), re.S)
    return str(found[-1])


def test_the_visits_of_the_protocol_are_offered(site: Any, signed_in: Client, subject: str) -> None:
    page = signed_in("coordinator").get(f"/participants/{subject}/vital_signs/new/").content.decode()
    assert listed(page, "visit") == [each.id for each in site.protocol.schedule.every_visit]
    assert "Run-in" in page


def test_another_visit_is_kept_and_said_while_typing_and_once_saved(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    sent = {"number": "1", "test": "PULSE", "result": "70", "unit": "beats/min", "visit": "run in"}
    address = f"/participants/{subject}/vital_signs/"
    typed = browser.post(f"{address}check/", sent).content.decode()
    assert "1 thing to look at" in typed
    assert "is none of those that are known here" in typed
    words = last_said(browser.post(f"{address}new/", sent, follow=True))
    assert "<q>run in</q>: is none of those that are known here; choose one of R3, M0, " in words
    assert site.ledger.record("vital_signs", f"{subject}/1").fields["visit"] == "run in"
    assert "is none of those" in browser.get(f"{address}{subject}/1/").content.decode()
    right = {"visit": "R3", "seen:visit": "run in", "reason": "mistyped"}
    assert "to look at" not in last_said(browser.post(f"{address}{subject}/1/", right, follow=True))


def test_a_visit_beside_the_schedule_may_take_place(signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    sent = {"visit": "U1", "state": "unscheduled", "started": "2026-01-05"}
    words = last_said(browser.post(f"/participants/{subject}/visits/new/", sent, follow=True))
    assert "none of those" not in words


def test_a_release_test_names_one_of_the_protocol_and_a_batch(site: Any, signed_in: Client) -> None:
    browser, batch = signed_in("pharmacist"), f"O-{uuid.uuid4().hex[:8]}"
    assert browser.post("/trial/batches/new/", {"batch": batch, "state": "quarantine"}).status_code == 302
    page = browser.get("/trial/batch_tests/new/").content.decode()
    names = [each.id for each in site.protocol.product.release_criteria]
    assert listed(page, "test") == names
    assert batch in listed(page, "batch")
    sent = {"batch": batch, "test": names[0].upper(), "passed": "yes"}
    words = last_said(browser.post("/trial/batch_tests/new/", sent, follow=True))
    assert f"<q>{names[0].upper()}</q>: is none of those that are known here; choose one of {', '.join(names)}" in words
    sent = {"batch": batch, "test": names[0], "passed": "yes"}
    listed_now = browser.post("/trial/batch_tests/new/", sent, follow=True)
    assert "none of those" not in last_said(listed_now)
    assert f"{site.protocol.product.release_criteria[0].test}:" in listed_now.content.decode(), "in words"


def told_of_interest(page: str) -> str:
    found = re.search(r'<p class="help" id="help-special_interest">([^<]*)</p>', html.unescape(page))
    assert found
    return found[1]


def test_events_of_special_interest_are_free_where_the_protocol_lists_none(signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/"
    page = browser.get(f"{address}new/").content.decode()
    assert 'list="offered-special_interest"' not in page
    told = told_of_interest(page)
    assert "the same for all of its kind" in told
    assert "lists no such events" in told
    sent = {"number": "1", "term": "Seizure", "special_interest": "seizure"}
    assert "none of those" not in last_said(browser.post(f"{address}new/", sent, follow=True))


def test_those_that_the_protocol_lists_are_offered_and_others_told_apart(
    site: Any, signed_in: Client, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firstdose.protocol.analysis_plan import EventOfSpecialInterest

    growth = EventOfSpecialInterest(id="growth", name="Neoplasm or ectopic growth", definition="any new mass")
    seizure = EventOfSpecialInterest(id="seizure", name="Seizure", definition="any seizure")
    listing = replace(site.protocol, events_of_special_interest=(growth, seizure))
    monkeypatch.setattr(type(site), "protocol", property(lambda _: listing))
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/"
    page = browser.get(f"{address}new/").content.decode()
    assert listed(page, "special_interest") == ["growth", "seizure"]
    assert "Neoplasm or ectopic growth" in page
    assert told_of_interest(page) == "where it is one: the protocol lists those that there are"
    sent = {"number": "1", "term": "Seizure", "special_interest": "Fit"}
    words = last_said(browser.post(f"{address}new/", sent, follow=True))
    assert "<q>Fit</q>: is none of those that are known here; choose one of growth, seizure" in words
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["special_interest"] == "Fit"
    right = {"special_interest": "seizure", "seen:special_interest": "Fit", "reason": "mistyped"}
    assert "none of those" not in last_said(browser.post(f"{address}{subject}/1/", right, follow=True))
