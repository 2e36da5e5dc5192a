"""The page of verdicts holds every event that the rule waits for, whatever its grade."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from firstdose.records import AdverseEvent, DltAdjudication, Dosing, Subject, TrialData
from firstdose.web.judged_events import waiting_for_verdict
from tests.web.browsing import Client


@pytest.fixture
def mild(site: Any) -> AdverseEvent:
    """A mild event of somebody who was dosed, which nobody judged."""
    data: TrialData = site.dosing_data()
    dosed = {each.subject for each in data.records(Dosing)}
    judged = {(each.subject, each.event) for each in data.records(DltAdjudication)}
    return next(
        each
        for each in data.records(AdverseEvent)
        if each.subject in dosed
        and each.grade is not None
        and each.grade < 3
        and not each.serious
        and (each.subject, each.number) not in judged
    )


def test_an_event_that_the_rule_waits_for_stands_first(
    signed_in: Client, mild: AdverseEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    heading = f"<h2>{mild.subject}, event {mild.number}: "
    browser = signed_in("committee_member")
    assert heading not in browser.get("/verdicts/").content.decode()
    from firstdose.web.pages import adjudications

    monkeypatch.setattr(adjudications, "waiting_for_verdict", lambda courses: {(mild.subject, mild.number)})
    page = browser.get("/verdicts/").content.decode()
    first = page.split("<section")[1]
    assert heading in first
    assert "the rule waits for the verdict" in first
    assert page.count("the rule waits for the verdict") == 1


def test_events_wait_that_are_neither_dlts_nor_none() -> None:
    def course(subject: str, *answers: bool | None) -> Any:
        events = [SimpleNamespace(number=number, is_dlt=answer) for number, answer in enumerate(answers, start=1)]
        return SimpleNamespace(subject=subject, events=events)

    courses: Any = SimpleNamespace(all=[course("A", True, None), course("B", False), course("C", None)])
    assert waiting_for_verdict(courses) == {("A", 2), ("C", 1)}


def test_a_verdict_counts_at_once(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken 17.4 seconds after the full minute, when courses as of 2 seconds after it are kept already."""
    from firstdose.conduct.adjudicating import adjudicate
    from firstdose.conduct.ledger import Author, Ledger
    from firstdose.web import trial as of_trial
    from firstdose.web.watching import alerts_now

    begun = of_trial.now().replace(second=0, microsecond=0) + timedelta(minutes=5)
    clock = [begun + timedelta(seconds=2)]
    monkeypatch.setattr(of_trial, "now", lambda: clock[0])
    trial = of_trial.Trial(
        site.configuration, Ledger(site.ledger.database, site.ledger.key, lambda: clock[0]), patience=0.0
    )
    member = Author("committee_member", "committee_member", zone="Europe/London")
    data: TrialData = trial.dosing_data()
    in_rule = [course for course in trial.courses(clock[0]).all if course.events and course.has_dlt]
    subject, event = in_rule[0].subject, next(each.number for each in in_rule[0].events if each.is_dlt)
    last = max(
        (each for each in data.records(DltAdjudication) if (each.subject, each.event) == (subject, event)),
        key=lambda each: each.adjudication,
    )
    assert last.verdict == "dlt"

    def judged(verdict: Any, second: float) -> None:
        clock[0] = begun + timedelta(seconds=second)
        with trial.desk.work(member) as work:
            adjudicate(work, subject, event, verdict, ["A. Member"], reason="looked at again")

    def is_dlt() -> Any:
        (course,) = [each for each in trial.courses(clock[0]).all if each.subject == subject]
        return {each.number: each.is_dlt for each in course.events}.get(event, False)

    assert is_dlt() is True
    judged("not_dlt", 17.4)
    assert is_dlt() is False
    assert not any(
        each.record == ("adverse_events", f"{subject}/{event}") and each.kind == "possible_dlt"
        for each in alerts_now(trial, clock[0])
    )
    judged("dlt", 31.9)
    assert is_dlt() is True
    kinds = {
        each.kind for each in alerts_now(trial, clock[0]) if each.record == ("adverse_events", f"{subject}/{event}")
    }
    assert "dlt" in kinds
    assert "possible_dlt" not in kinds


