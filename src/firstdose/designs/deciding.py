"""Advice after a history, open windows included: what to do next, why, and what to beware of."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from firstdose.designs.backfill_now import OpenLevels, count_ways, open_levels, ways_to_close, with_open_levels
from firstdose.designs.backfill_words import explain_with_backfill
from firstdose.designs.boin import Boin
from firstdose.designs.history import NOT_EVALUABLE, PENDING, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.replayed import Replay, places_left, planned_size
from firstdose.designs.replaying import ended_by_sentinel, replay
from firstdose.designs.states import STOP_WORDS, Seen, States, Stop
from firstdose.designs.transitions import Transitions
from firstdose.methods.logistic_model import PriorContradicted
from firstdose.protocol.escalation import dose_in_words

MOST_COMPLETIONS = 4096
MOST_COHORTS_REPLAYED = 2 * MOST_COMPLETIONS
"""Completions times cohorts: what about a second allows."""
TOO_MANY = "{} ways in which they can close are too many to decide before"


def decide(rule: Transitions, history: History, places: int | None = None) -> Recommendation:
    """What the rule advises next; a rule that cannot be computed advises to wait, never to dose.

    ``places`` of the escalation's last cohort that nobody has taken, where that is known otherwise than by the rule's
    plan, hold back backfilling alone.
    """
    try:
        advice = _decide(rule, history)
        if rule.backfill is None:
            return advice
        found = open_levels(rule, history, before_last(rule, history), places, advice)
        return with_open_levels(rule, history, advice, found)
    except PriorContradicted as failure:
        return Recommendation(
            "wait", None, None, f"no recommendation: {failure}.", ("the model could not be computed",)
        )


def open_for_backfilling(rule: Transitions, history: History, places: int | None = None) -> OpenLevels:
    """Which lower levels are open for backfilling after a history; ``places`` as in ``decide``."""
    return open_levels(rule, history, before_last(rule, history), places, _decide(rule, history))


def _decide(rule: Transitions, history: History) -> Recommendation:
    """What the rule advises next.

    Open windows are decided when every completion gives the same next step, and waited for otherwise. A history that
    the rule would not have produced is decided all the same, with a flag a departure.
    """
    open_places = _open_places(rule, history)
    if not any(open_places):
        return recommend(rule, replay(rule, history))
    combinations = int(np.prod([places + 1 for places in open_places]))
    if _are_too_many(combinations, history):
        return _wait(open_places, history, (), TOO_MANY.format(combinations))
    completions = [
        _completed(history, open_places, chosen) for chosen in product(*(range(places + 1) for places in open_places))
    ]
    replays = [replay(rule, each) for each in (*completions, *_ended_by_open_sentinels(rule, history, open_places))]
    if count_ways(history) > 1 and _are_settled(rule, replays):  # else what those backfilled may add does not matter
        if _are_too_many(combinations * count_ways(history), history):
            return _wait(open_places, history, (), TOO_MANY.format(combinations * count_ways(history)))
        added = [way for way in ways_to_close(history) if way]
        replays += [replay(rule, History((*each.cohorts, *way))) for way in added for each in completions]
    close_calls = dict.fromkeys(call for found in replays for call in _close_calls(rule, found))
    flags = (*replays[0].flags, *close_calls)
    if not _are_settled(rule, replays):
        return _wait(open_places, history, flags, _what_each_leads_to(replays, history))
    advice = recommend(rule, replays[0])
    flag = f"decided with {sum(open_places)} open: every way in which they can close leads to the same next step"
    if len({int(found.states.highest[0]) for found in replays}) > 1:
        flag += ", though which levels are eliminated is still open"
    reason = f"whatever the open windows show; if none is a DLT, {advice.reason}"
    return replace(advice, reason=reason, flags=tuple(dict.fromkeys((*advice.flags, *close_calls, flag))))


def _are_too_many(combinations: int, history: History) -> bool:
    """Whether trying so many ways in which windows can close takes longer than anybody waits."""
    return combinations > MOST_COMPLETIONS or combinations * len(history.cohorts) > MOST_COHORTS_REPLAYED


def _are_settled(rule: Transitions, replays: list[Replay]) -> bool:
    """Whether the next step is the same after all of them."""
    return len({_next_step_code(rule, found) for found in replays}) == 1


def recommend(rule: Transitions, found: Replay, own_reason: str | None = None) -> Recommendation:
    """The advice in the state to which a history has led; ``own_reason`` stands for the design's own words."""
    states, frame = found.states, rule.frame
    level, stop = int(states.level[0]), Stop(int(states.stop[0]))
    reason, flags = _reason(rule, found, own_reason)
    if found.replacements:
        dose = f"{dose_in_words(frame.doses[level - 1])} {frame.unit}"
        reason = f"{found.replacements} of the cohort still to be replaced, not evaluable"
        text = f"{reason}. Next: {found.replacements} at level {level} ({dose})."
        return Recommendation("dose", level, None, text, flags, cohort_size=found.replacements)
    if stop == Stop.GOES_ON:
        size = planned_size(rule, found)
        dose = f"{dose_in_words(frame.doses[level - 1])} {frame.unit}"
        text = f"{reason}. Next: {size} at level {level} ({dose})."
        if found.was_too_toxic:
            flags = (
                *flags,
                "this advice reopens a trial that the rule had stopped because no level was acceptably safe",
            )
        return Recommendation("dose", level, None, text, flags, cohort_size=size)
    selected = int(states.selected[0])
    named = (
        f"level {selected} ({dose_in_words(frame.doses[selected - 1])} {frame.unit}) is recommended"
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
    reason = own_reason or _own_words(rule, found, found.seen)
    if found.settled_early:
        reason = f"dosing inside the cohort stopped because its decision was settled; if the rest had no DLT, {reason}"
    for guard, before, after in zip(rule.guards, found.trail[:-1], found.trail[1:], strict=True):
        if before.level[0] != after.level[0] or before.stop[0] != after.stop[0]:
            reason += f"; {guard.reason()}"
    return reason, (*found.flags, *_close_calls(rule, found))


def _own_words(rule: Transitions, found: Replay, seen: Seen) -> str:
    """Why the design steps as it does."""
    if rule.backfill is not None and isinstance(rule.design, Boin):
        return explain_with_backfill(rule.design, seen, found.backfilled, found.trail[0])
    return rule.design.explain(seen, found.trail[0])


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
    return 0, int(states.level[0]), found.replacements or planned_size(rule, found)


def _open_places(rule: Transitions, history: History) -> list[int]:
    """Outcomes still to come, cohort by cohort: open windows, and in the last cohort the places not yet dosed."""
    places = [0 if cohort.is_backfilled else cohort.pending for cohort in history.cohorts]
    number = history.last_of_escalation
    if number is not None and places[number] and not ended_by_sentinel(rule, history.cohorts[number]):
        last, before = history.cohorts[number], before_last(rule, history)
        planned, left = planned_size(rule, before), places_left(rule, before)
        dosed = last.evaluable + last.pending
        taken = dosed + last.not_evaluable if rule.counts_dosed else dosed
        places[number] += max(0, min(planned - dosed, left - taken))
    return places


def before_last(rule: Transitions, history: History) -> Replay:
    """Where the cohorts before the escalation's last have led, were their open windows to close without a DLT."""
    before = history.cohorts[: history.last_of_escalation]
    return replay(rule, History(tuple(each if each.is_backfilled else each.completed(0) for each in before)))


def _ended_by_open_sentinels(rule: Transitions, history: History, places: list[int]) -> list[History]:
    """Completions in which a sentinel of the last cohort has a DLT, so that the rest is not dosed."""
    last = history.cohorts[-1]  # sentinels end no cohort where levels are backfilled
    waiting = last.outcomes.replace(NOT_EVALUABLE, "")[: rule.sentinels_that_end].count(PENDING)
    if not waiting or ended_by_sentinel(rule, last):
        return []
    earlier = _completed(history, places, (0,) * len(places)).cohorts[:-1]
    ended = replace(last, is_over=True)
    return [History((*earlier, ended.completed(dlts))) for dlts in range(1, last.pending + 1)]


def _completed(history: History, places: list[int], dlts: tuple[int, ...]) -> History:
    return History(
        tuple(
            cohort
            if cohort.is_backfilled
            else replace(
                cohort, outcomes=cohort.outcomes.replace("?", "") + "T" * more + "N" * (count - more), followed=()
            )
            for cohort, count, more in zip(history.cohorts, places, dlts, strict=True)
        )
    )


def windows_still_open(windows: int) -> str:
    """How many windows are waited for, in words."""
    return f"{windows} window{'s' if windows > 1 else ''} still open"


def _wait(places: list[int], history: History, flags: tuple[str, ...], why: str) -> Recommendation:
    windows = sum(cohort.pending for cohort in history.escalation)
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
