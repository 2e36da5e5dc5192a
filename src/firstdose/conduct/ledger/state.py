"""The derived state: each record as its entries leave it. It holds nothing that the entries do not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from firstdose.conduct.ledger.entry import Draft, Entry
from firstdose.conduct.ledger.errors import Conflict, FieldConflict, WrongState


@dataclass(frozen=True)
class StoredRecord:
    """One record: its filled fields as typed, the sequence of the last entry about it, and whether it was removed."""

    record_type: str
    record: str
    fields: Mapping[str, str] = field(default_factory=dict)
    head: int = 0
    is_removed: bool = False

    @property
    def exists(self) -> bool:
        """Whether it was ever created."""
        return self.head > 0


def after(before: StoredRecord, entry: Entry) -> StoredRecord:
    """A record after an entry about it."""
    if entry.action == "event":
        return before
    filled = {**before.fields, **{change.field: change.new for change in entry.changes}}
    fields = {name: text for name, text in filled.items() if text is not None}
    is_removed = entry.action == "remove" or (before.is_removed and entry.action != "restore")
    return replace(before, fields=fields, head=entry.sequence, is_removed=is_removed)


def replay(entries: Iterable[Entry]) -> dict[tuple[str, str], StoredRecord]:
    """All records as their entries leave them, by kind and name."""
    found: dict[tuple[str, str], StoredRecord] = {}
    for entry in entries:
        if entry.action != "event":
            name = (entry.record_type, entry.record)
            found[name] = after(found.get(name) or StoredRecord(*name), entry)
    return found


def check_against(draft: Draft, stored: StoredRecord) -> None:
    """Whether a draft fits the record as it is now.

    Raises WrongState if the record is there already, is not there, or was removed; Conflict if a field holds something
    else than its author saw.
    """
    if draft.action == "event":
        return
    state = _wrong_state(draft, stored)
    if state:
        raise WrongState(draft.record_type, draft.record, state)
    conflicts = tuple(
        FieldConflict(change.field, change.old, stored.fields.get(change.field), change.new)
        for change in draft.changes
        if stored.fields.get(change.field) != change.old
    )
    if conflicts:
        raise Conflict(draft.record_type, draft.record, conflicts)


def _wrong_state(draft: Draft, stored: StoredRecord) -> str:
    """What is wrong with the state of a record for a draft, and how it is mended; empty where nothing is."""
    if draft.action == "create":
        if not stored.exists:
            return ""
        return "was removed; restore it instead" if stored.is_removed else "exists already; change it instead"
    if not stored.exists:
        return "does not exist; create it first"
    if draft.action == "restore":
        return "" if stored.is_removed else "was not removed"
    if stored.is_removed:
        return "was removed; restore it first"
    return "has nothing to be changed" if draft.action == "change" and not draft.changes else ""
