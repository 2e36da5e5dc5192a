"""A trial's history replayed through its rule, from the first cohort: where it has led, and where it departed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from firstdose.designs.backfill import next_step_with_backfill
from firstdose.designs.boin import Boin
from firstdose.designs.history import DLT, NOT_EVALUABLE, Cohort, History
from firstdose.designs.replayed import Replay, places_left, planned_size
from firstdose.designs.states import STOP_WORDS, Integers, Seen, Step, Stop
from firstdose.designs.transitions import Transitions


def replay(rule: Transitions, history: History) -> Replay:
    """The state after a history without open windows, and every departure from the rule on the way.

    Participants who were not evaluable and are replaced keep their cohort open: the replacement may stand in it or in a
    cohort of its own at the same level. Those who were backfilled count in the decision before the cohort that follows
    them, as far as their outcome is known. Those of a cohort who count at another level do so before the rest of it,
    which stays at the level advised. The numbers in the flags are those of the escalation's cohorts.
    """
    found = Replay(rule.start(np.int16), np.zeros((1, rule.frame.levels), dtype=bool))
    held: tuple[int, Cohort] | None = None
    number, follows_a_part = 0, False
    for cohort, beside in _with_backfilled(history, found):
        number += not follows_a_part
        follows_a_part = cohort.is_part
        if held is not None:
            first, before = held
            if before.level == cohort.level and not cohort.is_part:
                number, cohort = first, replace(cohort, outcomes=before.outcomes + cohort.outcomes)
            else:
                _close(rule, found, before, first)
            held = None
        _count_beside(found, beside, cohort.level)
        if cohort.is_part:
            _count_part(rule, found, cohort, number)
            continue
        if _places_to_replace(rule, found, cohort):
            held = (number, cohort)
        else:
            _close(rule, found, cohort, number)
    if held is not None:
        number, cohort = held
        _check_departures(rule, found, cohort, number, planned_size(rule, found))
        found.replacements = _places_to_replace(rule, found, cohort)
    return found


def _with_backfilled(history: History, found: Replay) -> Iterator[tuple[Cohort, Sequence[Cohort]]]:
    """Each cohort of the escalation with those backfilled whom the decision after it knows."""
    cohort: Cohort | None = None
    beside: list[Cohort] = []
    for each in history.cohorts:
        if each.is_backfilled:
            beside.append(each)
        else:
            if cohort is not None:
                yield cohort, beside
                beside = []
            cohort = each
    if cohort is not None:
        yield cohort, beside
    elif beside:
        found.flags.append("somebody was backfilled before the first cohort of the escalation")


def _count_beside(found: Replay, backfilled: Sequence[Cohort], level: int) -> None:
    """Add the known outcomes of those backfilled to what the decision after a cohort at this level knows."""
    for cohort in backfilled:
        reached = max(level, int(np.flatnonzero(found.states.participants[0]).max(initial=-1)) + 1)
        if cohort.level >= reached:
            found.flags.append(
                f"{cohort} departs from the rule: the escalation had not been above level {cohort.level}"
            )
        participants, dlts = found.states.participants.copy(), found.states.dlts.copy()
        participants[0, cohort.level - 1] += cohort.evaluable
        dlts[0, cohort.level - 1] += cohort.dlts
        found.states = replace(found.states, participants=participants, dlts=dlts)
        found.backfilled[0, cohort.level - 1] = True
        found.beside += cohort.evaluable
        if cohort.not_evaluable:
            found.flags.append(f"{cohort}: {cohort.not_evaluable} not evaluable, left out of the counts")


def _count_part(rule: Transitions, found: Replay, part: Cohort, number: int) -> None:
    """Count those of a cohort who count at another level; the level advised for their cohort stays."""
    before = found.states
    if not found.elsewhere:
        found.size_before_them = int(rule.cohort_sizes(found.states)[0])
    found.flags.append(f"cohort {number}: {part.evaluable} of it counts at level {part.level}")
    _observe(rule, found, part.level, part.evaluable, part.dlts)
    found.by_them = found.states
    if found.states.stop[0] == Stop.GOES_ON:
        memory = rule.without_a_cohort(found.states.memory, before.memory)
        found.states = replace(found.states, level=before.level, memory=memory)
    found.elsewhere += part.evaluable


def _places_to_replace(rule: Transitions, found: Replay, cohort: Cohort) -> int:
    """How many of a cohort that was given as advised were not evaluable and are still to be replaced."""
    states = found.states
    if not rule.replaces or not cohort.not_evaluable or states.stop[0] != Stop.GOES_ON:
        return 0
    if cohort.level != int(states.level[0]) or ended_by_sentinel(rule, cohort):
        return 0
    if cohort.level > int(states.highest[0]):  # by those who count at another level
        return 0
    planned, left = planned_size(rule, found), places_left(rule, found)
    taken = cohort.evaluable + (cohort.not_evaluable if rule.counts_dosed else 0)
    missing = min(planned - cohort.evaluable, cohort.not_evaluable, left - taken)
    return 0 if missing < 1 or _is_settled(rule, found, cohort, planned) else missing


def _close(rule: Transitions, found: Replay, cohort: Cohort, number: int) -> None:
    """Take over one cohort, as the rule would have it or as it was given."""
    planned = planned_size(rule, found)
    _check_departures(rule, found, cohort, number, planned)
    short = cohort.evaluable < planned and cohort.level == int(found.states.level[0])
    found.settled_early = False
    if found.by_them is not None and not cohort.evaluable and found.states.stop[0] == Stop.GOES_ON:
        found.states = replace(found.states, level=found.by_them.level, memory=found.by_them.memory)
    found.elsewhere, found.by_them = 0, None
    if cohort.evaluable and short and found.states.stop[0] == Stop.GOES_ON:
        if _is_settled(rule, found, cohort, planned):
            _settle(rule, found, cohort, planned)
            _lose(rule, found, cohort)
            return
        if not ended_by_sentinel(rule, cohort):
            found.flags.append(
                f"cohort {number} has {cohort.evaluable} evaluable of {planned} planned; taken as complete"
            )
    if cohort.evaluable:
        _observe(rule, found, cohort.level, cohort.evaluable, cohort.dlts)
    _lose(rule, found, cohort)
    _end_when_full(rule, found)


def _end_when_full(rule: Transitions, found: Replay) -> None:
    """End an escalation beside which levels are backfilled with its own last place; the state's maximum holds both."""
    if rule.backfill is not None and found.states.stop[0] == Stop.GOES_ON and places_left(rule, found) <= 0:
        found.states = rule.select(replace(found.states, stop=np.full(1, Stop.MAXIMUM, dtype=np.int8)))


