"""The demonstration is where its trial is: its pages name Europe/Rome, whatever the machine says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.web.another_site import another_site, browser_of
from tests.web.conftest import PASSWORD
from tests.web.sites import Sites

NAMES = "January February March April May June July August September October November December"
MONTHS = re.findall("[A-Z][a-z]+", NAMES)
DATA_OF = re.compile(r"Data of ([0-9]+) ([A-Z][a-z]+) ([0-9]{4}), ([0-9]{2}):([0-9]{2}) \(([^)]*)\)")
PAGES = {
    "coordinator": ("/", "/doses/", "/participants/", "/queries/"),
    "statistician": ("/", "/decisions/", "/safety/"),
    "administrator": ("/people/", "/people/one/?account=coordinator"),
}


@pytest.fixture(scope="module")
def demonstration(sites: Sites) -> Iterator[Any]:
    """The demonstration's site, under way, in the zone that the command sets where nobody has set another."""
    from firstdose.cli.zone_of_site import zone_to_keep
    from firstdose.web import demonstration

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRSTDOSE_ZONE", "to be restored")
        del os.environ["FIRSTDOSE_ZONE"]
        assert zone_to_keep(True, sites.folder / "nowhere") == "Europe/Rome"

        def fill(configuration: Any) -> None:
            present = datetime.now(UTC)
            demonstration.start(configuration, "nsc-spms", 20231127, PASSWORD, lambda done, of: None, present)

        with another_site(sites, fill) as trial:
            yield trial


def test_the_command_leaves_a_zone_that_was_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from firstdose.cli.zone_of_site import zone_to_keep

    monkeypatch.setenv("FIRSTDOSE_ZONE", "Europe/Zurich")
    assert zone_to_keep(True, tmp_path) == "Europe/Zurich"
    assert os.environ["FIRSTDOSE_ZONE"] == "Europe/Zurich"


def test_its_zone_is_that_of_its_trial(demonstration: Any) -> None:
    assert demonstration.configuration.zone == "Europe/Rome"
    zones = {each.fields["zone"] for each in demonstration.ledger.records("dosings") if "zone" in each.fields}
    assert "Europe/Rome" in zones


def test_times_are_those_of_the_clocks_in_rome(demonstration: Any) -> None:
    before = datetime.now(UTC)
    page = browser_of("coordinator").get("/").content.decode()
    found = DATA_OF.search(page)
    assert found is not None
    day, month, year, hour, minute, zone = found.groups()
    assert zone == "Europe/Rome"
    told = datetime(
        int(year), 1 + MONTHS.index(month), int(day), int(hour), int(minute), tzinfo=ZoneInfo("Europe/Rome")
    )
    # in autumn the clocks in Rome show an hour twice
    assert any(before - told.replace(fold=fold) < timedelta(minutes=2) for fold in (0, 1))
    assert told.replace(fold=0) <= datetime.now(UTC)


@pytest.mark.parametrize("role", PAGES)
def test_no_page_names_another_zone(demonstration: Any, role: str) -> None:
    zones: set[str] = set()
    for address in PAGES[role]:
        page = browser_of(role).get(address).content.decode()
        zones |= set(re.findall(r"[0-9]{2}:[0-9]{2} \(([^)]*)\)", page))
    assert zones == {"Europe/Rome"}


def test_what_the_ledger_says_of_a_form_bears_the_zone(demonstration: Any) -> None:
    subject = next(each.record for each in demonstration.ledger.records("subjects") if each.fields["centre"] == "01")
    typed = {"number": "91", "term": "a cold", "start": "2026-03"}
    assert browser_of("coordinator").post(f"/participants/{subject}/adverse_events/new/", typed).status_code == 302
    entry = demonstration.ledger.history("adverse_events", f"{subject}/91")[0]
    assert entry.zone == "Europe/Rome"


def test_what_was_noted_in_utc_is_told_on_the_clocks_of_the_site(demonstration: Any) -> None:
    from firstdose.web.value_words import moment_words

    assert moment_words("2026-03-21T09:05:10+00:00") == "21 March 2026, 10:05 (Europe/Rome)"
    assert moment_words("2026-07-21T23:05+00:00") == "22 July 2026, 01:05 (Europe/Rome)"
    assert moment_words("2026-03-21T22:59:59.999999+00:00") == "21 March 2026, 23:59 (Europe/Rome)"
    assert moment_words("2026-03-21T09:05+01:00") == "21 March 2026, 09:05"
    assert moment_words("2026-03-21T09:05") == "21 March 2026, 09:05"
    assert moment_words("2026-03-21") == "21 March 2026"


def test_a_history_is_on_the_clocks_of_the_site_and_the_ledger_says_utc_below(demonstration: Any) -> None:
    subject = next(each.record for each in demonstration.ledger.records("subjects") if each.fields["centre"] == "01")
    typed = {"number": "92", "term": "a cold", "start": "2026-03"}
    assert browser_of("coordinator").post(f"/participants/{subject}/adverse_events/new/", typed).status_code == 302
    instant = demonstration.ledger.history("adverse_events", f"{subject}/92")[0].instant
    in_rome = f"<span>{instant.astimezone(ZoneInfo('Europe/Rome')):%Y-%m-%d</span> <span>%H:%M:%S}</span>"
    page = browser_of("coordinator").get(f"/participants/{subject}/adverse_events/{subject}/92/").content.decode()
    assert "When (Europe/Rome)" in page
    assert in_rome in page
    assert f"{instant:%H:%M:%S}</span>" not in page
    page = browser_of("coordinator").get("/ledger/").content.decode()
    assert "When (Europe/Rome; below, UTC)" in page
    assert in_rome in page
    assert f"{instant:%H:%M:%S}</span>" in page
