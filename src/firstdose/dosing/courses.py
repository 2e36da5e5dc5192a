"""Everyone's course, from the records: who was dosed, in which order and cohort, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from firstdose.dosing.administrations import Administration, administration_of
from firstdose.dosing.cohorts import CohortInOrder, Place, cohorts_in_order
from firstdose.dosing.judging import follow_up, judge
from firstdose.dosing.last_seen import Watch, holds_follow_up, last_seen_before
from firstdose.dosing.leaving import Ending, endings
from firstdose.dosing.levels import level_counted, level_given
from firstdose.dosing.participant import NOT_FOLLOWED, ParticipantCourse
from firstdose.dosing.pending import Wait, verdict_words, wait_of
from firstdose.dosing.recorded import Records
from firstdose.dosing.toxicity import CountedEvent, counted_events
from firstdose.dosing.versions import protocol_followed
from firstdose.protocol import Protocol
from firstdose.protocol.escalation import dose_in_words
from firstdose.records import Slot, TrialData
from firstdose.safety.evaluability import Evaluability, Status
from firstdose.safety.moments import local_day

COHORT_NOT_RECORDED = "cohort not recorded"


@dataclass(frozen=True, eq=False)
class Courses:
    """Everyone's course as of a moment, with the cohorts that they make up."""

    protocol: Protocol
    records: Records

    def protocol_of(self, subject: str) -> Protocol:
        """The version of the protocol that a subject follows."""
        return protocol_followed(self.protocol, self.records.subjects.get(subject))

    @cached_property
    def cohorts(self) -> tuple[CohortInOrder, ...]:
        """The cohorts in the order in which they began."""
        return cohorts_in_order(self.protocol, self.records, [self._place(subject) for subject in self._in_order])

    @cached_property
    def all(self) -> tuple[ParticipantCourse, ...]:
        """The dosed in the order of dosing, then those who only hold a slot, by cohort and slot."""
        courses = [self._course(subject) for subject in self._in_order]
        return tuple(sorted(courses, key=lambda course: (not course.is_dosed, *self._rank(course))))

    def of(self, subject: str) -> ParticipantCourse | None:
        """One participant's course."""
        return self._by_subject.get(subject)

    @cached_property
    def _by_subject(self) -> Mapping[str, ParticipantCourse]:
        return {course.subject: course for course in self.all}

    def in_cohort(self, cohort: CohortInOrder) -> tuple[ParticipantCourse, ...]:
        """Those of a cohort who were dosed."""
        return tuple(course for course in self.all if course.cohort_number == cohort.number and course.is_dosed)

    def _rank(self, course: ParticipantCourse) -> tuple[int, int]:
        """The place among those who were not dosed; the others are in order already."""
        return (0, 0) if course.is_dosed else (course.cohort_number or len(self.cohorts) + 1, course.slot or 0)

    @cached_property
    def _given(self) -> Mapping[str, Administration]:
        """What was given, by subject in the order of dosing; on the same instant or without one, by slot and name."""
        found = (administration_of(self.protocol_of(each), self.records, each) for each in self.records.dosings)
        given = [each for each in found if each is not None]
        latest = self.records.as_of
        given.sort(
            key=lambda each: (each.start.first is None, each.start.first or latest, *self._slot_key(each.subject))
        )
        return {each.subject: each for each in given}

    def _slot_key(self, subject: str) -> tuple[int, str]:
        slot = self.records.slot(subject, was_dosed=True)
        return (slot.slot if slot else 0, subject)

    def _slot(self, subject: str) -> Slot | None:
        return self.records.slot(subject, was_dosed=subject in self._given)

    @cached_property
    def _in_order(self) -> tuple[str, ...]:
        """Everyone who was dosed, in order, and everyone else who holds a slot."""
        holding = [subject for subject in self.records.slots if self._slot(subject) is not None]
        return tuple(dict.fromkeys([*self._given, *holding]))

    @cached_property
    def _endings(self) -> Mapping[str, tuple[Ending, ...]]:
        return {subject: endings(self.records, subject) for subject in self._in_order}

    @cached_property
    def _events(self) -> Mapping[str, tuple[CountedEvent, ...]]:
        return {
            subject: counted_events(self.records, given, self.protocol_of(subject).escalation.dlt)
            for subject, given in self._given.items()
        }

    @cached_property
    def _judged(self) -> Mapping[str, Evaluability]:
        return {
            subject: judge(
                self.protocol_of(subject), self.records, given, self._events[subject], self._endings[subject]
            )
            for subject, given in self._given.items()
        }

    @property
    def _by_calendar(self) -> Mapping[str, str]:
        """Whose window passed without a DLT by the calendar alone, in words; nobody where no follow-up is held."""
        return self.unseen if holds_follow_up(self.records) else {}

    @cached_property
    def unseen(self) -> Mapping[str, str]:
        """The same, everybody without a DLT included where no follow-up is held: nobody is recorded as looked at."""
        watches = {}
        for subject, judged in self._judged.items():
            given, definition = self._given[subject], self.protocol_of(subject).escalation.dlt
            if judged.status is Status.EVALUABLE and not judged.has_dlt and definition and given.start.last:
                first_day = local_day(given.start.last, given.zone)
                today = local_day(self.records.as_of, given.zone)
                watches[subject] = Watch(first_day + timedelta(days=definition.window_days), today)
        unseen = last_seen_before(self.records, watches)
        return {subject: self._calendar_words(subject, watches[subject], last) for subject, last in unseen.items()}

    def _calendar_words(self, subject: str, watch: Watch, last: date | None) -> str:
        """Up to which day something is known of somebody, and what the calendar stands for."""
        definition = self.protocol_of(subject).escalation.dlt
        days = definition.window_days if definition else 0
        day = None if last is None else (last - watch.window_ends).days + days
        since = "of the person" if day is None else f"after day {day}" if day >= 0 else "after dosing"
        words = f"nothing is recorded {since}; that the window of {days} days passed without a DLT"
        return f"{words} is by the calendar alone"

    def _place(self, subject: str) -> Place:
        given = self._given.get(subject)
        if given is None:
            slot = self._slot(subject)
            return Place(subject, slot.cohort if slot else None, None, None)
        is_counted = self._judged[subject].status is not Status.NOT_EVALUABLE
        return Place(subject, given.cohort, given.start.first, given.level_assigned, is_counted)

    @cached_property
    def _cohort_of(self) -> Mapping[str, CohortInOrder]:
        return {subject: cohort for cohort in self.cohorts for subject in cohort.subjects}

    @cached_property
    def _replacements(self) -> Mapping[str, str]:
        """Who replaces whom: the replaced, and their replacement."""
        slots = (slot for held in self.records.slots.values() for slot in held if self.records.is_held(slot))
        return {slot.replaces: slot.subject for slot in slots if slot.replaces and slot.subject}

    def _course(self, subject: str) -> ParticipantCourse:
        """One participant's course, put together."""
        given, cohort, slot = self._given.get(subject), self._cohort_of.get(subject), self._slot(subject)
        not_dosed = Evaluability(subject, Status.NOT_DOSED, ("not dosed",), None)
        judged = self._judged.get(subject, not_dosed)
        level = given.level_assigned if given else cohort.level if cohort else None
        by_calendar = self._by_calendar.get(subject, "")
        if by_calendar:
            judged = replace(judged, reasons=(*judged.reasons, by_calendar))
        own = self.protocol_of(subject)
        given_as = level_given(own, given.dose_given if given else None)
        course = ParticipantCourse(
            subject=subject,
            cohort=cohort.identifier if cohort else None,
            cohort_number=cohort.number if cohort else None,
            slot=slot.slot if slot else None,
            is_sentinel=self._is_sentinel(subject, slot, cohort),
            level_assigned=level,
            level_given=given_as,
            level_counted=level_counted(level, given_as, judged.has_dlt),
            evaluability=judged,
            given=given,
            events=self._events.get(subject, ()),
            endings=self._endings[subject],
            follow_up=follow_up(own, self.records, given, self._endings[subject]) if given else NOT_FOLLOWED,
            replaces=slot.replaces if slot else None,
            replaced_by=self._replacements.get(subject),
            flags=(*self._flags(given, cohort, level, given_as), *filter(None, (by_calendar,))),
            by_calendar=by_calendar,
        )
        if wait_of(course, self.records.as_of) is not Wait.VERDICT:
            return course
        return replace(course, flags=(*course.flags, verdict_words(course)))

    def _is_sentinel(self, subject: str, slot: Slot | None, cohort: CohortInOrder | None) -> bool | None:
        """As recorded; where the cohort's slots do not say, the first to be dosed are taken for its sentinels."""
        sentinel = self.protocol.escalation.sentinel
        if sentinel is None:
            return None
        if slot is not None and slot.sentinel is not None:
            return slot.sentinel
        if cohort is None or subject not in self._given:
            return None
        dosed = [one for one in self._given if self._cohort_of.get(one) == cohort]
        said = [self._slot(one) for one in dosed]
        named = sum(each is not None and each.sentinel is True for each in said)
        silent = [one for one, each in zip(dosed, said, strict=True) if each is None or each.sentinel is None]
        return subject in silent[: max(sentinel.participants - named, 0)]

    def _flags(
        self, given: Administration | None, cohort: CohortInOrder | None, level: int | None, given_as: int | None
    ) -> Iterator[str]:
        """What to beware of in one participant's course."""
        if given is None:
            return
        yield from given.flags
        if cohort is None or cohort.identifier is None:
            yield f"{COHORT_NOT_RECORDED}: order and level of the dosings stand for it"
        elif cohort.record is None and self.records.cohorts:
            yield f"there is no record of {cohort.name}"
        if given.dose_given is not None and level is not None and level != given_as:
            yield _difference(given.dose_given, level, given_as)


def course_of(protocol: Protocol, trial_data: TrialData, as_of: datetime) -> tuple[ParticipantCourse, ...]:
    """Everyone who was dosed by a moment, in the order of dosing, then those who held a slot.

    What is surely later than ``as_of``, which needs a zone, is not known yet.
    """
    return Courses(protocol, Records(trial_data, as_of)).all


def _difference(dose_given: float, level: int, given_as: int | None) -> str:
    """The dose given is not the level assigned."""
    what = f"the dose of level {given_as}" if given_as else "between the levels"
    return f"given level differs from assigned: {dose_in_words(dose_given)} given is {what}, level {level} was assigned"
