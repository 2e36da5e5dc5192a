"""Histories that a rule can produce, cohort by cohort, with the state after each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.history import History
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop

Key = tuple[int, ...]


@dataclass(frozen=True)
class Outcomes:
    """All outcomes of the next cohort after every history that goes on; ``after[i, t]`` is a row of ``states``."""

    before: States
    histories: list[History]
    states: States
    after: NDArray[np.intp]


def walk_outcomes(rule: EscalationRule) -> Iterator[Outcomes]:
    """Depth by depth, every history of full cohorts, none merged."""
    histories, states = [History()], rule.start()
    while len(states):
        sizes = rule.cohort_sizes(states).astype(np.int64)
        row = np.repeat(np.arange(len(states)), sizes + 1)
        dlts = np.concatenate([np.arange(size + 1) for size in sizes])
        before = states.take(row)
        after = rule.advance(before, before.level, sizes[row].astype(np.int16), dlts.astype(np.int16))
        place = np.full((len(states), int(sizes.max()) + 1), -1, dtype=np.intp)
        place[row, dlts] = np.arange(len(row))
        yield Outcomes(states, histories, after, place)
        going = np.flatnonzero(after.stop == Stop.GOES_ON)
        histories = [
            histories[row[each]].then(int(before.level[each]), "T" * t + "N" * (int(sizes[row[each]]) - t))
            for each, t in zip(going.tolist(), dlts[going].tolist(), strict=True)
        ]
        states = after.take(going)


def state_key(states: States, row: int) -> Key:
    """What the rule remembers of a trial that goes on; histories with equal keys are merged."""
    return (
        *states.participants[row].tolist(),
        *states.dlts[row].tolist(),
        int(states.level[row]),
        int(states.highest[row]),
        *states.memory[row].tolist(),
    )
