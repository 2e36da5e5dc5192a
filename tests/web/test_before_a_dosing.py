"""The page of a dose says what somebody at the bedside would ask: what is left to do, and what nobody advises."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.web.browsing import Client

LEFT = "Asked for before the dosing, and not recorded: "
NOTHING = ": nothing is recorded"


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"D-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def left(browser: Any, subject: str) -> list[str]:
    """The visits that the page names as not recorded."""
    page = browser.get(f"/doses/{subject}/").content.decode()
    note = page.split(LEFT)[1].split("</p>")[0] if LEFT in page else ""
    return [words.removesuffix(NOTHING) for words in note.split("; ") if words.endswith(NOTHING)]


def test_the_visits_before_it_that_are_not_recorded_are_named(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    before = [each for each in site.protocol.schedule.visits if each.day < 0]
    assert len(before) > 1
    assert f'<p class="warning">{LEFT}' in browser.get(f"/doses/{subject}/").content.decode()
    assert left(browser, subject) == [f"{each.name} ({each.id})" for each in before]
    sent = {"visit": before[0].id, "state": "done", "start": "2026-01-05"}
    assert browser.post(f"/participants/{subject}/visits/new/", sent).status_code == 302
    assert left(browser, subject) == [f"{each.name} ({each.id})" for each in before[1:]]


def test_who_was_dosed_is_not_asked_about_them(site: Any, signed_in: Client) -> None:
    browser, of_site = signed_in("coordinator"), {"01"}
    centre = {each.record: each.fields["centre"] for each in site.ledger.records("subjects")}
    given = {each.fields["subject"] for each in site.ledger.records("dosings") if each.fields.get("given")}
    dosed = sorted(each for each in given if centre[each] in of_site)
    assert dosed
    assert [left(browser, each) for each in dosed] == [[] for _ in dosed]


def test_what_bears_upon_nobody_dosed_takes_no_advice_away_and_is_told(
    site: Any, signed_in: Client, subject: str
) -> None:
    """The consent of somebody in screening cannot be read; the advice stands, and beside it what was set aside."""
    browser, address = signed_in("coordinator"), f"/participants/{subject}/subjects/{subject}/"
    before = bool(site.unreadable_for_the_rule())
    page = browser.get(f"/doses/{subject}/").content.decode()
    assert ("The rule&#x27;s advice now: " in page) is not before
    wrong = {"consent": "20/11/2026", "seen:consent": "2026-01-02", "reason": "for a test"}
    assert browser.post(address, wrong).status_code == 302
    try:
        for path in ("/", "/doses/", f"/doses/{subject}/"):
            page = browser.get(path).content.decode()
            assert ("No recommendation" in page) is before
            assert re.search(
                rf"What stands in \d+ records? cannot be read \([^)]*{subject}[^)]*\)\. It is set aside", page
            )
            told = signed_in("other-site-nurse").get("/doses/").content.decode()
            assert subject not in told
            assert "It is set aside" in told
    finally:
        right = {"consent": "2026-01-02", "seen:consent": "20/11/2026", "reason": "the test is over"}
        assert browser.post(address, right).status_code == 302


def test_no_advice_stands_where_there_is_none(site: Any, signed_in: Client, subject: str) -> None:
    """As on the other pages: on what cannot be read of who was dosed nothing is advised, nor in the gate's note."""
    browser = signed_in("coordinator")
    given = {each.fields["subject"] for each in site.ledger.records("dosings") if each.fields.get("given")}
    dosed = next(
        each.record
        for each in site.ledger.records("subjects")
        if each.record in given and each.fields["centre"] == "01"
    )
    address, stands = (
        f"/participants/{dosed}/subjects/{dosed}/",
        site.ledger.record("subjects", dosed).fields["consent"],
    )
    wrong = {"consent": "20/11/2026", "seen:consent": stands, "reason": "for a test"}
    assert browser.post(address, wrong).status_code == 302
    try:
        page = browser.get(f"/doses/{subject}/").content.decode()
        assert "advice now" not in page
        assert re.search(r"No recommendation: what stands in \d+ records? that dosing rests on cannot be read", page)
    finally:
        right = {"consent": stands, "seen:consent": "20/11/2026", "reason": "the test is over"}
        assert browser.post(address, right).status_code == 302


def test_answers_that_contradict_each_other_stay_marked_at_the_visit(signed_in: Client, subject: str) -> None:
    """An EDSS step of 5.5 with 20 m on two sticks, which is 6.5 by the scale's own steps of ambulation."""
    browser = signed_in("coordinator")
    answers = {"mobility": "walks", "distance_metres": "20", "aid": "both_sides", "step": "5.5"}
    sent = {f"item:{name}": text for name, text in answers.items()}
    visit = f"/participants/{subject}/schedule/M0/"
    assert "to look at" not in browser.get(visit).content.decode()
    assert browser.post(f"{visit}edss/", {**sent, "assessed": "2026-01-05"}).status_code == 302
    browser.get("/participants/")  # what was said of the saving is shown once
    assert "1 to look at" in browser.get(visit).content.decode()
    mended = {**sent, "item:step": "6.5", "assessed": "2026-01-05", "reason": "the rater wrote 6.5"}
    form = browser.get(f"{visit}edss/").content.decode()
    seen = dict(re.findall(r'name="(seen:item:\w+)" value="(\d+)"', form))
    assert browser.post(f"{visit}edss/", {**mended, **seen}).status_code == 302
    browser.get("/participants/")
    assert "to look at" not in browser.get(visit).content.decode()


def test_what_is_not_recorded_is_said_once(signed_in: Client, subject: str) -> None:
    page = signed_in("coordinator").get(f"/participants/{subject}/eligibility/").content.decode()
    assert "the EDSS since consent or that of two years before is not recorded" in page
    assert "the EDSS since consent, the EDSS since consent" not in page
