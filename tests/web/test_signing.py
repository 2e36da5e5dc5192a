"""Signing data through the pages: with the password again, over exactly what was shown, and it falls with a change."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.browsing import Client, with_two_events
from tests.web.conftest import PASSWORD


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site, with two adverse events."""
    return with_two_events(signed_in("coordinator"), "S")


def choices(browser: Any, subject: str) -> dict[str, str]:
    """The forms that can be chosen on the page, as they are sent."""
    page = browser.get(f"/participants/{subject}/signing/").content.decode()
    return {each.split(":")[0]: each for each in re.findall(r'name="form" value="([^"]+)"', page)}


def send(browser: Any, subject: str, *forms: str, password: str = PASSWORD, **more: str) -> Any:
    sent = {"form": forms, "password": password, **more}
    return browser.post(f"/participants/{subject}/signing/", sent)


def signatures(site: Any, subject: str) -> list[Any]:
    return [each for each in site.ledger.records("signatures") if each.fields["about_record"].split("/")[0] == subject]


def test_several_forms_are_signed_at_once_and_fall_with_a_change(site: Any, signed_in: Client, subject: str) -> None:
    investigator = signed_in("investigator")
    chosen = choices(investigator, subject)
    assert set(chosen) == {"subjects", "adverse_events"}
    assert send(investigator, subject, *chosen.values()).status_code == 302
    signed = signatures(site, subject)
    assert sorted(each.fields["about_record"] for each in signed) == [subject, f"{subject}/1", f"{subject}/2"]
    assert {each.fields["signer"] for each in signed} == {"investigator"}
    assert choices(investigator, subject) == {}
    signed_in("coordinator").post(f"/participants/{subject}/adverse_events/{subject}/1/", {"grade": "2"})
    page = investigator.get(f"/participants/{subject}/signing/").content.decode()
    assert "1 fallen" in page
    assert "1 to be signed" in page
    assert set(choices(investigator, subject)) == {"adverse_events"}


def test_the_head_of_what_was_signed_is_noted_outside_the_database(site: Any, signed_in: Client, subject: str) -> None:
    investigator = signed_in("investigator")
    send(investigator, subject, choices(investigator, subject)["subjects"])
    assert site.ledger.head() in site.heads.read()


@pytest.mark.parametrize("password", ["", "wrong", "demonstration "])
def test_nothing_is_signed_without_the_password(site: Any, signed_in: Client, subject: str, password: str) -> None:
    investigator = signed_in("investigator")
    answer = send(investigator, subject, *choices(investigator, subject).values(), password=password)
    assert answer.status_code == 409
    assert "password" in answer.content.decode()
    assert signatures(site, subject) == []
    from axes.utils import reset

    reset(username="investigator")


def test_what_was_changed_since_it_was_shown_is_not_signed(site: Any, signed_in: Client, subject: str) -> None:
    investigator = signed_in("investigator")
    chosen = choices(investigator, subject)
    signed_in("coordinator").post(f"/participants/{subject}/adverse_events/new/", {"number": "3", "term": "Chills"})
    answer = send(investigator, subject, *chosen.values())
    assert answer.status_code == 409
    assert "changed since it was shown to you" in answer.content.decode()
    assert signatures(site, subject) == []


def test_what_is_sent_twice_is_signed_once(site: Any, signed_in: Client, subject: str) -> None:
    investigator = signed_in("investigator")
    chosen = choices(investigator, subject)["subjects"]
    assert send(investigator, subject, chosen).status_code == 302
    assert send(investigator, subject, chosen).status_code == 409
    assert len(signatures(site, subject)) == 1


def test_forms_that_are_none_are_refused(site: Any, signed_in: Client, subject: str) -> None:
    investigator = signed_in("investigator")
    before = site.ledger.head()
    for forms in ((), ("role_grants:x",), ("adverse_events:forged",), ("deaths:",)):
        assert send(investigator, subject, *forms).status_code == 409, forms
    assert site.ledger.head() == before


def test_a_coordinator_and_a_data_manager_do_not_sign(site: Any, signed_in: Client, subject: str) -> None:
    chosen = choices(signed_in("investigator"), subject)
    for role in ("coordinator", "data_manager", "monitor"):
        assert choices(signed_in(role), subject) == {}
        assert send(signed_in(role), subject, *chosen.values()).status_code == 403
    assert signatures(site, subject) == []
