"""What an administrator does to an account: with a reason, after a second look; and who had which role when."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from firstdose.conduct.roles import ROLES
from tests.web.browsing import (
    SECRET,
    Client,
    add_authenticator,
    browser,
    do_to_account,
    events_of,
    is_in,
    person,
    sign_in,
    user_of,
)

STEPS = ("close", "password", "factors")


@pytest.fixture
def boss(site: Any) -> Any:
    """A browser in which an administrator is signed in."""
    where = browser()
    sign_in(where, person(site, "administrator", "*"))
    return where


def test_one_click_does_nothing(site: Any, boss: Any) -> None:
    """The list of people has no button that acts on an account, and a step in the address only asks."""
    account = person(site)
    add_authenticator(account)
    forms = re.findall(r"<form method=.post.*?</form>", boss.get("/people/").content.decode(), re.S)
    steps = [step for form in forms for step in re.findall('name="step" value="([a-z]+)"', form)]
    assert set(steps) == {"grant"}
    before = user_of(account).password
    for step in STEPS:
        page = boss.get("/people/one/", {"account": account, "step": step}).content.decode()
        assert 'name="reason"' in page, step
        assert 'name="password"' in page, step
        boss.post("/people/", {"step": step, "account": account})
    assert events_of(site, account) == []
    assert user_of(account).is_active
    assert user_of(account).password == before
    assert user_of(account).authenticator_set.count() == 2


@pytest.mark.parametrize("reason", ["", "   ", "..", "xx"])
@pytest.mark.parametrize("step", STEPS)
def test_without_a_reason_nothing_is_done(site: Any, boss: Any, step: str, reason: str) -> None:
    account = person(site)
    answer = do_to_account(boss, account, step, reason=reason)
    assert answer.status_code == 409
    assert "say in words why" in answer.content.decode()
    assert events_of(site, account) == []
    assert user_of(account).is_active


@pytest.mark.parametrize("step", [*STEPS, "take"])
def test_without_the_own_password_nothing_is_done(site: Any, boss: Any, step: str) -> None:
    account = person(site)
    grant = next(each for each in site.ledger.records("role_grants") if each.fields["account"] == account)
    answer = do_to_account(boss, account, step, password="not it", grant=grant.record)
    assert answer.status_code == 409
    assert "nothing was done: the password is not that of this account" in answer.content.decode()
    assert events_of(site, account) == []
    assert user_of(account).is_active
    assert not site.ledger.record("role_grants", grant.record).is_removed


def test_who_has_a_second_factor_proves_it_too(site: Any) -> None:
    name, account, where = person(site, "administrator", "*"), person(site), browser()
    codes = add_authenticator(name)
    where.force_login(user_of(name), backend="django.contrib.auth.backends.ModelBackend")
    assert do_to_account(where, account, "close").status_code == 409
    assert do_to_account(where, account, "close", code=codes.wrong()).status_code == 409
    assert user_of(account).is_active
    assert do_to_account(where, account, "close", code=codes.at(1)).status_code == 200
    assert not user_of(account).is_active


def test_the_reason_and_who_did_it_stand_in_the_ledger_and_on_the_page(site: Any, boss: Any) -> None:
    account = person(site)
    page = do_to_account(boss, account, "close", reason="left the hospital").content.decode()
    entry = site.ledger.history("accounts", account)[-1]
    by = next(each.new for each in entry.changes if each.field == "by")
    assert entry.reason == "left the hospital"
    assert user_of(by).username == by
    assert re.search(rf"{by}</span> account closed: left the hospital", page)


@pytest.mark.parametrize("step", [*STEPS, "take"])
def test_the_last_administrator_cannot_close_themselves_out(site: Any, step: str) -> None:
    """Nobody does it to the own account, so that who does it to the others remains."""
    name, where = person(site, "administrator", "*"), browser()
    sign_in(where, name)
    own = next(each.record for each in site.ledger.records("role_grants") if each.fields["account"] == name)
    assert f'value="{step}"' not in where.get("/people/one/", {"account": name, "step": step}).content.decode()
    assert do_to_account(where, name, step, grant=own).status_code == 409
    assert is_in(where)
    assert user_of(name).is_active
    assert not site.ledger.record("role_grants", own).is_removed


@pytest.mark.parametrize("step", ["close", "take"])
def test_of_two_administrators_who_close_each_other_out_one_remains(
    site: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request was let in before the first was carried out; the ledger knows of the first."""
    from firstdose.web import account_steps
    from firstdose.web.proving import prove_identity

    names = [person(site, "administrator", "*") for _ in range(2)]
    places = [browser(), browser()]
    for where, name in zip(places, names, strict=True):
        sign_in(where, name)
    grants = {each.fields["account"]: each.record for each in site.ledger.records("role_grants")}
    proving = prove_identity

    def meanwhile(*of: Any) -> Any:
        """What the other does between the look and the entry."""
        monkeypatch.setattr(account_steps, "prove_identity", proving)
        assert do_to_account(places[1], names[0], step, grant=grants[names[0]]).status_code == 200
        return proving(*of) if step == "take" else ("password",)

    monkeypatch.setattr(account_steps, "prove_identity", meanwhile)
    answer = do_to_account(places[0], names[1], step, grant=grants[names[1]])
    assert answer.status_code in (403, 409) or "/account/login/" in answer.redirect_chain[-1][0]
    assert user_of(names[1]).is_active
    assert not site.ledger.record("role_grants", grants[names[1]]).is_removed
    assert is_in(places[1])


