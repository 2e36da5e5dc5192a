"""The committee at its page: two members at once, reasons, stale decisions, packs of past moments."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.browsing import Client
from tests.web.conftest import PASSWORD

PROPOSE = {"step": "propose", "action": "stop", "reason": "for want of cells"}
HEAD = re.compile(r'name="head" value="([0-9]+)"')
OTHER_MEMBER = "committee_member_2"
MEMBERS = ("committee_member", OTHER_MEMBER, "committee_member_3")


@pytest.fixture
def prepared(site: Any) -> str:
    """The page of a preparation of its own, on which nothing is proposed."""
    from firstdose.conduct.deciding import prepare_decision
    from firstdose.conduct.ledger import Author
    from firstdose.conduct.recommending import freeze
    from firstdose.web.trial import now

    frozen = freeze(site.ledger, site.protocol, now())
    with site.desk.work(Author("statistician", "statistician")) as work:
        return f"/decisions/{prepare_decision(work, frozen)}/"


def stored(site: Any, page: str) -> Any:
    return site.ledger.record("prepared_decisions", page.split("/")[2])


def head_on(browser: Any, page: str) -> str:
    """What the page says of the proposal that it shows."""
    found = HEAD.search(browser.get(page).content.decode())
    assert found
    return found[1]


def test_of_two_proposals_at_once_the_second_sees_the_first(site: Any, signed_in: Client, prepared: str) -> None:
    """Both looked at the page before anything was proposed; the one that comes later overwrites nothing unseen."""
    one, other = signed_in("committee_member"), signed_in(OTHER_MEMBER)
    wait = {"step": "propose", "action": "wait", "reason": "more is to be seen"}
    heads = [head_on(each, prepared) for each in (one, other)]
    assert heads[0] == heads[1]
    assert one.post(prepared, {**PROPOSE, "head": heads[0]}).status_code == 302
    answer = other.post(prepared, {**wait, "head": heads[1]})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "what is proposed has changed since you saw it: it is to stop" in page
    assert "more is to be seen" in page, "what was typed is not lost"
    assert stored(site, prepared).fields["action"] == "stop"
    assert other.post(prepared, {**wait, "head": head_on(other, prepared)}).status_code == 302
    assert stored(site, prepared).fields["action"] == "wait"


def test_nobody_takes_a_decision_that_was_changed_since_they_saw_it(
    site: Any, signed_in: Client, prepared: str
) -> None:
    """The others have agreed on another decision meanwhile, and enough of them have signed that one."""
    members = [signed_in(each) for each in MEMBERS]
    members[0].post(prepared, {**PROPOSE, "head": head_on(members[0], prepared)})
    seen = head_on(members[0], prepared)
    members[1].post(prepared, {**PROPOSE, "action": "wait", "head": seen})
    head = str(stored(site, prepared).head)
    for member in members:
        assert member.post(prepared, {"step": "sign", "head": head, "password": PASSWORD}).status_code == 302
    take = {"step": "take", "data_hash": stored(site, prepared).fields["data_hash"]}
    answer = members[0].post(prepared, {**take, "head": seen})
    assert answer.status_code == 409
    assert "what is proposed has changed since you saw it: it is to wait" in answer.content.decode()
    number = stored(site, prepared).fields["decision"]
    assert not site.ledger.record("dose_decisions", number).exists
    assert members[0].post(prepared, {**take, "head": head}).status_code == 302
    assert site.ledger.record("dose_decisions", number).fields["action"] == "wait"


@pytest.mark.parametrize("reason", ["."])
def test_a_departure_from_the_rule_needs_a_reason_that_says_something(
    site: Any, signed_in: Client, prepared: str, reason: str
) -> None:
    """The rule has ended this trial, or goes on; one of two decisions is another than the rule's."""
    member = signed_in("committee_member")
    for action in ("stop", "wait"):
        sent = {"step": "propose", "action": action, "reason": reason, "head": head_on(member, prepared)}
        member.post(prepared, sent)
    is_departure = "This departs from the rule" in member.get(prepared).content.decode()
    assert not is_departure


def test_a_taken_decision_that_is_stale_says_so_on_its_page(
    site: Any, signed_in: Client, prepared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stale is found in the tests of staleness; here one of the decisions is said to be so."""
    from firstdose.conduct.outcomes import Change, Outcome
    from firstdose.conduct.staleness import StaleDecision
    from firstdose.web.pages import decisions

    members = [signed_in(each) for each in MEMBERS]
    members[0].post(prepared, PROPOSE)
    head = str(stored(site, prepared).head)
    for member in members:
        member.post(prepared, {"step": "sign", "head": head, "password": PASSWORD})
    taken = {"step": "take", "data_hash": stored(site, prepared).fields["data_hash"], "head": head}
    assert members[0].post(prepared, taken).status_code == 302
    assert "This decision is stale" not in members[0].get(prepared).content.decode()
    change = Change("P2", Outcome("C1", 1, "N"), Outcome("C1", 1, "T"), halts=True)
    number = int(stored(site, prepared).fields["decision"])
    found = StaleDecision(number, (change,), (), is_latest=True)
    monkeypatch.setattr(decisions, "stale_now", lambda trial, moment: (found,))
    page = members[0].get(prepared).content.decode()
    assert "P2 was without a DLT and is now with a DLT (level 1, cohort C1)" in page
    assert "Dosing is halted. The statistician prepares a new decision" in page


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("9999-12-31", "that moment is still to come"),
        ("9999-12-31T23:59-23:00", "that moment is still to come"),
        ("0001-01-01T00:00+23:00", "no version of the protocol was in force by then"),
        ("0001-01-01", "no version of the protocol was in force by then"),
        ("1999-12-31", "no version of the protocol was in force by then"),
        ("2026-13-14", "write the moment as"),
        ("yesterday", "write the moment as"),
    ],
)
def test_a_moment_of_which_there_can_be_no_pack_is_refused_in_words(signed_in: Client, as_of: str, words: str) -> None:
    answer = signed_in("statistician").post("/safety/packs/", {"as_of": as_of})
    assert answer.status_code == 409
    assert words in answer.content.decode()
