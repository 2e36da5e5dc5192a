"""The menu: what a role may see of it, in groups, and where one is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.web.navigation import NAVIGATION, Item, shown_menu

Client = Callable[[str], Any]


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
