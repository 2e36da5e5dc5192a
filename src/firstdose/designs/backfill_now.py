"""Backfilling beside a trial under way: which level is open now, what its open windows may still change, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np

from firstdose.designs.backfill import closed_levels, highest_left, level_to_backfill
from firstdose.designs.boin import Boin
from firstdose.designs.history import DLT, NO_DLT, Cohort, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.replayed import Replay, places_left, planned_size
from firstdose.designs.states import STOP_WORDS, Integers, Seen, Stop
from firstdose.designs.transitions import Transitions
from firstdose.protocol.escalation import dose_in_words

UNTIL, MEANWHILE = "Until that cohort is opened", "Meanwhile"
OVER = "the escalation has dosed its last participant, and nobody is backfilled any more"


@dataclass(frozen=True, slots=True)
class OpenLevels:
    """The levels at which somebody may be backfilled now.

    ``level`` is the highest that is open, at which who comes is treated; 0 if none is. ``why_not`` says of each level,
    from 1, why it is not open; empty where it is. ``waits`` says that the escalation's cohort is full, so that who
    comes cannot be treated in it. ``below`` is how many levels lie below the current one.
    """

    level: int
    why_not: tuple[str, ...]
    waits: bool
    below: int = 0


def open_levels(
    rule: Transitions, history: History, before: Replay, places: int | None, advice: Recommendation
) -> OpenLevels:
    """Which levels are open for backfilling after a history.

    ``before`` is where the cohorts before the escalation's last have led. ``places`` are those of the escalation's last
    cohort that nobody has taken yet; None: what the rule plans. ``advice`` is the rule's on the escalation: once that
    is to stop, whatever the open windows show, nobody is backfilled.
    """
    terms, design, number = rule.backfill, rule.design, history.last_of_escalation
    assert terms is not None
    assert isinstance(design, Boin)
    levels = rule.frame.levels
    if number is None:
        return OpenLevels(0, ("the escalation has not begun",) * levels, waits=False)
    last = history.cohorts[number]
    dosed, left = last.evaluable + last.pending, places_left(rule, before)
    filled = dosed + (0 if rule.replaces else last.not_evaluable)
    counted = dosed + (last.not_evaluable if rule.counts_dosed else 0)
    if places is None:
        places = max(0, min(planned_size(rule, before) - filled, left - counted))
    if places:
        words = f"{places} of the escalation's cohort still to be dosed, and who comes is treated there"
        return OpenLevels(0, (words,) * levels, waits=False)
    if before.states.stop[0] != Stop.GOES_ON or left <= counted:
        return OpenLevels(0, (OVER,) * levels, waits=False)
    if terms.response_rates is not None:
        return OpenLevels(0, ("whether a response was seen is not known from a history",) * levels, waits=False)
    if advice.action == "stop":
        words = f"the escalation ends: {STOP_WORDS[Stop[advice.stop_reason.upper()]]}"
        return OpenLevels(0, (words,) * levels, waits=False)
    seen, treated = _seen(rule, history, before, last.level)
    most = terms.most_at_a_level
    why_not = tuple(_why_not(design, most, treated, seen))
    return OpenLevels(int(level_to_backfill(design, most, treated, seen)[0]), why_not, waits=True, below=last.level - 1)


def _seen(rule: Transitions, history: History, before: Replay, current: int) -> tuple[Seen, Integers]:
    """The outcomes known of everybody, and how many were treated at each level, one row."""
    counts = np.zeros((3, 1, rule.frame.levels), dtype=np.int16)
    for each in history.cohorts:
        counts[:, 0, each.level - 1] += (each.evaluable, each.dlts, len(each.outcomes))
    now, one = before.states, np.ones(1, dtype=np.int16)
    return Seen(counts[0], counts[1], current * one, one, one, now.highest, now.memory), counts[2]


def _why_not(design: Boin, most: int, treated: Integers, seen: Seen) -> Iterator[str]:
    """Why each level is not open; empty where it is."""
    closed, left, current = closed_levels(design, seen)[0], int(highest_left(design, seen)[0]), int(seen.current[0])
    participants, dlts = seen.participants[0], seen.dlts[0]
    for level in range(1, design.frame.levels + 1):
        if level >= current:
            yield f"it is not below the level of the escalation, {current}"
        elif level > left:
            yield f"it is eliminated, as is every level from {left + 1} up"
        elif closed[level - 1]:
            lowest = int(np.argmax(closed)) + 1
            n, t = int(participants[lowest - 1]), int(dlts[lowest - 1])
            more, toxic = n + int(participants[lowest]), t + int(dlts[lowest])
            words = (
                f"{t} of {n} at level {lowest} had a DLT and {toxic} of {more} together with level {lowest + 1}, both "
                f"at or above the de-escalation bound {design.bounds[1]:.3f}"
            )
            yield f"it is closed: {words}" if lowest == level else f"level {lowest} below it is closed: {words}"
        elif treated[0, level - 1] >= most:
            yield f"{treated[0, level - 1]} were treated there, of at most {most}"
        else:
            yield ""


def ways_to_close(history: History) -> Iterator[tuple[Cohort, ...]]:
    """Every way in which the open windows of those backfilled may have closed by the decision, or stay open.

    Each way is the cohorts that they add to what is known.
    """
    open_at = _open_at(history)
    each_level = [
        [
            Cohort(level, DLT * dlts + NO_DLT * (closed - dlts), is_backfilled=True)
            for closed in range(windows + 1)
            for dlts in range(closed + 1)
        ]
        for level, windows in open_at.items()
    ]
    for way in product(*each_level):
        yield tuple(cohort for cohort in way if cohort.outcomes)


def count_ways(history: History) -> int:
    """How many ways ``ways_to_close`` gives."""
    return prod((windows + 1) * (windows + 2) // 2 for windows in _open_at(history).values())


def _open_at(history: History) -> dict[int, int]:
    """Open windows of those backfilled, by level."""
    found: dict[int, int] = {}
    for cohort in history.backfilled:
        if cohort.pending:
            found[cohort.level] = found.get(cohort.level, 0) + cohort.pending
    return found


def with_open_levels(rule: Transitions, history: History, advice: Recommendation, found: OpenLevels) -> Recommendation:
    """The advice with the level that is open for backfilling; no level is named while a window is open."""
    windows = sum(cohort.pending for cohort in history.backfilled)
    if advice.action == "stop" and advice.stop_reason != Stop.TOO_TOXIC.name.lower() and windows:
        words = f"{windows} backfilled {'window' if windows == 1 else 'windows'} still open: "
        words += f"no level is named before {'it closes' if windows == 1 else 'they close'}. If no outcome were added, "
        return replace(
            advice, action="wait", recommended_level=None, stop_reason="", mtd_not_reached=False,
            reason=words + advice.reason,
        )  # fmt: skip
    if not found.waits or advice.action == "stop":
        return advice
    reason = f"{advice.reason} {_words(rule, found, advice)}".rstrip()
    return replace(advice, backfill_level=found.level or None, reason=reason)


def without_open_level(advice: Recommendation, why: str) -> Recommendation:
    """The advice with the reason why no level may be named as open for backfilling, in the place of the level."""
    starts = (f" {each} level {advice.backfill_level} (" for each in (UNTIL, MEANWHILE))
    reason = advice.reason[: max(advice.reason.rfind(start) for start in starts)]
    return replace(advice, backfill_level=None, reason=f"{reason} {why[:1].upper()}{why[1:]}.")


def _words(rule: Transitions, found: OpenLevels, advice: Recommendation) -> str:
    """The level that is open, or why none below the current one is, as a sentence; nothing where none lies below."""
    until = UNTIL if advice.action == "dose" else MEANWHILE
    if found.level:
        dose = f"{dose_in_words(rule.frame.doses[found.level - 1])} {rule.frame.unit}"
        return f"{until} level {found.level} ({dose}) is open for backfilling."
    why = "; ".join(f"level {level}: {why}" for level, why in enumerate(found.why_not[: found.below], start=1))
    return f"{until} no level is open for backfilling ({why})." if why else ""
