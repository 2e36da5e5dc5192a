"""The reason for a change and an answer that is called a reason are kept apart in a form, as a browser sends it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.records import columns_of
from firstdose.web.form_fields import OF_THE_FORM, sent_as
from firstdose.web.sight import TRIAL_FORMS
from firstdose.web.subject_records import FORMS
from tests.web.browsing import Client, Page

NOT_DONE = {
    "visits": {"visit": "M0", "state": "missed"},
    "vital_signs": {"number": "1", "test": "PULSE", "performed": "not_done"},
    "lab_results": {"number": "1", "test": "ALT", "performed": "not_done"},
    "assessments": {"number": "1", "measure": "edss", "item": "step", "performed": "not_done"},
}
"""A record of each kind that says itself why something was not done."""


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"R-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def test_every_kind_that_says_why_is_tried() -> None:
    assert {kind for kind in (*FORMS, *TRIAL_FORMS) if "reason" in columns_of(LEDGER_RECORDS[kind])} == set(NOT_DONE)


@pytest.mark.parametrize("kind", sorted({*FORMS, *TRIAL_FORMS}))
def test_no_question_is_sent_under_a_name_of_the_form(kind: str) -> None:
    names = [sent_as(name) for name in columns_of(LEDGER_RECORDS[kind])]
    assert not set(names) & set(OF_THE_FORM)
    assert len(names) == len(set(names))
    assert not any(name.startswith("seen:") for name in names)


@pytest.mark.parametrize("kind", NOT_DONE)
def test_why_it_was_not_done_stays_when_something_is_corrected(
    site: Any, signed_in: Client, subject: str, kind: str
) -> None:
    browser = signed_in("coordinator")
    address = f"/participants/{subject}/{kind}/"
    assert browser.post(f"{address}new/", {**NOT_DONE[kind], "own:reason": "the person slept"}).status_code == 302
    (stored,) = site.ledger.records_under(kind, subject)
    assert stored.fields["reason"] == "the person slept"
    page = Page(browser.get(f"{address}{stored.record}/").content.decode())
    names = [fields.get("name") for tag, fields in page.elements if tag in ("input", "textarea", "select")]
    assert names.count("reason") == 1
    assert names.count("own:reason") == 1
    shown = dict.fromkeys(("performed", "state"), "unable_to_perform" if kind != "visits" else "out_of_window")
    change = {name: text for name, text in shown.items() if name in NOT_DONE[kind]}
    kept = {"own:reason": "the person slept", "seen:reason": "the person slept"}
    seen = {f"seen:{name}": NOT_DONE[kind][name] for name in change}
    sent = {**kept, **seen, **change, "reason": "the chart says otherwise"}
    assert browser.post(f"{address}{stored.record}/", sent).status_code == 302
    after = site.ledger.record(kind, stored.record)
    assert after.fields["reason"] == "the person slept"
    assert {name: after.fields[name] for name in change} == change
    last = site.ledger.history(kind, stored.record)[-1]
    assert last.reason == "the chart says otherwise"
    assert [each.field for each in last.changes] == list(change)


def test_why_it_was_not_done_is_corrected_with_a_reason_of_its_own(site: Any, signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    address = f"/participants/{subject}/visits/"
    browser.post(f"{address}new/", {**NOT_DONE["visits"], "own:reason": "the person slept"})
    (stored,) = site.ledger.records_under("visits", subject)
    own = {"own:reason": "the person was ill", "seen:reason": "the person slept"}
    assert browser.post(f"{address}{stored.record}/", own).status_code == 409
    assert browser.post(f"{address}{stored.record}/", {**own, "reason": "told by the family"}).status_code == 302
    last = site.ledger.history("visits", stored.record)[-1]
    assert [(each.field, each.new) for each in last.changes] == [("reason", "the person was ill")]
    assert last.reason == "told by the family"
