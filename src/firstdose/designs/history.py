"""A trial's outcomes so far, in the field's own notation: ``1NNN 2NTN b1NN 1T+ 2N?``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

NO_DLT = "N"
DLT = "T"
PENDING = "?"
NOT_EVALUABLE = "-"
BACKFILLED = "b"
"""Stands before the level of those who were backfilled."""
PART = "+"
"""Stands after those who count at another level than that of their cohort, which follows."""

MOST_IN_A_COHORT = 100
MOST_COHORTS = 300

_COHORT = re.compile(r"(b?)([1-9][0-9]*)([NT?\-]+)(\+?)")


class OutcomesError(ValueError):
    """The outcomes cannot be read; the message says which cohort, why and how to write it."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """One cohort: the level given and one letter a participant.

    ``followed`` says for each open window, in order, what share of it is over without a DLT; None where that is not
    known. It may be left out: then nothing is known of any. ``is_backfilled`` says that these were backfilled at the
    level while the escalation waited; they are no cohort of the escalation. ``is_part`` says that these count at
    another level than that of their cohort, such as a DLT after less than was assigned: they take places of the cohort
    that follows. ``is_over`` says that nobody joins the cohort any more, whoever of it was not evaluable, as after a
    sentinel's DLT that ends it; the letters do not show it.
    """

    level: int
    outcomes: str
    followed: tuple[float | None, ...] = ()
    is_backfilled: bool = False
    is_part: bool = False
    is_over: bool = False

    def __post_init__(self) -> None:
        if self.followed and len(self.followed) != self.pending:
            raise ValueError(f"{len(self.followed)} shares of follow-up for {self.pending} open windows")

    @property
    def shares(self) -> tuple[float | None, ...]:
        """The share of each open window that is over, in order."""
        return self.followed or (None,) * self.pending

    @property
    def evaluable(self) -> int:
        return self.outcomes.count(NO_DLT) + self.outcomes.count(DLT)

    @property
    def dlts(self) -> int:
        return self.outcomes.count(DLT)

    @property
    def pending(self) -> int:
        return self.outcomes.count(PENDING)

    @property
    def not_evaluable(self) -> int:
        return self.outcomes.count(NOT_EVALUABLE)

    def completed(self, dlts: int) -> Cohort:
        """The cohort once its open windows close with this many more DLTs."""
        done = self.outcomes.replace(PENDING, "")
        return replace(self, outcomes=done + DLT * dlts + NO_DLT * (self.pending - dlts), followed=())

    def __str__(self) -> str:
        before, after = BACKFILLED if self.is_backfilled else "", PART if self.is_part else ""
        return f"{before}{self.level}{self.outcomes}{after}"


@dataclass(frozen=True, slots=True)
class History:
    """The cohorts treated so far, in order.

    Those backfilled stand where their outcome became known: the decision between two cohorts of the escalation knows
    what stands before the second.
    """

    cohorts: tuple[Cohort, ...] = ()

    def __str__(self) -> str:
        return " ".join(str(cohort) for cohort in self.cohorts)

    def __len__(self) -> int:
        return len(self.cohorts)

    def then(self, level: int, outcomes: str, *, is_part: bool = False) -> History:
        """This history with one more cohort, or a part of it."""
        return History((*self.cohorts, Cohort(level, outcomes, is_part=is_part)))

    @property
    def evaluable(self) -> int:
        return sum(cohort.evaluable for cohort in self.cohorts)

    @property
    def escalation(self) -> tuple[Cohort, ...]:
        """The cohorts of the escalation."""
        return tuple(cohort for cohort in self.cohorts if not cohort.is_backfilled)

    @property
    def last_of_escalation(self) -> int | None:
        """The place among the cohorts, from 0, of the escalation's last; None where there is none."""
        return max((place for place, each in enumerate(self.cohorts) if not each.is_backfilled), default=None)

    @property
    def backfilled(self) -> tuple[Cohort, ...]:
        """Those who were backfilled."""
        return tuple(cohort for cohort in self.cohorts if cohort.is_backfilled)

    @property
    def is_followed(self) -> bool:
        """Whether the follow-up of any open window is known."""
        return any(share is not None for cohort in self.cohorts for share in cohort.followed)

    def without_follow_up(self) -> History:
        """The same letters, with nothing known of open windows."""
        return History(tuple(replace(cohort, followed=()) for cohort in self.cohorts))


