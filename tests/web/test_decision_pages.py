"""The page of a decision whose data have changed says so, and nothing is proposed or signed on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.web.browsing import Client, fresh_preparation


def test_a_stale_preparation_says_so_and_is_no_way_to_a_decision(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    number = fresh_preparation(site)
    address, member, subject = f"/decisions/{number}/", signed_in("committee_member"), subject_of("01")
    page = member.get(address).content.decode()
    assert "stale" not in page
    assert 'value="propose"' in page
    assert '<option value=""></option><option value="dose">' in page, "nothing is chosen beforehand"
    assert " selected" not in page
    numbers = [int(each.fields["number"]) for each in site.ledger.records_under("adverse_events", subject)]
    event = str(max(numbers) + 1)
    sent = {"number": event, "term": "headache", "grade": "1", "start": "2020-01-01"}
    assert signed_in("coordinator").post(f"/participants/{subject}/adverse_events/new/", sent).status_code == 302
    page = member.get(address).content.decode()
    assert "These data are stale" in page
    assert f"adverse event {event} of {subject} entered" in page
    assert '<a href="/decisions/">' in page
    for button in ("propose", "sign", "take"):
        assert f'value="{button}"' not in page, button
    changed = f"adverse event {event} of {subject} entered"
    propose = {"step": "propose", "action": "stop", "reason": "on stale data"}
    for sent in (propose, {"step": "sign", "head": "1", "password": "demonstration"}):
        answer = member.post(address, sent)
        assert answer.status_code == 409, sent
    assert changed in member.post(address, propose).content.decode()
    assert "What is prepared is stale" in member.get("/decisions/").content.decode()
    again = fresh_preparation(site)
    assert again != number
    assert "stale" not in member.get(f"/decisions/{again}/").content.decode()
    assert f'<a href="/decisions/{again}/">Look at preparation {again}</a>' in member.get(address).content.decode()


def test_two_prepared_dosings_are_told_on_the_page_of_either(site: Any, signed_in: Client) -> None:
    """A fortnight must lie between two participants by the protocol; the batch is not chosen beforehand."""
    from datetime import timedelta

    from firstdose.web.trial import now

    nurse, people = signed_in("coordinator"), ("TWO-1", "TWO-2")
    for subject in people:
        nurse.post("/participants/new/", {"subject": subject, "centre": "01", "consent": "2026-02-02"})
    page = nurse.get("/doses/TWO-2/").content.decode()
    assert '<select id="batch" name="batch"><option value=""></option>' in page
    assert "is prepared and not recorded yet" not in page
    _prepared_past_the_gate(site, "TWO-1")
    days = [now().astimezone(site.zone).date()]
    words = "a dosing of TWO-1 is prepared and not recorded yet, and 14 days must lie between two participants"
    page = nurse.get("/doses/TWO-2/").content.decode()
    assert "Cannot be prepared now." in page
    assert words in page
    days.append(now().astimezone(site.zone).date())  # midnight may have passed
    earliest = [f"{day + timedelta(days=14):%Y-%m-%d}" for day in days]
    assert any(f"TWO-2 can be dosed from {day} at the earliest" in page for day in earliest)
    _prepared_past_the_gate(site, "TWO-2")
    page = nurse.get("/doses/TWO-2/").content.decode()
    assert "Two dosings are prepared at once." in page
    assert "Prepared, and not to be given now" in page
    for subject in people:
        sent = {"step": "cancel", "reason": "prepared for a test"}
        assert nurse.post(f"/doses/{subject}/", sent).status_code == 302
    assert "is prepared and not recorded yet" not in nurse.get("/doses/TWO-2/").content.decode()


def _prepared_past_the_gate(site: Any, subject: str) -> None:
    """A dosing as one that was prepared before this was refused."""
    from firstdose.conduct.ledger import Author
    from firstdose.conduct.own_records import create
    from firstdose.records import Dosing

    dosing = Dosing(subject=subject, number=1, cohort="1", level_assigned=1, dose_assigned=5.0, batch="B1")
    with site.desk.work(Author("coordinator", "coordinator", "01")) as work:
        create(work, dosing, by="record_dosing")
