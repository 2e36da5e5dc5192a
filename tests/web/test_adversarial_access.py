"""Attacks on what a role may see and do: other people's records, borrowed rights, names that a role may not see."""

from __future__ import annotations

import re
from typing import Any

import pytest

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.roles import ROLES
from firstdose.records import columns_of
from tests.web.browsing import (
    Client,
    SubjectOf,
    addresses,
    browser,
    do_to_account,
    is_in,
    person,
    sign_in,
    without_tokens,
)
from tests.web.sites import on_both

OF_A_SITE = [name for name, role in ROLES.items() if role.is_of_site]


def of_other_sites(site: Any, centre: str) -> set[str]:
    return {each.fields["subject"] for each in site.ledger.records("subjects") if each.fields["centre"] != centre}


@pytest.mark.parametrize("role", OF_A_SITE)
def test_item_23_no_page_of_a_site_names_somebody_of_another(
    site: Any, signed_in: Client, subject_of: SubjectOf, role: str
) -> None:
    where, others = signed_in(role), of_other_sites(site, "01")
    assert others
    for _, address in addresses(site, subject_of("01")):
        page = where.get(address).content.decode()
        assert not [name for name in others if re.search(rf"\b{re.escape(name)}\b", page)], address


@on_both
def test_item_23_no_page_of_the_ledger_names_somebody_of_another_site(site: Any, signed_in: Client) -> None:
    where, others = signed_in("coordinator"), of_other_sites(site, "01")
    before: int | None = site.ledger.head().sequence + 1
    pages = 0
    while before and pages < 8:
        page = where.get(f"/ledger/?before={before}").content.decode()
        assert not re.findall(rf".{{0,200}}\b(?:{'|'.join(map(re.escape, others))})\b", page), before
        found = re.search(r"\?before=(\d+)", page)
        before, pages = int(found.group(1)) // 2 if found else None, pages + 1
    assert pages > 3


