"""How far a long task has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Watcher = Callable[[int], object]
"""Is told now and then how many entries are done."""

BETWEEN = 500
Item = TypeVar("Item")


def watched(items: Iterable[Item], watcher: Watcher | None) -> Iterator[Item]:
    """The same items; the watcher is told of every 500th."""
    if watcher is None:
        yield from items
        return
    for number, item in enumerate(items, start=1):
        if number % BETWEEN == 0:
            watcher(number)
        yield item
