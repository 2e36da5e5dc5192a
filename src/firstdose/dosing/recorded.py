"""The records of a trial that dosing rests on, found by person, cohort and batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from firstdose.dosing.known import UNKNOWN, Recorded, Span, span_of, zone_named
from firstdose.records import (
    AdverseEvent,
    Batch,
    BatchTest,
    Cohort,
    CriterionAnswer,
    Death,
    Disposition,
    DltAdjudication,
    DoseDecision,
    Dosing,
    Slot,
    Subject,
    TrialData,
)
from firstdose.records.frames import records_of

RecordType = TypeVar("RecordType")
OfSubject = TypeVar("OfSubject", AdverseEvent, DltAdjudication)
Key = TypeVar("Key")

NO_PLACE = ("UTC", "Etc/UTC", "GMT", "Etc/GMT")
GONE = ("released", "replaced")
"""States of a slot that its subject does not hold any more."""
FEW_ROWS = 2_000


@dataclass(frozen=True, eq=False)
class Records:
    """What was known at an instant; a record that is surely later is left out, one without a date is not."""

    trial_data: TrialData
    as_of: datetime
    zone: tzinfo | None = None

    def __post_init__(self) -> None:
        """The moment has a zone; where it is a place's, that place stands for sites whose zone is not recorded."""
        if self.as_of.tzinfo is None:
            raise ValueError(f"the moment {self.as_of} needs a time zone")
        if self.zone is None and isinstance(self.as_of.tzinfo, ZoneInfo) and not is_no_place(self.as_of.tzinfo):
            object.__setattr__(self, "zone", self.as_of.tzinfo)

    @cached_property
    def subjects(self) -> Mapping[str, Subject]:
        return _firsts(self.trial_data.records(Subject), lambda subject: subject.subject)

    @cached_property
    def cohorts(self) -> Mapping[str, Cohort]:
        """Every cohort that is recorded, opened or not."""
        return _firsts(self.trial_data.records(Cohort), lambda cohort: cohort.cohort)

    @cached_property
    def slots(self) -> Mapping[str, list[Slot]]:
        """By the subject who holds or held them."""
        known = (slot for slot in self.trial_data.records(Slot) if self.is_known(slot.assigned))
        return _grouped((slot for slot in known if slot.subject), lambda slot: slot.subject or "")

    @cached_property
    def slots_later(self) -> Mapping[str, list[Slot]]:
        """Those surely assigned after now, by subject."""
        later = (slot for slot in self.trial_data.records(Slot) if not self.is_known(slot.assigned))
        return _grouped((slot for slot in later if slot.subject), lambda slot: slot.subject or "")

    @cached_property
    def dosings(self) -> Mapping[str, list[Dosing]]:
        """What was given, and what is only planned, by subject and in order of their numbers."""
        records = sorted(self.trial_data.records(Dosing), key=lambda dosing: (dosing.subject, dosing.number))
        return _grouped(records, lambda dosing: dosing.subject)

    @cached_property
    def decisions(self) -> tuple[DoseDecision, ...]:
        """In order of their numbers."""
        known = (each for each in self.trial_data.records(DoseDecision) if self.is_known(each.decided))
        return tuple(sorted(known, key=lambda decision: decision.decision))

    @cached_property
    def events(self) -> Mapping[str, list[AdverseEvent]]:
        """Adverse events of participants, as far as they had begun and been recorded, or adjudicated before that."""
        known = (
            event
            for event in self._of_participants(AdverseEvent)
            if (event.subject, event.number) in self.adjudications
            or (self.is_known(event.start) and self.is_known(event.recorded))
        )
        return _grouped(known, lambda event: event.subject)

    @cached_property
    def adjudications(self) -> Mapping[tuple[str, int], list[DltAdjudication]]:
        """By subject and number of the event."""
        known = (each for each in self._of_participants(DltAdjudication) if self.is_known(each.adjudicated))
        return _grouped(known, lambda each: (each.subject, each.event))

    @cached_property
    def dispositions(self) -> Mapping[str, list[Disposition]]:
        found = self.trial_data.records(Disposition)
        known = (each for each in found if self.is_known(each.occurred) and self.is_known(each.recorded))
        return _grouped(known, lambda disposition: disposition.subject)

    @cached_property
    def deaths(self) -> Mapping[str, list[Death]]:
        known = (each for each in self.trial_data.records(Death) if self.is_known(each.died))
        return _grouped(known, lambda death: death.subject)

    @cached_property
    def answers(self) -> Mapping[str, list[CriterionAnswer]]:
        """Answers to the criteria of eligibility, by subject."""
        known = (each for each in self.trial_data.records(CriterionAnswer) if self.is_known(each.answered))
        return _grouped(known, lambda answer: answer.subject)

    @cached_property
    def answers_later(self) -> Mapping[str, list[CriterionAnswer]]:
        """Those surely given after now, by subject."""
        later = (each for each in self.trial_data.records(CriterionAnswer) if not self.is_known(each.answered))
        return _grouped(later, lambda answer: answer.subject)

    @cached_property
    def batches(self) -> Mapping[str, list[Batch]]:
        """By name; every record of a batch counts, should there be several."""
        known = (each for each in self.trial_data.records(Batch) if self.is_known(each.manufactured))
        return _grouped(known, lambda batch: batch.batch)

    @cached_property
    def batch_tests(self) -> Mapping[str, list[BatchTest]]:
        known = (each for each in self.trial_data.records(BatchTest) if self.is_known(each.tested))
        return _grouped(known, lambda test: test.batch)

    @cached_property
    def zones(self) -> Mapping[str | None, tzinfo]:
        """The zone of each centre, from its dosings; where two are recorded for one centre, none."""
        found: dict[str | None, set[str]] = defaultdict(set)
        for subject, dosings in self.dosings.items():
            found[self.centre(subject)].update(each.zone for each in dosings if each.zone)
        named = {centre: zone_named(next(iter(names))) for centre, names in found.items() if len(names) == 1}
        return {centre: zone for centre, zone in named.items() if zone is not None}

    def slot(self, subject: str, *, was_dosed: bool = False) -> Slot | None:
        """The slot that a subject holds; for somebody who was dosed and then replaced, the last one held."""
        slots = self.slots.get(subject, [])
        held = [slot for slot in slots if self.is_held(slot)]
        return held[-1] if held else slots[-1] if slots and was_dosed else None

    def is_held(self, slot: Slot) -> bool:
        """Whether somebody holds a slot; one who is replaced later, having been dosed, still held it before."""
        if slot.state not in GONE:
            return True
        dosings = self.dosings.get(slot.subject or "", ())
        return slot.state == "replaced" and bool(dosings) and not any(map(self.was_given, dosings))

    def planned(self, subject: str) -> list[Dosing]:
        """Dosings of a subject of which nothing had been given by now."""
        return [dosing for dosing in self.dosings.get(subject, []) if not self.was_given(dosing)]

    def was_given(self, dosing: Dosing) -> bool:
        """Whether a procedure had been started, or cells given, by now; a dosing that is only planned has neither."""
        started = dosing.procedure_start or dosing.product_start
        if started is None:
            return dosing.given in ("full", "partial") or bool(dosing.dose_given)
        return span_of(started, self.zone_of(dosing)).by(self.as_of) is not False

    def zone_of(self, dosing: Dosing) -> tzinfo | None:
        """The zone of a dosing's site: the dosing's own, or its centre's."""
        return zone_named(dosing.zone) or self.zone_at(dosing.subject)

    def zone_planned(self, subject: str) -> tzinfo | None:
        """The zone that a dosing names which is planned."""
        return next(filter(None, (zone_named(dosing.zone) for dosing in self.planned(subject))), None)

    def centre(self, subject: str) -> str | None:
        """The centre of a subject, if it is recorded."""
        return self.subjects[subject].centre if subject in self.subjects else None

    def is_repeated(self, record_type: type, key: str, value: str | int) -> bool:
        """Whether several records have one identity, so that one cannot tell which of them holds."""
        return self.trial_data[record_type].filter(pl.col(key) == value).height > 1

    def is_known(self, recorded: Recorded | None) -> bool:
        """Whether something may have happened by now: only a date that is surely later says no."""
        return self.span(recorded).by(self.as_of) is not False

    def span(self, recorded: Recorded | None, subject: str | None = None) -> Span:
        """What a date may mean, in the zone of the subject's centre where the date itself names no offset."""
        if recorded is None:
            return UNKNOWN
        return span_of(recorded, self.zone_at(subject))

    def zone_at(self, subject: str | None) -> tzinfo | None:
        """The zone of a subject's centre; the trial's only zone for what belongs to nobody."""
        return self._only_zone if subject is None else self.zones.get(self.centre(subject), self.zone)

    @cached_property
    def _only_zone(self) -> tzinfo | None:
        """The zone of all centres, where they have one."""
        zones = set(self.zones.values())
        return zones.pop() if len(zones) == 1 else self.zone

    def _of_participants(self, record_type: type[OfSubject]) -> Iterable[OfSubject]:
        """Records of a kind that belong to those who have a dosing or a slot."""
        participants, frame = {**self.dosings, **self.slots}, self.trial_data[record_type]
        if frame.height <= FEW_ROWS:
            found = self.trial_data.records(record_type)
        else:
            found = records_of(record_type, frame.filter(pl.col("subject").is_in(list(participants))))
        return (each for each in found if each.subject in participants)


def is_no_place(zone: tzinfo | None) -> bool:
    """Whether a zone is UTC by name, which is no place's: what is recorded of a site says more."""
    return isinstance(zone, ZoneInfo) and zone.key in NO_PLACE


def _grouped(records: Iterable[RecordType], key_of: Callable[[RecordType], Key]) -> dict[Key, list[RecordType]]:
    """Records by what they belong to, in their order."""
    groups: dict[Key, list[RecordType]] = defaultdict(list)
    for each in records:
        groups[key_of(each)].append(each)
    return dict(groups)


def _firsts(records: Iterable[RecordType], key_of: Callable[[RecordType], Key]) -> dict[Key, RecordType]:
    """The first record of each key, in their order."""
    found: dict[Key, RecordType] = {}
    for each in records:
        found.setdefault(key_of(each), each)
    return found
