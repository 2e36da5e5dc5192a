"""The forms beside those of a participant are checked as they are typed and kept too: doses given, and batches."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.web.browsing import Client, text_of, value
from tests.web.sites import on_both


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"D-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


@on_both
def test_what_was_typed_of_a_dose_is_checked_and_there_again(site: Any, signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/doses/{subject}/"
    page = text_of(browser.get(address))
    assert f'hx-post="/participants/{subject}/dosings/check/"' in page
    draft = re.search(r'name="draft" value="([^"]+)"', page)
    assert draft
    sent = {"draft": draft[1], "dose_given": "five", "volume_ml": "0.75"}
    checked = text_of(browser.post(f"/participants/{subject}/dosings/check/", sent))
    assert "must be a finite number" in checked
    assert "Still to be filled in" not in checked, "the number of the dosing is none of this form"
    page = text_of(browser.get(address))
    assert "did not save" in page
    assert (value(page, "dose_given"), value(page, "volume_ml")) == ("five", "0.75")
    assert "did not save" not in text_of(signed_in("investigator").get(address))
    assert browser.post(address, {"step": "record", **sent}).status_code == 409
    assert "did not save" in text_of(browser.get(address)), "a refusal loses nothing"
    done = {**sent, "step": "record", "dose_given": "5", "given": "full", "reason": "as it was given"}
    done |= {"product_start": "2026-03-04T10:30"}
    assert browser.post(address, done).status_code == 302
    assert "did not save" not in text_of(browser.get(address))
    assert site.ledger.record("dosings", f"{subject}/1").fields["dose_given"] == "5"


def test_what_was_typed_of_a_dose_can_be_discarded(signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/doses/{subject}/"
    browser.post(f"/participants/{subject}/dosings/check/", {"draft": f"{subject}/given", "dose_given": "5"})
    assert value(text_of(browser.get(address)), "dose_given") == "5"
    assert browser.post(address, {"discard": "1"}).status_code == 302
    assert value(text_of(browser.get(address)), "dose_given") == ""


def test_the_fields_of_a_dose_stand_in_the_order_in_which_it_is_given(signed_in: Client, subject: str) -> None:
    page = text_of(signed_in("coordinator").get(f"/doses/{subject}/"))
    names = re.findall(r' id="field-(\w+)"', page)
    assert names[:5] == ["procedure_start", "product_start", "product_end", "dose_given", "dose_unit"]


def test_what_was_typed_of_a_batch_is_checked_and_there_again(site: Any, signed_in: Client) -> None:
    browser, new = signed_in("pharmacist"), "/trial/batches/new/"
    batch = f"D-{uuid.uuid4().hex[:8]}"
    typed = {"batch": batch, "released": "2026-02-30", "draft": "/new"}
    checked = text_of(browser.post("/trial/batches/check/", typed))
    assert "must be a date that exists" in checked
    assert "kept until you save" in checked
    assert not site.ledger.record("batches", batch).exists
    page = text_of(browser.get(new))
    assert "did not save" in page
    assert (value(page, "batch"), value(page, "released")) == (batch, "2026-02-30")
    assert browser.post(new, {"batch": batch, "state": "quarantine"}).status_code == 302
    assert "did not save" not in text_of(browser.get(new))
    address = f"/trial/batches/{batch}/"
    checked = text_of(browser.post("/trial/batches/check/", {"released": "2026-03-01", "draft": batch}))
    assert "Still to be filled in" not in checked, "what names a batch that is there is not sent"
    page = text_of(browser.get(address))
    assert value(page, "released") == "2026-03-01"
    assert browser.post(address, {"discard": "1"}).status_code == 302
    assert value(text_of(browser.get(address)), "released") == ""
    assert signed_in("monitor").post("/trial/batches/check/", typed).status_code == 403
    assert browser.get("/trial/role_grants/check/").status_code == 404
