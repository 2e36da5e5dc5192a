"""The rule's decisions as tables: by counts, by situation in a 3+3, or step by step where a model decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firstdose.designs.blrm import Blrm
from firstdose.designs.design import Design
from firstdose.designs.history import DLT, NO_DLT, History
from firstdose.designs.interval import DEESCALATE, ESCALATE, IntervalDesign
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.report.blocks import Mark
from firstdose.report.wording import counted
from firstdose.simulation.pathways import Pathway

MOST_COLUMNS = 24
NEVER = "–"


@dataclass(frozen=True)
class CountsTable:
    """Moves by participants and DLTs at the current level; None where there cannot be so many DLTs.

    ``moves`` has one row a number of DLTs. From ``dlts[-1]`` on, nothing changes any more when ``is_open``.
    """

    participants: tuple[int, ...]
    dlts: tuple[int, ...]
    moves: tuple[tuple[Mark | None, ...], ...]
    is_open: bool

    def move(self, participants: int, dlts: int) -> Mark | None:
        """The move at these counts."""
        line = min(dlts, self.dlts[-1]) if self.is_open else dlts
        return self.moves[line][self.participants.index(participants)]


@dataclass(frozen=True)
class SituationsTable:
    """What a 3+3 does after each count at the current level, by where that level stands; "–" where it cannot come."""

    situations: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]


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


Decisions = CountsTable | SituationsTable | ModelTable


def decisions(rule: EscalationRule, tree: Pathway) -> Decisions:
    """The table that suits the rule's design; ``tree`` holds the pathways from the first cohort."""
    if isinstance(rule.design, IntervalDesign):
        return counts_table(rule.design)
    if isinstance(rule.design, ThreePlusThree):
        return situations_table(rule)
    return model_table(rule, tree)


def counts_table(design: IntervalDesign) -> CountsTable:
    """The whole table of a design that decides from counts, rows that only eliminate drawn together at the end."""
    participants = range(1, design.frame.max_participants + 1)
    lines: list[tuple[Mark | None, ...]] = []
    for dlts in range(design.frame.max_participants + 1):
        lines.append(tuple(_move(design, count, dlts) if dlts <= count else None for count in participants))
        if (
            dlts < design.frame.max_participants
            and set(lines[-1]) <= {"eliminate", None}
            and _only_eliminates(design, dlts)
        ):
            return CountsTable(tuple(participants), tuple(range(len(lines))), tuple(lines), True)
    return CountsTable(tuple(participants), tuple(range(len(lines))), tuple(lines), False)


def _move(design: IntervalDesign, participants: int, dlts: int) -> Mark:
    table = design.table
    if table.eliminates[participants, dlts]:
        return "eliminate"
    return {ESCALATE: "escalate", DEESCALATE: "deescalate"}.get(int(table.move[participants, dlts]), "stay")  # type: ignore[return-value]


def _only_eliminates(design: IntervalDesign, dlts: int) -> bool:
    most = design.frame.max_participants
    return all(
        design.table.eliminates[count, more] for more in range(dlts, most + 1) for count in range(more, most + 1)
    )


def situations_table(rule: EscalationRule) -> SituationsTable:
    """A 3+3's decisions after three and six participants at a level, each asked of the rule itself."""
    found = {name: _column(rule, before, level) for name, (before, level) in _situations(rule)}
    met = {name: column for name, column in found.items() if set(column.values()) != {NEVER}}
    counts = [key for key in next(iter(met.values())) if any(column[key] != NEVER for column in met.values())]
    return SituationsTable(tuple(met), tuple((key, tuple(column[key] for column in met.values())) for key in counts))


def _column(rule: EscalationRule, before: History, level: int) -> dict[str, str]:
    return {
        f"{dlts} of {participants}": _answer(rule, before, level, participants, dlts)
        for participants in (3, 6)
        for dlts in range(participants + 1)
    }


def _situations(rule: EscalationRule) -> Iterator[tuple[str, tuple[History, int]]]:
    first, top = rule.frame.start_level, rule.frame.top
    climb = History()
    yield f"level {first}, the lowest given", (climb, first)
    clean = NO_DLT * 3
    if top - first >= 2:
        yield "a level between", (climb.then(first, clean), first + 1)
    for level in range(first, top):
        climb = climb.then(level, clean)
    if top > first:
        yield f"level {top}, the highest", (climb, top)
        yield "a level below one that was too toxic", (climb.then(top, DLT * 3), top - 1)


def _answer(rule: EscalationRule, before: History, level: int, participants: int, dlts: int) -> str:
    """The rule's advice after these counts, from a history that it would itself have produced."""
    earlier = sum(cohort.evaluable for cohort in before.cohorts if cohort.level == level)
    if earlier:
        ways: tuple[tuple[int, ...], ...] = ((dlts,),) if participants == earlier + 3 else ()
    elif participants == 3:
        ways = ((dlts,),)
    else:
        ways = tuple((first, dlts - first) for first in (1, 0))
    for way in ways:
        history = before
        for count in way:
            if not 0 <= count <= 3:
                break
            history = history.then(level, DLT * count + NO_DLT * (3 - count))
        else:
            advice = rule.decide(history)
            if not advice.flags:
                return _advice_from(level, advice)
    return NEVER


def _advice_from(level: int, advice: Recommendation) -> str:
    if advice.action == "stop":
        if advice.recommended_level is None:
            return "stop, no level is named"
        if advice.mtd_not_reached:
            return "stop: this level is named, the MTD was not reached"
        return (
            "stop: this level is the MTD" if advice.recommended_level == level else "stop: the level below is the MTD"
        )
    size = advice.cohort_size or 0
    if advice.next_level == level:
        return f"{size} more at this level"
    return (
        f"escalate: {size} at the next level"
        if (advice.next_level or 0) > level
        else f"go down: {size} more at the level below"
    )


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


def advice_words(advice: Recommendation) -> str:
    """A recommendation in a few words."""
    if advice.action == "wait":
        return "wait"
    if advice.action == "dose":
        return f"{counted(advice.cohort_size or 0, 'participant')} at level {advice.next_level}"
    if advice.recommended_level is None:
        return "stop, no level is named"
    note = ", the MTD was not reached" if advice.mtd_not_reached else ""
    return f"stop, level {advice.recommended_level} is named{note}"
