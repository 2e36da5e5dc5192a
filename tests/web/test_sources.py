"""Source verification through the pages: it holds for a record as it was seen, and only one's own site is counted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.browsing import Client


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site, with an adverse event."""
    name = f"V-{uuid.uuid4().hex[:8]}"
    browser = signed_in("coordinator")
    browser.post("/participants/new/", {"subject": name, "centre": "01", "consent": "2026-01-02"})
    browser.post(f"/participants/{name}/adverse_events/new/", {"number": "1", "term": "Fever"})
    return name


def check(browser: Any, site: Any, subject: str, agrees: str = "yes", **more: str) -> Any:
    head = str(site.ledger.record("adverse_events", f"{subject}/1").head)
    sent = {"agrees": agrees, "head": head, **more}
    return browser.post(f"/participants/{subject}/adverse_events/{subject}/1/source/", sent)


def test_a_record_agrees_until_it_is_changed(site: Any, signed_in: Client, subject: str) -> None:
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    monitor = signed_in("monitor")
    assert "not compared with its source" in monitor.get(address).content.decode()
    assert check(monitor, site, subject).status_code == 302
    assert "agrees with its source" in monitor.get(address).content.decode()
    signed_in("coordinator").post(address, {"grade": "2"})
    assert "changed since it was compared" in monitor.get(address).content.decode()


def test_a_difference_needs_words_and_is_asked_as_a_query(site: Any, signed_in: Client, subject: str) -> None:
    monitor = signed_in("monitor")
    assert check(monitor, site, subject, "no").status_code == 409
    assert check(monitor, site, subject, "no", note="the chart says chills").status_code == 302
    words = [
        each.fields["words"] for each in site.ledger.records("queries") if each.fields["about_record"] == f"{subject}/1"
    ]
    assert "differs from the source: the chart says chills" in words


def test_what_was_changed_since_it_was_seen_is_not_checked(site: Any, signed_in: Client, subject: str) -> None:
    head = str(site.ledger.record("adverse_events", f"{subject}/1").head)
    signed_in("coordinator").post(f"/participants/{subject}/adverse_events/{subject}/1/", {"grade": "2"})
    answer = check(signed_in("monitor"), site, subject, head=head)
    assert answer.status_code == 409
    assert "changed since it was shown to you" in answer.content.decode()
    assert check(signed_in("monitor"), site, subject, "perhaps").status_code == 409


def test_the_share_counts_what_agrees_of_what_is_there(site: Any, signed_in: Client, subject: str) -> None:
    """The participant's own row: two records entered (the person and the event), one of them verified."""
    monitor = signed_in("monitor")
    check(monitor, site, subject)
    page = monitor.get("/sources/").content.decode()
    row = page.split(f">{subject}</a>")[1].split("</tr>")[0]
    assert "50&nbsp;%" in row
    left = monitor.get("/sources/", {"subject": subject}).content.decode()
    assert f"/participants/{subject}/subjects/{subject}/" in left
    assert f"/participants/{subject}/adverse_events/{subject}/1/" not in left


def test_another_site_is_neither_counted_nor_named(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    theirs = subject_of("02")
    monitor = signed_in("monitor")
    page = monitor.get("/sources/").content.decode()
    assert theirs not in page
    ours = [
        each for each in site.ledger.records("subjects") if each.fields.get("centre") == "01" and not each.is_removed
    ]
    count = page.split("Consent and person")[1].split("</td>")[0].split(">")[-1]
    assert int(count) == len(ours)
    assert monitor.get("/sources/", {"subject": theirs}).status_code == 404


def test_who_changes_his_mind_after_sending_is_not_told_that_it_is_done(
    site: Any, signed_in: Client, subject: str
) -> None:
    """The same form sent twice is done once; with another answer under the same name it is refused, and said."""
    monitor, name = signed_in("monitor"), str(uuid.uuid4())
    assert check(monitor, site, subject, request=name).status_code == 302
    assert check(monitor, site, subject, request=name).status_code == 302
    answer = check(monitor, site, subject, "no", note="the chart says chills", request=name)
    assert (answer.status_code, "What was typed since is not" in answer.content.decode()) == (409, True)
    refused, other = str(uuid.uuid4()), {"note": "the chart says chills"}
    assert check(monitor, site, subject, "no", request=refused).status_code == 409
    assert check(monitor, site, subject, "no", request=refused, **other).status_code == 302, (
        "nothing was written before"
    )
    assert check(monitor, site, subject, "no", request=refused, **other).status_code == 302, "as by a double click"
