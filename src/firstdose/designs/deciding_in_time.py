"""Advice of designs in time while the follow-up of open windows is known: what to do next, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np

from firstdose.designs.deciding import MOST_COMPLETIONS, recommend
from firstdose.designs.history import PENDING, Cohort, History
from firstdose.designs.in_time import InTime, Waiting, decide_in_time
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.replayed import Replay, places_in_cohort
from firstdose.designs.replaying import ended_by_sentinel, replay
from firstdose.designs.states import Stop
from firstdose.designs.transitions import Transitions
from firstdose.protocol.escalation import dose_in_words

FOLLOW_UP_FLAG = "decided with {} open, from how far each was followed; earlier cohorts are read as known today"


def advise_in_time(rule: Transitions, history: History) -> Recommendation:
    """What a design in time advises next.

    Windows whose follow-up is not known must not matter: every way in which they can close is tried, and where the
    next steps differ the advice is to wait.
    """
    unknown = [sum(share is None for share in cohort.shares) for cohort in history.cohorts]
    if prod(count + 1 for count in unknown) > MOST_COMPLETIONS:
        return _wait("the follow-up of too many open windows is not known")
    advice = [
        _advise(rule, History(tuple(_closed(history, dlts)))) for dlts in product(*(range(n + 1) for n in unknown))
    ]
    if len({_code(each) for each in advice}) == 1:
        return advice[0]
    count = sum(unknown)
    return _wait(
        f"the follow-up of {count} open window{'s' if count > 1 else ''} is not known, and the next step depends on it"
    )


def _closed(history: History, dlts: tuple[int, ...]) -> Iterator[Cohort]:
    """The cohorts with their unknown windows closed, the first ``dlts`` of each with a DLT."""
    for cohort, toxic in zip(history.cohorts, dlts, strict=True):
        letters, shares, closed = "", [], 0
        known = iter(cohort.shares)
        for letter in cohort.outcomes:
            share = next(known) if letter == PENDING else None
            if letter == PENDING and share is None:
                letter, closed = ("T" if closed < toxic else "N"), closed + 1
            letters += letter
            shares += [share] if letter == PENDING else []
        yield replace(cohort, outcomes=letters, followed=tuple(shares))


def _advise(rule: Transitions, history: History) -> Recommendation:
    """The advice where the follow-up of every open window is known."""
    pending = sum(cohort.pending for cohort in history.cohorts)
    if not pending:
        return recommend(rule, replay(rule, history))
    last = history.cohorts[-1]
    before = replay(rule, _as_if_without_dlt(History(history.cohorts[:-1])))
    if (places := _places(rule, before, last)) and not ended_by_sentinel(rule, last):
        dose = f"{dose_in_words(rule.frame.doses[last.level - 1])} {rule.frame.unit}"
        reason = f"{places} of the cohort still to be dosed. Next: {places} at level {last.level} ({dose})."
        return Recommendation("dose", last.level, None, reason, tuple(before.flags), cohort_size=places)
    found = replay(rule, _as_if_without_dlt(history))
    if found.seen is None:
        return _wait("no outcome and no follow-up can be counted yet")
    return _after_last_cohort(rule, found, history, pending)


def _after_last_cohort(rule: Transitions, found: Replay, history: History, pending: int) -> Recommendation:
    """The advice once the places of the last cohort are taken."""
    design, seen, waiting = rule.design, found.seen, waiting_of(history)
    assert isinstance(design, InTime)
    assert seen is not None
    step, suspended, trail = decide_in_time(rule, seen, waiting)
    windows = f"{pending} window{'s' if pending > 1 else ''}"
    reason = design.explain_in_time(seen, waiting)
    flags = (*found.flags, FOLLOW_UP_FLAG.format(windows))
    if suspended[0]:
        words = f"{windows} still open: {reason}."
        if trail[-1].stop[0] != Stop.GOES_ON or trail[0].stop[0] != Stop.GOES_ON:
            words = f"{windows} still open: {reason}; nothing is concluded before they close."
        return Recommendation("wait", None, None, words, flags)
    states = rule.select(rule.conclude(seen, step))
    return replace(recommend(rule, replace(found, states=states, trail=trail), reason), flags=flags)


def waiting_of(history: History) -> Waiting:
    """Those whose windows are open, as one row."""
    people = [(cohort.level, share or 0.0) for cohort in history.cohorts for share in cohort.shares]
    levels = np.array([[level for level, _ in people]], dtype=np.int16)
    return Waiting(levels, np.array([[share for _, share in people]], dtype=np.float64))


def _places(rule: Transitions, before: Replay, last: Cohort) -> int:
    """How many places of the last cohort nobody has taken yet."""
    states = before.states
    if states.stop[0] != Stop.GOES_ON:
        return 0
    planned, left = places_in_cohort(rule, before), int(rule.places_left(states)[0])
    dosed = last.evaluable + last.pending
    taken = dosed + last.not_evaluable if rule.counts_dosed else dosed
    if not rule.replaces:
        planned -= last.not_evaluable
    return max(0, min(planned - dosed, left - taken))


def _as_if_without_dlt(history: History) -> History:
    return History(tuple(cohort.completed(0) for cohort in history.cohorts))


def _code(advice: Recommendation) -> tuple[object, ...]:
    """What is to be done, without the words."""
    return (
        advice.action, advice.next_level, advice.cohort_size, advice.recommended_level, advice.stop_reason,
        advice.mtd_not_reached,
    )  # fmt: skip


def _wait(why: str) -> Recommendation:
    return Recommendation("wait", None, None, f"{why}.")