def test_a_verdict_is_chosen_by_members_and_signed(site: Any, signed_in: Client) -> None:
    """Nothing is chosen beforehand; the page shows what is needed to judge; the recorder signs with the password."""
    from firstdose.conduct.signatures import signatures_of
    from tests.web.browsing import person
    from tests.web.conftest import PASSWORD

    browser, other = signed_in("committee_member"), person(site, "committee_member", "*")
    page = browser.get("/verdicts/").content.decode()
    assert '<select id="verdict-' in page
    assert " selected" not in page
    assert " checked" not in page
    assert site.protocol.escalation.dlt.definition.split(",")[0] in page
    assert "Related to the background treatment" in page
    assert "background_treatment</" not in page
    needed = ("Dosed", "level ", "The event began on", "day ", "Grade over time")
    assert any(all(words in card for words in needed) for card in page.split("<section")[1:])
    found = re.search(
        r'name="subject" value="([^"]+)"><input type="hidden" name="event" value="(\d+)"><input [^>]*value="(\d+)"',
        page,
    )
    assert found is not None
    subject, event, head = found.groups()
    sent = {"subject": subject, "event": event, "head": head, "reason": "looked at with two members", "member": other}
    before = len(site.ledger.records("dlt_adjudications"))
    for more in (
        {"password": PASSWORD},
        {"verdict": "dlt"},
        {"verdict": "dlt", "password": "not-the-own-password"},
        {"verdict": "dlt", "password": PASSWORD, "member": "coordinator"},
        {"verdict": "dlt", "password": PASSWORD, "head": "1"},
    ):
        assert browser.post("/verdicts/", {**sent, **more}).status_code == 409, more
    assert len(site.ledger.records("dlt_adjudications")) == before
    assert browser.post("/verdicts/", {**sent, "verdict": "dlt", "password": PASSWORD}).status_code == 302
    last = max(signatures_of(site.ledger, "dlt_adjudications"), key=lambda each: each.signature.signature)
    assert last.is_valid
    assert last.signature.signer == "committee_member"
    members = site.ledger.record("dlt_adjudications", last.signature.about_record).fields["members"]
    assert f"Full name of {other}" in members
    assert "Member of the safety committee" in members


def test_a_correction_that_opens_a_verdict_is_shown_where_members_judge(site: Any, signed_in: Client) -> None:
    """A nurse says that an event in the window is not related: that is kept, and members see it with what it was."""
    data: TrialData = site.dosing_data()
    here = {each.subject for each in data.records(Subject) if each.centre == "01"}
    subject, day = next(
        (each.subject, str(each.product_start)[:10])
        for each in data.records(Dosing)
        if each.product_start and each.subject in here
    )
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/"
    sent = {"number": "90", "term": "Vertigo", "grade": "2", "start": day, "relation_to_product": "possible"}
    assert browser.post(f"{address}new/", sent).status_code == 302
    new = {"relation_to_product": "not_related", "seen:relation_to_product": "possible", "reason": "judged anew"}
    assert browser.post(f"{address}{subject}/90/", new).status_code == 302
    assert site.ledger.record("adverse_events", f"{subject}/90").fields["relation_to_product"] == "not_related"
    refused = browser.post(f"{address}{subject}/90/", {"remove": "1", "reason": "entered for another"}, follow=True)
    assert "could be a dose-limiting toxicity" in refused.content.decode()
    page = signed_in("committee_member").get("/verdicts/").content.decode()
    (card,) = [each for each in page.split("<section") if f"<h2>{subject}, event 90: Vertigo" in each]
    assert "the rule waits for the verdict" in card
    assert "<b>undecided</b>, opened by the correction of the event: corrected by coordinator" in card
    assert "before anybody had judged it: related to the cells: not related (was possible)" in card
    assert " by None" not in card
