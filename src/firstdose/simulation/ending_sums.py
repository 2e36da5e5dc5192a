"""Expectations over the endings of an exact walk, for many scenarios at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop, over_levels
from firstdose.methods.products import serial_product
from firstdose.simulation.exact import Endings

Array = NDArray[np.float64]
SMALLEST_LOG = -1e5
BLOCK_CELLS, FEWEST, MOST = 100_000, 100, 10_000  # of endings at a time


@dataclass(frozen=True)
class EndingSums:
    """Expectations by scenario: probabilities for ``selected`` and ``stops``, means for counts.

    Shapes: selected (scenarios, levels + 1) with no level first; participants, dlts and dosed (scenarios, levels);
    stops (scenarios, reasons); the others (scenarios,).
    """

    selected: Array
    participants: Array
    dlts: Array
    dosed: Array
    stops: Array
    mtd_not_reached: Array
    rate_above_target: Array


def sum_endings(rule: EscalationRule, endings: Endings, truths: Array, not_evaluable: float = 0.0) -> EndingSums:
    """Expectations of everything that is linear in the endings, shape (scenarios, ...)."""
    levels, states = rule.frame.levels, endings.states
    total = np.zeros((len(truths), 2 * levels + 3 + len(Stop)))
    for block, probabilities in ending_probabilities(rule, endings, truths, not_evaluable):
        part = states.take(block)
        columns = [
            part.participants,
            part.selected[:, None] == np.arange(levels + 1),
            part.stop[:, None] == np.arange(len(Stop)),
            part.mtd_not_reached[:, None],
            rate_above_target(rule, part.participants, part.dlts)[:, None],
        ]
        total += serial_product(probabilities, np.concatenate(columns, axis=1, dtype=np.float64))
    participants, selected, stops, mtd_not_reached, above = np.split(
        total, np.cumsum([levels, levels + 1, len(Stop), 1]), axis=1
    )
    # A participant's DLT has probability p whatever came before, so mean DLTs are p times mean participants (Wald).
    # Each evaluable participant costs 1 / (1 - q) dosed ones in the mean, q of whom are replaced.
    dosed = participants / (1.0 - not_evaluable)
    return EndingSums(selected, participants, truths * participants, dosed, stops, mtd_not_reached[:, 0], above[:, 0])


def ending_probabilities(
    rule: EscalationRule, endings: Endings, truths: Array, not_evaluable: float = 0.0
) -> Iterator[tuple[slice, Array]]:
    """P(ending), shape (scenarios, endings of the block), block by block to bound memory.

    Weight times p^DLTs (1-p)^others over levels, by logarithms; log 0 is a large negative number, so that 0^0 is 1 and
    any higher power of 0 is 0.
    """
    with np.errstate(divide="ignore"):
        log_rate = np.maximum(np.log(truths), SMALLEST_LOG)
        log_other = np.maximum(np.log1p(-truths), SMALLEST_LOG)
    factors = np.concatenate([log_rate, log_other, np.ones((len(truths), 1))], axis=1)
    step = min(max(BLOCK_CELLS // max(1, len(truths)), FEWEST), MOST)
    for start in range(0, len(endings), step):
        block = slice(start, start + step)
        dlts = endings.states.dlts[block]
        others = endings.states.participants[block] - dlts
        log_weights = np.log(endings.weights[block])[:, None]
        if rule.counts_dosed and not_evaluable > 0:
            # Each evaluable participant was evaluable with chance 1 - q, each of the others was not with chance q.
            evaluable = endings.states.participants[block].sum(axis=1, keepdims=True, dtype=np.int64)
            lost = endings.states.memory[block, -1:]
            log_weights = log_weights + lost * np.log(not_evaluable) + evaluable * np.log1p(-not_evaluable)
        counts = np.concatenate([dlts, others, log_weights], axis=1, dtype=np.float64)
        exponents = serial_product(counts, factors.T)
        yield block, np.exp(exponents, out=exponents).T


def rate_above_target(
    rule: EscalationRule, participants: NDArray[np.integer], dlts: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Whether the DLT rate observed in the whole trial exceeds the target; shape (trials,)."""
    if rule.frame.target is None:
        return np.zeros(len(participants), dtype=bool)
    expected = rule.frame.target * over_levels(participants)
    return np.asarray(over_levels(dlts) > expected + 1e-9)


@dataclass(frozen=True)
class Distributions:
    """Whole distributions by scenario: of the size and DLTs of the trial, shape (scenarios, counts), and of
    participants and DLTs at each level, shape (scenarios, levels, counts).
    """

    size: Array
    total_dlts: Array
    participants: Array
    dlts: Array


def count_endings(rule: EscalationRule, endings: Endings, truths: Array, not_evaluable: float = 0.0) -> Distributions:
    """The distributions of all counts in the endings."""
    levels, most = rule.frame.levels, rule.frame.max_participants + 1
    size, total_dlts = (np.zeros((len(truths), most)) for _ in range(2))
    participants, dlts = (np.zeros((len(truths), levels, most)) for _ in range(2))
    for block, probabilities in ending_probabilities(rule, endings, truths, not_evaluable):
        part = endings.states.take(block)
        all_participants, all_dlts = over_levels(part.participants), over_levels(part.dlts)
        for row, chance in enumerate(probabilities):
            size[row] += np.bincount(all_participants, chance, most)
            total_dlts[row] += np.bincount(all_dlts, chance, most)
            for level in range(levels):
                participants[row, level] += np.bincount(part.participants[:, level], chance, most)
                dlts[row, level] += np.bincount(part.dlts[:, level], chance, most)
    return Distributions(size, total_dlts, participants, dlts)
