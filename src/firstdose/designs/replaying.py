"""A trial's history replayed through its rule, from the first cohort: where it has led, and where it departed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from firstdose.designs.history import Cohort, History
from firstdose.designs.states import STOP_WORDS, Integers, Seen, States, Step, Stop
from firstdose.designs.transitions import Transitions


@dataclass
class Replay:
    """Where a history has led: the state, what the last cohort showed, and how many of it are still to be replaced."""

    states: States
    seen: Seen | None = None
    trail: list[Step] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    settled_early: bool = False
    was_too_toxic: bool = False
    replacements: int = 0


def replay(rule: Transitions, history: History) -> Replay:
    """The state after a history without open windows, and every departure from the rule on the way.

    Participants who were not evaluable and are replaced keep their cohort open: the replacement may stand in it or in a
    cohort of its own at the same level.
    """
    found = Replay(rule.start(np.int16))
    held: tuple[int, Cohort] | None = None
    for number, cohort in enumerate(history.cohorts, start=1):
        if held is not None:
            first, before = held
            if before.level == cohort.level:
                number, cohort = first, Cohort(cohort.level, before.outcomes + cohort.outcomes)
            else:
                _close(rule, found, before, first)
            held = None
        if _places_to_replace(rule, found, cohort):
            held = (number, cohort)
        else:
            _close(rule, found, cohort, number)
    if held is not None:
        number, cohort = held
        _check_departures(rule, found, cohort, number)
        found.replacements = _places_to_replace(rule, found, cohort)
    return found


def _places_to_replace(rule: Transitions, found: Replay, cohort: Cohort) -> int:
    """How many of a cohort that was given as advised were not evaluable and are still to be replaced."""
    states = found.states
    if not rule.replaces or not cohort.not_evaluable or states.stop[0] != Stop.GOES_ON:
        return 0
    if cohort.level != int(states.level[0]) or ended_by_sentinel(rule, cohort):
        return 0
    planned, left = int(rule.cohort_sizes(states)[0]), int(rule.places_left(states)[0])
    taken = cohort.evaluable + (cohort.not_evaluable if rule.counts_dosed else 0)
    missing = min(planned - cohort.evaluable, cohort.not_evaluable, left - taken)
    return 0 if missing < 1 or _is_settled(rule, found, cohort, planned) else missing


def _close(rule: Transitions, found: Replay, cohort: Cohort, number: int) -> None:
    """Take over one cohort, as the rule would have it or as it was given."""
    _check_departures(rule, found, cohort, number)
    planned = int(rule.cohort_sizes(found.states)[0])
    short = cohort.evaluable < planned and cohort.level == int(found.states.level[0])
    found.settled_early = False
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


def ended_by_sentinel(rule: Transitions, cohort: Cohort) -> bool:
    """Whether the cohort ended with its sentinels, one of whom had a DLT."""
    return cohort.dlts > 0 and cohort.evaluable == rule.sentinels_that_end


def _lose(rule: Transitions, found: Replay, cohort: Cohort) -> None:
    """Count those who were dosed and are not evaluable, where the maximum counts them."""
    found.states = rule.select(rule.lose(found.states, _one(cohort.not_evaluable)))


def _observe(rule: Transitions, found: Replay, level: int, size: int, dlts: int) -> None:
    found.seen = rule.observe(found.states, _one(level), _one(size), _one(dlts))
    step, found.trail = rule.decide_step(found.seen)
    found.states = rule.select(rule.conclude(found.seen, step))


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


def _check_departures(rule: Transitions, found: Replay, cohort: Cohort, number: int) -> None:
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
    elif cohort.evaluable > (planned := int(rule.cohort_sizes(found.states)[0])):
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
