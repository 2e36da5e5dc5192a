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
    Item("people", "People"),
    Item("ledger", "Ledger"),
)
