"""What is typed into forms: saved as typed, refused with words, shown as text, and never lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.browsing import Client
from tests.web.sites import on_both

HOSTILE = "<script>alert(1)</script> \u202e\u05d0\u05d1 \U0001f9e0 {{ 7*7 }} {% now %} =1+1"


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"T-{uuid.uuid4().hex[:8]}"
    answer = signed_in("coordinator").post(
        "/participants/new/", {"subject": name, "centre": "01", "consent": "2026-01-02"}
    )
    assert answer.status_code == 302
    return name


def add_event(browser: Any, subject: str, **fields: str) -> Any:
    return browser.post(f"/participants/{subject}/adverse_events/new/", {"number": "1", "term": "Fever", **fields})


def test_a_participant_is_entered_with_the_version_in_force(site: Any, subject: str) -> None:
    stored = site.ledger.record("subjects", subject)
    assert stored.fields["consent"] == "2026-01-02"
    assert stored.fields["protocol_version"] == site.version
    entry = site.ledger.history("subjects", subject)[0]
    assert (entry.account, entry.role, entry.site) == ("coordinator", "coordinator", "01")


def test_nobody_is_entered_at_another_site(site: Any, signed_in: Client) -> None:
    answer = signed_in("coordinator").post("/participants/new/", {"subject": "ELSEWHERE", "centre": "02"})
    assert answer.status_code == 409
    assert b"own site" in answer.content
    assert not site.ledger.record("subjects", "ELSEWHERE").exists


def test_what_cannot_be_read_is_kept_as_typed_and_told_of(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    assert add_event(browser, subject, grade="two", start="2026-02-30").status_code == 302
    stored = site.ledger.record("adverse_events", f"{subject}/1")
    assert (stored.fields["grade"], stored.fields["start"]) == ("two", "2026-02-30")
    page = browser.get(f"/participants/{subject}/adverse_events/{subject}/1/").content.decode()
    assert "must be a whole number" in page
    assert "must be a date that exists" in page


def test_hostile_text_is_text(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    add_event(browser, subject, term=HOSTILE)
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["term"] == HOSTILE
    for address in ("", "adverse_events/", f"adverse_events/{subject}/1/", f"adverse_events/{subject}/1/history/"):
        page = browser.get(f"/participants/{subject}/{address}").content.decode()
        assert "<script>alert" not in page, address
        assert "49" not in page.split("alert(1)")[-1][:40] or "7*7" in page
    page = browser.get(f"/participants/{subject}/adverse_events/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\U0001f9e0" in page


def test_a_change_needs_a_reason_and_what_was_typed_stays(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    add_event(browser, subject)
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    answer = browser.post(address, {"term": "High fever", "seen:term": "Fever", "reason": " \u200b "})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Not saved" in page
    assert "reason" in page
    assert 'value="High fever"' in page
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["term"] == "Fever"
    assert browser.post(address, {"term": "High fever", "seen:term": "Fever", "reason": "chart"}).status_code == 302
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["term"] == "High fever"


@on_both
def test_two_people_on_one_field_both_see_both_values(site: Any, signed_in: Client, subject: str) -> None:
    """The second of two tabs gets the conflict; nothing is overwritten in silence (as in OpenClinica pull 457)."""
    add_event(signed_in("coordinator"), subject)
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    first = {"term": "Chill", "seen:term": "Fever", "reason": "chart"}
    second = {"term": "Sepsis", "seen:term": "Fever", "reason": "chart"}
    assert signed_in("investigator").post(address, first).status_code == 302
    answer = signed_in("coordinator").post(address, second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Chill" in page
    assert 'value="Sepsis"' in page
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["term"] == "Chill"
    again = {"term": "Sepsis", "seen:term": "Chill", "reason": "chart, seen both"}
    assert signed_in("coordinator").post(address, again).status_code == 302


def test_two_people_on_different_fields_do_not_meet(site: Any, signed_in: Client, subject: str) -> None:
    add_event(signed_in("coordinator"), subject)
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    assert signed_in("investigator").post(address, {"grade": "2"}).status_code == 302
    assert signed_in("coordinator").post(address, {"outcome": "recovered"}).status_code == 302
    fields = site.ledger.record("adverse_events", f"{subject}/1").fields
    assert (fields["grade"], fields["outcome"]) == ("2", "recovered")


@on_both
def test_a_form_sent_twice_is_written_once(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    sent = {"number": "1", "term": "Fever", "request": str(uuid.uuid4())}
    for _ in range(2):
        assert browser.post(f"/participants/{subject}/adverse_events/new/", sent).status_code == 302
    assert len(site.ledger.history("adverse_events", f"{subject}/1")) == 1


@on_both
def test_what_is_typed_after_a_form_was_sent_is_not_said_to_be_saved(
    site: Any, signed_in: Client, subject: str
) -> None:
    """Whoever stops a slow page, types on and sends it again under the same name is told that it is not saved."""
    browser, new = signed_in("coordinator"), f"/participants/{subject}/adverse_events/new/"
    sent = {"number": "1", "term": "Fever", "grade": "1", "request": str(uuid.uuid4())}
    assert browser.post(new, sent).status_code == 302
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    change = {"seen:grade": "1", "grade": "2", "reason": "it was worse", "request": str(uuid.uuid4())}
    assert browser.post(address, change).status_code == 302
    for page, again in (
        (new, sent | {"grade": "4"}),
        (new, sent | {"number": "2"}),
        (address, change | {"grade": "5"}),
    ):
        answer = browser.post(page, again)
        assert (answer.status_code, b"What was typed since is not" in answer.content) == (409, True)
        assert f'value="{again["request"]}"'.encode() not in answer.content, "what is sent next is another request"
    assert browser.post(address, change).status_code == 302
    removed = {"remove": "1", "reason": "of another person", "request": change["request"]}
    assert browser.post(address, removed).status_code == 409
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["grade"] == "2"


def test_what_is_typed_while_a_form_is_being_written_is_not_said_to_be_saved(
    site: Any, signed_in: Client, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try is sent, no lock is in the way of the second, the first is written: the second is not."""
    from firstdose.conduct.ledger import Unavailable
    from firstdose.web.pages import record_saving

    add_event(signed_in("coordinator"), subject, grade="1")
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/{subject}/1/"
    first = {"seen:grade": "1", "grade": "2", "reason": "it was worse", "request": str(uuid.uuid4())}
    written: Any = vars(record_saving)["save_draft"]

    def not_yet(*given: Any) -> None:
        raise Unavailable("the database is busy")

    def after_the_first(*given: Any) -> None:
        monkeypatch.setattr(record_saving, "save_draft", written)
        assert browser.post(address, first).status_code == 302
        written(*given)

    monkeypatch.setattr(record_saving, "save_draft", not_yet)
    assert browser.post(address, first).status_code == 503
    monkeypatch.setattr(record_saving, "save_draft", after_the_first)
    answer = browser.post(address, first | {"grade": "5"})
    assert (answer.status_code, b"What was typed since is not" in answer.content) == (409, True)
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["grade"] == "2"


