"""The page of doses where lower levels are backfilled, and where they are not; a cohort is opened there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from firstdose.conduct.standing import Standing, standing_of
from firstdose.protocol.escalation import Backfilling
from firstdose.web.pages import doses
from tests.conduct.running import second_cohort
from tests.conduct.test_backfilling import backfills
from tests.dosing.trial import PROTOCOL, protocol
from tests.web.another_site import Clock, browser_of, place_of, site_with_clock
from tests.web.browsing import SECRET, Client
from tests.web.sites import Sites

OPTION = '<option value="backfill">'
OPEN = {"step": "open", "decision": "backfill", "cohort": "B1"}
STATISTICIAN, NURSE = "backfilling-statistician", "backfilling-nurse"


def test_a_protocol_that_does_not_backfill_offers_no_such_cohort(signed_in: Client) -> None:
    statistician = signed_in("statistician")
    assert OPTION not in statistician.get("/doses/").content.decode()
    refused = statistician.post("/doses/", {"step": "open", "decision": "backfill"})
    assert refused.status_code == 409
    assert "needs a decision" in refused.content.decode()


def test_a_protocol_that_backfills_offers_it_and_tells_such_cohorts_apart(
    site: Any, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_backfilled(courses: Any) -> Standing:
        found = standing_of(courses)
        return replace(found, rungs=(replace(found.rungs[0], kind="backfill"), *found.rungs[1:]))

    before = signed_in("statistician").get("/doses/").content.decode()
    escalation = replace(site.protocol.escalation, backfill=Backfilling(most_at_a_level=12))
    monkeypatch.setattr(doses, "standing_of", one_backfilled)
    monkeypatch.setattr(type(site), "protocol", replace(site.protocol, escalation=escalation))
    page = signed_in("statistician").get("/doses/").content.decode()
    assert OPTION in page
    assert page.count(", backfilled <span>") == 1
    assert ", backfilled" not in before


def fill(configuration: Any) -> None:
    """Two cohorts by the rule of a protocol that backfills; the second is full on 11 April, its windows open."""
    from firstdose.web import starting

    running = second_cohort(place_of(configuration, backfills(PROTOCOL)))
    running.protocol = protocol(backfills)
    for name, day in (("P4", "2026-03-21"), ("P5", "2026-04-04")):
        running.dose(name, f"{day}T10:00", "10")
    people = [
        starting.Person(STATISTICIAN, "Statistician", "statistician", "*", SECRET),
        starting.Person(NURSE, "Nurse", "coordinator", "IT01", SECRET),
    ]
    starting.add_people(running.ledger, people)
    running.ledger.close()


@pytest.fixture
def clock(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock of a site of this test's own, whose second cohort waits."""
    with site_with_clock(sites, fill, monkeypatch) as found:
        yield found


def test_a_cohort_is_backfilled_through_the_page(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused while the escalation has a place; then opened at the level below, without a decision, and filled."""
    from firstdose.web import trial
    from firstdose.web.trial import the_trial

    ledger = the_trial().ledger
    monkeypatch.setattr(trial, "QUICK_MAKING_SECONDS", 0.0)  # as where making the page takes long: it is kept a while
    monkeypatch.setattr(the_trial(), "patience", 1e6)
    statistician, nurse = browser_of(STATISTICIAN), browser_of(NURSE)
    clock.at("2026-04-05T09:00")
    assert OPTION in statistician.get("/doses/").content.decode()
    refused = statistician.post("/doses/", OPEN)
    assert refused.status_code == 409
    assert "no level is open for backfilling: 1 of cohort C2 still to be dosed" in refused.content.decode()
    assert not ledger.record("cohorts", "B1").exists
    give_the_last_place(nurse, clock)
    clock.at("2026-04-12T09:00")
    assert nurse.post("/doses/", OPEN).status_code == 403
    assert statistician.post("/doses/", OPEN).status_code == 302
    cohort = ledger.record("cohorts", "B1").fields
    assert (cohort["dose_level"], float(cohort["dose"]), cohort["kind"]) == ("1", 5.0, "backfill")
    assert "decision" not in cohort
    page = statistician.get("/doses/").content.decode()
    assert "Cohort B1: level 1, 5 million cells, backfilled <span>open</span>" in page
    places = page.split("Cohort B1")[1].split("</section>")[0]
    assert places.count('<li class="place open">') == 3
    assert "sentinel" not in places, "the lower level has had its own"
    answers = {"subject": "Q1", "centre": "IT01", "consent": "2026-04-12T08:00"}
    assert nurse.post("/participants/new/", answers).status_code == 302
    assert nurse.post("/doses/Q1/", {"step": "reserve", "cohort": "B1"}).status_code == 302
    held = [each.fields for each in ledger.records("slots") if each.fields.get("subject") == "Q1"]
    assert [(each["cohort"], each["state"]) for each in held] == [("B1", "reserved")]
    closed = statistician.post("/doses/", {"step": "open", "decision": "", "cohort": "C3"})
    assert closed.status_code == 409, "the escalation itself still needs its decision"


def give_the_last_place(nurse: Any, clock: Clock) -> None:
    """P6 gets the last dose of the second cohort, through the page."""
    clock.at("2026-04-11T10:00")
    prepared = nurse.post("/doses/P6/", {"step": "prepare", "batch": "B1"})
    assert prepared.status_code == 302, prepared.content.decode()
    given = {"step": "record", "procedure_start": "2026-04-11T10:00", "given": "full", "dose_given": "10"}
    assert nurse.post("/doses/P6/", {**given, "batch": "B1"}).status_code == 302
