"""How messages call records, their fields and what stands in them: as the forms do, never as the program does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import Formatter

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.identity import key_fields
from firstdose.conduct.ledger import FieldChange
from firstdose.conduct.roles import ROLES
from firstdose.measures import MEASURES
from firstdose.records import columns_of
from firstdose.records.question import Column
from firstdose.records.values import NO_WORD, YES_WORD

RECORD_WORDS = {
    "subjects": "participant {subject}",
    "criterion_answers": "answer to criterion {criterion} of {subject}",
    "disease_histories": "history of the disease of {subject}",
    "medical_histories": "medical history {number} of {subject}",
    "cohorts": "cohort {cohort}",
    "slots": "slot {slot} of cohort {cohort}",
    "batches": "batch {batch}",
    "batch_tests": "release test {test} of batch {batch}",
    "dosings": "dosing {number} of {subject}",
    "dose_decisions": "decision {decision}",
    "visits": "visit {visit} of {subject}",
    "adverse_events": "adverse event {number} of {subject}",
    "grade_changes": "grade change {change} of adverse event {event} of {subject}",
    "dlt_adjudications": "verdict {adjudication} on adverse event {event} of {subject}",
    "medications": "medication {number} of {subject}",
    "lab_results": "laboratory result {number} of {subject}",
    "vital_signs": "vital sign {number} of {subject}",
    "assessments": "assessment {number} of {subject}",
    "images": "image {number} of {subject}",
    "samples": "sample {sample}",
    "relapses": "relapse {number} of {subject}",
    "deviations": "deviation {number} of {subject}",
    "dispositions": "milestone or end {number} of {subject}",
    "deaths": "death of {subject}",
    "supplements": "further value {name} of {subject}",
    "queries": "query {query}",
    "source_checks": "comparison {check} with the source",
    "signatures": "signature {signature}",
    "role_grants": "role {role} of {account}",
    "protocol_versions": "protocol version {version}",
    "data_locks": "lock {lock}",
    "waiting_places": "place {place} on the waiting list",
    "prepared_decisions": "preparation {preparation} of a decision",
    "judged_events": "adverse event {event} of {subject} as it was judged for verdict {adjudication}",
    "safety_reports": "report {report} of adverse event {event} of {subject}",
    "codings": "coding of {about_type} {about_record}",
    "held_events": "held event {held}",
    "confirmed_without": "what was not recorded when the eligibility of {subject} was signed ({signature})",
    "opened_by_calendar": "who counted by the calendar alone when cohort {cohort} was opened",
}
"""What one record of each kind is called, with the fields that tell it from others."""
VALUE_WORDS = {
    ("dlt_adjudications", "verdict"): {"dlt": "DLT", "not_dlt": "not a DLT"},
    ("role_grants", "role"): {name: role.title for name, role in ROLES.items()},
}
"""Words for codes whose own are too short."""
YES_OR_NO = {YES_WORD: "yes", NO_WORD: "no"}
IN_CODE = ("item", "answer_text", "value")
"""Fields in which the program writes the names of items, answers and facts of the protocol."""
CODE = re.compile(r"(?<![A-Za-z0-9_])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![A-Za-z0-9_])")
NAMES_OF_KINDS = ("about_type", "source", "record_type")
"""Fields that name a kind of record."""
EMPTIED = "emptied"


def record_words(record_type: str, record: str) -> str:
    """What a record is called in a sentence: "adverse event 3 of P01"."""
    try:
        keys = key_fields(record_type, record)
        texts = {field: value_words(record_type, field, text) for field, text in keys.items()}
        return RECORD_WORDS[record_type].format_map(texts)
    except (KeyError, ValueError):  # a kind that is not the trial's, or a name past this program
        return f"{kind_words(record_type)} {record}"


def kind_words(record_type: str) -> str:
    """What one record of a kind is called: "adverse event"."""
    words = RECORD_WORDS.get(record_type)
    if words is None:
        return record_type.replace("_", " ")
    before = next(literal for literal, _, _, _ in Formatter().parse(words))
    return before.strip().removesuffix(" of").removesuffix(" to criterion")


def field_label(record_type: str, field: str) -> str:
    """What a field is called in a sentence: "dose given"."""
    column = _column(record_type, field)
    return column.label if column else field.replace("_", " ")


def field_labels(record_type: str, fields: Iterable[str]) -> str:
    """Several fields, one after the other, each once."""
    return ", ".join(dict.fromkeys(field_label(record_type, field) for field in fields))


def field_words(record_type: str, field: str) -> str:
    """What a field asks in the forms; its name where there is no such field."""
    column = _column(record_type, field)
    return column.question.words if column else field.replace("_", " ")


def value_words(record_type: str, field: str, text: str) -> str:
    """The words of what was typed in a field; what is no answer that the field offers stands as it was typed."""
    column = _column(record_type, field)
    if column is None:
        return text
    own = VALUE_WORDS.get((record_type, field), {})
    if text in own:
        return own[text]
    if column.codes:
        return column.codes.get(text, text)
    if column.kind is bool:
        return YES_OR_NO.get(text, text)
    if field in NAMES_OF_KINDS:
        return kind_words(text)
    if field in IN_CODE:
        return CODE.sub(lambda name: name[0].replace("_", " "), text)
    return MEASURES[text].title if field == "measure" and text in MEASURES else text


def change_words(record_type: str, change: FieldChange) -> str:
    """What an entry changes in a field: "dose given: 9 (was 10)", "dose given: 9", "dose given: emptied (was 10)"."""
    now = value_words(record_type, change.field, change.new) if change.new else EMPTIED
    was = f" (was {value_words(record_type, change.field, change.old)})" if change.old else ""
    return f"{field_label(record_type, change.field)}: {now}{was}"


def rule_words(record_type: str, field: str | None, rule: str) -> str:
    """A rule that a value breaks, with the words of the answers where it lists their codes."""
    column = _column(record_type, field or "")
    if column is None or not column.codes:
        return rule
    said = (value_words(record_type, column.name, code) for code in column.codes)
    return rule.replace(", ".join(column.codes), ", ".join(said))


def _column(record_type: str, field: str) -> Column | None:
    """The field of a kind of record; None where there is none."""
    return columns_of(LEDGER_RECORDS[record_type]).get(field) if record_type in LEDGER_RECORDS else None