def test_a_role_that_was_given_taken_and_given_again_is_told_with_its_days(site: Any, boss: Any) -> None:
    account = f"r-{uuid.uuid4().hex[:8]}"
    grant = {"step": "grant", "account": account, "full_name": "Ada Bianchi", "role": "monitor", "site": "01"}
    boss.post("/people/", grant)
    record = next(each.record for each in site.ledger.records("role_grants") if each.fields["account"] == account)
    do_to_account(boss, account, "take", grant=record, reason="on leave until spring")
    boss.post("/people/", {**grant, "full_name": "Ada Bianchi Rossi"})
    from firstdose.web.roles_over_time import roles_held

    first, second = roles_held(site.ledger, account)
    assert first.taken is not None
    assert second.taken is None
    assert (first.full_name, second.full_name) == ("Ada Bianchi", "Ada Bianchi Rossi")
    entries = site.ledger.history("role_grants", record)
    assert (first.given, first.taken, second.given) == entries[:3]
    page = boss.get("/people/one/", {"account": account}).content.decode()
    assert page.count("Monitor, site 01") == 2
    assert "on leave until spring" in page
    assert "held now" in page


def test_the_inspector_reads_who_had_which_role_when_and_changes_nothing(site: Any, signed_in: Client) -> None:
    """Every grant of the ledger stands on the page; no form, no button, and nothing that is secret."""
    inspector = signed_in("inspector")
    account = person(site)
    add_authenticator(account)
    pages = [inspector.get("/people/"), inspector.get("/people/one/", {"account": account})]
    assert [each.status_code for each in pages] == [200, 200]
    text = "".join(each.content.decode() for each in pages)
    for stored in site.ledger.records("role_grants"):
        assert f">{stored.fields['account']}</a>" in text
    main = "".join(each.content.decode().split("<main")[1] for each in pages)
    assert "<form" not in main
    assert "<button" not in main
    user = user_of(account)
    secrets = [user.password, *(str(each.data) for each in user.authenticator_set.all()), SECRET]
    assert not [each for each in secrets if each and each in text]
    for step in (*STEPS, "take", "open"):
        page = inspector.get("/people/one/", {"account": account, "step": step}).content.decode().split("<main")[1]
        assert "<form" not in page, step
        assert do_to_account(inspector, account, step, "demonstration").status_code == 403
    assert user_of(account).is_active


@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if "see_people" not in role.may])
def test_nobody_else_sees_people(signed_in: Client, role: str) -> None:
    for address in ("/people/", "/people/one/?account=inspector"):
        assert signed_in(role).get(address).status_code == 403


def test_an_account_that_never_was_is_not_found(boss: Any, signed_in: Client) -> None:
    for where in (boss, signed_in("inspector")):
        assert where.get("/people/one/", {"account": "nobody-at-all"}).status_code == 404
        assert where.get("/people/one/").status_code == 302
