"""Hostile text in everything that people type, and in what they load: shown as text, run by nothing, kept as typed."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from firstdose.conduct.roles import ROLES
from firstdose.records import columns_of
from firstdose.records.catalogue import RECORDS
from firstdose.web.subject_records import FORMS
from tests.web.browsing import SECRET, Client, Page, addresses, browser, person, sign_in
from tests.web.sites import on_both

MARK = "evil-mark"
HOSTILE = (
    f'"><script data-x="{MARK}">alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>'
    "'`</textarea></title></select><a href=javascript:alert(1)>{{ 7*7 }}{% debug %}${7*7}#{7*7}<%=7*7%>"
)
ADDRESSED = "--><iframe srcdoc=x>"
PRODUCT = re.compile(r"(?<![0-9A-Za-z])49(?![0-9A-Za-z])")
"""What a template would make of 7*7; names end in random letters and digits, which may hold it."""


def check_page(answer: Any, place: object) -> str:
    """The text of a page, of which nothing is active that the site did not make."""
    page = str(answer.content.decode())
    if answer.headers["Content-Type"].startswith("text/html"):
        assert list(Page(page).active_parts()) == [], place
    else:
        assert "<script" not in page, place
    for after in page.split(MARK)[1:]:
        assert not PRODUCT.search(after[:160]) or "7*7" in after, place
    return page


@pytest.fixture
def subject(signed_in: Client) -> str:
    name = f"X-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


@on_both
@pytest.mark.parametrize("record_type", [name for name in FORMS if name not in ("subjects", "dosings")])
def test_item_28_text_in_every_field_of_every_form_is_text(
    site: Any, signed_in: Client, subject: str, record_type: str
) -> None:
    where = signed_in("coordinator")
    sent = dict.fromkeys(columns_of(RECORDS[record_type]), HOSTILE)
    keys = {
        "number": "1",
        "event": "1",
        "adjudication": "1",
        "sample": f"S-{subject}",
        "criterion": "I1",
        "visit": "V1",
    }
    sent |= {name: text for name, text in keys.items() if name in sent}
    base = f"/participants/{subject}/{record_type}/"
    answer = where.post(f"{base}new/", sent)
    check_page(answer, "new") if answer.status_code == 409 else None
    check_page(where.post(f"{base}check/", {**sent, "draft": f"{subject}/new"}), "check")
    check_page(where.get(f"{base}new/"), "draft")
    stored = list(site.ledger.records_under(record_type, subject))
    for each in stored:
        own = f"{base}{each.record}/"
        answer = where.post(own, {"note": HOSTILE * 2, "reason": HOSTILE, **{f"seen:{n}": HOSTILE for n in sent}})
        check_page(answer, "changed") if answer.status_code == 409 else None
        assert MARK in check_page(where.get(own), "record")
        check_page(where.get(f"{own}history/"), "history")
    check_page(where.get(base, follow=True), "list")
    check_page(where.get(f"/participants/{subject}/"), "person")


def test_item_28_names_of_people_sites_batches_and_cohorts_are_text(site: Any, signed_in: Client) -> None:
    """The site of a participant, the name of a person, a role's site, a batch, a reason, and the participant itself."""
    boss, nurse = person(site, "administrator", "*"), f"n-{uuid.uuid4().hex[:8]}"
    where = browser()
    sign_in(where, boss)
    centre = f"S{uuid.uuid4().hex[:4]}{HOSTILE[:60]}"
    grant = {"step": "grant", "account": nurse, "full_name": HOSTILE, "role": "coordinator", "site": centre}
    check_page(where.post("/people/", grant, follow=True), "people")
    person(site, "coordinator", centre, account=f"{nurse}-2")
    there = browser()
    sign_in(there, f"{nurse}-2")
    name = f"{ADDRESSED}{uuid.uuid4().hex[:6]}"
    answer = there.post("/participants/new/", {"subject": name, "centre": centre, "consent": HOSTILE})
    assert answer.status_code in (302, 409)
    for address in ("/", "/role/", "/participants/", "/ledger/", f"/participants/{name}/"):
        check_page(there.get(address), address)
    batch = {"batch": f"B{uuid.uuid4().hex[:6]}{HOSTILE}", "state": HOSTILE, "cells": HOSTILE, "reason": HOSTILE}
    pharmacist = signed_in("pharmacist")
    answer = pharmacist.post("/trial/batches/new/", batch)
    check_page(answer, "batch") if answer.status_code == 409 else None
    statistician = signed_in("statistician")
    answer = statistician.post("/doses/", {"step": "open", "cohort": HOSTILE})
    check_page(answer, "cohort") if answer.status_code == 409 else None
    for role in ROLES:
        for route, address in addresses(site, "NSC-02"):
            if route.send is None and "export" not in route.address:
                check_page(signed_in(role).get(address), (role, address))
    check_page(where.get("/people/"), "people")
    reason = {"account": nurse, "step": "close", "reason": HOSTILE, "password": SECRET}
    check_page(where.post("/people/one/", reason, follow=True), "closed")
    for asked in ({"account": nurse}, {"account": nurse, "step": HOSTILE, "grant": HOSTILE}):
        for reader in (where, signed_in("inspector")):
            check_page(reader.get("/people/one/", asked), "account")


