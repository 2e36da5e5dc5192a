"""What stands in the records of a kind, in words: for lists of them, and for those who ask, compare and sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.ledger import StoredRecord
from firstdose.records import columns_of, keys_of, occurrence_of
from firstdose.records.question import Column
from firstdose.web.acting import TrialRequest
from firstdose.web.measure_answers import answer_words
from firstdose.web.offered import Offered, offered_in
from firstdose.web.value_words import value_words

SUBJECT, VISIT, ANSWER = "subject", "visit", "answer_text"
SAID_BY: Mapping[str, Mapping[str, str]] = {
    "assessments": {"item": "question", "standard_answer": "answer_text"},
    "lab_results": {"test": "name"},
    "vital_signs": {"test": "name"},
}
"""Codes, each with the column that says the same in words."""


@dataclass(frozen=True)
class RecordWords:
    """How the records of a kind are told: the fields that a role may see, and the words of their answers."""

    record_type: str
    columns: Mapping[str, Column]
    offered: Offered

    @classmethod
    def of(cls, request: TrialRequest, record_type: str) -> RecordWords:
        """As the role of a request may see them."""
        sees_names = request.acting.may("see_names")
        every = columns_of(LEDGER_RECORDS[record_type])
        columns = {name: each for name, each in every.items() if sees_names or each.question.identifying != "directly"}
        return cls(record_type, columns, offered_in(request.trial, record_type))

    def text(self, stored: StoredRecord, field: str) -> str:
        """What stands in a field of a record, in words; empty where nothing does."""
        words = answer_words(stored) if field == ANSWER else None
        return words or value_words(self.record_type, field, stored.fields.get(field, ""), self.offered)

    def texts(self, stored: StoredRecord) -> Iterator[tuple[Column, str]]:
        """Every field of a record in which something stands, with its words."""
        for name, column in self.columns.items():
            if stored.fields.get(name):
                yield column, self.text(stored, name)

    def in_short(self, stored: StoredRecord, most: int) -> list[tuple[str, str]]:
        """The first fields of a record with their words, its visit and when it occurred before the others."""
        keys = keys_of(LEDGER_RECORDS[self.record_type])
        names = [each for each in self.telling([stored]) if each == VISIT or each not in keys]
        filled = [each for each in names if stored.fields.get(each)]
        return [(self.columns[each].label, self.text(stored, each)) for each in filled[:most]]

    def telling(self, found: Sequence[StoredRecord]) -> list[str]:
        """The fields that tell records from each other and when each thing occurred, then what else is filled in.

        The participant is left out, and a code that another field says in words.
        """
        kind = LEDGER_RECORDS[self.record_type]
        first = [*keys_of(kind), VISIT, occurrence_of(kind) or ""]
        filled = [name for name in self.columns if any(name in each.fields for each in found)]
        chosen = dict.fromkeys([*(each for each in first if each in self.columns), *(filled or self.columns)])
        return [each for each in chosen if each != SUBJECT and not self._is_said(each, found)]

    def _is_said(self, field: str, found: Sequence[StoredRecord]) -> bool:
        """Whether a field is a code that another field of all these records says in words."""
        words = SAID_BY.get(self.record_type, {}).get(field)
        return words is not None and all(each.fields.get(words) for each in found if each.fields.get(field))
