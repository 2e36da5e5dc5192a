"""What is refused is said on the page itself, and what was typed stands in the form that it was typed in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.web.refilling import refilled
from tests.web.browsing import Client, fresh_preparation
from tests.web.conftest import PASSWORD

TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="x">'


def page(answer: Any, words: str) -> str:
    """The page that says no, which is the one with the form."""
    assert answer.status_code == 409
    text: str = answer.content.decode()
    assert '<div class="warning" role="alert" tabindex="-1" autofocus><p><b>Not done.</b>' in text
    assert words in text
    return text


def value(text: str, identifier: str) -> str:
    """What stands in a field of a page."""
    tag = re.search(rf'<input [^>]*id="{re.escape(identifier)}"[^>]*>', text)
    assert tag is not None
    found = re.search(r' value="([^"]*)"', tag[0])
    return found[1] if found else ""


def chosen(text: str, identifier: str) -> list[str]:
    """What is chosen in a list of a page."""
    found = re.search(rf'<select id="{re.escape(identifier)}".*?</select>', text, re.S)
    assert found is not None
    return re.findall(r'<option value="([^"]*)" selected', found[0])


@pytest.fixture
def new_person(signed_in: Client) -> str:
    name = f"R-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def test_a_changed_answer_without_a_reason_is_still_there(signed_in: Client, new_person: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{new_person}/eligibility/"
    first = re.search(r'name="answer:([^"]+)"', browser.get(address).content.decode())
    assert first is not None
    name = first[1]
    assert browser.post(address, {f"answer:{name}": "yes", f"seen:{name}": ""}).status_code == 302
    text = page(browser.post(address, {f"answer:{name}": "no", f"seen:{name}": "yes", "reason": ""}), "reason")
    assert chosen(text, f"answer-{name}") == ["no"]
    assert f'name="seen:{name}" value="yes"' in text


def test_two_who_answer_the_same_see_both_answers(signed_in: Client, new_person: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{new_person}/eligibility/"
    first = re.search(r'name="answer:([^"]+)"', browser.get(address).content.decode())
    assert first is not None
    name = first[1]
    assert browser.post(address, {f"answer:{name}": "yes", f"seen:{name}": ""}).status_code == 302
    sent = {f"answer:{name}": "no", f"seen:{name}": "unknown", "reason": "looked again"}
    text = page(browser.post(address, sent), "changed by somebody else meanwhile")
    assert chosen(text, f"answer-{name}") == ["yes"]
    assert "<dd>no</dd>" in text


def test_a_role_without_its_site_is_typed_once(signed_in: Client) -> None:
    sent = {"step": "grant", "account": "anna", "full_name": 'Anna "A" <b>', "role": "coordinator", "site": ""}
    text = page(signed_in("administrator").post("/people/", sent), "name the site")
    assert value(text, "account") == "anna"
    assert value(text, "full_name") == "Anna &quot;A&quot; &lt;b&gt;"
    assert chosen(text, "role") == ["coordinator"]
    assert "shown once" not in text
    assert '<a href="#sent">To what you typed</a>' in text
    assert text.count('id="sent"') == 1


def test_an_export_of_no_moment_keeps_the_moment_and_the_choice(signed_in: Client) -> None:
    text = page(signed_in("inspector").post("/export/", {"as_of": "31.12.2025", "odm": "yes"}), "write the moment")
    assert value(text, "as_of") == "31.12.2025"
    assert re.search(r'<input type="checkbox" name="odm"[^>]* checked>', text)


def test_a_decision_without_signatures_stays_on_its_page(site: Any, signed_in: Client) -> None:
    preparation = site.ledger.record("prepared_decisions", fresh_preparation(site))
    sent = {"step": "propose", "action": "dose", "level": "3", "reason": ""}
    browser, address = signed_in("committee_member"), f"/decisions/{preparation.record}/"
    text = page(browser.post(address, {"step": "take", "data_hash": preparation.fields["data_hash"]}), "propos")
    assert "What is decided on" in text
    text = page(browser.post(address, sent), "reason")
    assert (chosen(text, "action"), chosen(text, "level")) == (["dose"], ["3"])


def test_a_wrong_password_is_said_and_never_sent_back(signed_in: Client, subject_of: Callable[[str], str]) -> None:
    browser, address = signed_in("investigator"), f"/participants/{subject_of('01')}/signing/"
    form = re.search(r'name="form" value="(visits:[^"]+)"', browser.get(address).content.decode())
    assert form is not None
    text = page(browser.post(address, {"form": form[1], "password": "wrong-password-1"}), "the password is not")
    assert "wrong-password-1" not in text
    assert re.search(rf'value="{re.escape(form[1])}"[^>]* checked', text)


def test_what_is_sent_from_a_page_of_another_address_comes_back_to_it(
    signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    subject = subject_of("01")
    sent = {"head": "1", "agrees": "no", "note": "the paper says two"}
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    text = page(signed_in("monitor").post(f"{address}source/", sent), "")
    assert value(text, "source-note") == "the paper says two"
    assert f'<form action="{address}" method="post" class="record"' in text


def test_a_verdict_that_is_refused_is_unfolded(signed_in: Client) -> None:
    browser = signed_in("committee_member")
    found = re.search(
        r'name="subject" value="([^"]+)"><input type="hidden" name="event" value="(\d+)"><input [^>]*value="(\d+)"',
        browser.get("/verdicts/").content.decode(),
    )
    assert found is not None
    sent = {"subject": found[1], "event": found[2], "head": found[3], "verdict": "dlt", "password": "wrong-password-1"}
    sent |= {"reason": "as <seen>", "cause:product": "yes"}
    text = page(browser.post("/verdicts/", sent), "")
    assert ">as &lt;seen&gt;</textarea>" in text
    assert text.count("<details open><summary>Record a verdict") == 1


def test_a_day_that_is_none_leaves_the_page_of_locks(signed_in: Client) -> None:
    text = page(signed_in("data_manager").get("/locks/", {"cut_off": "31.1.2026"}), "")
    assert value(text, "cut_off") == "31.1.2026"


def test_the_form_with_the_same_hidden_values_is_filled() -> None:
    one = f'<form method="post">{TOKEN}<input type="hidden" name="lock" value="1"><input name="reason"></form>'
    two = one.replace('value="1"', 'value="2"')
    found = refilled(one + two, {"lock": ["2"], "reason": ["a & b"]})
    filled = two.replace('<input name="reason">', '<input name="reason" value="a &amp; b">')
    assert found == (one + filled.replace('method="post"', 'method="post" id="sent"'), "sent")
    assert refilled(one + two, {"lock": ["3"], "reason": ["a"]}) == (one + two, "")


def test_passwords_files_and_hidden_fields_are_left_as_they_are() -> None:
    text = (
        f'<form method="post" id="own">{TOKEN}<input name="password" type="password"><input name="code">'
        '<input name="f" type="file"><input type="hidden" name="seen:a" value="1">'
        '<textarea name="a">old</textarea></form>'
    )
    sent = {"password": [PASSWORD], "code": ["123456"], "f": ["x"], "seen:a": ["2"], "a": ["<new>"]}
    assert refilled(text, sent) == (text.replace(">old<", ">&lt;new&gt;<"), "own")
