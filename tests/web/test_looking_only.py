"""Who may not change a record cannot type into it, and what is locked says so before anybody types."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from tests.web.browsing import Client

FORM = re.compile(r'<form method="post" class="record".*?</form>', re.S)
DISABLED = re.compile(r'<fieldset class="whole[^"]*" disabled>')


def form_of(browser: Any, address: str) -> str:
    found = FORM.search(browser.get(address).content.decode())
    assert found, address
    return found[0]


@pytest.fixture
def addresses(site: Any, subject_of: Callable[[str], str]) -> dict[str, str]:
    """The forms of an adverse event, a measure and a batch, with who may write in each."""
    subject = subject_of("01")
    batch = next(each.record for each in site.ledger.records("batches"))
    return {
        f"/participants/{subject}/adverse_events/{subject}/1/": "coordinator",
        f"/participants/{subject}/schedule/M0/edss/": "coordinator",
        f"/trial/batches/{batch}/": "pharmacist",
    }


@pytest.mark.parametrize("account", ["monitor", "inspector"])
def test_who_only_looks_gets_fields_that_take_nothing(
    signed_in: Client, addresses: dict[str, str], account: str
) -> None:
    for address, writer in addresses.items():
        form = form_of(signed_in(account), address)
        assert DISABLED.search(form), address
        outside = DISABLED.split(form)[0] + form.rpartition("</fieldset>")[2]
        assert not re.search(r'<(?:textarea|select|input (?!type="hidden"))', outside), address
        assert "<button" not in form, address
        form = form_of(signed_in(writer), address)
        assert not DISABLED.search(form), address
        assert "<button" in form, address


def test_what_is_locked_says_so(signed_in: Client, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from firstdose.web import under_lock

    address, words = next(iter(addresses)), "are locked, and this record is one of them"
    browser = signed_in("coordinator")
    assert words not in browser.get(address).content.decode()
    lock = SimpleNamespace(cut_off=date(2026, 1, 31), holds=lambda kind, record: kind == "adverse_events")
    monkeypatch.setattr(under_lock, "locked_now", lambda source: lock)
    assert f"The data up to 31 January 2026 {words}" in browser.get(address).content.decode()
