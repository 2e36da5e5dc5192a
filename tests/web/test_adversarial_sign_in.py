"""Attacks on signing in: sessions that are planted or kept, guessed passwords, lockouts, people struck off."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from tests.web.browsing import (
    CODE_PAGE,
    SECRET,
    TRIES,
    add_authenticator,
    browser,
    do_to_account,
    events_of,
    is_in,
    new_address,
    person,
    sign_in,
    user_of,
)
from tests.web.sites import on_both

pytestmark = [on_both, pytest.mark.usefixtures("nobody_was_counted")]  # begins without the counts of others


def test_item_30_a_session_that_was_planted_is_not_the_one_that_is_signed_in(site: Any) -> None:
    where, account = browser(), person(site)
    where.cookies["sessionid"] = planted = "a" * 32
    sign_in(where, account)
    assert is_in(where)
    assert where.cookies["sessionid"].value != planted
    other = browser()
    other.cookies["sessionid"] = planted
    assert not is_in(other)


def test_item_30_a_session_that_was_somebody_elses_gets_another_name(site: Any) -> None:
    where, first, second = browser(), person(site), person(site)
    sign_in(where, first)
    before = where.cookies["sessionid"].value
    where.post("/account/logout/")
    sign_in(where, second)
    assert where.cookies["sessionid"].value != before
    other = browser()
    other.cookies["sessionid"] = before
    assert not is_in(other)


def test_item_30_guessing_ends_in_a_lockout_of_the_address_and_not_of_the_person(site: Any) -> None:
    account, guesser, elsewhere = person(site, "investigator"), browser(), browser()
    answers = [sign_in(guesser, account, f"wrong {number}") for number in range(TRIES)]
    assert [each.status_code for each in answers] == [200] * (TRIES - 1) + [429]
    assert sign_in(guesser, account).status_code == 429
    assert not is_in(guesser)
    assert sign_in(elsewhere, account).status_code == 302
    assert is_in(elsewhere)
    happened = events_of(site, account)
    assert happened.count("sign-in failed") == TRIES + 1
    assert "locked out after repeated failures" in happened
    assert happened[-1] == "signed in"


def test_item_30_capitals_and_stated_addresses_give_no_further_tries(site: Any) -> None:
    account, address = person(site), new_address()
    for number in range(TRIES):
        name = account.upper() if number % 2 else f" {account}"
        where = browser(address, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}", HTTP_USER_AGENT=f"agent {number}")
        answer = sign_in(where, name, "wrong")
    assert answer.status_code == 429
    assert sign_in(browser(address), account).status_code == 429


def test_item_30_a_lockout_ends_by_itself(site: Any) -> None:
    from datetime import timedelta

    from axes.models import AccessAttempt

    account, where = person(site), browser()
    for _ in range(TRIES):
        sign_in(where, account, "wrong")
    assert sign_in(where, account).status_code == 429
    for attempt in AccessAttempt.objects.filter(username=account):
        attempt.attempt_time -= timedelta(minutes=16)
        attempt.save()
    assert sign_in(where, account).status_code == 302


def test_item_30_it_is_not_told_whether_there_is_an_account(site: Any) -> None:
    account, words = person(site), []
    for name in (account, "nobody-of-this-name"):
        where = browser()
        for _ in range(TRIES):
            answer = sign_in(where, name, "wrong").content.decode()
            words.append(answer.replace(name, "").split('name="csrfmiddlewaretoken"')[0])
            assert answer.count(name) <= 1
    assert words[:TRIES] == words[TRIES:]


def test_item_30_what_was_typed_as_an_account_by_mistake_is_kept_nowhere(site: Any) -> None:
    """A password that was typed into the field of the account would else stand in the ledger for ever."""
    from axes.models import AccessAttempt

    typed = "My Password 2026!"
    before = site.ledger.head().sequence
    sign_in(browser(), typed, "x")
    with site.ledger.entries(after=before) as entries:
        written = repr(list(entries))
    assert "sign-in failed" in written
    assert typed not in written
    assert not AccessAttempt.objects.filter(post_data__contains="Password 2026").exists()


def test_item_30_what_the_lockout_keeps_holds_no_secret(site: Any) -> None:
    from axes.models import AccessAttempt

    account, where = person(site), browser()
    sign_in(where, account, "my-wrong-secret")
    kept = AccessAttempt.objects.get(username=account)
    assert "my-wrong-secret" not in kept.post_data + kept.get_data


def test_item_30_many_names_from_one_address_are_slowed(site: Any) -> None:
    where = browser()
    answers = [sign_in(where, f"name-{number}", "wrong").status_code for number in range(35)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_item_30_a_password_that_was_used_is_not_taken_again(site: Any) -> None:
    account, where = person(site), browser()
    sign_in(where, account)
    change = "/account/password/change/"

    def changed_to(old: str, new: str) -> bool:
        answer = where.post(change, {"oldpassword": old, "password1": new, "password2": new})
        return bool(answer.status_code == 302)

    for poor in (SECRET, "short-one", "password12345", f"{account}-1"):
        assert not changed_to(SECRET, poor), poor
    assert changed_to(SECRET, "another-good-passphrase")
    assert not is_in(where)
    assert "password changed" in events_of(site, account)
    sign_in(where, account, "another-good-passphrase")
    assert not changed_to("another-good-passphrase", SECRET)


def test_item_30_a_new_password_ends_the_other_sessions(site: Any) -> None:
    account, here, there = person(site), browser(), browser()
    sign_in(here, account)
    sign_in(there, account)
    new = {"oldpassword": SECRET, "password1": "another-good-passphrase", "password2": "another-good-passphrase"}
    here.post("/account/password/change/", new)
    assert not is_in(there)


def test_a_password_given_by_somebody_else_serves_only_to_set_ones_own(site: Any) -> None:
    """The administrator, who has seen it, could otherwise sign in another's name."""
    boss, where = browser(), browser()
    sign_in(boss, person(site, "administrator", "*"))
    account = f"new-{time.time_ns()}"
    grant = {"step": "grant", "account": account, "full_name": "New", "role": "investigator", "site": "01"}
    words = boss.post("/people/", grant, follow=True).content.decode()
    first = words.split("shown once: ")[1].split("<")[0].strip()
    sign_in(where, account, first)
    for address in ("/", "/participants/", "/role/"):
        assert where.get(address).headers["Location"] == "/account/password/change/"
    assert where.post("/participants/new/", {"subject": "X-2", "centre": "01"}).status_code == 302
    assert not site.ledger.record("subjects", "X-2").exists
    new = {"oldpassword": first, "password1": SECRET, "password2": SECRET}
    said = where.post("/account/password/change/", new, follow=True).content.decode()
    assert "Your password is changed, and everybody who was signed in with the old one is out" in said
    sign_in(where, account)
    assert where.get("/participants/").status_code == 200
    again = do_to_account(boss, account, "password").content.decode()
    assert not is_in(where)
    sign_in(where, account, again.split("shown once: ")[1].split("<")[0].strip())
    assert where.get("/").headers["Location"] == "/account/password/change/"


