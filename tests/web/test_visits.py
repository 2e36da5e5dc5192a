"""A participant's schedule, the forms of a visit, and the timeline: against the protocol's own days and the report."""

from __future__ import annotations

import html
import re
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from firstdose.protocol import read_protocol
from tests.web.browsing import Client

REFERENCE = Path(__file__).parents[2] / "examples" / "nsc-spms" / "protocol.yaml"
ROW = re.compile(r'<tr><th scope="row"><a href="[^"]*/schedule/([^/"]+)/">.*?</tr>', re.DOTALL)


@pytest.fixture
def dosed(site: Any) -> tuple[str, date]:
    """Somebody of site 01 who was dosed and stayed in the trial, and the day of it."""
    of_site = {each.record for each in site.ledger.records("subjects") if each.fields["centre"] == "01"}
    left = {each.fields["subject"] for each in site.ledger.records("dispositions")}
    for each in site.ledger.records("dosings"):
        subject, start = each.fields["subject"], each.fields.get("procedure_start") or each.fields["product_start"]
        if subject in of_site and (subject not in left or subject == "NSC-20"):
            return subject, date.fromisoformat(start[:10])
    raise AssertionError("nobody of site 01 was dosed")


def test_every_visit_stands_with_the_window_that_the_protocol_gives_it(
    site: Any, signed_in: Client, dosed: tuple[str, date]
) -> None:
    subject, day_0 = dosed
    page = signed_in("coordinator").get(f"/participants/{subject}/").content.decode()
    rows = {found[1]: found[0] for found in ROW.finditer(page)}
    schedule = read_protocol(REFERENCE).schedule  # which who was dosed follows, whatever is published later
    assert schedule is not None
    days = {each.id: (each.day, *each.window) for each in schedule.visits}
    later = schedule.long_term_follow_up
    assert later is not None
    for day in range(365 + later.every_days, later.until_day + 1, later.every_days):
        days[f"F{day}"] = (day, *later.window)
    assert list(rows) == list(days)
    for name, (day, before, after) in days.items():
        first, last = (day_0 + timedelta(days=each) for each in (day - before, day + after))
        words = " to ".join(dict.fromkeys(f"{each.day} {each:%B} {each.year}" for each in (first, last)))
        assert f"<td>{words}</td>" in rows[name], name


def test_what_was_entered_of_a_visit_is_done_and_what_was_not_is_overdue(
    site: Any, signed_in: Client, dosed: tuple[str, date]
) -> None:
    subject, _ = dosed
    page = signed_in("coordinator").get(f"/participants/{subject}/").content.decode()
    rows = {found[1]: found[0] for found in ROW.finditer(page)}
    states = {
        each.fields["visit"]: each.fields["state"].replace("_", " ")
        for each in site.ledger.records_under("visits", subject)
        if each.fields.get("state")
    }
    assert states
    for name, state in states.items():
        assert f">{state}</span>" in rows[name], name
    for name, row in rows.items():
        if name not in states:
            assert ">overdue</span>" in row, name
            assert f'schedule/{name}/">' in page.split("To see to")[1].split("</ul>")[0], name


def test_a_visit_leads_to_its_forms_and_back(site: Any, signed_in: Client, dosed: tuple[str, date]) -> None:
    subject, _ = dosed
    browser = signed_in("coordinator")
    page = html.unescape(browser.get(f"/participants/{subject}/schedule/F548/").content.decode())
    assert f'href="/participants/{subject}/schedule/F548/edss/?at=F548"' in page
    address = f"/participants/{subject}/vital_signs/new/?visit=F548&at=F548"
    assert f'href="{address}"' in page
    form = browser.get(address).content.decode()
    assert re.search(r'name="visit" value="F548"', form)
    number = re.search(r'name="number" value="(\d+)"', form)
    assert number
    sent = {"number": number[1], "test": "PULSE", "result": "72", "unit": "beats/min", "visit": "F548"}
    answer = browser.post(address, {**sent, "request": str(uuid.uuid4())})
    assert answer.headers["Location"] == f"/participants/{subject}/schedule/F548/"
    assert ">PULSE</a>" in browser.get(answer.headers["Location"]).content.decode()


def test_a_visit_that_is_entered_is_overdue_no_longer(site: Any, signed_in: Client, dosed: tuple[str, date]) -> None:
    subject, _ = dosed
    browser = signed_in("coordinator")
    order = [each.id for each in site.protocol.schedule.every_visit].index("F731") + 1
    address = f"/participants/{subject}/visits/new/?visit=F731&planned_day=731&order={order}&at=F731"
    assert address in html.unescape(browser.get(f"/participants/{subject}/schedule/F731/").content.decode())
    assert f'name="order" value="{order}"' in browser.get(address).content.decode()
    sent = {"visit": "F731", "planned_day": "731", "state": "missed", "own:reason": "moved away"}
    assert browser.post(address, sent).status_code == 302
    assert site.ledger.record("visits", f"{subject}/F731").fields["reason"] == "moved away"
    page = browser.get(f"/participants/{subject}/").content.decode()
    assert ">missed</span>" in next(found[0] for found in ROW.finditer(page) if found[1] == "F731")


def test_nothing_leads_back_to_where_no_visit_is(signed_in: Client, dosed: tuple[str, date]) -> None:
    subject, _ = dosed
    sent = {"term": "Fever", "number": "901"}
    answer = signed_in("coordinator").post(
        f"/participants/{subject}/adverse_events/new/?at=//evil.example/..", {**sent, "request": str(uuid.uuid4())}
    )
    assert answer.headers["Location"] == f"/participants/{subject}/adverse_events/"


def test_the_protocol_plans_no_other_visit(signed_in: Client, dosed: tuple[str, date]) -> None:
    assert signed_in("coordinator").get(f"/participants/{dosed[0]}/schedule/M99/").status_code == 404


def test_the_timeline_is_that_of_the_report_for_everybody(site: Any, signed_in: Client) -> None:
    """Made here from one person's records alone; in the report from all of the trial's."""
    from firstdose.analysis import derive
    from firstdose.report.timeline.marks import lives
    from firstdose.report.timeline.picture import timeline

    browser = signed_in("data_manager")
    everybody = lives(derive(site.protocol, site.fresh().trial_data))
    told = [life for life in everybody if timeline(site.protocol, life) is not None]
    assert len(told) > 10
    for life in told[::3]:
        answer = browser.get(f"/participants/{life.subject}/timeline.svg")
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert answer.content.decode() == timeline(site.protocol, life), life.subject


def test_who_was_not_dosed_has_a_page_without_a_picture(site: Any, signed_in: Client) -> None:
    name = f"V-{uuid.uuid4().hex[:8]}"
    browser = signed_in("coordinator")
    browser.post("/participants/new/", {"subject": name, "centre": "01", "consent": "2026-01-02"})
    page = browser.get(f"/participants/{name}/").content.decode()
    assert "timeline.svg" not in page
    assert "the day of dosing, which is not known yet" in page
    assert b"Nothing has a day" in browser.get(f"/participants/{name}/timeline.svg").content
