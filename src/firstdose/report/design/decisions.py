"""The rule's decisions as tables: by counts, by situation in a 3+3, or step by step where a model decides."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firstdose.designs import GUARDS, Guard
from firstdose.designs.blrm import Blrm
from firstdose.designs.design import Design
from firstdose.designs.history import DLT, NO_DLT, History
from firstdose.designs.interval import IntervalDesign
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen, Stop
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.report.documents.blocks import Mark
from firstdose.report.documents.wording import counted
from firstdose.simulation.pathways import Pathway

MOST_COLUMNS = 24
NEVER = "–"


@dataclass(frozen=True)
class CountsTable:
    """Moves by participants and DLTs at the current level; None where there cannot be so many DLTs.

    ``moves`` has one row a number of DLTs, for a level with one below and one above. From ``dlts[-1]`` on, nothing
    changes any more when ``is_open``. ``level_one`` is the table of level 1 where that differs by more than having
    no level below.
    """

    participants: tuple[int, ...]
    dlts: tuple[int, ...]
    moves: tuple[tuple[Mark | None, ...], ...]
    is_open: bool
    level_one: CountsTable | None = None

    def move(self, participants: int, dlts: int) -> Mark | None:
        """The move at these counts."""
        line = min(dlts, self.dlts[-1]) if self.is_open else dlts
        return self.moves[line][self.participants.index(participants)]

    @property
    def marks(self) -> frozenset[Mark]:
        """The moves that occur, those at level 1 included."""
        own = frozenset(move for line in self.moves for move in line if move)
        return own | self.level_one.marks if self.level_one else own


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
        return counts_table(rule.design, most_at_a_level(rule))
    if isinstance(rule.design, ThreePlusThree):
        return situations_table(rule)
    return model_table(rule, tree)


AT_LEVEL_1: dict[Mark | None, Mark] = {"deescalate": "stay", "stop_eliminate": "eliminate"}
"""What a move becomes where no level lies below: there is nowhere to go, and elimination ends the trial."""


def most_at_a_level(rule: EscalationRule) -> int:
    """The most participants that the rule treats at one level: what its stops for enough leave, or the maximum."""
    named = {guard_name(guard): guard for guard in rule.guards}
    most = rule.frame.max_participants
    if {"at_least", "titration"} & set(named):
        return most  # these may hold a stop back
    enough = getattr(named.get("stop_when_enough"), "participants", most)
    limit = min(enough, getattr(rule.design, "stop_at", None) or most)
    sizes = getattr(named.get("cohort_sizes"), "by_cohort", None) or getattr(
        named.get("cohort_sizes"), "by_level", None
    )
    return min(most, limit - 1 + max(sizes or (rule.frame.cohort_size,)))


def guard_name(guard: Guard) -> str:
    """A guard's key in a protocol file."""
    return next(name for name, kind in GUARDS.items() if kind is type(guard))


def counts_table(design: IntervalDesign, most: int | None = None) -> CountsTable:
    """The table of a design that decides from counts, rows without any more change drawn together at the end.

    The design itself is asked, on made-up counts at the middle one of three levels and at the lowest.
    """
    frame = dataclasses.replace(design.frame, doses=(1.0, 2.0, 3.0), start_level=1, highest_level=None)
    of_three = dataclasses.replace(design, frame=frame)
    middle, lowest = _moves_at(of_three, 2), _moves_at(of_three, 1)
    if most is not None:
        middle, lowest = ({at: move for at, move in each.items() if at[0] <= most} for each in (middle, lowest))
    expected = {counts: AT_LEVEL_1.get(move, move) for counts, move in middle.items()}
    most = most or frame.max_participants
    return _drawn_together(middle, most, _drawn_together(lowest, most) if lowest != expected else None)


def _moves_at(design: Design, level: int) -> dict[tuple[int, int], Mark]:
    """The design's move after each (participants, DLTs) at a level, nothing being known of the other levels."""
    counts = [(number, dlts) for number in range(1, design.frame.max_participants + 1) for dlts in range(number + 1)]
    size, dlts = np.array(counts, dtype=np.int16).T
    of_level = np.arange(1, design.frame.levels + 1) == level
    whole = np.ones(len(counts), dtype=np.int16)
    step = design.next_step(
        Seen(
            participants=size[:, None] * of_level, dlts=dlts[:, None] * of_level, current=level * whole,
            cohort_size=size, cohort_dlts=dlts, highest=design.frame.top * whole,
            memory=np.zeros((len(counts), len(design.remembers)), dtype=np.int16),
        )
    )  # fmt: skip
    found = zip(step.level.tolist(), step.highest.tolist(), step.stop.tolist(), strict=True)
    return {at: _mark(level, *answer) for at, answer in zip(counts, found, strict=True)}


def _mark(level: int, following: int, highest: int, stop: int) -> Mark:
    is_eliminated = highest < level
    if stop not in (Stop.GOES_ON, Stop.TOO_TOXIC):
        return "stop_eliminate" if is_eliminated else "stop"
    if is_eliminated or stop == Stop.TOO_TOXIC:
        return "eliminate"
    return "escalate" if following > level else "deescalate" if following < level else "stay"


def _drawn_together(found: dict[tuple[int, int], Mark], most: int, level_one: CountsTable | None = None) -> CountsTable:
    participants = tuple(range(1, most + 1))
    last = next(dlts for dlts in range(most + 1) if _is_last(found, dlts, most))
    lines = tuple(tuple(found.get((count, dlts)) for count in participants) for dlts in range(last + 1))
    return CountsTable(participants, tuple(range(last + 1)), lines, last < most, level_one)


def _is_last(found: dict[tuple[int, int], Mark], dlts: int, most: int) -> bool:
    """Whether more DLTs than these change nothing, whatever the number of participants."""
    return all(
        found[count, more] == found[count, dlts] for count in range(dlts, most + 1) for more in range(dlts, count + 1)
        if count
    )  # fmt: skip


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
            history = history.then(level, NO_DLT * (3 - count) + DLT * count)
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
