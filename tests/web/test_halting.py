"""What halts dosing is said beside the rule's advice, and names nobody whom the role does not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from firstdose.conduct.gating import HALTING
from firstdose.conduct.ledger import Author
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.records import TrialData
from firstdose.web.acting import Acting, Grant
from firstdose.web.halting import ELSEWHERE, halts_of
from firstdose.web.pages import doses, home, safety_board
from firstdose.web.trial import now
from tests.web.browsing import Client


def acting(role: str, site: str) -> Acting:
    grant = Grant(role, site, "Somebody")
    return Acting(Author("somebody", role, "" if site == "*" else site), grant, (grant,))


def after_a_departure(trial: Any, subject: str) -> Any:
    """The trial as if somebody's dosing had departed from what was allowed."""
    data = trial.dosing_data()
    row = {"subject": subject, "number": 99, "description": "too much was given", "category": HALTING}
    row |= {"degree": "critical", "occurred": "2024-01-02"}
    more = pl.DataFrame([row]).cast({name: data.frames["deviations"].schema[name] for name in row})
    frames = {**data.frames, "deviations": pl.concat([data.frames["deviations"], more], how="diagonal")}
    courses = Courses(trial.protocol, Records(TrialData(frames, data.as_of), now(), trial.zone))
    same = {name: getattr(trial, name) for name in ("ledger", "protocol", "zone", "version", "people")}

    def anew(name: str, key: object, make: Callable[[], Any], *, at_once: bool) -> Any:
        return make()

    return SimpleNamespace(**same, kept_a_while=anew, courses=lambda moment, at_once: courses)


def test_everybody_is_told_and_only_those_who_may_of_whom(site: Any, subject_of: Callable[[str], str]) -> None:
    subject = subject_of("02")
    trial = after_a_departure(site, subject)
    for role in ("statistician", "committee_member"):
        told = halts_of(SimpleNamespace(trial=trial, acting=acting(role, "*")), now())  # type: ignore[arg-type]
        assert any(words.startswith(f"{subject}: too much was given") for words in told), role
    told = halts_of(SimpleNamespace(trial=trial, acting=acting("coordinator", "01")), now())  # type: ignore[arg-type]
    assert ELSEWHERE in told
    assert not any(subject in words for words in told)


@pytest.mark.parametrize(
    ("account", "page", "address"),
    [
        ("coordinator", home, "/"),
        ("coordinator", doses, "/doses/"),
        ("committee_member", home, "/"),
        ("committee_member", safety_board, "/safety/"),
    ],
)
def test_the_pages_say_it(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch, account: str, page: Any, address: str
) -> None:
    monkeypatch.setattr(page, "halts_of", lambda request, moment: ["P-1: <b>too much</b>"])
    text = signed_in(account).get(address).content.decode()
    assert "Dosing is halted:" in text
    assert "P-1: &lt;b&gt;too much&lt;/b&gt;" in text


def test_who_sees_no_data_of_the_trial_is_not_told(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "halts_of", lambda request, moment: ["P-1: too much"])
    assert "P-1" not in signed_in("administrator").get("/").content.decode()


def test_nothing_is_advised_on_what_cannot_be_read(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    """One text in a record that dosing rests on takes the advice away; who sees less is told that it is so."""
    subject, browser = subject_of("01"), signed_in("coordinator")
    name, before = f"Adverse events {subject}/971", len(site.unreadable_for_the_rule())
    assert name not in browser.get("/doses/").content.decode()
    address = f"/participants/{subject}/adverse_events/new/"
    event = {"subject": subject, "number": "971", "term": "Cough", "grade": "high", "start": "2020-01-01"}
    assert browser.post(address, event).status_code == 302
    try:
        for page in ("/", "/doses/"):
            assert name in sentence(browser.get(page).content.decode())
            told = sentence(signed_in("other-site-nurse").get(page).content.decode())
            assert re.search(rf"what stands in {before + 1} records? that dosing rests on cannot be read", told)
            assert subject not in told
    finally:
        one = f"/participants/{subject}/adverse_events/{subject}/971/"
        assert browser.post(one, {"remove": "yes", "reason": "entered for a test"}).status_code == 302
    assert name not in browser.get("/doses/").content.decode()
    assert len(site.unreadable_for_the_rule()) == before


def test_nothing_is_advised_on_what_cannot_be_so(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    """An event of somebody dosed that is dated in the future would be hidden from the rule until its day comes."""
    subject, browser = subject_of("01"), signed_in("coordinator")
    address = f"/participants/{subject}/adverse_events/new/"
    event = {"subject": subject, "number": "972", "term": "Cough", "grade": "4", "start": "2120-01-01"}
    assert browser.post(address, event).status_code == 302
    try:
        for page in ("/", "/doses/", f"/doses/{subject}/"):
            text = browser.get(page).content.decode()
            assert f"adverse event 972 of {subject} is dated later than now (2120-01-01)" in text
            assert "advice now" not in text
            told = signed_in("other-site-nurse").get("/doses/").content.decode()
            assert "something of a participant of another site" in sentence(told)
            assert subject not in sentence(told)
    finally:
        one = f"/participants/{subject}/adverse_events/{subject}/972/"
        assert browser.post(one, {"remove": "yes", "reason": "entered for a test"}).status_code == 302
    assert "cannot be so" not in browser.get("/doses/").content.decode()


def sentence(page: str) -> str:
    """Why there is no recommendation."""
    return page.split("No recommendation")[1].split("</p>")[0]
