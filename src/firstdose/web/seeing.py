"""What a role may see of the records: the participants of its sites, and not what identifies unless it may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.ledger import Entry, FieldChange
from firstdose.records import columns_of, keys_of
from firstdose.web.acting import Acting
from firstdose.web.trial import Trial

OF_PEOPLE_AT_WORK = ("accounts", "role_grants", "protocol_versions", "exports", "dictionaries")
PLACES = ("slots", "waiting_places")
"""Places that people of several sites may have one after the other; whose it is, is hidden by itself."""
NOT_SHOWN = "(not shown to this role)"


def visible_subjects(trial: Trial, acting: Acting) -> frozenset[str]:
    """The participants whom a role may see."""
    if not acting.may("see_data"):
        return frozenset()
    return frozenset(subject for subject, centre in trial.people if acting.sees_site(centre))


def visible_entries(entries: Iterable[Entry], trial: Trial, acting: Acting) -> Iterator[Entry]:
    """The entries that a role may see, without what it may not see of them."""
    everybody = frozenset(subject for subject, _ in trial.people)
    others = everybody - visible_subjects(trial, acting)
    for entry in entries:
        if entry.record_type in OF_PEOPLE_AT_WORK:
            yield entry
        elif acting.may("see_data") and not _is_of(entry, others, trial):
            yield _without_hidden(entry, others, acting.may("see_names"))


def _is_of(entry: Entry, others: frozenset[str], trial: Trial) -> bool:
    """Whether an entry is about one of these people; the name of a sample may hold theirs."""
    if not others:
        return False
    return _subject_of_entry(entry, trial) in others or any(other in unquote(entry.record) for other in others)


def _subject_of_entry(entry: Entry, trial: Trial) -> str | None:
    """The participant that an entry is about; None for one that is about the trial as a whole."""
    about = subject_of(entry.record_type, entry.record)
    if about is None and entry.record_type in LEDGER_RECORDS and entry.record_type not in PLACES:
        fields = trial.ledger.record(entry.record_type, entry.record).fields
        named = fields.get("about_type", ""), fields.get("about_record", "")
        about = subject_of(*named) or trial.ledger.record(*named).fields.get("subject") or fields.get("subject")
    return about


def subject_of(record_type: str, record: str) -> str | None:
    """The participant that a record belongs to by its name; None for one that is nobody's."""
    if record_type not in LEDGER_RECORDS or keys_of(LEDGER_RECORDS[record_type])[0] != "subject":
        return None
    return unquote(record.split("/")[0])


def _without_hidden(entry: Entry, others: frozenset[str], shows_names: bool) -> Entry:
    """An entry without what names the participants of others, or identifies somebody unless the role may see it."""
    columns = columns_of(LEDGER_RECORDS[entry.record_type]) if entry.record_type in LEDGER_RECORDS else {}
    changes = []
    for change in entry.changes:
        column = columns.get(change.field)
        is_name = column is not None and column.question.identifying == "directly" and not shows_names
        said = f"{change.old or ''} {change.new or ''}"
        changes.append(_hidden(change) if is_name or any(other in said for other in others) else change)
    reason = NOT_SHOWN if any(other in entry.reason for other in others) else entry.reason
    return replace(entry, changes=tuple(changes), reason=reason)


def _hidden(change: FieldChange) -> FieldChange:
    return FieldChange(
        change.field, NOT_SHOWN if change.old is not None else None, NOT_SHOWN if change.new is not None else None
    )
