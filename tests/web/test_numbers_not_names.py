"""A participant is entered under a number: the ledger never forgets a name."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.web.browsing import Client


@pytest.mark.parametrize("name", ["Mario Rossi", " Anna  Maria Verdi ", "Åsa Öberg"])
def test_what_may_be_a_name_is_not_entered(site: Any, signed_in: Client, name: str) -> None:
    browser = signed_in("coordinator")
    before = site.ledger.head()
    answer = browser.post("/participants/new/", {"subject": name, "centre": "01"})
    assert answer.status_code == 409
    assert b"may be the name of a person" in answer.content
    assert site.ledger.head() == before


def test_the_form_asks_for_a_number_and_takes_one(site: Any, signed_in: Client) -> None:
    browser = signed_in("coordinator")
    assert browser.get("/participants/new/").content.decode().count("never a name") == 2
    for name in (f"N-{uuid.uuid4().hex[:8]}", f"site 01 {uuid.uuid4().int}"):
        assert browser.post("/participants/new/", {"subject": name, "centre": "01"}).status_code == 302
        assert site.ledger.record("subjects", name).exists