def test_item_23_elsewhere_and_nowhere_are_alike_on_every_page(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    """The same status and the same page, but for the token of a form, whether somebody is of another site or nobody."""
    where = signed_in("coordinator")
    theirs, nobody = subject_of("02"), "NOBODY-99"
    for (route, there), (_, nowhere) in zip(addresses(site, theirs), addresses(site, nobody), strict=True):
        if "<str:subject>" not in route.address:
            continue
        for send in (where.get, where.post):
            answers = [send(there, {"step": "reserve"}), send(nowhere, {"step": "reserve"})]
            assert {each.status_code for each in answers} <= {403, 404, 405}, there
            assert without_tokens(answers[0]) == without_tokens(answers[1]), there


@on_both
def test_item_23_another_sites_records_are_not_reached_by_their_names(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    where, ours, theirs = signed_in("coordinator"), subject_of("01"), subject_of("02")
    for record in (f"{theirs}/1", f"../{theirs}/1", f"{theirs}%2F1"):
        for end in ("", "history/"):
            assert where.get(f"/participants/{ours}/adverse_events/{record}/{end}").status_code == 404, record
    assert where.post(f"/participants/{ours}/adverse_events/{theirs}/1/", {"term": "x"}).status_code == 404
    typed = {"draft": f"{theirs}/1", "term": "not theirs"}
    where.post(f"/participants/{ours}/adverse_events/check/", typed)
    page = browser()
    sign_in(page, person(site, "coordinator", "02"))
    assert b"not theirs" not in page.get(f"/participants/{theirs}/adverse_events/{theirs}/1/").content


@on_both
@pytest.mark.parametrize("field", ["role", "role_grants", "site", "account", "acting", "author", "is_staff"])
def test_item_24_a_role_is_not_taken_by_a_field(site: Any, signed_in: Client, field: str) -> None:
    where = signed_in("monitor")
    sent = {"subject": "X-24", "centre": "01", field: "investigator@01"}
    assert where.post("/participants/new/", sent).status_code == 403
    assert where.post("/people/", {"step": "grant", "account": "monitor", **sent}).status_code == 403
    assert where.post("/role/", {"role": "administrator@*"}, content_type="application/json").status_code in (302, 409)
    assert where.get("/people/").status_code == 403
    assert not site.ledger.record("subjects", "X-24").exists


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_item_24_other_methods_do_nothing(site: Any, signed_in: Client, subject_of: SubjectOf, method: str) -> None:
    where, before = signed_in("investigator"), site.ledger.head()
    for _, address in addresses(site, subject_of("01")):
        assert getattr(where, method)(address).status_code == 405, address
    assert site.ledger.head() == before


@on_both
def test_item_24_a_form_sets_nothing_that_is_set_otherwise(site: Any, signed_in: Client) -> None:
    """What the investigator signs, and which protocol somebody follows, is not filled in with the form."""
    where = signed_in("coordinator")
    sent = {"subject": "X-24M", "centre": "01", "consent": "2026-01-02", "head": "99", "is_removed": "1"}
    stolen = {"eligibility_confirmed": "2026-01-02", "eligibility_confirmed_by": "me", "protocol_version": "99"}
    where.post("/participants/new/", {**sent, **stolen})
    fields = site.ledger.record("subjects", "X-24M").fields
    assert "eligibility_confirmed" not in fields
    assert fields["protocol_version"] == site.version
    answer = where.post("/participants/X-24M/subjects/X-24M/", {**stolen, "reason": "x y z"})
    fields = site.ledger.record("subjects", "X-24M").fields
    assert answer.status_code == 409
    assert "eligibility_confirmed" not in fields
    assert fields["protocol_version"] == site.version


@on_both
def test_item_24_the_administrator_takes_no_part_in_the_data(site: Any) -> None:
    boss, where = person(site, "administrator", "*"), browser()
    sign_in(where, boss)
    data = {"step": "grant", "full_name": "Me", "role": "investigator", "site": "01"}
    assert where.post("/people/", {**data, "account": boss}).status_code == 409
    other = person(site, "administrator", "*")
    assert where.post("/people/", {**data, "account": other}).status_code == 409
    nurse = person(site)
    manage = {"step": "grant", "full_name": "Nurse", "role": "administrator", "account": nurse}
    assert where.post("/people/", manage).status_code == 409
    assert where.post("/people/", {**data, "account": nurse}).status_code == 302
    own = next(each.record for each in site.ledger.records("role_grants") if each.fields["account"] == boss)
    assert do_to_account(where, boss, "take", grant=own).status_code == 409
    for step in ("close", "password", "factors"):
        assert do_to_account(where, boss, step).status_code == 409
    assert is_in(where)


@on_both
@pytest.mark.parametrize(
    "name", ["", " ", "COORDINATOR", "co\u043erdinator", "coord\u200binator", "a b", "x" * 200, "<b>"]
)
def test_item_24_no_account_is_mistaken_for_another(site: Any, name: str) -> None:
    from django.contrib.auth import get_user_model

    where = browser()
    sign_in(where, person(site, "administrator", "*"))
    users: Any = get_user_model().objects
    before = users.count()
    sent = {"step": "grant", "account": name, "full_name": "X", "role": "monitor", "site": "01"}
    assert where.post("/people/", sent).status_code == 409
    assert where.post("/people/", {"step": "grant"}).status_code == 409
    assert users.count() == before


@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if "see_names" not in role.may])
def test_item_25_who_may_not_see_names_sees_none(site: Any, signed_in: Client, role: str) -> None:
    """A birth date stands for all that identifies directly; it is looked for on every page about the person."""
    subject = f"NAMED-{role}"
    birth = {"subject": subject, "centre": "01", "birth": "1961-07-23"}
    assert signed_in("coordinator").post("/participants/new/", birth).status_code == 302
    where = signed_in(role)
    for _, address in addresses(site, subject):
        assert "1961-07-23" not in where.get(address).content.decode(), address
    assert "1961-07-23" not in where.get(f"/participants/{subject}/subjects/{subject}/").content.decode()
    assert "1961-07-23" not in where.get(f"/participants/{subject}/subjects/{subject}/history/").content.decode()
    monitor = signed_in("monitor").get(f"/participants/{subject}/subjects/{subject}/").content.decode()
    assert "1961-07-23" in monitor


@on_both
def test_item_25_a_committee_member_sees_the_pack_and_no_records(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    where = signed_in("committee_member")
    for route, address in addresses(site, subject_of("01")):
        if "see_data" in route.see and "see_pack" not in route.see:
            assert where.get(address).status_code == 403, address
    assert where.get("/ledger/").status_code == 403


def test_every_kind_of_record_has_its_words_checked_here() -> None:
    """What identifies directly is known by its question; were there none, the tests above would look for nothing."""
    named = {
        (kind, column.name)
        for kind, record in LEDGER_RECORDS.items()
        for column in columns_of(record).values()
        if column.question.identifying == "directly"
    }
    assert named == {("subjects", "birth"), ("signatures", "signer_name"), ("role_grants", "full_name")}
