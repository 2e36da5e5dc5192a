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
    take = {"step": "take", "password": PASSWORD, "data_hash": stored(site, prepared).fields["data_hash"]}
    answer = members[0].post(prepared, {**take, "head": seen})
    assert answer.status_code == 409
    assert "what is proposed has changed since you saw it: it is to wait" in answer.content.decode()
    number = stored(site, prepared).fields["decision"]
    assert not site.ledger.record("dose_decisions", number).exists
    assert members[0].post(prepared, {**take, "head": head}).status_code == 302
    assert site.ledger.record("dose_decisions", number).fields["action"] == "wait"


def test_what_a_member_signs_stands_beside_the_password(site: Any, signed_in: Client, prepared: str) -> None:
    """Number, decision, the rule's advice, whether it departs and why, and on what data; the same where it is taken."""
    member, other = signed_in("committee_member"), signed_in(OTHER_MEMBER)
    member.post(
        prepared, {**PROPOSE, "action": "wait", "reason": "more is to be seen", "head": head_on(member, prepared)}
    )
    page = other.get(prepared).content.decode()
    kept = stored(site, prepared).fields
    for beside in (page.split("<h3>Sign</h3>")[1].split("</form>")[0], page.split("<h3>Take</h3>")[1]):
        for words in (
            f"<dt>Decision {kept['decision']}</dt><dd>wait</dd>",
            "<dt>The rule advises</dt><dd>",
            "<dt>Departs from the rule</dt><dd><b>yes</b></dd>",
            "<dt>Reason</dt><dd>more is to be seen</dd>",
            f"hash {kept['data_hash'][:12]}…",
            'name="password"',
        ):
            assert words in beside, words
    propose = {**PROPOSE, "action": "dose", "level": "2", "without_dlt": "seen by telephone", "reason": "for a test"}
    assert member.post(prepared, {**propose, "head": head_on(member, prepared)}).status_code == 302
    page = other.get(prepared).content.decode()
    dose = site.protocol.dose_levels.dose_with_unit(2)
    assert f"<dd>dose level 2, {dose}</dd>" in page.split("<h3>Sign</h3>")[1]


@pytest.mark.parametrize("password", ["", "another-password", "of-another"])
def test_who_takes_a_decision_proves_again_who_he_is(
    site: Any, signed_in: Client, prepared: str, password: str
) -> None:
    """The password of another account, the coordinator's here, is none."""
    from django.contrib.auth import get_user_model

    users: Any = get_user_model().objects
    other = users.get(username="coordinator")
    kept = other.password
    other.set_password("of-another")
    other.save()
    members = [signed_in(each) for each in MEMBERS]
    members[0].post(prepared, {**PROPOSE, "head": head_on(members[0], prepared)})
    head = str(stored(site, prepared).head)
    for member in members:
        member.post(prepared, {"step": "sign", "head": head, "password": PASSWORD})
    taken = {"step": "take", "data_hash": stored(site, prepared).fields["data_hash"], "head": head}
    answer = members[0].post(prepared, {**taken, "password": password})
    assert answer.status_code == 409
    assert "the decision is not taken: the password is not that of this account" in answer.content.decode()
    number = stored(site, prepared).fields["decision"]
    assert not site.ledger.record("dose_decisions", number).exists
    assert members[0].post(prepared, {**taken, "password": PASSWORD}).status_code == 302
    (entry,) = site.ledger.history("dose_decisions", number)
    assert entry.reason.startswith("identity proved again at ")
    other.password = kept
    other.save()


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
    taken = {
        "step": "take",
        "password": PASSWORD,
        "data_hash": stored(site, prepared).fields["data_hash"],
        "head": head,
    }
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


def taken(site: Any, signed_in: Client, **proposal: str) -> str:
    """A decision prepared, proposed, signed by three and taken; its number."""
    from firstdose.conduct.deciding import prepare_decision
    from firstdose.conduct.ledger import Author
    from firstdose.conduct.recommending import freeze
    from firstdose.web.trial import now

    frozen = freeze(site.ledger, site.protocol, now())
    with site.desk.work(Author("statistician", "statistician")) as work:
        page = f"/decisions/{prepare_decision(work, frozen)}/"
    members = [signed_in(each) for each in MEMBERS]
    sent = {**PROPOSE, **proposal, "without_dlt": "seen by telephone", "head": head_on(members[0], page)}
    assert members[0].post(page, sent).status_code == 302
    head = str(stored(site, page).head)
    for member in members:
        assert member.post(page, {"step": "sign", "head": head, "password": PASSWORD}).status_code == 302
    take = {"step": "take", "data_hash": stored(site, page).fields["data_hash"], "head": head, "password": PASSWORD}
    assert members[0].post(page, take).status_code == 302
    return str(stored(site, page).fields["decision"])


def test_what_was_taken_last_stands_first_and_alone_opens_a_cohort(
    site: Any, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firstdose.web import openings

    statistician = signed_in("statistician")
    first = taken(site, signed_in, action="dose", level="2")
    dose = f"dose level 2, {site.protocol.dose_levels.dose_with_unit(2)}"
    assert f'<option value="{first}">{first}: {dose} (' in statistician.get("/doses/").content.decode()
    with monkeypatch.context() as held:
        held.setattr(openings, "held_now", lambda _: ["an adverse event is held outside the locked data"])
        page = statistician.get("/doses/").content.decode()
        assert f'<option value="{first}">' not in page
        assert "An adverse event is held outside the locked data" in page.split("Not offered:")[1].split("</ul>")[0]
    last = taken(site, signed_in, action="stop")
    page = statistician.get("/doses/").content.decode()
    assert f'<option value="{first}">' not in page
    offered = page.split("Not offered:")[1].split("</ul>")[0]
    assert f"decision {first} is not that: the latest is decision {last}" in offered
    page = statistician.get("/decisions/").content.decode()
    now, earlier = page.split("<details><summary>Earlier decisions: ")
    assert f"Decision {last}: stop" in now
    assert f"Decision {first}" not in now
    assert dose in earlier
    assert f"followed by decision {last}" in earlier


def test_who_prepares_sees_first_what_is_still_open(site: Any, signed_in: Client, monkeypatch: Any) -> None:
    """Whose window is open, and whom nobody looked at."""
    from firstdose.dosing.pending import Wait
    from firstdose.web import decision_words
    from firstdose.web.trial import now

    one = next(each for each in site.courses(now(), at_once=True).all if each.is_dosed)
    address = "/decisions/"

    def wait_of(course: Any, _: Any) -> Wait | None:
        return Wait.WINDOW if course.subject == one.subject else None

    monkeypatch.setattr(decision_words, "wait_of", wait_of)
    monkeypatch.setattr(decision_words, "unseen", lambda *asked: {"NOBODY-SAW": "nothing is recorded after day 0"})
    page = signed_in("statistician").get(address).content.decode()
    listed = page.split("Still open:")[1].split("</ul>")[0]
    assert f"{one.subject} (cohort {one.cohort}): the DLT window is open" in listed
    assert "NOBODY-SAW: nothing is recorded after day 0; a decision to dose must say" in listed
    assert "Still open:" not in signed_in("committee_member").get(address).content.decode()