def test_item_28_the_protocols_own_words_are_text(
    site: Any, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol = site.protocol
    named = protocol.trial.__class__(**{**vars(protocol.trial), "short_title": HOSTILE, "title": HOSTILE})
    changed = protocol.__class__(**{**vars(protocol), "trial": named})
    monkeypatch.setattr(type(site), "protocol", property(lambda _: changed))
    for role in ("investigator", "administrator", "committee_member"):
        page = check_page(signed_in(role).get("/role/"), role)
        assert "&lt;script data-x" in page


def test_item_28_what_is_asked_by_the_address_is_text(site: Any, signed_in: Client) -> None:
    where = signed_in("investigator")
    for address in ("/ledger/?before=", "/doses/NSC-02/?batch=", "/participants/NSC-02/adverse_events/?field="):
        check_page(where.get(address + HOSTILE.replace("#", "%23").replace("&", "%26")), address)
    for address in (f"/participants/{HOSTILE[:60]}/", f"/trial/{ADDRESSED}/", f"/{ADDRESSED}"):
        page = check_page(where.get(address), address)
        assert ADDRESSED not in page
    page = check_page(sign_in(browser(), HOSTILE, "x"), "sign-in")
    assert "&lt;script" in page


@on_both
def test_item_29_words_are_never_run_as_a_template(site: Any, signed_in: Client, subject: str) -> None:
    where = signed_in("coordinator")
    words = "{{ request.user.password }}{% load static %}{{ settings.SECRET_KEY }}%(password)s {0.__class__} ${jndi:x}"
    where.post(f"/participants/{subject}/adverse_events/new/", {"number": "1", "term": words})
    page = where.get(f"/participants/{subject}/adverse_events/{subject}/1/").content.decode()
    assert "{{ request.user.password }}" in page
    assert "{% load static %}" in page


@pytest.mark.parametrize(
    "file",
    [
        "a: &a [1]\nb: [*a, *a, *a, *a]\n",
        "!!python/object/apply:os.system ['true']\n",
        "trial: {id: 1}\ntrial: {id: 2}\n",
        "\ufefftrial: {id: \u0410}\n",
        "dose_levels: {values: [.nan, .inf, 1e6]}\n",
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
        "[" * 5000,
        "trial: " + "x" * 2_000_000,
        "\x00\x01\x02",
        "",
    ],
)
def test_item_36_a_hostile_protocol_file_is_refused_with_words(site: Any, signed_in: Client, file: str) -> None:
    """What the desk refuses, the page refuses too, whether the file is uploaded or typed."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    where, before = signed_in("data_manager"), site.ledger.head()
    upload = SimpleUploadedFile("../../../etc/protocol.yaml", file.encode())
    for sent in ({"file": upload}, {"content": file}, {"file": file}):
        answer = where.post("/versions/", sent)
        assert answer.status_code in (400, 409), answer.status_code
        page = check_page(answer, "versions") if answer.status_code == 409 else ""
        assert "root:" not in page
        assert "Traceback" not in page
    assert site.ledger.head() == before


@on_both
def test_item_20_a_form_that_is_too_large_is_refused(site: Any) -> None:
    where = browser()
    sign_in(where, person(site), SECRET)
    before = site.ledger.head()
    for sent in ({"subject": "x" * 6_000_000}, {f"f{number}": "1" for number in range(3_000)}):
        assert where.post("/participants/new/", sent).status_code == 400
    answer = where.post("/participants/new/", {"subject": "x" * 1_000, "centre": "01"})
    assert answer.status_code == 409
    assert site.ledger.head() == before