def test_item_26_who_is_struck_off_is_out_at_once_wherever_signed_in(site: Any) -> None:
    boss, account = browser(), person(site)
    sign_in(boss, person(site, "administrator", "*"))
    codes = add_authenticator(account)
    places = [browser(), browser()]
    for where, period in zip(places, (0, 1), strict=True):
        sign_in(where, account)
        where.post(CODE_PAGE, {"code": codes.at(period)})
        assert is_in(where)
    do_to_account(boss, account, "close")
    for where in places:
        assert where.post("/participants/new/", {"subject": "X-3", "centre": "01"}).status_code == 302
        assert not is_in(where)
    assert not site.ledger.record("subjects", "X-3").exists
    late = browser()
    sign_in(late, account)
    late.post(CODE_PAGE, {"code": codes.recovery[0]})
    assert not is_in(late)
    assert "account closed" in events_of(site, account)


def test_item_26_a_role_that_is_taken_back_is_gone_at_once(site: Any) -> None:
    boss, where, account = browser(), browser(), person(site)
    sign_in(boss, person(site, "administrator", "*"))
    sign_in(where, account)
    assert where.get("/participants/").status_code == 200
    grant = next(each.record for each in site.ledger.records("role_grants") if each.fields["account"] == account)
    assert "is taken back" in do_to_account(boss, account, "take", grant=grant).content.decode()
    assert where.get("/participants/").status_code == 403


@pytest.mark.parametrize(("key", "seconds"), [("last_seen", 31 * 60), ("signed_in", 12 * 3600 + 60)])
def test_item_26_an_idle_or_an_old_session_ends(site: Any, key: str, seconds: int) -> None:
    where = browser()
    sign_in(where, person(site))
    assert is_in(where)
    session = where.session
    session[key] = int(time.time()) - seconds
    session.save()
    assert where.get("/participants/").status_code == 302
    assert not is_in(where)


def test_item_26_nobody_stays_signed_in_by_asking_for_it(site: Any) -> None:
    where = browser()
    sign_in(where, person(site), remember="on")
    assert where.cookies["sessionid"]["max-age"] == ""
    assert where.cookies["sessionid"]["expires"] == ""


def test_item_11_what_happens_to_accounts_stands_in_the_ledger(site: Any) -> None:
    boss, where, account = browser(), browser(), person(site)
    sign_in(boss, person(site, "administrator", "*"))
    sign_in(where, account)
    add_authenticator(account)
    where.post("/account/logout/")
    for step in ("factors", "close", "open"):
        do_to_account(boss, account, step)
    expected = ["signed in", "signed out", "second factors dropped", "account closed", "account opened again"]
    assert events_of(site, account) == expected
    assert not user_of(account).authenticator_set.exists()


def test_a_reverse_proxy_is_believed_and_nobody_else(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all people behind it had one address, and one guesser would lock out all."""
    import waitress
    from django.conf import settings
    from waitress.proxy_headers import proxy_headers_middleware

    from firstdose.web import starting

    told: dict[str, Any] = {}
    monkeypatch.setattr(waitress, "create_server", lambda application, **given: told.update(given))
    monkeypatch.setattr(settings, "CONFIGURATION", replace(site.configuration, proxy="127.0.0.1"))
    starting.server("127.0.0.1", 8000)
    seen: list[tuple[str, str]] = []

    def application(environ: dict[str, Any], _: Any) -> list[bytes]:
        seen.append((environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_PROTO", "")))
        return []

    keys = ("trusted_proxy", "trusted_proxy_headers", "clear_untrusted_proxy_headers")
    given = {key.replace("clear_untrusted_proxy_headers", "clear_untrusted"): told[key] for key in keys}
    behind = proxy_headers_middleware(application, **given)
    for address in ("127.0.0.1", "203.0.113.9"):
        stated = {"HTTP_X_FORWARDED_FOR": "198.51.100.7", "HTTP_X_FORWARDED_PROTO": "https"}
        behind({"REMOTE_ADDR": address, "wsgi.url_scheme": "http", **stated}, lambda *_: None)
    assert seen[0][0] == "198.51.100.7"
    assert seen[1] == ("203.0.113.9", "")
