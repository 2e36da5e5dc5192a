"""What several records say together: answers that contradict each other, and a visit that nobody entered."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.web.browsing import Client

EDSS = {"item:mobility": "walks", "item:distance_metres": "60", "item:aid": "one_side", "assessed": "2026-02-03"}


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"B-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def said(answer: Any) -> str:
    """What the page says of what was done last."""
    found = re.findall(
        r'<div class="(?:message|warning|success)" role="status">.*?</div>', answer.content.decode(), re.S
    )
    return str(found[-1])


def queries(site: Any, subject: str) -> list[tuple[str, str]]:
    """Which record each query about a person is about, and its state."""
    found = (each.fields for each in site.ledger.records("queries"))
    return [(each["about_record"], each["state"]) for each in found if each["about_record"].startswith(f"{subject}/")]


def test_a_step_that_contradicts_walking_opens_a_query_and_closes_it(
    site: Any, signed_in: Client, subject: str
) -> None:
    """Walking 60 m with an aid on one side is step 6.0."""
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/edss/"
    words = said(browser.post(address, EDSS | {"item:step": "4.0"}, follow=True))
    ((record, state),) = queries(site, subject)
    assert site.ledger.record("assessments", record).fields["item"] == "step"
    assert state == "open"
    assert "a query was opened" in words
    assert "must be 6.0 as ambulation sets it" in words
    seen = dict(re.findall(r'name="(seen:item:\w+)" value="(\d*)"', browser.get(address).content.decode()))
    mended = EDSS | seen | {"item:step": "6.0", "reason": "misread"}
    words = said(browser.post(address, mended, follow=True))
    assert queries(site, subject) == [(record, "closed")]
    assert "quer" not in words


def test_that_a_visit_is_not_entered_is_said_on_saving_and_not_asked(
    site: Any, signed_in: Client, subject: str
) -> None:
    browser = signed_in("coordinator")
    known = {"number": "1", "test": "pulse", "result": "70", "unit": "beats/min", "performed": "done"}
    address = f"/participants/{subject}/vital_signs/new/"
    words = said(browser.post(address, known | {"measured": "2026-02-03", "visit": "M3"}, follow=True))
    assert "of visit M3 itself nothing is entered yet" in words
    assert queries(site, subject) == []
    visit = {"visit": "M3", "state": "done", "start": "2026-02-03"}
    assert browser.post(f"/participants/{subject}/visits/new/", visit).status_code == 302
    words = said(browser.post(address, known | {"number": "2", "measured": "2026-02-03", "visit": "M3"}, follow=True))
    assert "nothing is entered" not in words
