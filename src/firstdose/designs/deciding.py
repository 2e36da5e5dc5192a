"""Advice after a history, open windows included: what to do next, why, and what to beware of."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from firstdose.designs.history import Cohort, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.replaying import Replay, ended_by_sentinel, replay
from firstdose.designs.states import STOP_WORDS, States, Stop
from firstdose.designs.transitions import Transitions
from firstdose.methods.logistic_model import PriorContradicted

MOST_COMPLETIONS = 4096
MOST_COHORTS_REPLAYED = 2 * MOST_COMPLETIONS
"""Completions times cohorts: what about a second allows."""


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
        return recommend(rule, replay(rule, history))
    combinations = int(np.prod([places + 1 for places in open_places]))
    if combinations > MOST_COMPLETIONS or combinations * len(history.cohorts) > MOST_COHORTS_REPLAYED:
        return _wait(
            open_places, history, (), f"{combinations} ways in which they can close are too many to decide before"
        )
    completions = [
        _completed(history, open_places, chosen) for chosen in product(*(range(places + 1) for places in open_places))
    ]
    replays = [replay(rule, each) for each in (*completions, *_ended_by_open_sentinels(rule, history, open_places))]
    close_calls = dict.fromkeys(call for found in replays for call in _close_calls(rule, found))
    flags = (*replays[0].flags, *close_calls)
    codes = {_next_step_code(rule, found) for found in replays}
    if len(codes) > 1:
        return _wait(open_places, history, flags, _what_each_leads_to(replays, history))
    advice = recommend(rule, replays[0])
    flag = f"decided with {sum(open_places)} open: every way in which they can close leads to the same next step"
    if len({int(found.states.highest[0]) for found in replays}) > 1:
        flag += ", though which levels are eliminated is still open"
    reason = f"whatever the open windows show; if none is a DLT, {advice.reason}"
    return replace(advice, reason=reason, flags=tuple(dict.fromkeys((*advice.flags, *close_calls, flag))))


def recommend(rule: Transitions, found: Replay, own_reason: str | None = None) -> Recommendation:
    """The advice in the state to which a history has led; ``own_reason`` stands for the design's own words."""
    states, frame = found.states, rule.frame
    level, stop = int(states.level[0]), Stop(int(states.stop[0]))
    reason, flags = _reason(rule, found, own_reason)
    if found.replacements:
        dose = f"{frame.doses[level - 1]:g} {frame.unit}"
        reason = f"{found.replacements} of the cohort still to be replaced, not evaluable"
        text = f"{reason}. Next: {found.replacements} at level {level} ({dose})."
        return Recommendation("dose", level, None, text, flags, cohort_size=found.replacements)
    if stop == Stop.GOES_ON:
        size = int(rule.cohort_sizes(states)[0])
        dose = f"{frame.doses[level - 1]:g} {frame.unit}"
        text = f"{reason}. Next: {size} at level {level} ({dose})."
        if found.was_too_toxic:
            flags = (
                *flags,
                "this advice reopens a trial that the rule had stopped because no level was acceptably safe",
            )
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


def _reason(rule: Transitions, found: Replay, own_reason: str | None) -> tuple[str, tuple[str, ...]]:
    if found.seen is None:
        begins = found.states.stop[0] == Stop.GOES_ON
        return "the trial begins at its start level" if begins else "no participant was evaluable", tuple(found.flags)
    reason = own_reason or rule.design.explain(found.seen, found.trail[0])
    if found.settled_early:
        reason = f"dosing inside the cohort stopped because its decision was settled; if the rest had no DLT, {reason}"
    for guard, before, after in zip(rule.guards, found.trail[:-1], found.trail[1:], strict=True):
        if before.level[0] != after.level[0] or before.stop[0] != after.stop[0]:
            reason += f"; {guard.reason()}"
    return reason, (*found.flags, *_close_calls(rule, found))