def test_what_was_typed_over_a_removed_record_is_saved_with_its_restoring(
    site: Any, signed_in: Client, subject: str
) -> None:
    add_event(signed_in("coordinator"), subject)
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/{subject}/1/"
    before = site.ledger.record("adverse_events", f"{subject}/1").fields
    seen = {f"seen:{name}": text for name, text in before.items()}
    assert browser.post(address, {"remove": "1", "reason": "of another person"}).status_code == 302
    again = {**seen, "grade": "4", "restore": "1"}
    assert browser.post(address, again).status_code == 409
    assert site.ledger.record("adverse_events", f"{subject}/1").is_removed
    assert browser.post(address, {**again, "reason": "it was hers after all"}).status_code == 302
    stored = site.ledger.record("adverse_events", f"{subject}/1")
    assert (stored.is_removed, stored.fields) == (False, {**before, "grade": "4"})
    entries = site.ledger.history("adverse_events", f"{subject}/1")[-2:]
    assert [each.action for each in entries] == ["restore", "change"]
    assert entries[0].write == entries[1].write


@on_both
def test_what_was_typed_and_not_saved_is_there_again(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    typed = {"number": "1", "term": "Half a\x00 sen", "draft": f"{subject}/new"}
    answer = browser.post(f"/participants/{subject}/adverse_events/check/", typed)
    assert b"kept until you save" in answer.content
    assert not site.ledger.record("adverse_events", f"{subject}/1").exists
    assert "Half a sen" in browser.get(f"/participants/{subject}/adverse_events/new/").content.decode()
    assert (
        "Half a sen"
        not in signed_in("investigator").get(f"/participants/{subject}/adverse_events/new/").content.decode()
    )
    add_event(browser, subject, term="Half a sentence")
    assert "Half a sen" not in browser.get(f"/participants/{subject}/adverse_events/new/").content.decode()


def test_a_removed_record_is_struck_through_and_can_come_back(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    add_event(browser, subject)
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    assert browser.post(address, {"remove": "1"}).status_code == 409
    assert browser.post(address, {"remove": "1", "reason": "another person's"}).status_code == 302
    assert 'class="removed"' in browser.get(f"/participants/{subject}/adverse_events/").content.decode()
    assert browser.post(address, {"restore": "1", "reason": "it was hers"}).status_code == 302
    assert not site.ledger.record("adverse_events", f"{subject}/1").is_removed


@pytest.mark.parametrize("field", ["is_removed", "head", "account", "role"])
def test_fields_that_no_form_has_change_nothing(site: Any, signed_in: Client, subject: str, field: str) -> None:
    browser = signed_in("coordinator")
    add_event(browser, subject, **{field: "1"})
    stored = site.ledger.record("adverse_events", f"{subject}/1")
    assert field not in stored.fields
    assert site.ledger.history("adverse_events", f"{subject}/1")[0].role == "coordinator"


def test_a_record_of_somebody_else_is_not_reached_through_ones_own(
    site: Any, signed_in: Client, subject: str, subject_of: Callable[[str], str]
) -> None:
    theirs = subject_of("02")
    browser = signed_in("coordinator")
    record = next(each.record for each in site.ledger.records("adverse_events") if each.fields["subject"] == theirs)
    assert browser.get(f"/participants/{subject}/adverse_events/{record}/").status_code == 404
    answer = browser.post(
        f"/participants/{subject}/adverse_events/new/", {"subject": theirs, "number": "77", "term": "x"}
    )
    assert answer.status_code == 302
    assert site.ledger.record("adverse_events", f"{subject}/77").exists
    assert not site.ledger.record("adverse_events", f"{theirs}/77").exists


def test_a_form_that_is_refused_still_says_what_names_its_record(site: Any, signed_in: Client, subject: str) -> None:
    """The number stands fixed in the form of an event that is there, and is not sent; nothing is missing for that."""
    browser = signed_in("coordinator")
    address = f"/participants/{subject}/adverse_events/"
    event = f"{address}{subject}/1/"
    assert browser.post(f"{address}new/", {"number": "1", "term": "Fever"}).status_code == 302
    sent = {
        "term": "High fever",
        "seen:term": "something else",
        "relation_to_product": "not_related",
        "reason": "as in the source",
    }
    sent |= {"seen:relation_to_product": "related"}
    refused = browser.post(event, sent)
    page = " ".join(refused.content.decode().split())
    assert refused.status_code == 409
    assert 'id="field-number">1</p>' in page
    assert "must be filled in" not in page
    checked = browser.post(f"{address}check/", {"term": "Fever", "draft": f"{subject}/1"}).content.decode()
    assert "Still to be filled in: Number" not in " ".join(checked.split())
    new = browser.post(f"{address}check/", {"term": "Fever", "draft": f"{subject}/new"}).content.decode()
    assert "Still to be filled in: Number" in " ".join(new.split()), "of a new one it is missing"


def test_what_somebody_else_chose_meanwhile_is_said_in_words(signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    address = f"/participants/{subject}/adverse_events/"
    sent = {"number": "1", "term": "Fever", "relation_to_product": "not_related"}
    assert browser.post(f"{address}new/", sent).status_code == 302
    late = {"relation_to_product": "possible", "seen:relation_to_product": "related", "reason": "as in the source"}
    page = " ".join(browser.post(f"{address}{subject}/1/", late).content.decode().split())
    assert "Somebody else has entered meanwhile: <b>not related</b>" in page
