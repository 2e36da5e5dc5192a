"""Many records are compared with their source on one page: each as it was listed, all of them or none."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.browsing import Client

BOX = re.compile(r'<input type="checkbox" name="record" value="([^"]*)"')


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site with two adverse events."""
    name, browser = f"T-{uuid.uuid4().hex[:8]}", signed_in("coordinator")
    browser.post("/participants/new/", {"subject": name, "centre": "01", "consent": "2026-01-02"})
    for number in ("1", "2"):
        event = {"number": number, "term": f"Fever {number}", "grade": "2", "serious": "no"}
        browser.post(f"/participants/{name}/adverse_events/new/", event)
    return name


def listed(browser: Any, subject: str) -> list[str]:
    return [html.unescape(each) for each in BOX.findall(page_of(browser, subject))]


def page_of(browser: Any, subject: str) -> str:
    return str(browser.get("/sources/", {"subject": subject}).content.decode())


def test_what_is_chosen_is_compared_and_the_rest_is_left(site: Any, signed_in: Client, subject: str) -> None:
    monitor = signed_in("monitor")
    boxes = listed(monitor, subject)
    assert [each.split(":", 2)[1:] for each in boxes] == [
        ["subjects", subject],
        ["adverse_events", f"{subject}/1"],
        ["adverse_events", f"{subject}/2"],
    ]
    page = page_of(monitor, subject)
    assert (
        "event in the investigator&#x27;s words: <q>Fever 1</q>; highest grade by CTCAE: <q>2</q>; serious: <q>no</q>"
        in page
    )
    answer = monitor.post("/sources/", {"subject": subject, "record": boxes[:2]}, follow=True)
    assert "2 records noted as agreeing with the source" in answer.content.decode()
    assert listed(monitor, subject) == boxes[2:]
    checks = [each.fields for each in site.ledger.records("source_checks")]
    assert {(each["about_record"], each["agrees"]) for each in checks} >= {(subject, "yes"), (f"{subject}/1", "yes")}


def test_one_that_was_changed_since_it_was_listed_stops_all(site: Any, signed_in: Client, subject: str) -> None:
    monitor = signed_in("monitor")
    boxes = listed(monitor, subject)
    change = {"grade": "3", "seen:grade": "2", "reason": "read again"}
    assert signed_in("coordinator").post(f"/participants/{subject}/adverse_events/{subject}/2/", change)
    answer = monitor.post("/sources/", {"subject": subject, "record": boxes})
    assert answer.status_code == 409
    assert "was changed since it was shown to you" in answer.content.decode()
    assert len(listed(monitor, subject)) == 3


@pytest.mark.parametrize("sent", [[], ["x"], ["1:batches:B01"], ["9:role_grants:a"], [":subjects:P"]])
def test_what_names_no_record_is_refused(signed_in: Client, sent: list[str]) -> None:
    assert signed_in("monitor").post("/sources/", {"record": sent}).status_code in (404, 409)


def test_only_who_may_and_only_at_the_own_site(
    site: Any, signed_in: Client, subject: str, subject_of: Callable[[str], str]
) -> None:
    theirs = site.ledger.record("subjects", subject_of("02"))
    sent = {"record": f"{theirs.head}:subjects:{theirs.record}"}
    assert signed_in("monitor").post("/sources/", sent).status_code == 404
    for account in ("coordinator", "inspector", "data_manager"):
        browser = signed_in(account)
        may = account == "data_manager" and site_may(account)
        assert bool(listed(browser, subject)) == may, account
        status = browser.post("/sources/", {"record": f"1:subjects:{subject}"}).status_code
        assert (status == 403) != may, account


def site_may(role: str) -> bool:
    from firstdose.conduct.roles import may

    return may(role, "check_sources")
