"""Escalation rules for comparisons, each made as a user makes it: from a protocol file's text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.building import build_design
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Integers, Step
from firstdose.protocol.problems import ProblemsFound
from firstdose.protocol.reading import examine_text
from firstdose.simulation.exact import Endings, walk
from firstdose.simulation.figures import ScenarioFigures
from firstdose.simulation.operating_characteristics import figures_of_endings
from firstdose.simulation.scenarios import listed


def rule_of(
    design: str,
    levels: int,
    *,
    target: float | None = None,
    cohort_size: int = 3,
    max_participants: int = 60,
    start_level: int = 1,
    settings: Mapping[str, Any] | None = None,
) -> EscalationRule:
    """The rule of a protocol with this design. Raises ProblemsFound where the protocol is refused."""
    escalation: dict[str, Any] = {
        "design": design,
        "cohort_size": cohort_size,
        "max_participants": max_participants,
        "start_level": start_level,
        "settings": dict(settings or {}),
    }
    if target is not None:
        escalation["target_dlt_rate"] = target
    protocol = {
        "trial": {"id": "COMPARISON", "title": "Comparison with other software"},
        "dose_levels": {"unit": "million cells", "values": list(range(1, levels + 1))},
        "escalation": escalation,
    }
    return _rule_of_text(json.dumps(protocol))


@lru_cache(maxsize=512)
def _rule_of_text(text: str) -> EscalationRule:
    examination = examine_text(text)
    if examination.protocol is None or examination.problems:
        raise ProblemsFound(examination.problems)
    return build_design(examination.protocol)


def exact_figures(rule: EscalationRule, truth: Sequence[float]) -> ScenarioFigures:
    """The exact operating characteristics of a rule under one true curve."""
    scenarios = listed([list(truth)], rule.frame.levels)
    return figures_of_endings(rule, _endings(rule), scenarios).scenarios[0]


@lru_cache(maxsize=64)
def _endings(rule: EscalationRule) -> Endings:
    return walk(rule)


def one_cohort(participants: int, dlts: int, level: int) -> str:
    """A history of one cohort in the field's notation."""
    return f"{level}{'T' * dlts}{'N' * (participants - dlts)}"


def steps_after_one_cohort(rule: EscalationRule, level: int, participants: Sequence[int], dlts: Sequence[int]) -> Step:
    """The rule's steps in many trials, each with these counts at one level and nothing before."""
    rows = len(participants)
    states = rule.start().take(np.zeros(rows, dtype=np.intp))
    size, events = (np.array(counts, dtype=np.int16) for counts in (participants, dlts))
    seen = rule.observe(states, np.full(rows, level, dtype=np.int8), size, events)
    return rule.decide_step(seen)[0]


def smallest_and_largest(
    happens: NDArray[np.bool_], participants: Integers, dlts: Integers, size: int
) -> tuple[int | None, int | None]:
    """The least and the most DLTs in ``size`` participants at which something happens; None where it never does."""
    found = dlts[(participants == size) & happens]
    return (int(found.min()), int(found.max())) if found.size else (None, None)
