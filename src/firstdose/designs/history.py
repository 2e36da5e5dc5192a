"""A trial's outcomes so far, in the field's own notation: ``1NNN 2NTN 2N?-``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

NO_DLT = "N"
DLT = "T"
PENDING = "?"
NOT_EVALUABLE = "-"

MOST_IN_A_COHORT = 100
MOST_COHORTS = 300

_COHORT = re.compile(r"([1-9][0-9]*)([NT?\-]+)")


class OutcomesError(ValueError):
    """The outcomes cannot be read; the message says which cohort, why and how to write it."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """One cohort: the level given and one letter a participant.

    ``followed`` says for each open window, in order, what share of it is over without a DLT; None where that is not
    known. It may be left out: then nothing is known of any.
    """

    level: int
    outcomes: str
    followed: tuple[float | None, ...] = ()

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
        return Cohort(self.level, done + DLT * dlts + NO_DLT * (self.pending - dlts))

    def __str__(self) -> str:
        return f"{self.level}{self.outcomes}"


@dataclass(frozen=True, slots=True)
class History:
    """The cohorts treated so far, in order."""

    cohorts: tuple[Cohort, ...] = ()

    def __str__(self) -> str:
        return " ".join(str(cohort) for cohort in self.cohorts)

    def __len__(self) -> int:
        return len(self.cohorts)

    def then(self, level: int, outcomes: str) -> History:
        """This history with one more cohort."""
        return History((*self.cohorts, Cohort(level, outcomes)))

    @property
    def evaluable(self) -> int:
        return sum(cohort.evaluable for cohort in self.cohorts)

    @property
    def is_followed(self) -> bool:
        """Whether the follow-up of any open window is known."""
        return any(share is not None for cohort in self.cohorts for share in cohort.followed)

    def without_follow_up(self) -> History:
        """The same letters, with nothing known of open windows."""
        return History(tuple(Cohort(cohort.level, cohort.outcomes) for cohort in self.cohorts))


def parse_outcomes(text: str, levels: int, follow_up: Sequence[float] = ()) -> History:
    """Read outcomes such as ``1NNN 2NNT``: the level, then a letter a participant, a space between cohorts.

    ``N`` no DLT, ``T`` DLT, ``?`` window still open, ``-`` not evaluable and replaced. ``follow_up`` has the share of
    its window that is over for each ``?``, in order, or nothing.

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
            Cohort(cohort.level, cohort.outcomes, tuple(next(shares) for _ in range(cohort.pending)))
            for cohort in history.cohorts
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
                "Write, for example, 1NNN 2NNT, in capitals, with spaces between cohorts."
            )
        level = int(match.group(1)) if len(match.group(1)) < 6 else 10**6
        if level > levels:
            raise OutcomesError(
                f"outcomes: cohort {number} is {word!r}, at level {match.group(1)}, but the protocol has "
                f"levels 1 to {levels}. Correct the level."
            )
        if len(match.group(2)) > MOST_IN_A_COHORT:
            raise OutcomesError(f"outcomes: cohort {number} has more than {MOST_IN_A_COHORT} participants; split it")
        cohorts.append(Cohort(level, match.group(2)))
    if len(cohorts) > MOST_COHORTS:
        raise OutcomesError(f"outcomes: {len(cohorts)} cohorts are more than the {MOST_COHORTS} that can be read")
    return History(tuple(cohorts))
