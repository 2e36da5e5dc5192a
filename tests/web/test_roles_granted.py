"""Granting a role says what an administrator might overlook: that the account is closed, that nobody is of the site."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.web.browsing import Client, do_to_account
from tests.web.conftest import PASSWORD


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


def test_a_closed_account_is_said_to_be_closed(signed_in: Client, granted: Callable[..., str]) -> None:
    account, browser = f"e-{uuid.uuid4().hex[:8]}", signed_in("administrator")
    granted(account)
    assert do_to_account(browser, account, "close", PASSWORD).status_code == 200
    assert "but the account is closed: open it again" in granted(account, role="coordinator")
    do_to_account(browser, account, "open", PASSWORD)
    assert f"{account} may now act as monitor".lower() in granted(account, role="monitor").lower()
