"""Entering a participant: checked as it is typed, found again after a closed page, and written once."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.web.browsing import Client, person, text_of, value
from tests.web.sites import on_both

FORM, CHECK = "/participants/new/", "/participants/new/check/"


def number() -> str:
    return f"E-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def nurse(site: Any, signed_in: Client) -> Any:
    """A coordinator of the first site who has typed nothing before."""
    return signed_in(person(site))


@on_both
def test_what_was_typed_and_not_saved_is_there_again(site: Any, signed_in: Client, nurse: Any) -> None:
    typed = {"subject": number(), "centre": "01", "consent": "2026-01-\x0002", "consent_version": "Half a sen"}
    assert "kept until you save" in text_of(nurse.post(CHECK, typed))
    assert not site.ledger.record("subjects", typed["subject"]).exists
    page = text_of(nurse.get(FORM))
    assert "did not save" in page
    assert [value(page, name) for name in ("subject", "consent", "consent_version")] == [
        typed["subject"],
        "2026-01-02",
        "Half a sen",
    ]
    assert "Half a sen" not in text_of(signed_in(person(site)).get(FORM)), "of somebody else"
    assert nurse.post(FORM, {**typed, "consent": "2026-01-02"}).status_code == 302
    page = text_of(nurse.get(FORM))
    assert "did not save" not in page
    assert (value(page, "subject"), value(page, "centre")) == ("", "01")


def test_a_form_that_is_begun_can_be_begun_anew(nurse: Any) -> None:
    nurse.post(CHECK, {"subject": "E-half", "centre": "02"})
    assert nurse.post(FORM, {"discard": "1"}).status_code == 302
    page = text_of(nurse.get(FORM))
    assert "did not save" not in page
    assert (value(page, "subject"), value(page, "centre")) == ("", "01")


def test_what_is_odd_is_said_while_typing(site: Any, nurse: Any) -> None:
    taken = next(each.record for each in site.ledger.records("subjects") if each.fields["centre"] == "01")
    elsewhere = next(each.record for each in site.ledger.records("subjects") if each.fields["centre"] == "02")
    page = text_of(nurse.post(CHECK, {"subject": "Mario Rossi", "centre": "02", "consent": "2026-02-30"}))
    assert "3 things to look at" in page
    for words in ("may be the name of a person", "is not the site of this role", "must be a date that exists"):
        assert words in page, words
    near = re.search(r'<div id="findings-subject" hx-swap-oob="innerHTML">(.*?)</div>', page)
    assert near
    assert "may be the name" in near[1]
    assert "somebody who was entered before" in text_of(nurse.post(CHECK, {"subject": f" {taken} ", "centre": "01"}))
    assert "Nothing odd found" in text_of(nurse.post(CHECK, {"subject": elsewhere, "centre": "01"})), "not told of"
    assert "Still to be filled in: Identifier of the subject" in text_of(nurse.post(CHECK, {"centre": "01"}))


def test_what_is_refused_stands_in_the_form(site: Any, nurse: Any) -> None:
    sent = {"subject": "Mario Rossi", "centre": "01", "consent": "2026-01-02"}
    answer = nurse.post(FORM, sent)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Not saved" in page
    assert (value(page, "subject"), value(page, "consent")) == ("Mario Rossi", "2026-01-02")
    assert 'name="subject" value="Mario Rossi"' in page
    taken = next(each.record for each in site.ledger.records("subjects") if each.fields["centre"] == "01")
    head = site.ledger.head()
    assert nurse.post(FORM, {**sent, "subject": taken}).status_code == 409
    assert site.ledger.head() == head


@on_both
def test_a_form_sent_twice_is_written_once(site: Any, nurse: Any) -> None:
    page = text_of(nurse.get(FORM))
    request = re.search(r'name="request" value="([^"]+)"', page)
    assert request
    sent = {"subject": number(), "centre": "01", "request": request[1]}
    assert [nurse.post(FORM, sent).status_code for _ in range(2)] == [302, 302]
    assert len(site.ledger.history("subjects", sent["subject"])) == 1


def test_who_only_looks_types_nothing_and_keeps_nothing(signed_in: Client) -> None:
    monitor = signed_in("monitor")
    form = text_of(monitor.get(FORM)).partition('<form method="post" class="record"')[2]
    assert "disabled" in form
    assert "<button>" not in form
    assert monitor.post(CHECK, {"subject": "E-1"}).status_code == 403
    assert monitor.get(CHECK).status_code == 200
    assert "did not save" not in text_of(monitor.get(FORM))
