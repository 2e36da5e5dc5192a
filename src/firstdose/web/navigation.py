"""The pages that stand in the menu, in the order of a day's work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One entry of the menu."""

    name: str
    words: str


NAVIGATION = (
    Item("home", "Trial"),
    Item("participants", "Participants"),
    Item("doses", "Doses"),
    Item("decisions", "Decisions"),
    Item("adjudications", "Verdicts"),
    Item("queries", "Queries"),
    Item("sources", "Sources"),
    Item("coding", "Coding"),
    Item("locks", "Lock"),
    Item("versions", "Protocol"),
    Item("export", "Export"),
    Item("serious_events", "Serious events"),
    Item("safety", "Safety"),
    Item("blank_forms", "Blank forms"),
    Item("people", "People"),
    Item("ledger", "Ledger"),
)
