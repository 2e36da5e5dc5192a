"""Every address with every role: who may see a page is worked out here from the table's words, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firstdose.conduct.roles import ROLES
from tests.web.browsing import Client, without_tokens

OURS = ("", "account/")
PARTS = {"record_type": "adverse_events", "record": "{subject}/1", "visit": "M1"}


def addresses(site: Any, subject: str) -> Iterator[tuple[Any, str]]:
    """Each route with an address that it serves."""
    from firstdose.web.routes import ROUTES

    batch = next(each.record for each in site.ledger.records("batches"))
    for route in ROUTES:
        address = route.address.replace("<str:subject>", subject).replace("<str:record_type>", PARTS["record_type"])
        address = address.replace("<path:record>", PARTS["record"].format(subject=subject))
        address = address.replace("<int:preparation>", "1").replace("<int:query>", query_about(site, subject))
        address = address.replace("<str:visit>", PARTS["visit"]).replace("<int:event>", "1")
        address = address.replace("<str:measure>", "edss")
        address = address.replace("<int:entry>", str(site.ledger.history("committee_packs", "pack")[0].sequence))
        if route.address.startswith("trial/"):
            address = address.replace("adverse_events", "batches").replace(f"{subject}/1", batch)
        assert "<" not in address, f"say in this test what stands for the parts of {route.address}"
        yield route, f"/{address}"


def query_about(site: Any, subject: str) -> str:
    """The number of a query about a participant's first event."""
    return next(
        str(each.record) for each in site.ledger.records("queries") if each.fields["about_record"] == f"{subject}/1"
    )


def test_every_address_of_the_site_is_in_the_one_table(site: Any) -> None:
    from django.urls import get_resolver

    from firstdose.web.routes import ROUTES

    patterns = {str(each.pattern) for each in get_resolver().url_patterns}
    assert patterns == {route.address for route in ROUTES} | {"account/", "account/factors/", "favicon.ico"}


def test_nobody_sees_a_page_without_signing_in(site: Any, subject_of: Callable[[str], str]) -> None:
    from django.test import Client as Browser

    browser = Browser()
    for _, address in addresses(site, subject_of("01")):
        answer = browser.get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/account/login/"), address


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_what_it_may_and_nothing_else(
    role: str, site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    browser = signed_in(role)
    for route, address in addresses(site, subject_of("01")):
        answer = browser.get(address)
        may_see = not route.see or any(deed in ROLES[role].may for deed in route.see)
        expected = (405,) if route.methods == ("POST",) else (200, 302) if may_see else (403,)
        assert answer.status_code in expected, (role, address, answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sends_what_it_may_and_nothing_else(
    role: str, site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    browser = signed_in(role)
    before = site.ledger.head()
    for route, address in addresses(site, subject_of("01")):
        if route.send is None:
            assert browser.post(address).status_code == 405, (role, address)
        elif route.send and not any(deed in ROLES[role].may for deed in route.send):
            assert browser.post(address, {"reason": "x"}).status_code == 403, (role, address)
    assert site.ledger.head() == before


def test_a_site_sees_nobody_of_another_site(site: Any, signed_in: Client, subject_of: Callable[[str], str]) -> None:
    browser = signed_in("coordinator")
    theirs = subject_of("02")
    for route, address in addresses(site, theirs):
        if "<str:subject>" in route.address or "<int:query>" in route.address:
            assert browser.get(address).status_code == 404, address
            assert browser.post(address, {"term": "x"}).status_code in (403, 404, 405), address
    for address in ("/", "/participants/", "/ledger/"):
        assert theirs not in browser.get(address).content.decode(), address


def test_somebody_elsewhere_and_nobody_at_all_look_alike(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    browser = signed_in("coordinator")
    elsewhere = browser.get(f"/participants/{subject_of('02')}/")
    nobody = browser.get("/participants/NOBODY-99/")
    assert elsewhere.status_code == nobody.status_code
    assert without_tokens(elsewhere) == without_tokens(nobody)


def test_a_role_is_not_taken_by_asking_for_it(site: Any, signed_in: Client) -> None:
    browser = signed_in("monitor")
    browser.post("/role/", {"role": "investigator@01"})
    assert browser.get("/participants/").status_code == 200
    assert b"Monitor" in browser.get("/").content
    assert browser.get("/participants/new/").status_code == 200
    assert browser.post("/participants/new/", {"subject": "X", "centre": "01"}).status_code == 403


def test_who_is_struck_off_is_out_at_once(site: Any, signed_in: Client) -> None:
    from django.contrib.auth import get_user_model

    users: Any = get_user_model().objects
    person = users.create_user(username="leaver", password="x" * 20)
    browser = signed_in("leaver")
    assert browser.get("/").status_code == 403
    person.is_active = False
    person.save()
    assert browser.get("/").status_code == 302


def test_a_form_from_elsewhere_is_refused(site: Any) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client as Browser

    from firstdose.web.routes import ROUTES

    browser = Browser(enforce_csrf_checks=True)
    users: Any = get_user_model().objects
    browser.force_login(users.get(username="coordinator"), backend="django.contrib.auth.backends.ModelBackend")
    before = site.ledger.head()
    sent = [route for route in ROUTES if route.send is not None]
    assert sent
    for route in sent:
        if "<" not in route.address:
            assert browser.post(f"/{route.address}", {"subject": "X"}).status_code == 403, route.address
    for address in ("/account/login/", "/account/logout/"):
        assert browser.post(address, {}).status_code == 403, address
    assert site.ledger.head() == before


def test_every_answer_forbids_what_is_inline_or_from_elsewhere(site: Any, signed_in: Client) -> None:
    for address in ("/", "/participants/", "/nowhere/", "/account/password/change/"):
        policy = signed_in("coordinator").get(address).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
