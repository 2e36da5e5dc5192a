"""Which records refer to others: a change of a grade to its event, a place to its cohort, everything to a subject."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from firstdose.records.dosing import Batch, BatchTest, Cohort, Dosing, Slot
from firstdose.records.events import AdverseEvent, DltAdjudication, GradeChange
from firstdose.records.examinations import Visit
from firstdose.records.question import columns_of, keys_of
from firstdose.records.subjects import Death, Subject
from firstdose.records.treatments import Medication

SUBJECT, VISIT = "subject", "visit"


class Reference(NamedTuple):
    """The fields of a kind of record that name a record of another kind, and the fields that tell those apart."""

    record_type: type[Any]
    fields: tuple[str, ...]
    other_type: type[Any]
    keys: tuple[str, ...]

    @property
    def is_part(self) -> bool:
        """Whether the record is part of the other: it cannot be told from others without naming it."""
        return set(self.fields) <= {*keys_of(self.record_type)}


REFERENCES = (
    Reference(GradeChange, ("subject", "event"), AdverseEvent, ("subject", "number")),
    Reference(DltAdjudication, ("subject", "event"), AdverseEvent, ("subject", "number")),
    Reference(Medication, ("subject", "event"), AdverseEvent, ("subject", "number")),
    Reference(Death, ("subject", "event"), AdverseEvent, ("subject", "number")),
    Reference(Slot, ("cohort",), Cohort, ("cohort",)),
    Reference(Dosing, ("cohort",), Cohort, ("cohort",)),
    Reference(Dosing, ("batch",), Batch, ("batch",)),
    Reference(BatchTest, ("batch",), Batch, ("batch",)),
    Reference(Batch, ("made_for",), Subject, ("subject",)),
)
"""Those that the name of the field alone does not tell."""


def references_of(record_type: type) -> tuple[Reference, ...]:
    """Everything that records of a kind refer to: their subject, their visit, and what stands above."""
    return _references_of(record_type)


@cache
def _references_of(record_type: Any) -> tuple[Reference, ...]:
    columns = columns_of(record_type)
    found = [each for each in REFERENCES if each.record_type is record_type]
    if SUBJECT in columns and record_type is not Subject:
        found.append(Reference(record_type, (SUBJECT,), Subject, (SUBJECT,)))
    if VISIT in columns and record_type is not Visit:
        found.append(Reference(record_type, (SUBJECT, VISIT), Visit, (SUBJECT, VISIT)))
    return tuple(found)
