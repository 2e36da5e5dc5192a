"""When each person took the drug in question: yes, no, just stopped, or not known where a date is known in part.

The spells of one drug have no place in the derived data, so they come from the recorded medications.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl

from firstdose.analysis.attribution.outcome import Outcome
from firstdose.analysis.attribution.recorded_days import recorded_days
from firstdose.analysis.deriving.background import is_background
from firstdose.analysis.deriving.trial_days import Days
from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.trough_draws import is_of, trough_rows
from firstdose.analysis.recorded import recorded
from firstdose.analysis.scores.measured import IntArray
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records import LabResult, Medication
from firstdose.records.drug_levels import is_below_detection
from firstdose.records.frames import in_frame, records_of

OFF, ON, JUST_STOPPED, UNKNOWN = 0, 1, 2, -1
"""What a person was on a day: off the drug, on it, within the withdrawal window after it, or it is not known."""

NEVER = 10**6
"""A day that no trial reaches: the end of what is still taken."""


class Spell(NamedTuple):
    """One prescription: the days on which it may have begun, and may have ended."""

    start: Days
    end: Days


@dataclass(frozen=True, eq=False)
class Drug:
    """Everybody's spells of one drug by subject; `is_recorded` is False where no medication of anybody is recorded.

    ``unexplained`` holds, by subject, the records of levels of the drug on days that lie in no recorded spell. Spells
    of these people are missing, and nobody can say of which days.
    """

    treatment: BackgroundTreatment
    spells: Mapping[str, tuple[Spell, ...]]
    is_recorded: bool
    unexplained: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def withdrawal_days(self) -> int:
        """How long after the last day effects of stopping are looked for."""
        return self.treatment.withdrawal_window_days or 0

    def took(self, subject: str) -> bool | None:
        """Whether a person took any of it; None where no medication of anybody is recorded, or a spell is missing."""
        if self.spells.get(subject):
            return True
        return False if self.is_recorded and subject not in self.unexplained else None

    def state(self, subject: str, day: int) -> int:
        """What a person was on a day: `ON`, `OFF`, `JUST_STOPPED`, or `UNKNOWN`."""
        if not self.is_recorded:
            return UNKNOWN
        found = state_on(day, self.spells.get(subject, ()), self.withdrawal_days)
        return UNKNOWN if subject in self.unexplained and found != ON else found


def state_on(day: int, spells: tuple[Spell, ...], withdrawal_days: int) -> int:
    """The state of one person on one day, from their spells. What holds for every reading of the dates is sure."""
    ends = [(first, last) for spell in spells for first, last in [_bounds(spell.end)]]
    starts = [_bounds(spell.start) for spell in spells]
    both = list(zip(starts, ends, strict=True))
    if any(start[1] <= day <= end[0] for start, end in both):
        return ON
    if any(start[0] <= day <= end[1] for start, end in both):
        return UNKNOWN
    stopped = [end for end in ends if end[0] < day <= end[1] + withdrawal_days]
    if any(end[1] < day <= end[0] + withdrawal_days for end in stopped):
        return JUST_STOPPED
    return UNKNOWN if stopped else OFF


def _bounds(days: Days) -> tuple[float, float]:
    """The first and the last day that something may have been on, endless where nothing is known."""
    first, last = days
    return (-np.inf if first is None else first), (np.inf if last is None else last)


def drug_in_question(frame: Frame) -> BackgroundTreatment | None:
    """The background treatment that findings are held against; None where the protocol has none."""
    named = frame.protocol.attribution.treatment
    every = frame.protocol.background_treatments
    return next((each for each in every if named in (None, each.id)), None)


def drug_taken(frame: Frame, treatment: BackgroundTreatment) -> Drug:
    """Everybody's spells of a drug, from the medications recorded by the day of the data."""
    days = recorded_days(frame)
    rows = recorded(frame, Medication)
    found: dict[str, list[Spell]] = {}
    for each in records_of(Medication, rows):
        if is_background(each, frame.protocol.background_treatments) is treatment:
            start = days.days(each.subject, in_frame(each.start))
            is_taken = bool(each.ongoing) or each.end is None
            end = Days(NEVER, NEVER) if is_taken else days.days(each.subject, in_frame(each.end))
            found.setdefault(each.subject, []).append(Spell(start, end))
    spells = {subject: tuple(each) for subject, each in found.items()}
    return Drug(treatment, spells, rows.height > 0, unexplained_levels(frame, treatment, spells))


def unexplained_levels(
    frame: Frame, treatment: BackgroundTreatment, spells: Mapping[str, tuple[Spell, ...]]
) -> dict[str, tuple[str, ...]]:
    """The records of levels of the treated that no recorded spell explains, by subject.

    A level does so if it was measured above detection after the withdrawal window, or before any spell; of somebody
    without a spell also one that was drawn and has no result. Levels below detection say nothing of the kind.
    """
    keys = ["subject", "number"]
    nothing_found = recorded(frame, LabResult).filter(is_below_detection()).select(keys)
    rows = trough_rows(frame).filter(is_of(treatment)).join(nothing_found, on=keys, how="anti", maintain_order="left")
    is_below = (pl.col("value") <= 0).fill_null(False) | pl.col("text").str.starts_with("<").fill_null(False)
    has_result = pl.col("value").is_not_null() | pl.col("text").is_not_null()
    levels = rows.filter(~is_below & (has_result | pl.col("day").is_not_null())).with_columns(has_result=has_result)
    found: dict[str, list[str]] = {}
    for each in levels.select("subject", "day", "record", "has_result").iter_rows(named=True):
        own = spells.get(each["subject"], ())
        if not own or (
            each["has_result"]
            and each["day"] is not None
            and state_on(each["day"], own, treatment.withdrawal_window_days or 0) == OFF
        ):
            found.setdefault(each["subject"], []).append(each["record"])
    return {subject: tuple(records) for subject, records in found.items()}


def states_of(frame: Frame, outcome: Outcome, drug: Drug | None) -> IntArray:
    """What the person of each value of an outcome was when it was measured; shape (values,).

    The protocol's lists of visits on and off the drug, if it has them, stand in place of people's own dates. Without a
    drug everybody is off it.
    """
    if drug is None:
        return np.full(len(outcome.value), OFF, dtype=np.int64)
    plan = frame.protocol.attribution
    if plan.visits_on and plan.visits_off:
        listed = {**dict.fromkeys(plan.visits_on, ON), **dict.fromkeys(plan.visits_off, OFF)}
        states = [
            OFF if before else listed.get(visit, UNKNOWN)
            for visit, before in zip(outcome.visit, outcome.before, strict=True)
        ]
        return np.array(states, dtype=np.int64)
    subjects = outcome.people.subjects
    days = zip(outcome.person.tolist(), outcome.day.tolist(), strict=True)
    return np.array([drug.state(subjects[person], day) for person, day in days], dtype=np.int64)
