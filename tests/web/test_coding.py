"""Coding through the pages: a person chooses among terms of a dictionary, for the words as they stood."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.browsing import Client

ROWS = (
    b"term,preferred_term,organ_class,code\r\n"
    b"Pyrexia,Pyrexia,General disorders,P1\r\n"
    b"Fever,Pyrexia,General disorders,P1\r\n"
    b"<script>alert(1)</script>,Hostile,General disorders,P2\r\n"
)


@pytest.fixture
def event(signed_in: Client) -> str:
    """An adverse event that nobody has coded."""
    subject = f"C-{uuid.uuid4().hex[:8]}"
    browser = signed_in("coordinator")
    browser.post("/participants/new/", {"subject": subject, "centre": "01", "consent": "2026-01-02"})
    browser.post(f"/participants/{subject}/adverse_events/new/", {"number": "1", "term": "  FEVER "})
    return f"{subject}/1"


def bring(browser: Any, content: bytes = ROWS, name: str = "Small", version: str = "1") -> Any:
    file = SimpleUploadedFile("../x.csv", content)
    return browser.post("/coding/", {"step": "bring", "name": name, "version": version, "file": file})


def chosen_for(browser: Any, event: str) -> tuple[str, str, str]:
    """The key of the dictionary, the name of a record's choice and the term of the same words, offered first."""
    key = re.findall(r'<option value="([0-9a-f]{64})"', browser.get("/coding/").content.decode())[0]
    page = browser.get("/coding/", {"dictionary": key}).content.decode()
    name = next(each for each in re.findall(r'<select name="(term:[^"]+)"', page) if each.endswith(f":{event}"))
    row = page.split(f'<select name="{name}"')[1].split("</select>")[0]
    return key, name, html.unescape(re.findall(r'<option value="([^"]+)">same words: ', row)[0])


def test_a_dictionary_is_brought_and_a_term_is_chosen(site: Any, signed_in: Client, event: str) -> None:
    browser = signed_in("data_manager")
    assert bring(browser).status_code == 302
    noted = {change.field: change.new for change in site.ledger.history("dictionaries", "all")[-1].changes}
    key, name, value = chosen_for(browser, event)
    assert (noted["name"], noted["version"], noted["sha256"]) == ("Small", "1", key)
    assert json.loads(value)[:2] == ["Fever", "Pyrexia"]
    assert browser.post("/coding/", {"dictionary": key, name: value}).status_code == 302
    fields = site.ledger.record("adverse_events", event).fields
    assert (fields["term"], fields["preferred_term"], fields["organ_class"]) == (
        "  FEVER ",
        "Pyrexia",
        "General disorders",
    )
    changed = {"term": "Chills", "seen:term": "  FEVER ", "reason": "the chart says chills"}
    signed_in("coordinator").post(f"/participants/{event.split('/')[0]}/adverse_events/{event}/", changed)
    assert event in browser.get("/coding/", {"standing": "words_changed"}).content.decode()


def test_no_term_is_chosen_beforehand_and_who_only_goes_on_codes_nothing(
    site: Any, signed_in: Client, event: str
) -> None:
    """The term of the same words comes first and says so; what is near says nothing; only a person chooses."""
    browser = signed_in("data_manager")
    bring(browser)
    key, name, _ = chosen_for(browser, event)
    page = browser.get("/coding/", {"dictionary": key}).content.decode()
    selects = re.findall(r'<select name="(term:[^"]+)".*?</select>', page, re.DOTALL)
    chosen = re.findall(r'<select name="term:[^"]+"[^>]*><option value="" selected>', page)
    assert len(chosen) == len(selects) > 0
    row = page.split(f'<select name="{name}"')[1].split("</select>")[0]
    assert row.count(" selected") == 1
    offered = re.findall(r'<option value="[^"]+">([^<]*)', row)
    assert [each.startswith("same words: ") for each in offered] == [True] + [False] * (len(offered) - 1)
    other = browser.get("/coding/", {"dictionary": key, "record": f"adverse_events/{event}", "words": "pyrexia"})
    assert "same words: " not in other.content.decode(), "of what was looked for, not of what was entered"
    before = site.ledger.head()
    assert browser.post("/coding/", {"dictionary": key, **dict.fromkeys(selects, "")}).status_code == 409
    assert site.ledger.head() == before


