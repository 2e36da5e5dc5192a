"""What somebody else has begun is told to those who may take the next step, on the page where they begin."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.web.waiting_for_you import waiting_for
from tests.web.browsing import Client, fresh_preparation, person
from tests.web.conftest import PASSWORD


def begins(browser: Any) -> str:
    return html.unescape(browser.get("/").content.decode())


def test_a_lock_waits_for_another_than_who_asked(site: Any, signed_in: Client) -> None:
    words = "The data up to 31 December 1999 are to be locked: confirm it, or take it back"
    asked = {"step": "ask", "cut_off": "1999-12-31", "reason": "for a test"}
    assert signed_in("data_manager").post("/locks/", asked).status_code == 302
    try:
        assert f'<a href="/locks/">{words}</a>' in begins(signed_in("statistician"))
        for account in ("data_manager", "coordinator", "investigator", "committee_member", "inspector"):
            assert words not in begins(signed_in(account)), account
    finally:
        number = max(int(each.record) for each in site.ledger.records("data_locks"))
        done = {"step": "withdraw", "lock": str(number), "reason": "the test is over"}
        assert signed_in("data_manager").post("/locks/", done).status_code == 302
    assert words not in begins(signed_in("statistician"))


def test_a_decision_waits_for_its_members(site: Any, signed_in: Client) -> None:
    """First for a proposal, then for each signature; who has signed is asked no more, and is told how many have."""
    account = person(site, "committee_member", "*")
    number = fresh_preparation(site)
    address, browser = f"/decisions/{number}/", signed_in("committee_member")
    if site.ledger.record("prepared_decisions", number).fields.get("action") is None:
        assert "is prepared: look at it, and propose" in begins(browser)
        proposal = {"step": "propose", "action": "wait", "reason": f"a test of {account}"}
        assert browser.post(address, proposal).status_code == 302
    asked = "is proposed: look at it, and sign"
    assert f'<a href="{address}">' in begins(browser)
    assert asked in begins(browser)
    page = browser.get(address).content.decode()
    assert "<b>This departs from the rule.</b>" in page
    quorum = site.protocol.escalation.committee_review.quorum
    assert f"0 members have signed the decision as it is proposed (nobody), of {quorum} needed." in page
    assert f"<dt>Protocol</dt><dd>{site.version}</dd>" in page
    head = str(site.ledger.record("prepared_decisions", number).head)
    assert browser.post(address, {"step": "sign", "head": head, "password": PASSWORD}).status_code == 302
    page = browser.get(address).content.decode()
    assert "You have signed what is proposed." in page
    assert 'value="sign"' not in page
    assert re.search(rf"1 member has signed the decision as it is proposed \([^)]+\), of {quorum} needed\.", page)
    assert asked not in begins(browser)
    assert "take it, if enough have signed" in begins(browser)
    assert asked in begins(signed_in(account))
    for other in ("coordinator", "statistician"):
        assert "is proposed" not in begins(signed_in(other)), other


@pytest.mark.parametrize("role", ["data_manager", "statistician", "coordinator"])
def test_a_version_waits_for_another_than_who_loaded_it(site: Any, role: str) -> None:
    from types import SimpleNamespace

    from firstdose.conduct.ledger import Author, Ledger, StoredRecord
    from firstdose.conduct.roles import may
    from firstdose.web.acting import Acting, Grant

    class Held:
        """The ledger with a version that one data manager has loaded."""

        def __init__(self, ledger: Ledger) -> None:
            self.ledger = ledger

        def __getattr__(self, name: str) -> Any:
            return getattr(self.ledger, name)

        def records(self, record_type: str) -> tuple[Any, ...]:
            stored = self.ledger.records(record_type)
            if record_type != "protocol_versions":
                return tuple(stored)
            loaded = {**stored[0].fields, "version": "2 b", "state": "loaded", "loaded_by": "one"}
            return (*stored, StoredRecord(record_type, "2 b", loaded, 1))

    def told(account: str) -> list[str]:
        grant = Grant(role, "*", account)
        acting = Acting(Author(account, role), grant, (grant,))
        rest = {
            name: getattr(site, name)
            for name in (
                "dosing_data",
                "protocol",
                "version",
                "kept",
                "courses",
                "kept_a_while",
                "last_entry",
                "people",
            )
        }
        trial = SimpleNamespace(ledger=Held(site.ledger), **rest)
        request: Any = SimpleNamespace(trial=trial, acting=acting)
        return [each.address for each in waiting_for(request) if "protocol" in each.words]

    assert told("one") == []
    assert told("two") == (["/versions/one/?version=2+b"] if may(role, "manage_versions") else [])


def test_nobody_is_asked_to_sign_what_is_stale_and_who_prepares_is_asked_to_do_it_anew(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    number, anew = fresh_preparation(site), "was prepared on data that have changed since: prepare it anew"
    member, statistician = signed_in("committee_member"), signed_in("statistician")
    assert f'<a href="/decisions/{number}/">' in begins(member)
    assert anew not in begins(statistician)
    sent = {"number": "93", "term": "a headache that nobody knew of", "grade": "1", "start": "2020-01-01"}
    address = f"/participants/{subject_of('01')}/adverse_events/new/"
    assert signed_in("coordinator").post(address, sent).status_code == 302
    assert f'<a href="/decisions/{number}/">' not in begins(member)
    assert anew in begins(statistician)
    assert anew not in begins(signed_in("data_manager"))
