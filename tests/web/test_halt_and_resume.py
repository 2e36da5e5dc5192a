"""A DLT that is entered after the decision, through the pages alone: dosing halts, people decide again, it goes on."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conduct.running import second_cohort
from tests.dosing.trial import PROTOCOL
from tests.web.another_site import Clock, browser_of, place_of, site_with_clock
from tests.web.browsing import SECRET
from tests.web.sites import Sites

HALTED = "since the decision P2 has turned out to have had a DLT; people decide again"
CHANGED = "P2 was without a DLT and is now with a DLT (level 1, cohort C1)"
PEOPLE = {"halt-statistician": "statistician", "halt-nurse": "coordinator", "halt-one": "committee_member"}
PEOPLE |= {"halt-two": "committee_member", "halt-inspector": "inspector"}


def fill(configuration: Any) -> None:
    """Level 2 was decided on 19 March; P4 to P6 hold the slots of the second cohort."""
    from firstdose.web import starting

    running = second_cohort(place_of(configuration, PROTOCOL))
    of_site = {"coordinator": "IT01"}
    people = [
        starting.Person(account, account.replace("-", " "), role, of_site.get(role, "*"), SECRET)
        for account, role in PEOPLE.items()
    ]
    starting.add_people(running.ledger, people)
    running.ledger.close()


@pytest.fixture
def clock(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with site_with_clock(sites, fill, monkeypatch) as found:
        yield found


def text(account: str, address: str) -> str:
    answer = browser_of(account).get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def send(account: str, address: str, **sent: str) -> Any:
    return browser_of(account).post(address, sent)


def test_a_dlt_entered_after_the_decision_halts_dosing_until_people_decide_again(clock: Clock) -> None:
    """3+3: one DLT of three at level 1 asks for three more there; the committee goes on with level 2, and says why."""
    clock.at("2026-03-21T10:00")
    assert HALTED not in text("halt-nurse", "/")
    assert send("halt-nurse", "/doses/P4/", step="prepare", batch="B1").status_code == 302
    prepared = '<a href="/doses/P4/">P4</a>: a dosing from batch B1 is prepared: record what was given, or cancel it'
    assert prepared in text("halt-nurse", "/")
    assert send("halt-nurse", "/doses/P4/", step="cancel", reason="only tried out").status_code == 302
    assert prepared not in text("halt-nurse", "/")
    event = {"number": "1", "term": "seizure", "grade": "3", "start": "2026-02-15", "relation_to_product": "related"}
    assert send("halt-nurse", "/participants/P2/adverse_events/new/", **event).status_code == 302
    clock.at("2026-03-21T11:00")
    head = re.search(r'name="head" value="(\d+)"', text("halt-one", "/verdicts/"))
    assert head
    verdict = {"subject": "P2", "event": "1", "verdict": "dlt", "member": "halt-two", "head": head[1]}
    answer = send("halt-one", "/verdicts/", **verdict, password=SECRET)
    assert answer.status_code == 302, re.findall(r"Not done.*", answer.content.decode())
    clock.at("2026-03-21T12:00")
    for account in ("halt-nurse", "halt-statistician"):
        for address in ("/", "/doses/"):
            assert HALTED in text(account, address), (account, address)
    page = text("halt-statistician", "/decisions/")
    assert f"<b>Decision 1 is stale.</b> {CHANGED}." in page
    assert "Dosing is halted. The statistician prepares a new decision" in page
    assert "cohort C2: 3 of 3 not dosed yet" in page
    assert "21 March 2026" in page
    assert "halt-nurse (Study nurse or coordinator): adverse event 1 of P2 entered" in page
    assert "->" not in page.split("<main")[1]
    assert CHANGED in text("halt-inspector", "/decisions/1/")
    assert send("halt-nurse", "/doses/P4/", step="prepare", batch="B1").status_code == 409
    decide_on_level_2(clock)
    assert HALTED not in text("halt-nurse", "/")
    assert "Nothing: a later decision was taken since." in text("halt-statistician", "/decisions/")
    assert send("halt-nurse", "/doses/P4/", step="prepare", batch="B1").status_code == 302


def decide_on_level_2(clock: Clock) -> None:
    """Prepared, proposed with a reason, signed by two and taken."""
    clock.at("2026-03-21T13:00")
    answer = send("halt-statistician", "/decisions/")
    assert answer.status_code == 302
    page = answer.headers["Location"]
    propose = {"step": "propose", "action": "dose", "level": "2"}
    refused = send("halt-one", page, **propose, head=head_on(page))
    assert refused.status_code == 409
    assert "this departs from the rule" in refused.content.decode()
    reason = "one seizure in a person with epilepsy"
    assert send("halt-one", page, **propose, reason=reason, head=head_on(page)).status_code == 302
    assert "This departs from the rule." in text("halt-two", page)
    for account in ("halt-one", "halt-two"):
        taken = {"step": "take", "password": SECRET, "data_hash": data_hash_on(page), "head": head_on(page)}
        assert send(account, page, **taken).status_code == 409, "not enough have signed"
        assert send(account, page, step="sign", head=head_on(page), password=SECRET).status_code == 302
    assert send("halt-two", page, **taken).status_code == 302


def head_on(page: str) -> str:
    found = re.search(r'name="head" value="(\d+)"', text("halt-one", page))
    assert found
    return found[1]


def data_hash_on(page: str) -> str:
    found = re.search(r'name="data_hash" value="(\w+)"', text("halt-one", page))
    assert found
    return found[1]
