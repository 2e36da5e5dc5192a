"""Coding: a person chooses a term of a dictionary for the words that were entered; it falls when the words change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from firstdose.conduct.catalogue import Coding
from firstdose.conduct.desk import Work
from firstdose.conduct.dictionaries import Dictionary, Term
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, Entry, FieldChange, Refused, StoredRecord
from firstdose.conduct.naming import record_words
from firstdose.conduct.own_records import Recorded, all_of, change, create, texts_of


@dataclass(frozen=True)
class CodedFields:
    """Where a kind of record keeps the words, the term chosen for them and the class above it."""

    words: str
    term: str
    above: str


CODED: Mapping[str, CodedFields] = {
    "adverse_events": CodedFields("term", "preferred_term", "organ_class"),
    "medical_histories": CodedFields("term", "preferred_term", "organ_class"),
    "medications": CodedFields("drug", "standard_name", "drug_class"),
}

CodingStanding = Literal["coded", "not_coded", "words_changed", "changed_by_hand", "without_dictionary"]


@dataclass(frozen=True)
class ToCode:
    """A record that is coded, or is to be: its words, and what is known of the coding.

    ``words_changed``: other words stand there than were coded. ``changed_by_hand``: another term stands there than was
    chosen. ``without_dictionary``: a term stands there that was entered, not chosen.
    """

    record_type: str
    record: str
    head: int
    words: str
    standing: CodingStanding
    coding: Coding | None


def code(work: Work, record_type: str, record: str, head: int, term: Term, dictionary: Dictionary) -> Entry:
    """Code a record, as it was seen with its last entry ``head``, with a term of a dictionary.

    Raises Refused if it cannot be coded, was changed since it was seen, or the term is not in the dictionary.
    """
    stored, name = work.record(record_type, record), record_words(record_type, record)
    fields = CODED.get(record_type)
    words = stored.fields.get(fields.words) if fields else None
    if fields is None or words is None or not stored.exists or stored.is_removed:
        raise Refused(f"{name} holds no words that could be coded")
    if stored.head != head:
        raise Refused(f"{name} was changed since it was shown to you: look at it again, then code it")
    if not dictionary.holds(term):
        raise Refused(f"{term.term} is no term of {dictionary.name} {dictionary.version}")
    reason = f"coded with {dictionary.name} {dictionary.version}"
    new = {fields.term: term.preferred_term, fields.above: term.organ_class}
    changes = tuple(
        FieldChange(name, stored.fields.get(name), text)
        for name, text in new.items()
        if text != stored.fields.get(name)
    )
    entry = None
    if changes:
        entry = work.append(Draft("change", record_type, record, changes, reason), "code_terms")
    chosen = Coding(
        about_type=record_type,
        about_record=record,
        words=words,
        chosen=term.term,
        term=term.preferred_term,
        code=term.code,
        dictionary=dictionary.name,
        dictionary_version=dictionary.version,
        dictionary_hash=dictionary.content_hash,
    )
    return _keep(work, chosen, reason) or entry or _is_coded_already(record_type, record)


def to_code(source: Recorded) -> tuple[ToCode, ...]:
    """Every record that holds words to be coded, with what is known of its coding."""
    codings = {(each.about_type, each.about_record): each for each in all_of(source, Coding)}
    found = []
    for record_type, fields in CODED.items():
        for stored in source.records(record_type):
            words = stored.fields.get(fields.words)
            if words and not stored.is_removed:
                coding = codings.get((record_type, stored.record))
                standing = _standing(stored, fields, words, coding)
                found.append(ToCode(record_type, stored.record, stored.head, words, standing, coding))
    return tuple(found)


def _standing(stored: StoredRecord, fields: CodedFields, words: str, coding: Coding | None) -> CodingStanding:
    """What a record's coding is worth."""
    term = stored.fields.get(fields.term)
    if coding is None:
        return "without_dictionary" if term else "not_coded"
    if coding.words != words:
        return "words_changed"
    return "coded" if coding.term == term else "changed_by_hand"


def _keep(work: Work, chosen: Coding, reason: str) -> Entry | None:
    """Write what was chosen; nothing if the same stands there already."""
    texts = texts_of(chosen)
    stored = work.record("codings", record_name("codings", texts))
    if not stored.exists:
        return create(work, chosen, reason=reason)
    new = {name: getattr(chosen, name) for name in (*texts, "code") if stored.fields.get(name) != texts.get(name)}
    return change(work, stored, new, reason=reason) if new else None


def _is_coded_already(record_type: str, record: str) -> Entry:
    raise Refused(f"{record_words(record_type, record)} is coded so already")
