"""The menu: the pages of the site grouped by what people do, in the order of a day's work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """A page of the menu: the name of its address, its words, and what else in the address leads there."""

    name: str
    words: str
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Group:
    """Pages for one kind of work."""

    words: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class ShownItem:
    """A page of the menu as it stands on a page; ``is_here`` where one is on it or on a page beneath it."""

    words: str
    address: str
    is_here: bool


@dataclass(frozen=True)
class ShownGroup:
    """A group of the menu, with the pages that the role may see."""

    words: str
    items: tuple[ShownItem, ...]


NAVIGATION = (
    Group(
        "Care",
        (
            Item("home", "Trial"),
            Item("participants", "Participants"),
            Item("doses", "Doses"),
            Item("trial_records", "Batches", (("record_type", "batches"),)),
            Item("blank_forms", "Blank forms"),
        ),
    ),
    Group("Data", (Item("queries", "Queries"), Item("sources", "Sources"), Item("coding", "Coding"))),
    Group(
        "Safety",
        (
            Item("serious_events", "Serious events"),
            Item("safety", "Safety board"),
            Item("adjudications", "Verdicts"),
            Item("decisions", "Decisions"),
        ),
    ),
    Group("Trial file", (Item("versions", "Protocol"), Item("locks", "Lock"), Item("export", "Export"))),
    Group("Oversight", (Item("people", "People"), Item("ledger", "Ledger"))),
)


def shown_menu(here: str, address: Callable[[Item], str], is_open: Callable[[str], bool]) -> Iterator[ShownGroup]:
    """The menu of a role on the page at the address ``here``: groups in which it may see something."""
    addresses = {item: address(item) for group in NAVIGATION for item in group.items if is_open(item.name)}
    above = [each for each in addresses.values() if each == here or (each != "/" and here.startswith(each))]
    nearest = max(above, key=len, default="")
    for group in NAVIGATION:
        shown = tuple(
            ShownItem(item.words, addresses[item], addresses[item] == nearest)
            for item in group.items
            if item in addresses
        )
        if shown:
            yield ShownGroup(group.words, shown)
