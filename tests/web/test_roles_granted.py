"""Granting a role says what an administrator might overlook: that the account is closed, that nobody is of the site."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.dosing.trial import PROTOCOL
from tests.web.another_site import Clock, another_site, browser_of, place_of
from tests.web.browsing import SECRET, Client, do_to_account
from tests.web.conftest import PASSWORD
from tests.web.sites import Sites

WITH_CENTRES = PROTOCOL.replace(
    "title: A trial}", "title: A trial, centres: [{id: BE, name: Inselspital Bern}, {id: ZH, name: Spital Zurich}]}"
)


@pytest.fixture
def granted(signed_in: Client) -> Callable[..., str]:
    """Grant a role; the page that follows."""

    def grant(account: str, site: str = "01", **more: str) -> str:
        sent = {"step": "grant", "account": account, "full_name": "Anna Verdi", "role": "investigator", "site": site}
        return str(signed_in("administrator").post("/people/", {**sent, **more}, follow=True).content.decode())

    return grant


def test_a_site_that_nobody_else_is_of_is_asked_about(granted: Callable[..., str]) -> None:
    account, site = f"a-{uuid.uuid4().hex[:8]}", f"S{uuid.uuid4().hex[:6]}"
    page = granted(account, site)
    assert f"no participant and no other role is of a site {site} yet; is it written so?" in page
    assert "Beware" not in granted(f"b-{uuid.uuid4().hex[:8]}", site)
    assert "Beware" not in granted(f"c-{uuid.uuid4().hex[:8]}", "01")
    assert "Beware" not in granted(f"d-{uuid.uuid4().hex[:8]}", "", role="statistician")


def fill_with_centres(configuration: Any) -> None:
    """A trial whose protocol names its centres."""
    from firstdose.web import starting

    ledger = place_of(configuration, WITH_CENTRES).create(Clock())
    people = [starting.Person("centre-admin", "Rosa Neri", "administrator", "*", SECRET)]
    starting.add_people(ledger, people)
    ledger.close()


def test_the_centres_of_the_protocol_are_offered_and_another_is_asked_about(sites: Sites) -> None:
    with another_site(sites, fill_with_centres):
        browser = browser_of("centre-admin")
        form = browser.get("/people/").content.decode()
        assert '<option value="BE">Inselspital Bern</option>' in form
        for site, is_told in (("Bern", True), ("BE", False), ("ZH", False)):
            sent = {"step": "grant", "account": f"of-{site}", "full_name": "Anna Verdi", "role": "investigator"}
            page = browser.post("/people/", {**sent, "site": site}, follow=True).content.decode()
            assert ("the protocol&#x27;s centres are BE, ZH, and Bern is none of them" in page) == is_told
            assert "its first password, shown once: " in page


def test_nothing_clings_to_a_first_password(granted: Callable[..., str]) -> None:
    page = granted(f"f-{uuid.uuid4().hex[:8]}", f"S{uuid.uuid4().hex[:6]}")
    assert "Beware" in page
    assert re.search(r"shown once: [\w-]+<", page)


def test_a_closed_account_is_said_to_be_closed(signed_in: Client, granted: Callable[..., str]) -> None:
    account, browser = f"e-{uuid.uuid4().hex[:8]}", signed_in("administrator")
    granted(account)
    assert do_to_account(browser, account, "close", PASSWORD).status_code == 200
    assert "but the account is closed: open it again" in granted(account, role="coordinator")
    do_to_account(browser, account, "open", PASSWORD)
    assert f"{account} may now act as monitor".lower() in granted(account, role="monitor").lower()
