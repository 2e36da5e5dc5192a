"""What was typed is on its way when the form is saved: it is not kept beside what was saved; nothing else is lost."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from firstdose.web import form_drafts
from tests.web.browsing import Client, text_of
from tests.web.sites import on_both

LEFT = "did not save"


@dataclass(frozen=True)
class Form:
    """A form of the site: who fills it in, where, where it is checked, and what is typed in it."""

    role: str
    address: str
    check: str
    typed: dict[str, str]


@pytest.fixture(params=["record", "measure", "batch", "dose", "participant"])
def form(request: Any, signed_in: Client) -> Form:
    """Each kind of form that keeps what is typed."""
    subject, batch = (f"T-{uuid.uuid4().hex[:8]}" for _ in range(2))
    who = {"subject": subject, "centre": "01", "consent": "2026-01-02"}
    if request.param == "participant":
        return Form("coordinator", "/participants/new/", "/participants/new/check/", who)
    assert signed_in("coordinator").post("/participants/new/", who).status_code == 302
    own = f"/participants/{subject}"
    events, walk = f"{own}/adverse_events", f"{own}/schedule/M3/timed_walk/"
    given = {"step": "record", "dose_given": "5", "given": "full", "reason": "as given"}
    given |= {"product_start": "2026-03-04T10:30"}
    return {
        "record": Form("coordinator", f"{events}/new/", f"{events}/check/", {"number": "1", "term": "Fever"}),
        "measure": Form("coordinator", walk, f"{walk}check/", {"item:trial_1": "6.5", "assessed": "2026-02-03"}),
        "batch": Form("pharmacist", "/trial/batches/new/", "/trial/batches/check/", {"batch": batch}),
        "dose": Form("coordinator", f"/doses/{subject}/", f"{own}/dosings/check/", given),
    }[request.param]


def opened(browser: Any, form: Form) -> dict[str, str]:
    """What a form sends once it is filled in: what is hidden in it, and what is typed."""
    page = text_of(browser.get(form.address))
    own = page[page.index("hx-post=") :].partition("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(request|draft)" value="([^"]+)"', own))
    assert "request" in hidden, "by its request the site knows that a form was saved"
    return {**hidden, **form.typed}


@on_both
def test_what_arrives_after_the_save_is_not_kept(site: Any, signed_in: Client, form: Form) -> None:
    browser = signed_in(form.role)
    sent = opened(browser, form)
    assert browser.post(form.check, sent).status_code == 200
    assert LEFT in text_of(browser.get(form.address)), "before the save it is kept"
    assert browser.post(form.address, sent).status_code == 302
    assert LEFT not in text_of(browser.get(form.address)), "a save forgets it"
    assert browser.post(form.check, sent).status_code == 200
    assert LEFT not in text_of(browser.get(form.address))


def test_a_save_between_the_two_looks_leaves_nothing(
    site: Any, signed_in: Client, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form is saved after it was seen not to be saved, before what was typed is kept."""
    browser, keep = signed_in(form.role), form_drafts.keep_draft
    sent = opened(browser, form)

    def save_and_keep(*given: Any) -> Any:
        monkeypatch.setattr(form_drafts, "keep_draft", keep)
        assert browser.post(form.address, sent).status_code == 302
        return keep(*given)

    monkeypatch.setattr(form_drafts, "keep_draft", save_and_keep)
    assert browser.post(form.check, sent).status_code == 200
    assert LEFT not in text_of(browser.get(form.address))


@on_both
def test_what_another_page_of_the_form_keeps_stays(site: Any, signed_in: Client, form: Form) -> None:
    """Two pages of one form are open; what is typed in the second after the first is saved is not lost."""
    browser = signed_in(form.role)
    first, second = opened(browser, form), opened(browser, form)
    assert first["request"] != second["request"]
    assert browser.post(form.address, first).status_code == 302
    assert browser.post(form.check, second).status_code == 200
    assert browser.post(form.check, first).status_code == 200
    assert LEFT in text_of(browser.get(form.address))


def test_what_was_refused_is_still_kept(site: Any, signed_in: Client) -> None:
    """A form that was sent and refused is not saved, so what is typed in it is kept."""
    form = Form(
        "coordinator", "/participants/new/", "/participants/new/check/", {"subject": "Mario Rossi", "centre": "01"}
    )
    browser = signed_in(form.role)
    sent = opened(browser, form)
    assert browser.post(form.address, sent).status_code == 409
    assert browser.post(form.check, sent).status_code == 200
    assert LEFT in text_of(browser.get(form.address))


def test_a_dose_sent_twice_is_recorded_once(site: Any, signed_in: Client) -> None:
    subject, browser = f"T-{uuid.uuid4().hex[:8]}", signed_in("coordinator")
    who = {"subject": subject, "centre": "01", "consent": "2026-01-02"}
    assert browser.post("/participants/new/", who).status_code == 302
    given = {"step": "record", "dose_given": "5", "given": "full", "product_start": "2026-03-04T10:30", "reason": "so"}
    sent = opened(browser, Form("coordinator", f"/doses/{subject}/", "", given))
    assert [browser.post(f"/doses/{subject}/", sent).status_code for _ in range(2)] == [302, 302]
    assert len(site.ledger.records_under("dosings", subject)) == 1