def parse_outcomes(text: str, levels: int, follow_up: Sequence[float] = ()) -> History:
    """Read outcomes such as ``1NNN 2NNT``: the level, then a letter a participant, a space between cohorts.

    ``N`` no DLT, ``T`` DLT, ``?`` window still open, ``-`` not evaluable and replaced; ``b1NN`` were backfilled at
    level 1, and stand where their outcome became known; ``1T+`` was of the cohort that follows, and counts at level 1,
    whose dose was given. ``follow_up`` has the share of its window that is over for each ``?``, in order, or nothing.

    Raises OutcomesError for anything else, and for a level that the protocol does not have.
    """
    history = _read_cohorts(text, levels)
    return with_follow_up(history, follow_up) if follow_up else history


def with_follow_up(history: History, follow_up: Sequence[float]) -> History:
    """The same history with the share of each open window that is over; OutcomesError where they do not fit."""
    pending = sum(cohort.pending for cohort in history.cohorts)
    if len(follow_up) != pending:
        raise OutcomesError(
            f"follow-up: {len(follow_up)} shares are given and {pending} windows are open (?) in the outcomes; give "
            "one share for each, in their order."
        )
    for number, share in enumerate(follow_up, start=1):
        if not 0 <= share < 1:
            raise OutcomesError(
                f"follow-up: share {number} is {share:g}; write the part of the window that is over, at least 0 and "
                "below 1. A window that is over is no ? but N or T."
            )
    shares = iter(follow_up)
    return History(
        tuple(
            replace(cohort, followed=tuple(next(shares) for _ in range(cohort.pending))) for cohort in history.cohorts
        )
    )


def _read_cohorts(text: str, levels: int) -> History:
    cohorts = []
    for number, word in enumerate(text.split(), start=1):
        match = _COHORT.fullmatch(word)
        if match is None:
            raise OutcomesError(
                f"outcomes: cohort {number} is {word!r}, which is not a dose level followed by one letter a "
                "participant: N (no DLT), T (DLT), ? (window open) or - (not evaluable, replaced). "
                "Write, for example, 1NNN 2NNT, in capitals, with spaces between cohorts, b before the level of "
                "those who were backfilled, b1NN, and + after those of the next cohort who count at another level, 1T+."
            )
        backfilled, number_of_level, letters, part = match.groups()
        level = int(number_of_level) if len(number_of_level) < 6 else 10**6
        if level > levels:
            raise OutcomesError(
                f"outcomes: cohort {number} is {word!r}, at level {number_of_level}, but the protocol has "
                f"levels 1 to {levels}. Correct the level."
            )
        if len(letters) > MOST_IN_A_COHORT:
            raise OutcomesError(f"outcomes: cohort {number} has more than {MOST_IN_A_COHORT} participants; split it")
        if part and (backfilled or letters.strip(NO_DLT + DLT)):
            raise OutcomesError(
                f"outcomes: cohort {number} is {word!r}; + stands after outcomes that count at another level than "
                "their cohort's, which are N or T, and after nobody who was backfilled."
            )
        cohorts.append(Cohort(level, letters, is_backfilled=bool(backfilled), is_part=bool(part)))
    for each, follows in zip(cohorts, (*cohorts[1:], None), strict=False):
        if each.is_part and (follows is None or follows.is_backfilled):
            raise OutcomesError(f"outcomes: after {each} comes the rest of its cohort, such as 2NN; write it next.")
    if len(cohorts) > MOST_COHORTS:
        raise OutcomesError(f"outcomes: {len(cohorts)} cohorts are more than the {MOST_COHORTS} that can be read")
    return History(tuple(cohorts))
