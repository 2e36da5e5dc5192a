"""The lock of the data through the pages: two people lock, two open, and meanwhile no form changes what is locked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.browsing import Client
from tests.web.conftest import PASSWORD


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site, long ago, with an adverse event of those days."""
    name = f"L-{uuid.uuid4().hex[:8]}"
    browser = signed_in("coordinator")
    browser.post("/participants/new/", {"subject": name, "centre": "01", "consent": "2005-01-02"})
    event = {"number": "1", "term": "Fever", "start": "2005-02-03"}
    browser.post(f"/participants/{name}/adverse_events/new/", event)
    return name


@pytest.fixture
def lock(site: Any, signed_in: Client) -> Iterator[str]:
    """A lock of the data of long ago, asked for by the data manager; it is opened again whatever happens."""
    asked = {"step": "ask", "cut_off": "2005-12-31", "reason": "for a test of locks"}
    assert signed_in("data_manager").post("/locks/", asked).status_code == 302
    number = max(int(each.record) for each in site.ledger.records("data_locks"))
    yield str(number)
    if state(site, number) == "locked":
        step(signed_in("data_manager"), number, "ask_unlock", "the test is over")
    if state(site, number) == "unlock_asked":
        for role in ("statistician", "data_manager"):
            step(signed_in(role), number, "confirm_unlock")
    if state(site, number) == "asked":
        step(signed_in("data_manager"), number, "withdraw", "the test is over")
    assert state(site, number) == "unlocked"


def state(site: Any, number: object) -> str:
    return str(site.ledger.record("data_locks", str(number)).fields["state"])


def step(browser: Any, number: object, name: str, reason: str = "", password: str = PASSWORD) -> int:
    """One step, from the page as it is now."""
    shown = browser.get("/locks/").content.decode()
    heads = re.findall(rf'name="lock" value="{number}"><input type="hidden" name="head" value="(\d+)"', shown)
    head = heads[0] if heads else ""
    sent = {"step": name, "lock": str(number), "reason": reason, "head": head, "password": password}
    return int(browser.post("/locks/", sent).status_code)


def test_what_stands_against_a_lock_is_shown(site: Any, signed_in: Client, subject: str) -> None:
    signed_in("monitor").post(
        "/queries/ask/", {"type": "adverse_events", "record": f"{subject}/1", "words": "Which day was it?"}
    )
    browser = signed_in("data_manager")

    def standing(cut_off: str) -> int:
        page = browser.get("/locks/", {"cut_off": cut_off}).content.decode()
        count = re.search(r"Not closed about these data: (\d+) quer(?:y|ies)", page)
        return int(count[1]) if count else 0

    assert standing("2005-12-31") > standing("2004-12-31")
    assert browser.post("/locks/", {"step": "ask", "cut_off": "2005-12-31"}).status_code == 409


@pytest.mark.parametrize("day", ["31/12/2005", "2005-02-30", "soon", "9999-12-31", "' OR 1=1"])
def test_a_day_that_is_none_or_not_over_is_refused(signed_in: Client, day: str) -> None:
    answer = signed_in("data_manager").post("/locks/", {"step": "ask", "cut_off": day, "reason": "for a test"})
    assert answer.status_code == 409


def test_who_asked_does_not_confirm_and_who_may_not_does_not_either(site: Any, signed_in: Client, lock: str) -> None:
    assert step(signed_in("data_manager"), lock, "confirm") == 409
    assert step(signed_in("investigator"), lock, "confirm") == 403
    assert state(site, lock) == "asked"
    assert 'value="confirm"' not in signed_in("data_manager").get("/locks/").content.decode()
    assert 'value="confirm"' in signed_in("statistician").get("/locks/").content.decode()


