"""What to see to, by role: everybody is told of their own people's matters, and the committee of what it judges."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from firstdose.conduct.alerts import Watched, alerts
from firstdose.conduct.serious_events import entered_as_serious, safety_reports
from firstdose.conduct.snapshot import snapshot_now
from firstdose.conduct.staleness import stale_decisions
from firstdose.dosing import course_of
from firstdose.dosing.known import zone_named
from tests.web.browsing import Client

ITEM = re.compile(r"<li>(?:<a href=\"([^\"]*)\">)?([^<:]+)(?:</a>)?: ")


def listed(page: str) -> list[str]:
    """Whom the alerts of a page name, in order."""
    section = page.split('id="alerts"')[1].split("</section>")[0]
    return [found[2] for found in ITEM.finditer(section)]


@pytest.fixture
def everything(site: Any) -> list[Any]:
    """All alerts of the trial, straight from the conduct."""
    from firstdose.web.trial import now

    latest, moment = snapshot_now(site.ledger, now().date()), now()
    return list(
        alerts(
            Watched(
                site.protocol,
                latest.trial_data,
                moment,
                reports=safety_reports(site.ledger),
                entered=entered_as_serious(site.ledger),
            ),
            stale_decisions(site.ledger, latest.trial_data, site.protocol, moment),
        )
    )


def test_a_site_is_told_of_its_own_people_and_of_nobody_else(
    site: Any, signed_in: Client, everything: list[Any]
) -> None:
    centre = {each.record: each.fields["centre"] for each in site.ledger.records("subjects")}
    for account, number in (("coordinator", "01"), ("other-site-nurse", "02")):
        found = listed(signed_in(account).get("/").content.decode())
        theirs = (each for each in everything if each.kind == "stale_decision" or centre.get(each.who) == number)
        assert sorted(found) == sorted(each.who for each in theirs)
        assert found


def test_who_sees_all_sites_is_told_of_all(signed_in: Client, everything: list[Any]) -> None:
    found = listed(signed_in("data_manager").get("/").content.decode())
    assert sorted(found) == sorted(each.who for each in everything)


def test_the_committee_is_told_of_what_it_judges_alone(signed_in: Client, everything: list[Any]) -> None:
    page = signed_in("committee_member").get("/").content.decode()
    kinds = ("stale_decision", "possible_dlt", "unjudged_death", "dlt", "safety_report")
    assert sorted(listed(page)) == sorted(each.who for each in everything if each.kind in kinds)
    assert "Overdue visits" not in page
    assert "/participants/" not in page


def test_the_administrator_is_told_of_nobody(signed_in: Client, everything: list[Any]) -> None:
    page = signed_in("administrator").get("/").content.decode()
    assert not any(each.who in page for each in everything)


def test_every_alert_leads_to_a_page_that_its_reader_may_see(signed_in: Client) -> None:
    for account in ("coordinator", "monitor", "pharmacist", "statistician", "committee_member", "inspector"):
        browser = signed_in(account)
        page = browser.get("/").content.decode()
        section = page.split('id="alerts"')[1].split("</section>")[0]
        for address in {found[1] for found in ITEM.finditer(section) if found[1]}:
            assert browser.get(address.split("#")[0]).status_code in (200, 302), (account, address)


def test_open_queries_are_counted_by_site(site: Any, signed_in: Client) -> None:
    centre = {each.record: each.fields["centre"] for each in site.ledger.records("subjects")}
    waiting: dict[str, int] = {}
    for each in site.ledger.records("queries"):
        if each.fields["state"] == "open":
            about = site.ledger.record(each.fields["about_type"], each.fields["about_record"]).fields
            of = centre.get(about.get("subject", ""), "")
            waiting[of] = waiting.get(of, 0) + 1
    for account, number in (("coordinator", "01"), ("other-site-nurse", "02")):
        page = signed_in(account).get("/").content.decode()
        count = re.search(r"<b>(\d+)</b> quer", page)
        assert (int(count[1]) if count else 0) == waiting.get(number, 0)


def test_the_ladder_says_how_many_days_of_a_window_are_left(site: Any) -> None:
    """On day 0 all 28 are left, on day 14 14 and on day 28 none; a window that is over has no days at all."""
    from datetime import datetime, timedelta

    from firstdose.conduct.standing import standing

    data = site.fresh().trial_data
    given = [each.fields for each in site.ledger.records("dosings") if "product_start" in each.fields]
    dosing = min(given, key=lambda fields: fields["product_start"])
    zone = zone_named(dosing["zone"])
    day = datetime.fromisoformat(dosing["procedure_start"][:10]).replace(tzinfo=zone)
    window = site.protocol.escalation.dlt.window_days
    seen: dict[int, tuple[int | None, str]] = {}
    for later in (0, 1, window // 2, window, window + 3):
        moment = day + timedelta(days=later, hours=23, minutes=59)
        rungs = standing(site.protocol, data, moment).rungs
        (place,) = [each for rung in rungs for each in rung.places if each.subject == dosing["subject"]]
        seen[later] = (place.days_left, place.window_words)
        if later <= window:
            (course,) = [each for each in course_of(site.protocol, data, moment) if each.subject == dosing["subject"]]
            assert f"day {later} of {window}: the window is open" in course.evaluability.reasons
    assert seen == {
        0: (window, f"day 0 of {window}, {window} days left"),
        1: (window - 1, f"day 1 of {window}, {window - 1} days left"),
        window // 2: (window - window // 2, f"day {window // 2} of {window}, {window - window // 2} days left"),
        window: (0, f"day {window} of {window}, which is the last"),
        window + 3: (None, ""),
    }


def test_what_is_late_is_overdue_since_and_what_is_not_is_due_by(signed_in: Client) -> None:
    """No alert says that something is overdue since a day that is still to come; each clock time names its zone."""
    page = signed_in("inspector").get("/").content.decode()
    assert "overdue until" not in page
    found = re.findall(
        r'<span class="note">(overdue since|due by) (\d+ \w+ \d{4}, \d{2}:\d{2}) \(([^)]+)\)</span>', page
    )
    assert found
    for words, shown, zone in found:
        moment = datetime.strptime(shown, "%d %B %Y, %H:%M").replace(tzinfo=zone_named(zone))
        assert (words == "overdue since") is (moment < datetime.now(UTC))
