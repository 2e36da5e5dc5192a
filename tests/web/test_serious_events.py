"""Serious events: their clocks, what is missing, and the note that a report was sent."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.web.browsing import Client

MAY_BE = "that may be a reaction "


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site with a serious event that the sponsor knows of since an hour."""
    name = f"S-{uuid.uuid4().hex[:8]}"
    browser = signed_in("coordinator")
    browser.post("/participants/new/", {"subject": name, "centre": "01", "consent": "2026-01-02"})
    aware = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="minutes")
    event = {"number": "1", "term": "Seizure", "start": "2026-02-03", "serious": "yes", "aware": aware}
    assert browser.post(f"/participants/{name}/adverse_events/new/", event).status_code == 302
    return name


def standing_of(page: str, words: str) -> str:
    row = next(row for row in page.split("<tr>")[1:] if words in row)
    found = re.search(r'class="mark \w+">([^<]*)<', row)
    assert found
    return found[1]


def test_the_clock_runs_and_what_is_missing_is_said(signed_in: Client, subject: str) -> None:
    page = signed_in("coordinator").get(f"/serious/{subject}/1/").content.decode()
    assert standing_of(page, "within 24 hours") == "running"
    missing = page.split("Not recorded yet")[1].split("</ul>")[0]
    for words in ("Which criterion makes it serious?", "Highest grade", "Related to the cells?", "Outcome"):
        assert words in missing
    assert "When the sponsor became aware" not in missing


def test_a_report_that_was_sent_stops_its_clock(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    sent = datetime.now(UTC) - timedelta(minutes=5)
    report = {"kind": "within_24_hours", "sent": sent.isoformat(timespec="minutes"), "recipient": "Sponsor"}
    request = str(uuid.uuid4())
    for _ in range(2):
        assert browser.post(f"/serious/{subject}/1/", {**report, "request": request}).status_code == 302
    page = browser.get(f"/serious/{subject}/1/").content.decode()
    assert standing_of(page, "within 24 hours") == "sent in time"
    noted = [each for each in site.ledger.records("safety_reports") if each.fields["subject"] == subject]
    assert len(noted) == 1
    assert noted[0].fields["recipient"] == "Sponsor"


@pytest.mark.parametrize("sent", ["", "yesterday", "2126-01-01T10:00+00:00", "2026-02-30T10:00"])
def test_a_report_without_a_moment_that_is_over_is_refused(
    site: Any, signed_in: Client, subject: str, sent: str
) -> None:
    answer = signed_in("coordinator").post(f"/serious/{subject}/1/", {"kind": "within_24_hours", "sent": sent})
    assert answer.status_code == 409
    assert not [each for each in site.ledger.records("safety_reports") if each.fields["subject"] == subject]


def test_a_kind_of_report_that_there_is_not_is_refused(signed_in: Client, subject: str) -> None:
    answer = signed_in("coordinator").post(f"/serious/{subject}/1/", {"kind": "never", "sent": "2026-02-04T10:00"})
    assert answer.status_code == 409


def test_who_enters_no_data_notes_no_report(signed_in: Client, subject: str) -> None:
    sent = {"kind": "within_24_hours", "sent": "2026-02-04T10:00"}
    assert signed_in("monitor").post(f"/serious/{subject}/1/", sent).status_code == 403


def test_without_awareness_it_is_saved_asked_about_and_shown_at_once(
    site: Any, signed_in: Client, subject: str
) -> None:
    browser = signed_in("coordinator")
    sent = {"number": "2", "term": "Stroke", "start": "2026-02-04", "serious": "yes", "serious_hospital": "yes"}
    saved = browser.post(f"/participants/{subject}/adverse_events/new/", sent, follow=True).content.decode()
    assert site.ledger.record("adverse_events", f"{subject}/2").fields["term"] == "Stroke"
    for words in ("when the sponsor became aware", "whether it was expected", "how it ended"):
        assert f"a serious event {MAY_BE if 'expected' in words else ''}should say {words}" in saved
    queries = [each for each in site.ledger.records("queries") if each.fields["about_record"] == f"{subject}/2"]
    assert {each.fields["about_field"] for each in queries} == {"aware", "expectedness", "outcome"}
    page = browser.get(f"/serious/{subject}/2/").content.decode()
    assert "running, counted from when the event was entered here as serious" in page


def test_the_list_holds_the_serious_events_of_the_site_alone(site: Any, signed_in: Client, subject: str) -> None:
    mine = signed_in("coordinator").get("/serious/").content.decode()
    theirs = signed_in("other-site-nurse").get("/serious/").content.decode()
    assert subject in mine
    assert subject not in theirs
    centre = {each.record: each.fields["centre"] for each in site.ledger.records("subjects")}
    serious = {
        each.fields["subject"] for each in site.ledger.records("adverse_events") if each.fields.get("serious") == "yes"
    }
    for each in serious:
        assert (f"/serious/{each}/" in mine) == (centre[each] == "01"), each
        assert (f"/serious/{each}/" in theirs) == (centre[each] == "02"), each


def test_an_event_that_is_not_serious_has_no_report_and_one_that_is_not_there_no_page(
    signed_in: Client, subject: str
) -> None:
    browser = signed_in("coordinator")
    browser.post(f"/participants/{subject}/adverse_events/new/", {"number": "2", "term": "Fever", "serious": "no"})
    answer = browser.get(f"/serious/{subject}/2/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/participants/{subject}/adverse_events/{subject}/2/"
    assert browser.get(f"/serious/{subject}/77/").status_code == 404