def test_what_is_locked_is_changed_by_no_page_and_later_data_go_on(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    """Every path by which something of the locked data could change: forms, queries, source verification."""
    assert step(signed_in("statistician"), lock, "confirm") == 302
    assert state(site, lock) == "locked"
    event = f"/participants/{subject}/adverse_events/{subject}/1/"
    head = str(site.ledger.record("adverse_events", f"{subject}/1").head)
    coordinator, monitor = signed_in("coordinator"), signed_in("monitor")
    before = site.ledger.head()
    reason = "the chart says otherwise"
    assert coordinator.post(event, {"preferred_term": "Chills", "reason": reason}).status_code == 409
    assert coordinator.post(event, {"remove": "1", "reason": reason}).status_code == 409
    late = {"number": "2", "drug": "Aspirin", "start": "2005-03-01"}
    assert coordinator.post(f"/participants/{subject}/medications/new/", late).status_code == 409
    assert monitor.post(f"{event}source/", {"agrees": "yes", "head": head}).status_code == 409
    asked = {"type": "adverse_events", "record": f"{subject}/1", "words": "Is it so?"}
    assert monitor.post("/queries/ask/", asked).status_code == 409
    assert site.ledger.head() == before
    page = signed_in("inspector").get("/locks/").content.decode()
    assert "The locked data are as they were" in page
    later = {"number": "3", "term": "Cough", "start": "2026-03-01"}
    assert coordinator.post(f"/participants/{subject}/adverse_events/new/", later).status_code == 302
    assert "The locked data are as they were" in signed_in("inspector").get("/locks/").content.decode()


def test_who_doses_is_warned_of_what_may_become_known_and_other_records_are_refused_without_such_words(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    """An event before the day that becomes known now is held: `test_held.py`."""
    browser = signed_in("coordinator")
    note = "The data up to 31 December 2005 are locked: an event by that day that becomes known now"
    assert note not in browser.get(f"/doses/{subject}/").content.decode()
    assert step(signed_in("statistician"), lock, "confirm") == 302
    assert note in browser.get(f"/doses/{subject}/").content.decode()
    visit = {"visit": "month_1", "state": "done", "started": "2005-03-01"}
    answer = browser.post(f"/participants/{subject}/visits/new/", visit)
    assert answer.status_code == 409
    assert "are locked" in answer.content.decode()
    assert "save it in its form" not in answer.content.decode()


def test_it_takes_two_to_open(site: Any, signed_in: Client, lock: str) -> None:
    step(signed_in("statistician"), lock, "confirm")
    assert step(signed_in("data_manager"), lock, "ask_unlock", " ") == 409
    assert step(signed_in("data_manager"), lock, "ask_unlock", "a late correction") == 302
    assert step(signed_in("data_manager"), lock, "confirm_unlock") == 409
    assert state(site, lock) == "unlock_asked"
    assert step(signed_in("statistician"), lock, "confirm_unlock") == 302
    assert state(site, lock) == "unlocked"


@pytest.mark.parametrize("password", ["", "not-the-own-password"])
def test_who_confirms_proves_again_who_he_is(site: Any, signed_in: Client, lock: str, password: str) -> None:
    statistician = signed_in("statistician")
    assert step(statistician, lock, "confirm", password=password) == 409
    assert state(site, lock) == "asked"
    assert step(statistician, lock, "confirm") == 302
    entries = site.ledger.history("data_locks", lock)
    assert "lock confirmed (identity proved again at " in entries[-1].reason
    assert step(signed_in("data_manager"), lock, "ask_unlock", "a late correction") == 302
    assert step(statistician, lock, "confirm_unlock", password=password) == 409
    assert state(site, lock) == "unlock_asked"
    assert step(statistician, lock, "confirm_unlock") == 302


def test_a_lock_is_confirmed_as_it_was_shown(site: Any, signed_in: Client, lock: str) -> None:
    sent = {"step": "confirm", "lock": lock, "head": "1", "password": PASSWORD}
    assert signed_in("statistician").post("/locks/", sent).status_code == 409
    assert state(site, lock) == "asked"


def test_a_confirmation_that_is_sent_twice_is_done_once(site: Any, signed_in: Client, lock: str) -> None:
    """As by a double click: the second answer does not say that it was refused."""
    browser, shown = (
        signed_in("statistician"),
        r'name="request" value="([^"]+)"><input type="hidden" name="lock" value=',
    )
    for name, reason in (("confirm", ""), ("confirm_unlock", "a late correction")):
        if reason:
            assert step(signed_in("data_manager"), lock, "ask_unlock", reason) == 302
        key = re.findall(rf'{shown}"{lock}"', browser.get("/locks/").content.decode())
        assert len(key) == 1, name
        head = str(site.ledger.record("data_locks", lock).head)
        sent = {"step": name, "lock": lock, "head": head, "password": PASSWORD, "request": key[0]}
        assert [browser.post("/locks/", sent).status_code for _ in range(2)] == [302, 302], name
        assert browser.post("/locks/", {**sent, "request": "another"}).status_code == 409, name
    assert state(site, lock) == "unlocked"


def test_the_head_at_each_step_is_noted_outside_the_database(site: Any, signed_in: Client, lock: str) -> None:
    statistician = signed_in("statistician")
    step(statistician, lock, "confirm")
    assert site.ledger.head() in site.heads.read()


def test_each_thing_that_stands_against_a_lock_is_told_with_its_page(signed_in: Client, subject: str) -> None:
    """A query, an unreadable grade, records that nobody signed, a source that nobody looked at: each can be opened."""
    nurse = signed_in("coordinator")
    typed = {"number": "2", "term": "Cough", "start": "2005-02-05", "grade": "severe"}
    nurse.post(f"/participants/{subject}/adverse_events/new/", typed)
    manager = signed_in("data_manager")
    page = manager.get("/locks/", {"cut_off": "2005-12-31"}).content.decode()
    way, _, besides = page.partition("Not in the way, but to be known")
    for words in (
        "Not closed about these data",
        "Left out, since what was typed cannot be read",
        "Not signed by an inv",
    ):
        assert words in way, words
        assert words not in besides, words
    assert "Not compared with their source" in besides
    event = f"/participants/{subject}/adverse_events/{subject}/2/"
    assert f'<a href="{event}">adverse event 2 of {subject}, highest grade by CTCAE: “severe”</a>' in way
    addresses = set(re.findall(r'<a href="(/[^"]+)">', page.split("In the way of a lock")[1].split("<form")[0]))
    assert any(each.startswith("/queries/") for each in addresses)
    for address in addresses:
        assert manager.get(address).status_code == 200, address


def test_who_confirms_sees_what_stands_against_the_lock(signed_in: Client, lock: str) -> None:
    page = signed_in("statistician").get("/locks/").content.decode()
    assert '<a href="?cut_off=2005-12-31">See what stands against it</a>' in page
    assert (
        "In the way of a lock" in signed_in("statistician").get("/locks/", {"cut_off": "2005-12-31"}).content.decode()
    )


def test_a_lock_of_the_whole_trial_names_its_overdue_visits_and_its_pages_open(site: Any, signed_in: Client) -> None:
    browser = signed_in("statistician")
    page = browser.get("/locks/", {"cut_off": "2019-06-30"}).content.decode()
    assert "Not signed by an investigator" in page
    for address in set(re.findall(r'<a href="(/participants/[^"]+/schedule/[^"]+)">', page)):
        assert browser.get(address).status_code == 200, address
