"""The menu: what a role may see of it, in groups, and where one is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.web.navigation import NAVIGATION, Item, shown_menu
from tests.web.browsing import Client


def address(item: Item) -> str:
    return "/" if item.name == "home" else f"/{item.name}/"


def here(path: str) -> list[str]:
    return [
        item.words for group in shown_menu(path, address, lambda name: True) for item in group.items if item.is_here
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Trial"),
        ("/participants/", "Participants"),
        ("/participants/P-1/visits/", "Participants"),
        ("/role/", None),
    ],
)
def test_the_page_one_is_on_or_beneath_is_marked(path: str, words: str | None) -> None:
    assert here(path) == ([words] if words else [])


def test_a_group_in_which_nothing_may_be_seen_is_left_out() -> None:
    groups = list(shown_menu("/", address, lambda name: name in ("home", "ledger")))
    assert [(group.words, [item.words for item in group.items]) for group in groups] == [
        ("Care", ["Trial"]),
        ("Oversight", ["Ledger"]),
    ]


def test_no_page_stands_twice_and_no_group_is_long() -> None:
    names = [item for group in NAVIGATION for item in group.items]
    assert len(names) == len(set(names))
    assert max(len(group.items) for group in NAVIGATION) <= 5


@pytest.mark.parametrize("role", ["coordinator", "pharmacist", "data_manager", "committee_member", "administrator"])
def test_every_entry_of_the_menu_opens(signed_in: Client, role: str) -> None:
    browser = signed_in(role)
    menu = browser.get("/").content.decode().split("<nav")[1].split("</nav>")[0]
    found = re.findall(r'<a href="([^"]+)"', menu)
    assert found
    for each in found:
        page = browser.get(each)
        assert page.status_code == 200, each
        assert 'aria-current="page"' in page.content.decode(), each


def test_every_page_has_an_icon_that_is_there(signed_in: Client) -> None:
    from django.contrib.staticfiles import finders

    page = signed_in("coordinator").get("/").content.decode()
    icon = re.search(r'<link rel="icon" href="/static/([^"]+)"', page)
    assert icon
    assert finders.find(icon[1])


@pytest.mark.parametrize("address", ["/people/", "/participants/NOBODY/"])
def test_who_is_refused_or_finds_nothing_still_has_the_menu(site: Any, signed_in: Client, address: str) -> None:
    answer = signed_in("coordinator").get(address)
    assert answer.status_code in (403, 404)
    page = answer.content.decode()
    assert '<nav aria-label="Pages">' in page
    assert "Sign out" in page


def test_the_pages_of_the_account_lead_back(site: Any, signed_in: Client) -> None:
    browser = signed_in("coordinator")
    for address in ("/account/factors/", "/account/password/change/"):
        page = browser.get(address).content.decode()
        assert 'href="/"' in page
        assert 'href="/role/"' in page
    factors = browser.get("/account/factors/").content.decode()
    assert "a second proof that it is you" in factors
    assert 'href="/account/factors/totp/activate/"' in factors


def test_the_first_column_of_a_list_leads_to_the_record(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    """On a tablet the last columns are to be scrolled to."""
    subject = subject_of("01")
    page = signed_in("coordinator").get(f"/participants/{subject}/lab_results/").content.decode()
    first = page.split("<tbody>")[1].split("</td>")[0]
    assert f'href="/participants/{subject}/lab_results/{subject}/1/"' in first


def test_a_participant_is_shown_with_how_far_the_part_in_the_trial_is(
    site: Any, signed_in: Client, subject_of: Callable[[str], str]
) -> None:
    subject = subject_of("01")
    browser = signed_in("coordinator")
    listed = browser.get("/participants/").content.decode().split(f'/participants/{subject}/"')[1].split("</tr>")[0]
    state = listed.split("<td>")[2].split("</td>")[0]
    assert f"<dt>State</dt><dd>{state}</dd>" in browser.get(f"/participants/{subject}/").content.decode()


def test_where_a_role_may_see_no_entry_the_ledger_says_so(site: Any, signed_in: Client) -> None:
    """The administrator sees the history of accounts; between the first entries and the last there is none."""
    page = signed_in("administrator").get(f"/ledger/?before={site.ledger.head().sequence // 2}").content.decode()
    assert "None of these entries is for this role to see." in page
    assert "<tbody>" not in page
    assert "Older entries" in page
