"""What every place to run offers: one call that does parts of work and gives their results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

PartType = TypeVar("PartType")
ResultType = TypeVar("ResultType")


class MachinesError(ValueError):
    """Machines that are not there, that differ, or that were lost; the message says which and what to do."""


class RunParts(Protocol):
    """Does every part by the function and gives each result with its part's place, in whatever order they come.

    The function must be one of a module and its result depend on the part alone; errors that it raises are raised here.
    """

    def __call__(
        self, function: Callable[[PartType], ResultType], parts: Sequence[PartType], /
    ) -> Iterator[tuple[int, ResultType]]: ...


def in_this_process(
    function: Callable[[PartType], ResultType], parts: Sequence[PartType]
) -> Iterator[tuple[int, ResultType]]:
    """One part after the other, here."""
    for place, part in enumerate(parts):
        yield place, function(part)


def in_order(
    run: RunParts,
    function: Callable[[PartType], ResultType],
    parts: Sequence[PartType],
    progress: Callable[[int, int], None] | None = None,
) -> list[ResultType]:
    """All results in the order of the parts; ``progress`` is called with the number of parts done and of all."""
    results: dict[int, ResultType] = {}
    for place, result in run(function, parts):
        results[place] = result
        if progress is not None:
            progress(len(results), len(parts))
    return [results[place] for place in range(len(parts))]
