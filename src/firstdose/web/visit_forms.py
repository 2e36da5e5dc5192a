"""What is done at a visit, and the form in which each thing is entered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from firstdose.conduct.ledger import StoredRecord
from firstdose.measures import MEASURES
from firstdose.protocol import Protocol
from firstdose.protocol.schedule import Activity, Visit
from firstdose.records import RECORDS, columns_of
from firstdose.records.drug_levels import TROUGH
from firstdose.web.measure_checks import judged
from firstdose.web.subject_records import FORMS

WORDS_OF_FORMS: tuple[tuple[str, str], ...] = (
    ("adverse", "adverse_events"),
    ("medication", "medications"),
    ("medicine", "medications"),
    ("trough", "lab_results"),
    ("laborator", "lab_results"),
    ("blood", "lab_results"),
    ("urin", "lab_results"),
    ("antibod", "lab_results"),
    ("vital", "vital_signs"),
    ("examination", "vital_signs"),
    ("imaging", "images"),
    ("mri", "images"),
    ("fluid", "samples"),
    ("sample", "samples"),
    ("relapse", "relapses"),
    ("medical history", "medical_histories"),
)
"""Words by which an activity that yields no measure is known to belong to a form; the first one that fits counts."""
PAGES = {"eligibility": "eligibility", "dosing": "dose"}
"""Activities that have a page of their own."""
TELLING = ("item", "name", "test", "modality", "sample")
"""Fields that tell the records of a visit from each other; the first that is filled."""
WITHOUT_VISIT = ("adverse_events", "medications", "relapses", "medical_histories")
"""Forms about what happens between visits: all of a person's records are shown, not those of a visit."""


@dataclass(frozen=True)
class Task:
    """One activity of a visit: where it is entered, and what was entered of it."""

    name: str
    record_type: str | None
    enter: str | None
    listing: str | None
    records: tuple[StoredRecord, ...]
    is_of_visit: bool
    items: int = 0
    """How many items a measure has whose answers are entered together; 0 for anything else."""
    odd: int = 0
    """In how many of these answers something is odd, each by itself or beside the others."""

    @property
    def entered(self) -> list[tuple[str, str]]:
        """What was entered: each record's name, and what tells it from the others."""
        told = ((each.fields.get(name) for name in TELLING) for each in self.records)
        return [
            (each.record, next(filter(None, words), each.record))
            for each, words in zip(self.records, told, strict=True)
        ]


def tasks_of(
    protocol: Protocol, visit: Visit, subject: str, found: Mapping[str, Sequence[StoredRecord]]
) -> Iterator[Task]:
    """The activities of a visit in the order of the protocol."""
    activities = {each.id: each for each in protocol.schedule.activities} if protocol.schedule else {}
    for name in visit.activities:
        yield _task(activities.get(name) or Activity(id=name, name=name), visit, subject, found)


def other_forms(subject: str, visit: Visit) -> list[tuple[str, str]]:
    """The forms that ask for the visit, with their addresses for this one."""
    return [
        (title, new_record_address(subject, name, visit=visit.id))
        for name, title in FORMS.items()
        if name not in ("visits", "dosings") and "visit" in columns_of(RECORDS[name])
    ]


def new_record_address(subject: str, record_type: str, **prefilled: str) -> str:
    """The form of a new record in which something stands already."""
    address = reverse("new_record", kwargs={"subject": subject, "record_type": record_type})
    return f"{address}?{urlencode(prefilled)}" if prefilled else address


def form_of(activity: Activity) -> str | None:
    """The kind of record in which an activity is entered; None where its name does not tell."""
    if activity.measure:
        return "assessments"
    words = f"{activity.id.replace('_', ' ')} {activity.name}".lower()
    return next((record_type for fragment, record_type in WORDS_OF_FORMS if fragment in words), None)


def _task(activity: Activity, visit: Visit, subject: str, found: Mapping[str, Sequence[StoredRecord]]) -> Task:
    """One activity."""
    if activity.id in PAGES:
        page = reverse(PAGES[activity.id], kwargs={"subject": subject})
        return Task(activity.name, None, page, None, (), False)
    record_type = form_of(activity)
    if record_type is None:
        return Task(activity.name, None, None, None, (), False)
    is_of_visit = record_type not in WITHOUT_VISIT
    fixed = {"measure": activity.measure} if activity.measure else _category(activity, record_type)
    wanted = {**fixed, "visit": visit.id} if is_of_visit else fixed
    records = tuple(
        each
        for each in found.get(record_type, ())
        if not each.is_removed and all(each.fields.get(name) == text for name, text in wanted.items())
    )
    prefilled = {**fixed, "visit": visit.id} if "visit" in columns_of(RECORDS[record_type]) else fixed
    listing = reverse("records", kwargs={"subject": subject, "record_type": record_type})
    enter = new_record_address(subject, record_type, **prefilled)
    items = odd = 0
    if activity.measure in MEASURES:
        measure = MEASURES[activity.measure]
        items, odd = len(measure.items), len(judged(measure, records)[1])
        enter = reverse("measure", kwargs={"subject": subject, "visit": visit.id, "measure": activity.measure})
    return Task(activity.name, record_type, enter, listing, records, is_of_visit, items, odd)


def _category(activity: Activity, record_type: str) -> dict[str, str]:
    """A trough is told from other laboratory results by its category."""
    is_trough = record_type == "lab_results" and TROUGH in f"{activity.id} {activity.name}".lower()
    return {"category": TROUGH} if is_trough else {}
