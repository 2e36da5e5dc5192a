"""The page of a decision as members use it: what to know before signing, what comes first, and what is ready."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.ledger import Author, Ledger
from firstdose.conduct.own_records import create
from firstdose.records import PartialDateTime
from tests.web import test_after_a_decision as pages
from tests.web.another_site import Clock, browser_of, site_with_clock
from tests.web.browsing import SECRET, add_authenticator
from tests.web.sites import Sites
from tests.web.test_after_a_decision import LOWER, decide, in_text, prepared, proposed, send, sign, take, text

TAKE = re.compile(r'<button name="step" value="take"([^>]*)>')
PREPARE_DECISION = "<button>Prepare the next decision</button>"
PREPARE = re.compile(r'<button name="step" value="prepare"([^>]*)>')


@pytest.fixture
def clock(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with site_with_clock(sites, pages.fill, monkeypatch) as found:
        found.at("2026-03-21T10:00")
        yield found


def attributes(button: re.Pattern[str], page: str) -> str:
    found = button.search(page)
    assert found
    return found[1]


def event(number: str, subject: str = "P2", **facts: str) -> None:
    known = {"number": number, "start": "2026-02-15", "relation_to_product": "not_related"}
    known |= {"relation_to_procedure": "not_related"} | facts
    assert send("nurse", f"/participants/{subject}/adverse_events/new/", **known).status_code == 302


def test_members_are_told_what_happened_since_the_last_decision_and_what_is_open(clock: Clock) -> None:
    event("1", term="headache", grade="1")
    event("2", term="pneumonia", grade="3", serious="yes")
    event("3", term="seizure", grade="3", relation_to_product="related")
    clock.at("2026-03-21T11:00")
    page = prepared()
    members, before = text("one", page), in_text(text("one", page)).partition("Before signing")[2]
    told = before.partition("Proposal")[0]
    assert "since decision 1 was prepared: P2, event 3: seizure; grade 3;" in told, "what may be a DLT comes first"
    assert "(may be a DLT, and waits for the verdict)" in told
    assert "P2, event 2: pneumonia; grade 3; began 15 February 2026; serious" in told
    assert "headache" not in told
    assert "cohort C2: 3 of 3 not dosed yet" in told
    assert '<a href="/verdicts/">P2, event 3' in members
    assert "/participants/" not in members, "members have no pages of participants"
    assert '<a href="/participants/P2/adverse_events/P2/3/">P2, event 3' in text("statistician", page)
    decide("dose", "1")
    clock.at("2026-03-21T12:00")
    event("4", term="stroke", grade="4", serious="yes")
    clock.at("2026-03-21T13:00")
    told = in_text(text("one", prepared())).partition("Before signing")[2].partition("Proposal")[0]
    assert "since decision 2 was prepared: P2, event 4: stroke" in told
    assert "pneumonia" not in told
    assert "seizure of grade 3 (event 3)" in told, "the verdict is still open"


def test_a_decision_that_was_taken_says_its_dose_and_its_departure(clock: Clock) -> None:
    page = text("one", decide("dose", "1"))
    banner = in_text(page).partition("Taken: ")[2]
    assert banner.startswith("dose level 1, 5 million cells , 21 March 2026")
    assert f"This departs from the rule : {LOWER}" in banner
    assert "Before signing" not in page, "it is done"
    clock.at("2026-03-21T12:00")
    banner = in_text(text("one", decide("dose", "2"))).partition("Taken: ")[2].partition("The rule")[0]
    assert banner.startswith("dose level 2, 10 million cells , ")
    assert "departs" not in banner


def test_signing_comes_first_and_taking_is_not_ready_before_enough_have_signed(clock: Clock) -> None:
    page = prepared()
    assert [TAKE.search(text("one", page)), "<h3>Sign</h3>" in text("one", page)] == [None, False]
    page = proposed("dose", "1")
    shown = text("one", page)
    order = [shown.index(f"<h3>{title}</h3>") for title in ("Sign", "Take", "Propose another decision")]
    assert order == sorted(order)
    for signer, words in ((None, "0 members have signed"), ("one", "1 member has signed")):
        if signer:
            sign(signer, page)
        assert "disabled" in attributes(TAKE, text("two", page))
        refused = take(page)
        assert refused.status_code == 409
        said = re.search(rf"{words}[^<]*, of 2 needed", text("two", page))
        assert said
        assert said[0] in refused.content.decode(), "in the words of the refusal"
    sign("two", page)
    assert "disabled" not in attributes(TAKE, text("two", page))
    assert take(page).status_code == 302


@pytest.mark.parametrize("is_at_once", [False, True], ids=["one after the other", "at once"])
def test_a_decision_that_is_sent_twice_is_taken_once_and_told_as_done(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, is_at_once: bool
) -> None:
    """With a second factor, whose code counts once; sent at once, the second does not know of the first at first."""
    page = proposed("dose", "1")
    sign("one", page)
    sign("two", page)
    seen = {name: pages.hidden_on(page, name) for name in ("head", "data_hash", "request")}
    sent = {"step": "take", "password": SECRET, "code": add_authenticator("two").at(), **seen}
    browser = browser_of("two")
    for _ in range(2):
        answer = browser.post(page, sent, follow=True)
        assert answer.status_code == 200, in_text(answer.content.decode())[:500]
        assert "Decision 2 is taken" in answer.content.decode()
        if is_at_once:
            monkeypatch.setattr(Ledger, "was_carried_out", lambda ledger, request: False)
    assert browser.post(page, {**sent, "request": "another"}).status_code == 409
    assert browser_of("one").post(page, sent).status_code == 409, "somebody else's request"
    assert "Decision 3" not in text("one", "/decisions/")


def test_a_dosing_that_would_be_refused_is_not_ready(clock: Clock) -> None:
    assert "disabled" not in attributes(PREPARE, text("nurse", "/doses/P4/"))
    decide("dose", "1")
    clock.at("2026-03-21T11:00")
    page = text("nurse", "/doses/P4/")
    assert "disabled" in attributes(PREPARE, page)
    words = "P4 may not be dosed now"
    assert f'<p class="note" id="not-now">{words}, for the reasons above.</p>' in page
    refused = send("nurse", "/doses/P4/", step="prepare", batch="B1")
    assert refused.status_code == 409
    assert f"{words}:" in refused.content.decode()


def test_a_decision_that_would_be_refused_is_not_ready_to_be_prepared(clock: Clock) -> None:
    assert PREPARE_DECISION in text("statistician", "/decisions/")
    held = HeldEvent(
        held=1, subject="P2", record_type="adverse_events", typed="{}", seen="{}",
        since=PartialDateTime.of(clock()), state="waiting",
    )  # fmt: skip
    from firstdose.web.trial import the_trial

    with the_trial().desk.work(Author("nurse", "coordinator", "IT01")) as work:
        create(work, held, by="enter_data")
    page = text("statistician", "/decisions/")
    assert PREPARE_DECISION not in page
    refused = in_text(html.unescape(send("statistician", "/decisions/").content.decode()))
    words = "is held outside the locked data (held event 1): dosing is halted until it is recorded or withdrawn. "
    words += "Nothing is decided on the dose meanwhile: have the lock opened, then record it"
    assert words in refused
    assert f"Prepare the next decision Adverse event of P2 {words}." in in_text(page)
