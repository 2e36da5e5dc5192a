"""Every field of a moment says in which zone a time is read that states none of its own."""

from __future__ import annotations

import html
import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from firstdose.records import RECORDS, PartialDateTime, columns_of
from tests.web.browsing import Client

ZONE, OF_CENTRE = "America/Bogota", "Europe/Rome"
"""The site's zone in these tests, and that which the dosings of its centres name."""


@pytest.fixture
def elsewhere(site: Any) -> Iterator[None]:
    """The site of the tests in a zone that nothing else is in."""
    from django.conf import settings

    kept = settings.CONFIGURATION
    settings.CONFIGURATION = replace(kept, zone=ZONE)
    yield
    settings.CONFIGURATION = kept


def moments(record_type: str) -> set[str]:
    """The fields of a kind of record that take a time of day."""
    return {each.name for each in columns_of(RECORDS[record_type]).values() if each.kind is PartialDateTime}


def help_of(page: str, field: str) -> str:
    found = re.search(rf'<p class="help" id="help-{field}">([^<]*)</p>', page)
    assert found, field
    return html.unescape(found[1])


@pytest.mark.parametrize("record_type", RECORDS)
def test_fields_of_moments_name_the_zone_and_days_do_not(elsewhere: None, record_type: str) -> None:
    from firstdose.web.form_fields import fields_of_form

    for each in fields_of_form(record_type, {}, {}):
        is_moment = each.name in moments(record_type)
        assert (f"in {ZONE}" in each.help) == is_moment, each.name
        assert (each.zone == ZONE) == is_moment, each.name


def test_the_pages_that_ask_for_a_moment_name_the_zone(elsewhere: None, site: Any, signed_in: Client) -> None:
    browser = signed_in("coordinator")
    subject = f"Z-{uuid.uuid4().hex[:8]}"
    page = browser.get("/participants/new/").content.decode()
    assert help_of(page, "consent").startswith(f"as 2026-03-14T10:30 in {ZONE}, or with the offset from UTC")
    assert ZONE not in help_of(page, "birth")
    assert browser.post("/participants/new/", {"subject": subject, "centre": "01"}).status_code == 302
    asked = {
        f"/participants/{subject}/adverse_events/new/": ("coordinator", {"start", "end", "aware"}),
        f"/participants/{subject}/schedule/M0/edss/": ("coordinator", {"assessed"}),
        f"/doses/{subject}/": ("investigator", {"procedure_start", "product_start", "product_end"}),
    }
    for address, (account, names) in asked.items():
        page = signed_in(account).get(address).content.decode()
        for name in names:
            assert f"in {OF_CENTRE}, or" in help_of(page, name), (address, name)
    page = signed_in("pharmacist").get("/trial/batches/new/").content.decode()
    for name in moments("batches"):
        assert f"in {ZONE}, or" in help_of(page, name), name
    page = browser.get("/blank/adverse_events/").content.decode()
    assert page.count(f"time in {ZONE}") == len(moments("adverse_events"))


def test_a_record_and_a_centre_that_name_their_zone_come_before_the_site(
    elsewhere: None, site: Any, signed_in: Client
) -> None:
    """What the dosings of a centre name as its zone is that in which whatever is recorded there is read."""
    from firstdose.web.form_fields import fields_of_form

    dosing = next(each for each in site.ledger.records("dosings") if each.fields.get("zone"))
    subject, zone = dosing.fields["subject"], dosing.fields["zone"]
    assert zone == OF_CENTRE
    browser = signed_in("data_manager")
    for address, name in (("adverse_events/new/", "start"), (f"dosings/{dosing.record}/", "procedure_start")):
        page = browser.get(f"/participants/{subject}/{address}").content.decode()
        assert f"in {zone}, or" in help_of(page, name), address
    (start,) = [each for each in fields_of_form("dosings", {"zone": "Asia/Tokyo"}, {}) if each.name == "product_start"]
    assert "in Asia/Tokyo, or" in start.help
    (start,) = [each for each in fields_of_form("dosings", {"zone": "Rome"}, {}) if each.name == "product_start"]
    assert f"in {ZONE}, or" in start.help, "where the name is none of a zone"


def test_a_moment_that_is_written_elsewhere_says_it_too(elsewhere: None, signed_in: Client, site: Any) -> None:
    subject = next(
        each.record
        for each in site.ledger.records("subjects")
        if each.fields.get("centre") == "01" and each.fields.get("eligibility_confirmed")
    )
    page = signed_in("coordinator").get(f"/participants/{subject}/subjects/{subject}/").content.decode()
    fixed = re.search(r'<p class="fixed" id="field-eligibility_confirmed">[^<]+</p><p class="help">([^<]+)</p>', page)
    assert fixed
    assert OF_CENTRE in fixed[1]


def test_a_past_moment_is_read_and_shown_in_the_zone_of_the_site(elsewhere: None, site: Any, signed_in: Client) -> None:
    """Noon in Bogota is five in the afternoon in UTC; the day of an export ends there as the day of a pack does."""
    from firstdose.web.committee_packs import made_packs

    browser = signed_in("statistician")
    for address in ("/export/", "/safety/"):
        page = browser.get(address).content.decode()
        assert f"in {ZONE} unless it says its offset from UTC" in help_of(page, "as_of"), address
    assert f"As of ({ZONE})</label>" in browser.get("/export/").content.decode()
    for typed, meant in (("2019-06-30T12:00", "2019-06-30T17:00:59"), ("2019-06-30", "2019-07-01T04:59:59")):
        answer = browser.post("/export/", {"as_of": typed})
        packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        assert json.loads(packed.read("manifest.json"))["as_of"] == f"{meant}.999999+00:00"
        assert browser.post("/safety/packs/", {"as_of": typed}).status_code == 302
        assert made_packs(site)[0].moment.isoformat() == f"{meant}.999999+00:00"
    page = browser.get("/export/").content.decode()
    assert f"<td>30 June 2019, 12:00 ({ZONE})</td>" in page
    assert f"<td>30 June 2019, 23:59 ({ZONE})</td>" in page
    assert f">When ({ZONE})</th>" in page
