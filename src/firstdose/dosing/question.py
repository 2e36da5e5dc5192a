"""What is asked when somebody is to be dosed, the reasons against it, and what both rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property

from firstdose.designs.building import build_design
from firstdose.designs.rule import EscalationRule
from firstdose.dosing.advice import Advice, advise
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import TrialHistory, trial_history
from firstdose.dosing.known import (
    WHERE_DAYS_BEGIN_FIRST,
    WHERE_DAYS_END_LAST,
    Recorded,
    Span,
    day_number,
    span_of,
    start_of_day,
)
from firstdose.dosing.recorded import Records, is_no_place
from firstdose.protocol import Protocol
from firstdose.records import Slot


@dataclass(frozen=True)
class Reason:
    """One reason why somebody may not be dosed now.

    ``rule`` is the key in the protocol file, or the kind of record where the protocol has no key. ``fulfilled_from`` is
    when it will no longer hold, if that is known. ``records`` name what it rests on. ``departed`` are the words of
    it for somebody who was dosed all the same, where they are others. ``criterion`` is the one of the protocol that
    it is about, which its words call "criterion" with this identifier. ``halts`` says that it holds back whoever is to
    be dosed in the cohort, or in the trial, until people decide, judge or correct something.
    """

    rule: str
    words: str
    fulfilled_from: datetime | None = None
    records: tuple[str, ...] = ()
    departed: str = ""
    criterion: str = ""
    halts: bool = False


@dataclass(frozen=True, eq=False)
class Question:
    """Whether a person may be dosed at a moment, with everything that was known then."""

    protocol: Protocol
    records: Records
    subject: str
    zone_given: tzinfo | None = None
    cohort_dosed: str | None = None
    """The cohort in which the person is said to have been dosed, with a slot of it or not."""
    known: Courses | None = None
    """Everyone's courses where they were made already, of these records."""

    @property
    def as_of(self) -> datetime:
        return self.records.as_of

    @cached_property
    def zone(self) -> tzinfo:
        """The zone of the person's site; where it is not known, the one where days end last."""
        return self.zone_known or WHERE_DAYS_END_LAST

    @cached_property
    def zone_known(self) -> tzinfo | None:
        """The zone given if it is a place's; else the one recorded, before one such as UTC."""
        given = None if is_no_place(self.zone_given) else self.zone_given
        recorded = self.records.zone_planned(self.subject) or self.records.zone_at(self.subject)
        return given or recorded or self.zone_given

    @cached_property
    def today(self) -> int:
        """Today at the person's site, as a number."""
        return day_number(self.as_of, self.zone)

    @cached_property
    def latest_today(self) -> int:
        """Today at the person's site; where its zone is not known, the latest day that it can be there."""
        return day_number(self.as_of, self.zone_known or WHERE_DAYS_BEGIN_FIRST)

    @cached_property
    def courses(self) -> Courses:
        return self.known or Courses(self.protocol, self.records)

    @cached_property
    def history(self) -> TrialHistory:
        return trial_history(self.courses)

    @cached_property
    def rule(self) -> EscalationRule | None:
        """The escalation rule, if the protocol has one."""
        return build_design(self.protocol) if self.protocol.escalation.has_rule else None

    @cached_property
    def advice(self) -> Advice | None:
        """What the rule advises now."""
        return advise(self.courses, self.history) if self.rule else None

    @cached_property
    def slot(self) -> Slot | None:
        return self.records.slot(self.subject)

    @cached_property
    def cohort(self) -> CohortInOrder | None:
        """The recorded cohort in which the person was dosed, if one is named; else that of the slot held."""
        cohorts = self.courses.cohorts
        if self.cohort_dosed is not None:
            dosed = [each for each in cohorts if each.identifier == self.cohort_dosed and each.record is not None]
            if dosed:
                return dosed[0]
        if self.slot is None:
            return None
        return next((each for each in cohorts if each.identifier == self.slot.cohort), None)

    def span(self, recorded: Recorded | None) -> Span:
        """What a date may mean at the person's site."""
        return span_of(recorded, self.zone_known)

    def day_begins(self, day: int | None) -> datetime | None:
        """The instant at which a day begins at the person's site."""
        return None if day is None else start_of_day(day, self.zone)
