"""What a role may see of records by their kind and name, and where each has its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from firstdose.conduct.ledger import Ledger, StoredRecord
from firstdose.conduct.naming import kind_words
from firstdose.conduct.participants import without_names
from firstdose.web.acting import Acting, TrialRequest
from firstdose.web.seeing import NOT_SHOWN, subject_of, visible_subjects
from firstdose.web.subject_records import FORMS
from firstdose.web.trial import Trial

TRIAL_FORMS = {"batches": "Batch of cells", "batch_tests": "Release test of a batch"}
TITLES = {**FORMS, **TRIAL_FORMS}


@dataclass(frozen=True)
class Sight:
    """The participants whom a role sees, and those whom it does not; None where it sees no data at all."""

    ledger: Ledger
    visible: frozenset[str]
    others: frozenset[str]
    sees_data: bool

    @classmethod
    def of(cls, trial: Trial, acting: Acting) -> Sight:
        """What a role sees now."""
        visible = visible_subjects(trial, acting)
        everybody = frozenset(subject for subject, _ in trial.people)
        return cls(trial.ledger, visible, everybody - visible, acting.may("see_data"))

    def subject(self, record_type: str, record: str) -> str | None:
        """The participant whom a record is about, by its name or what stands in it; None for one that is nobody's."""
        found = subject_of(record_type, record)
        return found if found is not None else self.ledger.record(record_type, record).fields.get("subject")

    def shows(self, record_type: str, record: str) -> bool:
        """Whether a record is any of the role's business."""
        subject = self.subject(record_type, record)
        return self.sees_data and (subject is None or subject.strip() in self.visible)

    def shows_stored(self, stored: StoredRecord) -> bool:
        """The same for a record that was read already."""
        subject = subject_of(stored.record_type, stored.record) or stored.fields.get("subject")
        return self.sees_data and (subject is None or subject.strip() in self.visible)

    def shows_conduct(self, stored: StoredRecord) -> bool:
        """The same for a record of the conduct, which may be about another record."""
        about = stored.fields.get("about_type", ""), stored.fields.get("about_record", "")
        return self.shows_stored(stored) and (about[0] == "" or self.shows(*about))

    def words(self, text: str) -> str:
        """A text, unless it names somebody whom the role does not see."""
        return NOT_SHOWN if self.names_others(text) else text

    def without_others(self, text: str) -> str:
        """A text in which nobody is named whom the role does not see."""
        return without_names(text, self.others)

    def names_others(self, text: str) -> bool:
        """Whether a text names somebody whom the role does not see."""
        return any(other in text for other in self.others)


def sight_of(request: TrialRequest) -> Sight:
    """What the role of a request sees."""
    return Sight.of(request.trial, request.acting)


def check_seen(sight: Sight, records: Iterable[tuple[str, str]]) -> None:
    """Raise Http404 unless all records are there and any of the role's business."""
    for record_type, record in records:
        stored = sight.ledger.record(record_type, record) if record_type in TITLES else None
        if stored is None or not stored.exists or not sight.shows_stored(stored):
            raise Http404


def address_of(record_type: str, record: str, subject: str | None = None) -> str | None:
    """Where a record is looked at; None for a kind without pages of its own.

    The participant need be given only where the name of the record does not say it.
    """
    subject = (subject or subject_of(record_type, record) or "").strip()
    if record_type in FORMS and subject:
        return reverse("record", kwargs={"subject": subject, "record_type": record_type, "record": record})
    if record_type in TRIAL_FORMS:
        return reverse("trial_record", kwargs={"record_type": record_type, "record": record})
    return None


def title_of_kind(record_type: str) -> str:
    """A kind of record in words."""
    words = TITLES.get(record_type) or kind_words(record_type)
    return words[:1].upper() + words[1:]


def is_of_site(request: TrialRequest) -> bool:
    """Whether the role sees the participants of its own site only."""
    return bool(request.acting.author.site)
