"""Advice after a history: the rule replayed from the first cohort, on one trial."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from firstdose.designs.history import Cohort, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.states import STOP_WORDS, Integers, Seen, States, Step, Stop
from firstdose.designs.transitions import Transitions
from firstdose.methods.logistic_model import PriorContradicted

MOST_COMPLETIONS = 4096


@dataclass
class Replay:
    """Where a history has led: the state, and what the last cohort showed."""

    states: States
    seen: Seen | None = None
    trail: list[Step] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    settled_early: bool = False


def decide(rule: Transitions, history: History) -> Recommendation:
    """What the rule advises next; a rule that cannot be computed advises to wait, never to dose."""
    try:
        return _decide(rule, history)
    except PriorContradicted as failure:
        return Recommendation(
            "wait", None, None, f"no recommendation: {failure}.", ("the model could not be computed",)
        )


def _decide(rule: Transitions, history: History) -> Recommendation:
    """What the rule advises next.

    Open windows are decided when every completion gives the same next step, and waited for otherwise. A history that
    the rule would not have produced is decided all the same, with a flag a departure.
    """
    open_places = _open_places(rule, history)
    if not any(open_places):
        return _recommend(rule, replay(rule, history))
    combinations = int(np.prod([places + 1 for places in open_places]))
    if combinations > MOST_COMPLETIONS:
        return _wait(
            open_places, history, (), f"{combinations} ways in which they can close are too many to decide before"
        )
    replays = [
        replay(rule, _completed(history, open_places, chosen))
        for chosen in product(*(range(places + 1) for places in open_places))
    ]
    flags = tuple(replays[0].flags)
    codes = {_next_step_code(rule, found.states) for found in replays}
    if len(codes) > 1:
        outcomes = sorted({_decision_words(found.states) for found in replays})
        return _wait(open_places, history, flags, f"depending on how they close, {' or '.join(outcomes)}")
    advice = _recommend(rule, replays[0])
    flag = f"decided with {sum(open_places)} open: every way in which they can close leads to the same next step"
    return Recommendation(
        advice.action, advice.next_level, advice.recommended_level,
        f"whatever the open windows show; if none is a DLT, {advice.reason}",
        (*advice.flags, flag), advice.cohort_size, advice.stop_reason, advice.mtd_not_reached,
    )  # fmt: skip


def replay(rule: Transitions, history: History) -> Replay:
    """The state after a history without open windows, and every departure from the rule on the way."""
    found = Replay(rule.start(np.int16))
    for number, cohort in enumerate(history.cohorts, start=1):
        _check_departures(rule, found, cohort, number)
        if cohort.evaluable == 0:
            _lose(rule, found, cohort)
            continue
        planned = int(rule.cohort_sizes(found.states)[0])
        short = cohort.evaluable < planned and cohort.level == int(found.states.level[0])
        found.settled_early = False
        if short and found.states.stop[0] == Stop.GOES_ON:
            if rule.stops_within_cohort and _settle(rule, found, cohort, planned):
                _lose(rule, found, cohort)
                continue
            found.flags.append(
                f"cohort {number} has {cohort.evaluable} evaluable of {planned} planned; taken as complete"
            )
        _observe(rule, found, cohort.level, cohort.evaluable, cohort.dlts)
        _lose(rule, found, cohort)
    return found


def _lose(rule: Transitions, found: Replay, cohort: Cohort) -> None:
    """Count those who were dosed and are not evaluable, where the maximum counts them."""
    found.states = rule.select(rule.lose(found.states, _one(cohort.not_evaluable)))


def _observe(rule: Transitions, found: Replay, level: int, size: int, dlts: int) -> None:
    found.seen = rule.observe(found.states, _one(level), _one(size), _one(dlts))
    step, found.trail = rule.decide_step(found.seen)
    found.states = rule.select(rule.conclude(found.seen, step))


def _settle(rule: Transitions, found: Replay, cohort: Cohort, planned: int) -> bool:
    """Take over the decision of a cohort that was cut short, when all its completions share one."""
    cut = (_one(cohort.level), _one(planned), _one(cohort.evaluable), _one(cohort.dlts))
    if not rule.settled(found.states, *cut)[0]:
        return False
    found.seen = rule.observe(found.states, _one(cohort.level), _one(planned), _one(cohort.dlts))
    _, found.trail = rule.decide_step(found.seen)
    found.states = rule.cut_short(found.states, *cut)
    found.settled_early = True
    return True


def _check_departures(rule: Transitions, found: Replay, cohort: Cohort, number: int) -> None:
    advised = int(found.states.level[0])
    if found.states.stop[0] != Stop.GOES_ON:
        why = STOP_WORDS[Stop(int(found.states.stop[0]))]
        found.flags.append(f"cohort {number} departs from the rule, which had stopped before it: {why}")
    elif cohort.level != advised:
        found.flags.append(
            f"cohort {number} departs from the rule: level {cohort.level} was given, level {advised} advised"
        )
    elif cohort.evaluable > (planned := int(rule.cohort_sizes(found.states)[0])):
        found.flags.append(f"cohort {number} departs from the rule: {cohort.evaluable} evaluable, {planned} planned")
    if cohort.level > int(found.states.highest[0]):
        found.flags.append(f"cohort {number} was given level {cohort.level}, which the rule had eliminated")
    if cohort.not_evaluable:
        found.flags.append(f"cohort {number}: {cohort.not_evaluable} not evaluable, left out of the counts")


def _recommend(rule: Transitions, found: Replay) -> Recommendation:
    states, frame = found.states, rule.frame
    level, stop = int(states.level[0]), Stop(int(states.stop[0]))
    reason, flags = _reason(rule, found)
    if stop == Stop.GOES_ON:
        size = int(rule.cohort_sizes(states)[0])
        dose = f"{frame.doses[level - 1]:g} {frame.unit}"
        text = f"{reason}. Next: {size} at level {level} ({dose})."
        return Recommendation("dose", level, None, text, flags, cohort_size=size)
    selected = int(states.selected[0])
    named = (
        f"level {selected} ({frame.doses[selected - 1]:g} {frame.unit}) is recommended"
        if selected
        else "no level is recommended"
    )
    not_reached = bool(states.mtd_not_reached[0])
    note = "; the MTD was not reached" if not_reached else ""
    text = f"{reason}. Stop: {STOP_WORDS[stop]}; {named}{note}."
    return Recommendation("stop", None, selected or None, text, flags, None, stop.name.lower(), not_reached)


def _reason(rule: Transitions, found: Replay) -> tuple[str, tuple[str, ...]]:
    if found.seen is None:
        return "the trial begins at its start level", tuple(found.flags)
    reason = rule.design.explain(found.seen, found.trail[0])
    if found.settled_early:
        reason = f"dosing inside the cohort stopped because its decision was settled; if the rest had no DLT, {reason}"
    for guard, before, after in zip(rule.guards, found.trail[:-1], found.trail[1:], strict=True):
        if before.level[0] != after.level[0] or before.stop[0] != after.stop[0]:
            reason += f"; {guard.reason()}"
    return reason, (*found.flags, *rule.design.close_calls(found.seen))


def _next_step_code(rule: Transitions, states: States) -> tuple[int, ...]:
    """What must be done next, as one value. Levels that are eliminated only by some completions may differ."""
    if states.stop[0] != Stop.GOES_ON:
        return int(states.stop[0]), int(states.selected[0]), int(states.mtd_not_reached[0])
    return 0, int(states.level[0]), int(rule.cohort_sizes(states)[0])


def _open_places(rule: Transitions, history: History) -> list[int]:
    """Outcomes still to come, cohort by cohort: open windows, and in the last cohort the places not yet dosed."""
    places = [cohort.pending for cohort in history.cohorts]
    if places and places[-1]:
        last = history.cohorts[-1]
        before = History(tuple(cohort.completed(0) for cohort in history.cohorts[:-1]))
        planned = int(rule.cohort_sizes(replay(rule, before).states)[0])
        places[-1] = max(places[-1], planned - last.evaluable)
    return places


def _completed(history: History, places: list[int], dlts: tuple[int, ...]) -> History:
    return History(
        tuple(
            Cohort(cohort.level, cohort.outcomes.replace("?", "") + "T" * more + "N" * (count - more))
            for cohort, count, more in zip(history.cohorts, places, dlts, strict=True)
        )
    )


def _wait(places: list[int], history: History, flags: tuple[str, ...], why: str) -> Recommendation:
    windows = sum(cohort.pending for cohort in history.cohorts)
    rest = sum(places) - windows
    what = f"{windows} window{'s' if windows > 1 else ''} still open"
    if rest:
        what += f" and {rest} of the cohort not yet treated"
    return Recommendation("wait", None, None, f"{what}: {why}.", flags)


def _decision_words(states: States) -> str:
    if states.stop[0] == Stop.GOES_ON:
        return f"level {int(states.level[0])} is next"
    selected = int(states.selected[0])
    return f"the trial stops with {f'level {selected}' if selected else 'no level'}"


def _one(value: int) -> Integers:
    return np.array([value], dtype=np.int16)
