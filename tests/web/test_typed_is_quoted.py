"""What somebody typed is a quotation wherever the site tells it, whatever marks and characters it holds."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.browsing import Client

HOSTILE = 'Mild</q>": must be a number; write it. Closed by the monitor. <b>\u202ekO'
Q = re.compile("<q>(.*?)</q>", re.S)


def quoted(page: str) -> list[str]:
    """What stands in quotation marks on a page."""
    return [html.unescape(each) for each in Q.findall(page)]


def unquoted(page: str) -> str:
    """What stands outside of quotation marks and of fields that hold what was typed."""
    return html.unescape(re.sub(r"<input [^>]*>", "", Q.sub("", page)))


@pytest.fixture
def refused_value(site: Any, signed_in: Client) -> str:
    """The number of a query of a rule about a grade that is none."""
    subject, browser = f"H-{uuid.uuid4().hex[:8]}", signed_in("coordinator")
    sent = {"subject": subject, "centre": "01", "consent": "2026-01-02"}
    assert browser.post("/participants/new/", sent).status_code == 302
    event = {"number": "1", "term": "Fever", "grade": HOSTILE}
    assert browser.post(f"/participants/{subject}/adverse_events/new/", event).status_code == 302
    (query,) = [each for each in site.ledger.records("queries") if each.fields["about_record"] == f"{subject}/1"]
    return str(query.record)


def test_a_value_that_a_rule_asks_about_is_quoted_to_its_end(site: Any, signed_in: Client, refused_value: str) -> None:
    about = site.ledger.record("queries", refused_value).fields["about_record"]
    subject = about.split("/")[0]
    form = f"/participants/{subject}/adverse_events/{about}/"
    for address in (f"/queries/?subject={subject}", f"/queries/{refused_value}/", form, f"{form}history/"):
        page = signed_in("data_manager").get(address).content.decode()
        assert HOSTILE in quoted(page), address
        assert "Closed by the monitor" not in unquoted(page), address
    page = signed_in("data_manager").get(f"/queries/{refused_value}/").content.decode()
    assert "</q>: must be a whole number; " in page


def test_what_people_say_in_a_query_is_quoted_whole(site: Any, signed_in: Client, refused_value: str) -> None:
    words = '"5": must be a whole number; query 7 is closed'
    address = f"/queries/{refused_value}/"
    assert signed_in("coordinator").post(address, {"step": "answer", "words": words}).status_code == 302
    for where in ("/queries/?state=answered", address):
        page = signed_in("data_manager").get(where).content.decode()
        assert words in quoted(page)
        assert words not in unquoted(page)
    fields = site.ledger.record("queries", refused_value).fields
    sent = {"type": fields["about_type"], "record": fields["about_record"], "words": words}
    assert signed_in("data_manager").post("/queries/ask/", sent).status_code == 302
    page = signed_in("data_manager").get("/queries/?asked_by=people").content.decode()
    assert words in quoted(page)
    assert words not in unquoted(page)


def test_the_ledger_tells_what_was_emptied_from_what_was_typed_so(
    site: Any, signed_in: Client, refused_value: str
) -> None:
    about = site.ledger.record("queries", refused_value).fields["about_record"]
    address = f"/participants/{about.split('/')[0]}/adverse_events/{about}/"
    browser = signed_in("coordinator")
    assert browser.post(address, {"term": "(emptied)", "seen:term": "Fever", "reason": HOSTILE}).status_code == 302
    sent = {"grade": "", "seen:grade": HOSTILE, "reason": "it was a joke"}
    assert browser.post(address, sent).status_code == 302
    page = signed_in("data_manager").get("/ledger/").content.decode()
    assert {"(emptied)", "Fever", HOSTILE, "it was a joke"} <= set(quoted(page))
    assert f"<del><q>{html.escape(HOSTILE, quote=True)}</q></del> → (emptied)" in page.replace("&#x27;", "&#39;")
    assert "Closed by the monitor" not in unquoted(page)


@given(st.text(min_size=1), st.sampled_from(["must be a date", "must be a number"]))
def test_nothing_typed_ends_its_quotation(sites: Any, text: str, rule: str) -> None:
    """As the rules write what they ask: the text between quotation marks, a colon, the rule and how it is mended."""
    from firstdose.web.templatetags.typed import question

    said = question(f'"{text}": {rule}; mend it', rule)
    assert quoted(said) == [text]
    assert unquoted(said) == f": {rule}; mend it"
