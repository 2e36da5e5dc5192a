"""The first steps of a rule with a model, each with what the model says of the levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firstdose.designs.blrm import Blrm
from firstdose.designs.design import Design
from firstdose.designs.history import History
from firstdose.designs.rule import EscalationRule
from firstdose.report.design.rule_words import advice_words
from firstdose.simulation.pathways import Pathway


@dataclass(frozen=True)
class ModelStep:
    """What a model-based rule estimates and advises after a history."""

    history: str
    estimates: tuple[float, ...]
    overdose: tuple[float, ...]
    advice: str


@dataclass(frozen=True)
class ModelTable:
    """The estimates before any participant and after each outcome of the first two cohorts."""

    estimate_words: str
    overdose_words: str
    steps: tuple[ModelStep, ...]


def model_table(rule: EscalationRule, tree: Pathway) -> ModelTable:
    """Estimates and advice before the trial and after each outcome of the first cohorts."""
    is_blrm = isinstance(rule.design, Blrm)
    return ModelTable(
        "posterior mean DLT rate" if is_blrm else "estimated DLT rate",
        f"P(DLT rate > {rule.design.intervals[1]:g})" if isinstance(rule.design, Blrm) else _above_words(rule),
        tuple(_model_step(rule, node) for node in every_node(tree)),
    )


def _above_words(rule: EscalationRule) -> str:
    return "" if rule.frame.target is None else f"P(DLT rate > target {rule.frame.target:g})"


def every_node(tree: Pathway) -> Iterator[Pathway]:
    """The tree's histories, cohort by cohort: the first, then all after one cohort, then all after two."""
    line = [tree]
    while line:
        yield from line
        line = [after for node in line for _, after in node.outcomes]


def _model_step(rule: EscalationRule, node: Pathway) -> ModelStep:
    participants, dlts = _counts(rule, node.history)
    estimates = rule.design.estimates(participants, dlts)
    return ModelStep(
        str(node.history),
        () if estimates is None else tuple(float(rate) for rate in estimates[0]),
        tuple(_overdose(rule.design, participants, dlts)),
        advice_words(node.recommendation),
    )


def _overdose(design: Design, participants: np.ndarray, dlts: np.ndarray) -> list[float]:
    if isinstance(design, Blrm):
        return [float(chance) for chance in design.interval_probabilities(participants, dlts)[0, :, 2]]
    if design.frame.target is None:
        return []
    levels = range(1, design.frame.levels + 1)
    return [float(design.probability_above_target(participants, dlts, level)[0]) for level in levels]


def _counts(rule: EscalationRule, history: History) -> tuple[np.ndarray, np.ndarray]:
    participants = np.zeros((1, rule.frame.levels), dtype=np.int64)
    dlts = np.zeros((1, rule.frame.levels), dtype=np.int64)
    for cohort in history.cohorts:
        participants[0, cohort.level - 1] += cohort.evaluable
        dlts[0, cohort.level - 1] += cohort.dlts
    return participants, dlts
