"""What is saved may contradict another record: the next page says which, and nothing is counted that is not there."""

from __future__ import annotations

import re
import uuid
from typing import Any

from tests.web.browsing import Client


def said(answer: Any) -> str:
    """What the page says of what was done last."""
    found = re.findall(r'<div class="(?:message|warning)" role="status">.*?</div>', answer.content.decode(), re.S)
    return str(found[-1])


def test_a_query_about_another_record_is_told_with_what_it_asks(site: Any, signed_in: Client) -> None:
    """The age that was answered to be within the limits is not, once the day of birth is corrected."""
    browser, name = signed_in("coordinator"), f"E-{uuid.uuid4().hex[:8]}"
    person = {"subject": name, "centre": "01", "consent": "2026-01-02", "birth": "1980-03-14"}
    assert browser.post("/participants/new/", person).status_code == 302
    assert browser.post(f"/participants/{name}/eligibility/", {"answer:I4": "yes"}).status_code == 302
    change = {"birth": "1930-03-14", "seen:birth": "1980-03-14", "reason": "misread"}
    words = said(browser.post(f"/participants/{name}/subjects/{name}/", change, follow=True))
    (query,) = [each for each in site.ledger.records("queries") if each.fields["about_record"] == f"{name}/I4"]
    assert "with 1 thing to look at" in words
    assert f"<b>Eligibility criteria {name}/I4</b>: " in words
    assert f'(<a href="/queries/{query.record}/">query {query.record}</a>)' in words
    assert "opened:" not in words
    both = {"birth": "1931", "seen:birth": "1930-03-14", "consent": "soon", "seen:consent": "2026-01-02"}
    both["reason"] = "misread"
    words = said(browser.post(f"/participants/{name}/subjects/{name}/", both, follow=True))
    assert "<b>When consent was given</b> <q>soon</q>" in words
    assert re.search(r'a query was opened: <a href="/queries/\d+/">', words)
    back = {"birth": "1980", "seen:birth": "1931", "consent": "2026-01-02", "seen:consent": "soon", "reason": "misread"}
    words = said(browser.post(f"/participants/{name}/subjects/{name}/", back, follow=True))
    assert "quer" not in words
    assert "to look at" not in words