def test_what_was_changed_since_it_was_shown_is_not_coded(site: Any, signed_in: Client, event: str) -> None:
    browser = signed_in("data_manager")
    bring(browser)
    key, name, value = chosen_for(browser, event)
    signed_in("coordinator").post(f"/participants/{event.split('/')[0]}/adverse_events/{event}/", {"grade": "2"})
    assert browser.post("/coding/", {"dictionary": key, name: value}).status_code == 409
    assert "preferred_term" not in site.ledger.record("adverse_events", event).fields


def test_terms_that_no_dictionary_holds_and_dictionaries_that_are_none_are_refused(
    site: Any, signed_in: Client, event: str
) -> None:
    browser = signed_in("data_manager")
    bring(browser)
    key, name, value = chosen_for(browser, event)
    before = site.ledger.head()
    forged = json.dumps(["Fever", "Death", "General disorders", "P1"])
    for sent in ({name: forged}, {name: "["}, {name: "[" * 9000}, {name: "[1,2,3,4]"}, {}):
        assert browser.post("/coding/", {"dictionary": key, **sent}).status_code == 409, sent
    for other in ("ctcae", "../../keys/ledger", "0" * 64, ""):
        assert browser.post("/coding/", {"dictionary": other, name: value}).status_code == 409, other
    assert browser.post("/coding/", {"dictionary": key, "term:role_grants:1:x": value}).status_code == 404
    assert browser.get("/coding/", {"dictionary": "../../keys/ledger"}).status_code == 409
    assert site.ledger.head() == before


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"word\r\nx\r\n", b"term\r\n", b'term\r\n"x', b"term,code\r\nx\r\n"]
)
def test_a_file_that_is_no_dictionary_is_refused(site: Any, signed_in: Client, content: bytes) -> None:
    browser = signed_in("data_manager")
    before = site.ledger.head()
    assert bring(browser, content).status_code == 409
    assert bring(browser, ROWS, name=" ").status_code == 409
    assert site.ledger.head() == before


def test_hostile_terms_are_text(signed_in: Client, event: str) -> None:
    browser = signed_in("data_manager")
    bring(browser)
    key, _, _ = chosen_for(browser, event)
    found = browser.get(
        "/coding/", {"dictionary": key, "record": f"adverse_events/{event}", "words": "script alert 1 script"}
    )
    page = found.content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_site_sees_its_own_words_only(site: Any, signed_in: Client, subject_of: Callable[[str], str]) -> None:
    theirs = subject_of("02")
    for standing in ("not_coded", "without_dictionary", "coded"):
        assert theirs not in signed_in("monitor").get("/coding/", {"standing": standing}).content.decode()
    hidden = signed_in("monitor").get("/coding/", {"record": f"adverse_events/{theirs}/1"}).content.decode()
    assert "No such record" in hidden


def test_a_medicine_is_not_coded_with_terms_of_adverse_events(site: Any, signed_in: Client, event: str) -> None:
    subject = event.split("/")[0]
    signed_in("coordinator").post(f"/participants/{subject}/medications/new/", {"number": "1", "drug": "Fever"})
    browser, record = signed_in("data_manager"), f"medications/{subject}/1"
    page = browser.get("/coding/", {"record": record, "dictionary": "ctcae"}).content.decode()
    assert "bring a dictionary of medicines, such as WHODrug" in page
    assert '<select name="term:medications' not in page
    file = SimpleUploadedFile("x.csv", ROWS + uuid.uuid4().hex.encode() + b",,,\r\n")
    sent = {"step": "bring", "name": "Events", "version": "1", "file": file, "kind": ["adverse_events"]}
    assert browser.post("/coding/", sent).status_code == 302
    key = {change.field: change.new for change in site.ledger.history("dictionaries", "all")[-1].changes}["sha256"]
    assert (
        '<select name="term:medications'
        not in browser.get("/coding/", {"record": record, "dictionary": key}).content.decode()
    )
    head = site.ledger.record("medications", f"{subject}/1").head
    value = json.dumps(["Fever", "Pyrexia", "General disorders", "P1"])
    forged = {"dictionary": key, f"term:medications:{head}:{subject}/1": value}
    assert browser.post("/coding/", forged).status_code == 409
    assert "standard_name" not in site.ledger.record("medications", f"{subject}/1").fields
