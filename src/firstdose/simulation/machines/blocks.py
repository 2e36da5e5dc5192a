"""Trials by their numbers under each scenario, cut into blocks: the parts of work of the simulating engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from firstdose.simulation.machines.running import RunParts, in_order

ResultType = TypeVar("ResultType")


@dataclass(frozen=True)
class Block:
    """The trials of these numbers under one scenario, counted from 0."""

    scenario: int
    trials: range


def run_blocks(
    run: RunParts,
    function: Callable[[Block], ResultType],
    scenarios: int,
    trials: range,
    most: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[list[ResultType]]:
    """For each scenario the results of its blocks of at most so many trials, in the order of their numbers.

    ``progress`` is called with the number of blocks done and of all, over all scenarios.
    """
    some = [range(first, min(first + most, trials.stop)) for first in range(trials.start, trials.stop, most)]
    results = in_order(run, function, [Block(index, part) for index in range(scenarios) for part in some], progress)
    return [results[index * len(some) : (index + 1) * len(some)] for index in range(scenarios)]
