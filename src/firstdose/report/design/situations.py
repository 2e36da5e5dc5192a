"""What a rule answers in situations that are listed: one row a level, where counts alone do not tell the next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firstdose.designs.history import DLT, NO_DLT, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule

NEVER = "–"


@dataclass(frozen=True)
class SituationsTable:
    """What a 3+3 does after each count at the current level, by where that level stands; "–" where it cannot come."""

    situations: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]


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
