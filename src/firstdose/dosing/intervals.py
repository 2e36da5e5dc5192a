"""When the next participant may be dosed at the earliest, from the days on which the others were.

Days are whole days of the site's calendar as numbers from 0 up: ordinals of dates, or days of a simulated trial.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firstdose.designs import DESIGNS
from firstdose.protocol.escalation import Escalation, Sentinel

BETWEEN_PARTICIPANTS = "escalation.interval_between_participants_days"
BETWEEN_COHORTS = "escalation.interval_between_cohorts_days"
SENTINEL_INTERVAL = "escalation.sentinel.interval_days"
SENTINEL_DLT = "escalation.sentinel.on_dlt"
DLT_WINDOW = "escalation.dlt.window_days"
DECISION = "escalation.committee_review"


@dataclass(frozen=True, slots=True)
class Dosed:
    """One participant who was dosed.

    ``cohort`` counts from 1; ``day`` is that of the start of the procedure; ``has_dlt`` is None while it is not known.
    ``window_closed_early`` says that nothing more is waited for: a DLT was seen, or the participant is not evaluable
    or has left. ``window_days`` is the participant's own DLT window, where it is not the one of the rule.
    ``is_backfilled`` says that the escalation does not wait for this participant.
    """

    cohort: int
    day: int
    is_sentinel: bool = False
    has_dlt: bool | None = None
    window_closed_early: bool = False
    window_days: int | None = None
    is_backfilled: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """A rule, by its key in the protocol file, that holds back the next dosing.

    ``until`` is the first day on which it no longer does; None until people decide.
    """

    rule: str
    until: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Earliest:
    """The first day on which the next participant may be dosed; None if that waits for people.

    ``waits`` holds every rule that asks for more than the day of the last dosing.
    """

    day: int | None
    waits: tuple[Wait, ...]


def earliest_dosing(
    escalation: Escalation,
    dosed: Sequence[Dosed],
    *,
    cohort: int,
    decided_day: int | None = None,
    is_backfilled: bool = False,
) -> Earliest:
    """The first day on which the next participant, who joins this cohort, may be dosed.

    Who is backfilled (``is_backfilled``) keeps the interval between two participants, and waits for nothing else.

    ``decided_day`` is the day on which people decided on this cohort and opened it, or (after a sentinel's DLT) on
    its going on; the first cohort needs no decision. Until a cohort has had its sentinels, the next is taken for one.
    Never earlier than the last dosing; day 0 if there was none.
    """
    first = max([participant.day for participant in dosed], default=0)
    asked = _between(escalation, dosed) if is_backfilled else _asked(escalation, dosed, cohort, decided_day)
    waits = tuple([wait for wait in asked if wait.until is None or wait.until > first])
    day: int | None = first
    for wait in waits:
        if wait.until is None:
            return Earliest(None, waits)
        day = max(day or 0, wait.until)
    return Earliest(day, waits)


def _asked(escalation: Escalation, dosed: Sequence[Dosed], cohort: int, decided_day: int | None) -> Iterator[Wait]:
    """What each rule of the protocol asks for, fulfilled or not."""
    if escalation.sentinel is not None:
        yield from _after_sentinels(escalation.sentinel, dosed, cohort, decided_day)
    yield from _between(escalation, dosed)
    before = [one for one in dosed if one.cohort < cohort and not one.is_backfilled]
    yield from _after_cohorts_before(escalation, before)
    if decided_day is not None:
        yield Wait(DECISION, decided_day, "the day of the decision to dose the cohort")
    elif cohort > 1 and escalation.committee_review is not None and escalation.committee_review.required:
        yield Wait(DECISION, None, "the decision to dose the cohort is still to be taken")


def _between(escalation: Escalation, dosed: Sequence[Dosed]) -> Iterator[Wait]:
    """What the last participant dosed asks of the next."""
    apart = escalation.interval_between_participants_days
    if apart and dosed:
        last = max([participant.day for participant in dosed])
        yield Wait(BETWEEN_PARTICIPANTS, last + apart, f"{_days(apart)} after the last participant's dosing")


def _after_sentinels(
    sentinel: Sentinel, dosed: Sequence[Dosed], cohort: int, decided_day: int | None
) -> Iterator[Wait]:
    """What the sentinels of the cohort ask of those who follow them."""
    sentinels = [one for one in dosed if one.is_sentinel and one.cohort == cohort]
    if not sentinels:
        return
    last = max([one.day for one in sentinels])
    if len(sentinels) >= sentinel.participants:
        interval = sentinel.interval_days
        yield Wait(SENTINEL_INTERVAL, last + interval, f"{_days(interval)} after the cohort's last sentinel was dosed")
    with_dlt = [one.day for one in sentinels if one.has_dlt]
    if not with_dlt or sentinel.on_dlt == "continue":
        return
    if sentinel.on_dlt == "end_cohort":
        yield Wait(SENTINEL_DLT, None, "a sentinel's DLT has ended the cohort")
    elif decided_day is None or decided_day <= max(with_dlt):
        yield Wait(SENTINEL_DLT, None, "after a sentinel's DLT people decide whether the cohort goes on")


def _after_cohorts_before(escalation: Escalation, before: Sequence[Dosed]) -> Iterator[Wait]:
    """What the cohorts before ask: their DLT windows complete, and time since their last dosing."""
    if not before:
        return
    rule = escalation.dlt.window_days if escalation.dlt is not None else None
    windows = [(one.day, one.window_days or rule) for one in before if not one.window_closed_early]
    ends = [(day + window + 1, window) for day, window in windows if window is not None]
    if ends and waits_for_windows(escalation):
        end, window = max(ends)
        yield Wait(DLT_WINDOW, end, f"the DLT windows of the cohorts before, to the end of day {window}")
    apart = escalation.interval_between_cohorts_days
    if apart:
        last = max([one.day for one in before])
        yield Wait(BETWEEN_COHORTS, last + apart, f"{_days(apart)} after the last dosing of the cohorts before")


def waits_for_windows(escalation: Escalation) -> bool:
    """Whether a cohort waits for the windows before it: not where the design itself decides when that is needed."""
    design = DESIGNS.get(escalation.design)
    return design is None or not design.needs_time


def _days(count: int) -> str:
    """So many days, in words."""
    return "1 day" if count == 1 else f"{count} days"
