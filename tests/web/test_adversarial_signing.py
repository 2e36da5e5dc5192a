"""Attacks on signatures: another person's password, a form sent again, a proposal that changed, another meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.conduct.quorum import MEANING
from firstdose.conduct.signatures import signatures_of
from tests.web.browsing import SECRET, add_authenticator, browser, events_of, fresh_preparation, person, sign_in
from tests.web.sites import on_both

pytestmark = pytest.mark.usefixtures("nobody_was_counted")  # begins without the counts of others

REASONS = iter(range(1_000_000))


def number_now() -> str:
    """The number of the last preparation."""
    from firstdose.web.trial import the_trial

    return str(max(int(each.record) for each in the_trial().ledger.records("prepared_decisions")))


def page_now() -> str:
    return f"/decisions/{number_now()}/"


@pytest.fixture(autouse=True)
def can_be_decided_on(site: Any) -> None:
    """Whatever other tests have entered since the last preparation."""
    fresh_preparation(site)


@pytest.fixture
def member(site: Any) -> tuple[Any, str]:
    """A browser in which a new member of the committee is signed in, and the account."""
    account, where = person(site, "committee_member", "*"), browser()
    sign_in(where, account)
    return where, account


@pytest.fixture
def head(site: Any, member: tuple[Any, str]) -> str:
    """The last entry of a proposal that was just made, as it stands on the page."""
    propose(member[0])
    return shown_head(member[0])


def propose(where: Any) -> None:
    sent = {"step": "propose", "action": "stop", "reason": f"for the test of signatures, number {next(REASONS)}"}
    assert where.post(page_now(), sent).status_code == 302


def shown_head(where: Any) -> str:
    found = re.search(r'name="head" value="(\d+)"', where.get(page_now()).content.decode())
    assert found
    return found.group(1)


def signers(site: Any) -> list[str]:
    """The accounts whose signature of the proposal holds."""
    return [
        each.signature.signer
        for each in signatures_of(site.ledger, "prepared_decisions", number_now())
        if each.is_valid
    ]


def send(where: Any, head: str, **more: str) -> Any:
    return where.post(page_now(), {"step": "sign", "head": head, "password": SECRET, **more})


def test_a_signature_says_who_when_and_what_it_means(site: Any, member: tuple[Any, str], head: str) -> None:
    where, account = member
    assert send(where, head).status_code == 302
    signature = signatures_of(site.ledger, "prepared_decisions", number_now())[-1].signature
    assert (signature.signer, signature.signer_name) == (account, f"Full name of {account}")
    assert signature.meaning == MEANING
    assert str(signature.head) == head
    page = where.get(page_now()).content.decode()
    assert MEANING in page
    assert signature.signer_name in page


@pytest.mark.parametrize("password", ["", "wrong", "demonstration", SECRET.upper(), f"{SECRET} "])
def test_item_31_no_signature_without_the_own_password(
    site: Any, member: tuple[Any, str], head: str, password: str
) -> None:
    """``demonstration`` is the password of another member."""
    where, account = member
    assert send(where, head, password=password).status_code in (409, 429)
    assert account not in signers(site)
    assert "sign-in failed" in events_of(site, account)


def test_item_31_nobody_is_signed_for_by_a_field(site: Any, member: tuple[Any, str], head: str) -> None:
    where, account = member
    other = person(site, "committee_member", "*")
    stolen = {"signer": other, "account": other, "username": other, "login": other, "signer_name": "Somebody Else"}
    assert send(where, head, **stolen).status_code == 302
    assert signers(site) == [account]


def test_item_31_the_meaning_is_not_a_field(site: Any, member: tuple[Any, str], head: str) -> None:
    where, _ = member
    send(where, head, meaning="I have read this", purpose="x", record="2", record_type="subjects")
    signature = signatures_of(site.ledger, "prepared_decisions", number_now())[-1].signature
    assert (signature.meaning, signature.about_type, signature.about_record) == (
        MEANING,
        "prepared_decisions",
        number_now(),
    )


@on_both
def test_item_31_a_form_that_is_sent_again_signs_nothing_more(site: Any, member: tuple[Any, str], head: str) -> None:
    where, account = member
    for key in ("", "the-same-request-key"):
        send(where, head, request=key)
    assert signers(site).count(account) == 1
    propose(where)
    assert send(where, head, request="the-same-request-key").status_code in (302, 409)
    assert account not in signers(site), "a signature of before counted for a new proposal"


def test_item_31_a_session_switched_between_form_and_sending_signs_for_nobody(site: Any, head: str) -> None:
    """One opens the form, another signs in with the same browser, and the form of the first is sent."""
    where = browser(enforce_csrf_checks=True)

    def token(address: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', where.get(address).content.decode())
        assert found
        return found.group(1)

    accounts = [person(site, "committee_member", "*") for _ in range(2)]
    sign_in(where, accounts[0], csrfmiddlewaretoken=token("/account/login/"))
    form = {"step": "sign", "head": head, "password": SECRET, "csrfmiddlewaretoken": token(page_now())}
    where.post("/account/logout/", {"csrfmiddlewaretoken": token(page_now())})
    sign_in(where, accounts[1], csrfmiddlewaretoken=token("/account/login/"))
    assert where.post(page_now(), form).status_code == 403
    assert not set(accounts) & set(signers(site))


def test_item_31_the_session_alone_signs_nothing(site: Any, member: tuple[Any, str], head: str) -> None:
    where, account = member
    for step in ({"step": "sign", "head": head}, {"step": "sign", "head": head, "password": ""}):
        assert where.post(page_now(), step).status_code == 409
    assert account not in signers(site)


@pytest.mark.parametrize("stated", ["", "0", "x", "1", "999999"])
def test_item_16_what_was_not_seen_is_not_signed(site: Any, member: tuple[Any, str], head: str, stated: str) -> None:
    where, account = member
    assert send(where, stated).status_code == 409
    assert account not in signers(site)


@on_both
def test_item_16_what_somebody_changed_meanwhile_is_not_signed(site: Any, member: tuple[Any, str], head: str) -> None:
    where, account = member
    other = browser()
    sign_in(other, person(site, "committee_member", "*"))
    propose(other)
    answer = send(where, head)
    assert answer.status_code == 409
    assert b"changed since it was shown to you" in answer.content
    assert signers(site) == []
    assert send(where, shown_head(where)).status_code == 302
    assert signers(site) == [account]
    propose(other)
    assert signers(site) == []
    assert "fallen" in where.get(page_now()).content.decode()


@on_both
def test_item_31_who_has_a_second_factor_signs_with_it_each_time(site: Any, head: str) -> None:
    account, where = person(site, "committee_member", "*"), browser()
    codes = add_authenticator(account)
    sign_in(where, account)
    code = codes.at()
    where.post("/account/factors/authenticate/", {"code": code})
    assert 'name="code"' in where.get(page_now()).content.decode()
    for wrong in ("", codes.wrong(), code):  # the last was used to sign in
        assert send(where, head, code=wrong).status_code == 409, wrong
    assert account not in signers(site)
    assert send(where, head, code=codes.at(1)).status_code == 302
    assert account in signers(site)


@on_both
def test_item_31_guessing_while_signing_ends_in_the_lockout(site: Any, member: tuple[Any, str], head: str) -> None:
    where, account = member
    answers = [send(where, head, password=f"wrong {number}").status_code for number in range(5)]
    assert answers == [409] * 4 + [429]
    assert send(where, head).status_code in (409, 429)
    assert account not in signers(site)
    assert "locked out after repeated failures" in events_of(site, account)


def test_item_25_other_roles_do_not_sign_decisions(site: Any, head: str, signed_in: Callable[[str], Any]) -> None:
    for role in ("statistician", "inspector", "investigator", "administrator"):
        answer = signed_in(role).post(page_now(), {"step": "sign", "head": head, "password": "demonstration"})
        assert answer.status_code == 403, role
    assert not {"statistician", "inspector", "investigator", "administrator"} & set(signers(site))


def test_what_was_typed_comes_back_without_what_is_secret(site: Any, member: tuple[Any, str], head: str) -> None:
    where, _ = member
    page = send(where, head, password="my-wrong-secret", code="123456").content.decode()
    assert "my-wrong-secret" not in page
    assert "123456" not in page