def ended_by_sentinel(rule: Transitions, cohort: Cohort) -> bool:
    """Whether a sentinel's DLT has ended the cohort: that of one of its first participants, in the order of dosing."""
    return cohort.is_over or DLT in cohort.outcomes.replace(NOT_EVALUABLE, "")[: rule.sentinels_that_end]


def _lose(rule: Transitions, found: Replay, cohort: Cohort) -> None:
    """Count those who were dosed and are not evaluable, where the maximum counts them."""
    found.states = rule.select(rule.lose(found.states, _one(cohort.not_evaluable)))


def _observe(rule: Transitions, found: Replay, level: int, size: int, dlts: int) -> None:
    found.seen = rule.observe(found.states, _one(level), _one(size), _one(dlts))
    step, found.trail = rule.decide_step(found.seen, _asked(rule, found, found.seen))
    found.states = rule.select(rule.conclude(found.seen, step))


def _asked(rule: Transitions, found: Replay, seen: Seen) -> Step | None:
    """The design's step where levels are backfilled; None where the design is asked as it is."""
    if rule.backfill is None:
        return None
    assert isinstance(rule.design, Boin)
    return next_step_with_backfill(rule.design, seen, found.backfilled)


def _is_settled(rule: Transitions, found: Replay, cohort: Cohort, planned: int) -> bool:
    """Whether dosing stops here, since every completion of the cohort gives one decision."""
    if not rule.stops_within_cohort or not cohort.evaluable:
        return False
    cut = (_one(cohort.level), _one(planned), _one(cohort.evaluable), _one(cohort.dlts))
    return bool(rule.settled(found.states, *cut)[0])


def _settle(rule: Transitions, found: Replay, cohort: Cohort, planned: int) -> None:
    """Take over the decision of a cohort that was cut short, which all its completions share."""
    cut = (_one(cohort.level), _one(planned), _one(cohort.evaluable), _one(cohort.dlts))
    found.seen = rule.observe(found.states, _one(cohort.level), _one(planned), _one(cohort.dlts))
    _, found.trail = rule.decide_step(found.seen)
    found.states = rule.cut_short(found.states, *cut)
    found.settled_early = True


def _check_departures(rule: Transitions, found: Replay, cohort: Cohort, number: int, planned: int) -> None:
    advised = int(found.states.level[0])
    if found.states.stop[0] != Stop.GOES_ON:
        why = STOP_WORDS[Stop(int(found.states.stop[0]))]
        found.flags.append(f"cohort {number} departs from the rule, which had stopped before it: {why}")
        found.was_too_toxic |= found.states.stop[0] == Stop.TOO_TOXIC
    elif cohort.level != advised:
        today = " by what is known today" if rule.design.needs_time else ""
        found.flags.append(
            f"cohort {number} departs from the rule: level {cohort.level} was given, level {advised} advised{today}"
        )
    elif cohort.evaluable > planned:
        found.flags.append(f"cohort {number} departs from the rule: {cohort.evaluable} evaluable, {planned} planned")
    if cohort.level > rule.frame.top:
        found.flags.append(
            f"cohort {number} was given level {cohort.level}, above the highest allowed, {rule.frame.top}"
        )
    elif cohort.level > int(found.states.highest[0]):
        found.flags.append(f"cohort {number} was given level {cohort.level}, which the rule had eliminated")
    if cohort.not_evaluable:
        found.flags.append(f"cohort {number}: {cohort.not_evaluable} not evaluable, left out of the counts")


def _one(value: int) -> Integers:
    return np.array([value], dtype=np.int16)
