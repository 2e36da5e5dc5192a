"""Attacks on second factors: codes that are guessed, used twice or late, factors left out or taken away."""

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
    events_of,
    is_in,
    person,
    sign_in,
    user_of,
)
from tests.web.sites import on_both

pytestmark = [on_both, pytest.mark.usefixtures("nobody_was_counted")]  # begins without the counts of others


def test_item_30_a_code_is_needed_where_there_is_a_factor(site: Any) -> None:
    account, where = person(site), browser()
    codes = add_authenticator(account)
    answer = sign_in(where, account)
    assert answer.headers["Location"].startswith(CODE_PAGE)
    assert not is_in(where)
    assert where.get("/participants/").status_code == 302
    assert where.post(CODE_PAGE, {"code": codes.wrong()}).status_code == 200
    assert not is_in(where)
    where.post(CODE_PAGE, {"code": codes.at()})
    assert is_in(where)
    assert "code of the second factor was wrong" in events_of(site, account)


def test_item_30_codes_cannot_be_guessed(site: Any) -> None:
    account, where = person(site), browser()
    codes = add_authenticator(account)
    sign_in(where, account)
    answers = [where.post(CODE_PAGE, {"code": codes.wrong()}).status_code for _ in range(TRIES)]
    assert answers[-1] == 429
    where.post(CODE_PAGE, {"code": codes.at()})
    assert not is_in(where)
    assert "locked out after repeated failures" in events_of(site, account)


def test_item_30_nor_from_many_addresses(site: Any) -> None:
    account = person(site)
    codes = add_authenticator(account)
    for _ in range(4):
        where = browser()
        sign_in(where, account)
        for _ in range(3):
            where.post(CODE_PAGE, {"code": codes.wrong()})
    where = browser()
    sign_in(where, account)
    where.post(CODE_PAGE, {"code": codes.at()})
    assert not is_in(where)


@pytest.mark.parametrize(("periods", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_item_30_a_clock_may_be_half_a_minute_off_and_no_more(
    site: Any, monkeypatch: pytest.MonkeyPatch, periods: int, is_taken: bool
) -> None:
    account, where = person(site), browser()
    codes = add_authenticator(account)
    sign_in(where, account)
    begun = time.time()
    with monkeypatch.context() as standing:  # the code must still be of this half minute when it arrives
        standing.setattr(time, "time", lambda: begun)
        where.post(CODE_PAGE, {"code": codes.at(periods)})
    assert is_in(where) is is_taken


def test_item_30_a_code_counts_once_as_long_as_it_could_be_right(site: Any) -> None:
    """A code of the next half minute is right for 90 seconds; here it comes again when the cache has forgotten it."""
    from django.core.cache import cache

    account, first, second = person(site), browser(), browser()
    codes = add_authenticator(account)
    code = codes.at(1)
    sign_in(first, account)
    first.post(CODE_PAGE, {"code": code})
    assert is_in(first)
    cache.clear()
    for again in (code, f"{code[:3]} {code[3:]}"):
        sign_in(second, account)
        second.post(CODE_PAGE, {"code": again})
        assert not is_in(second)


def test_item_30_a_recovery_code_counts_once(site: Any) -> None:
    from firstdose.web.models import TriedCode

    account = person(site)
    codes = add_authenticator(account)
    for is_taken in (True, False):
        where = browser()
        sign_in(where, account)
        where.post(CODE_PAGE, {"code": codes.recovery[0]})
        assert is_in(where) is is_taken
        TriedCode.objects.all().delete()


def test_item_30_where_it_is_asked_nothing_opens_without_a_second_factor(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firstdose.web.routes import ROUTES

    monkeypatch.setattr(site, "configuration", replace(site.configuration, second_factor=True))
    account, where = person(site), browser()
    sign_in(where, account)
    for route in ROUTES:
        if "<" not in route.address and "GET" in route.methods:
            assert where.get(f"/{route.address}").headers["Location"] == "/account/factors/totp/activate/"
    assert where.post("/participants/new/", {"subject": "X-1", "centre": "01"}).status_code == 302
    assert not site.ledger.record("subjects", "X-1").exists
    add_authenticator(account)
    assert where.get("/participants/").status_code == 200


def test_item_11_a_factor_is_noted_when_it_is_added_and_removed(site: Any) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    where, account = browser(), person(site)
    sign_in(where, account)
    activate = "/account/factors/totp/activate/"
    if where.get(activate).status_code == 302:
        where.post(f"/account/reauthenticate/?next={activate}", {"password": SECRET})
    page = where.get(activate)
    assert page.status_code == 200
    secret = where.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert where.post(activate, {"code": code}).status_code == 302
    assert "second factor added" in events_of(site, account)
    assert where.post("/account/factors/totp/deactivate/").status_code == 302
    assert "second factor removed" in events_of(site, account)


def test_item_30_factors_are_not_changed_without_proving_again_who_one_is(site: Any) -> None:
    where, account = browser(), person(site)
    codes = add_authenticator(account)
    sign_in(where, account)
    where.post(CODE_PAGE, {"code": codes.at()})
    assert is_in(where)
    for page in ("totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/add/"):
        answer = where.get(f"/account/factors/{page}")
        assert "reauthenticate" in answer.headers.get("Location", ""), page
    where.post("/account/factors/totp/deactivate/")
    assert user_of(account).authenticator_set.filter(type="totp").exists()
