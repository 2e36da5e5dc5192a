"""A small trial, put together record by record: times are local to Rome unless they carry an offset."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firstdose.protocol import Protocol, examine_text
from firstdose.records import (
    AdverseEvent,
    Batch,
    BatchTest,
    Cohort,
    CriterionAnswer,
    DltAdjudication,
    DoseDecision,
    Dosing,
    Slot,
    Subject,
    TrialData,
    read_partial_date,
    read_partial_date_time,
)

ROME = ZoneInfo("Europe/Rome")
DOSES = (5.0, 10.0, 16.0, 24.0)

PROTOCOL = """
trial: {id: T-1, title: A trial}
product:
  name: cells
  release_criteria:
    - {id: viability, test: Viable cells, at_least: 70, unit: "%"}
    - {id: sterility, test: Sterility, result: no growth}
  dose_tolerance: {below: 10, above: 10, unit: "%"}
dose_levels: {unit: million cells, values: [5, 10, 16, 24]}
escalation:
  design: three_plus_three
  cohort_size: 3
  max_participants: 24
  settings: {variant: previous}
  dlt: {definition: grade 3 or more, attribution: [product, procedure], window_days: 28}
  evaluable: {rule: the full dose and the window or a DLT, replaced: true}
  interval_between_participants_days: 7
  interval_between_cohorts_days: 14
  committee_review: {required: true, quorum: 2}
population:
  criteria:
    - {id: I1, kind: inclusion, text: progressive disease}
    - {id: E1, kind: exclusion, text: pregnancy}
"""
SENTINEL = "  sentinel: {participants: 1, interval_days: 14, on_dlt: committee_review}\n"


def protocol(change: Callable[[str], str] | None = None) -> Protocol:
    """The protocol, its text changed."""
    examined = examine_text(change(PROTOCOL) if change else PROTOCOL)
    assert examined.protocol is not None, examined.problems
    return examined.protocol


def with_sentinel(text: str) -> str:
    return text.replace("  committee_review:", SENTINEL + "  committee_review:")


def at(text: str, zone: ZoneInfo = ROME) -> datetime:
    """A local time, as of which something is asked."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def after(text: str, days: int) -> str:
    """So many days later, on the clock on the wall."""
    return (datetime.fromisoformat(text) + timedelta(days=days)).isoformat(timespec="minutes")


@dataclass(frozen=True)
class Trial:
    """Records of a trial; every method gives a trial with more of them."""

    records: tuple[Any, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def data(self) -> TrialData:
        return TrialData.of(self.records)

    def plus(self, *records: Any) -> Trial:
        return replace(self, records=(*self.records, *records))

    def without(self, is_out: Callable[[Any], bool]) -> Trial:
        return replace(self, records=tuple(each for each in self.records if not is_out(each)))

    def changed(self, record_type: type, is_meant: Callable[[Any], bool], **changes: Any) -> Trial:
        """The records of a type that are meant, changed; there must be one."""
        found = [isinstance(each, record_type) and is_meant(each) for each in self.records]
        assert any(found), f"no {record_type.__name__} to change"
        pairs = zip(self.records, found, strict=True)
        return replace(self, records=tuple(replace(each, **changes) if is_it else each for each, is_it in pairs))

    def person(self, name: str, **facts: Any) -> Trial:
        """Somebody who gave consent and is eligible, in January 2026."""
        known = {
            "consent": time("2026-01-05T10:00"),
            "eligibility_confirmed": time("2026-01-20T12:00"),
            "eligibility_confirmed_by": "an investigator",
        }
        answers = (
            CriterionAnswer(subject=name, criterion="I1", answer="yes", answered=time("2026-01-10")),
            CriterionAnswer(subject=name, criterion="E1", answer="no", answered=time("2026-01-10")),
        )
        return self.plus(Subject(subject=name, **(known | facts)), *answers)

    def cohort(self, name: str, level: int, opened: str = "2026-02-01T08:00", **facts: Any) -> Trial:
        known = {"dose_level": level, "opened": time(opened), "size": 3, "kind": "escalation"}
        return self.plus(Cohort(cohort=name, **(known | facts)))

    def slot(self, cohort: str, number: int, subject: str, **facts: Any) -> Trial:
        known = {"state": "assigned", "assigned": time("2026-02-01T08:00")}
        return self.plus(Slot(cohort=cohort, slot=number, subject=subject, **(known | facts)))

    def dosed(self, name: str, start: str, cohort: str | None, level: int | None, **facts: Any) -> Trial:
        """Somebody given the dose of a level."""
        known = {
            "number": 1,
            "cohort": cohort,
            "level_assigned": level,
            "dose_assigned": DOSES[level - 1] if level else None,
            "dose_given": DOSES[level - 1] if level else None,
            "dose_unit": "million cells",
            "procedure_start": time(start),
            "zone": "Europe/Rome",
            "batch": "B1",
        }
        return self.plus(Dosing(subject=name, **(known | facts)))

    def event(self, name: str, start: str | None, number: int = 1, **facts: Any) -> Trial:
        """A related event of grade 3."""
        known = {"term": "seizure", "grade": 3, "relation_to_product": "related", "start": time(start)}
        return self.plus(AdverseEvent(subject=name, number=number, **(known | facts)))

    def verdict(self, name: str, verdict: Any, when: str | None, number: int = 1, event: int = 1) -> Trial:
        adjudicated = time(when)
        facts = {"event": event, "adjudication": number, "adjudicated": adjudicated, "verdict": verdict}
        return self.plus(DltAdjudication(subject=name, **facts))

    def decision(self, number: int, level: int | None, when: str, action: str = "dose", **facts: Any) -> Trial:
        known = {
            "decided": time(when),
            "action": action,
            "next_level": level,
            "recommended_action": action,
            "recommended_next_level": level,
            "members": "A. Alpha; B. Beta; C. Gamma",
        }
        return self.plus(DoseDecision(decision=number, **(known | facts)))

    def batch(self, name: str = "B1", **facts: Any) -> Trial:
        known = {"state": "released", "released": time("2026-01-15T09:00"), "expires": day("2027-06-30")}
        tests = (
            BatchTest(batch=name, test="viability", result=85.0, unit="%", passed=True, tested=day("2026-01-12")),
            BatchTest(batch=name, test="sterility", result_text="No growth", passed=True, tested=day("2026-01-14")),
        )
        return self.plus(Batch(batch=name, **(known | facts)), *tests)

    def people(self, names: Iterable[str], cohort: str) -> Trial:
        """Persons with slots of a cohort, in order."""
        trial = self
        for number, name in enumerate(names, start=1):
            trial = trial.person(name).slot(cohort, number, name)
        return trial

    def full_cohort(self, cohort: str, level: int, names: Iterable[str], first: str, apart: int = 7) -> Trial:
        """A cohort whose participants are all dosed, so many days apart, without any event."""
        trial = self
        for number, name in enumerate(names, start=1):
            trial = trial.person(name).slot(cohort, number, name, state="dosed")
            trial = trial.dosed(name, after(first, (number - 1) * apart), cohort, level)
        return trial


def time(text: str | None) -> Any:
    return read_partial_date_time(text) if text else None


def day(text: str | None) -> Any:
    return read_partial_date(text) if text else None