def _close_calls(rule: Transitions, found: Replay) -> list[str]:
    """What stands so near a bound that another computation might decide otherwise."""
    if found.seen is None:
        return []
    seen = found.seen
    return [
        *rule.design.close_calls(seen),
        *(call for guard in rule.guards for call in guard.close_calls(seen, rule.design)),
    ]


def _what_each_leads_to(replays: list[Replay], history: History) -> str:
    """The next step by the number of DLTs still to come."""
    seen = sum(cohort.dlts for cohort in history.cohorts)
    steps: dict[int, list[str]] = {}
    for found in replays:
        words = steps.setdefault(int(found.states.dlts.sum()) - seen, [])
        if (step := _decision_words(found.states)) not in words:
            words.append(step)
    return "; ".join(
        f"with {more or 'no'} more DLT{'s' if more > 1 else ''}, {' or '.join(words)}"
        for more, words in sorted(steps.items())
    )


def _next_step_code(rule: Transitions, found: Replay) -> tuple[int, ...]:
    """What must be done next, as one value. Levels that are eliminated only by some completions may differ."""
    states = found.states
    if states.stop[0] != Stop.GOES_ON:
        return int(states.stop[0]), int(states.selected[0]), int(states.mtd_not_reached[0])
    return 0, int(states.level[0]), found.replacements or int(rule.cohort_sizes(states)[0])


def _open_places(rule: Transitions, history: History) -> list[int]:
    """Outcomes still to come, cohort by cohort: open windows, and in the last cohort the places not yet dosed."""
    places = [cohort.pending for cohort in history.cohorts]
    if places and places[-1] and not ended_by_sentinel(rule, history.cohorts[-1]):
        last, before = history.cohorts[-1], _before_last(rule, history)
        planned, left = int(rule.cohort_sizes(before.states)[0]), int(rule.places_left(before.states)[0])
        dosed = last.evaluable + last.pending
        taken = dosed + last.not_evaluable if rule.counts_dosed else dosed
        places[-1] += max(0, min(planned - dosed, left - taken))
    return places


def _before_last(rule: Transitions, history: History) -> Replay:
    """Where the cohorts before the last have led, were their open windows to close without a DLT."""
    return replay(rule, History(tuple(cohort.completed(0) for cohort in history.cohorts[:-1])))


def _ended_by_open_sentinels(rule: Transitions, history: History, places: list[int]) -> list[History]:
    """Completions in which a sentinel of the last cohort has a DLT, so that the rest is not dosed."""
    last = history.cohorts[-1]
    waiting = rule.sentinels_that_end - last.evaluable
    if not 0 < waiting <= last.pending or places[-1] <= waiting:
        return []
    earlier = _completed(history, places, (0,) * len(places)).cohorts[:-1]
    done = last.outcomes.replace("?", "")
    return [
        History((*earlier, Cohort(last.level, done + "T" * dlts + "N" * (waiting - dlts))))
        for dlts in range(waiting + 1)
        if last.dlts + dlts > 0
    ]


def _completed(history: History, places: list[int], dlts: tuple[int, ...]) -> History:
    return History(
        tuple(
            Cohort(cohort.level, cohort.outcomes.replace("?", "") + "T" * more + "N" * (count - more))
            for cohort, count, more in zip(history.cohorts, places, dlts, strict=True)
        )
    )


def windows_still_open(windows: int) -> str:
    """How many windows are waited for, in words."""
    return f"{windows} window{'s' if windows > 1 else ''} still open"


def _wait(places: list[int], history: History, flags: tuple[str, ...], why: str) -> Recommendation:
    windows = sum(cohort.pending for cohort in history.cohorts)
    rest = sum(places) - windows
    what = windows_still_open(windows)
    if rest:
        what += f" and {rest} of the cohort not yet treated"
    return Recommendation("wait", None, None, f"{what}: {why}.", flags)


def _decision_words(states: States) -> str:
    if states.stop[0] == Stop.GOES_ON:
        return f"level {int(states.level[0])} is next"
    selected = int(states.selected[0])
    return f"the trial stops with {f'level {selected}' if selected else 'no level'}"
