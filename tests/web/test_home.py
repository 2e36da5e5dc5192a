"""What to see to, by role: everybody is told of their own people's matters, and the committee of what it judges."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.conduct.alerts import Watched, alerts
from firstdose.conduct.serious_events import entered_as_serious, safety_reports
from firstdose.conduct.snapshot import snapshot_now
from firstdose.conduct.staleness import stale_decisions

Client = Callable[[str], Any]
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
    kinds = ("stale_decision", "possible_dlt", "dlt", "safety_report")
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
    """A day after the first dosing 27 of 28 days are left; what is begun counts; a window that is over has none."""
    from datetime import UTC, datetime, timedelta

    from firstdose.conduct.standing import standing

    data = site.fresh().trial_data
    dosing = min(site.ledger.records("dosings"), key=lambda each: each.fields["product_start"]).fields
    day = datetime.fromisoformat(dosing["procedure_start"][:10]).replace(tzinfo=UTC)
    window = site.protocol.escalation.dlt.window_days
    seen: dict[int, int | None] = {}
    for later in (2, 10, window - 1, window + 3):
        rungs = standing(site.protocol, data, day + timedelta(days=later, hours=12)).rungs
        places = [place for rung in rungs for place in rung.places if place.subject == dosing["subject"]]
        seen[later] = places[0].days_left
    assert seen[2] is not None
    assert seen[10] == seen[2] - 8
    assert seen[window - 1] in (1, 2)
    assert seen[window + 3] is None
