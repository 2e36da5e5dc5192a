"""Where a replayed history has led, and how many the rule may still dose then."""

from __future__ import annotations

from dataclasses import dataclass, field

from firstdose.designs.states import Booleans, Seen, States, Step
from firstdose.designs.transitions import Transitions


@dataclass
class Replay:
    """Where a history has led: the state, what the last cohort showed, and how many of it are still to be replaced.

    ``backfilled``, shape (1, levels), says at which levels somebody was backfilled; ``beside`` is how many of the
    participants in ``states`` were, whom the escalation's maximum does not count. ``elsewhere`` is how many places of
    the cohort under way were taken by people who count at another level, ``size_before_them`` the size that was planned
    for it, and ``by_them`` where these people alone would have led: that holds where nobody counts at the cohort's own
    level.
    """

    states: States
    backfilled: Booleans
    seen: Seen | None = None
    trail: list[Step] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    settled_early: bool = False
    was_too_toxic: bool = False
    replacements: int = 0
    beside: int = 0
    elsewhere: int = 0
    size_before_them: int = 0
    by_them: States | None = None


def places_left(rule: Transitions, found: Replay) -> int:
    """Participants whom the escalation may still dose, as its maximum counts them."""
    left = int(rule.places_left(found.states)[0])
    if rule.backfill is None:
        return left
    return left + found.beside - (rule.frame.max_participants - rule.backfill.escalation_participants)


def planned_size(rule: Transitions, found: Replay) -> int:
    """Participants in the next cohort of the escalation, or in the rest of one under way, as the maximum allows."""
    return min(places_in_cohort(rule, found), places_left(rule, found))


def places_in_cohort(rule: Transitions, found: Replay) -> int:
    """Participants in the next cohort, or in the rest of one under way, as its size alone has it."""
    if found.elsewhere:
        return found.size_before_them - found.elsewhere
    return int(rule.cohort_sizes(found.states)[0])
