"""The derived state: each record as its entries leave it. It holds nothing that the entries do not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from firstdose.conduct.ledger.entry import Draft, Entry
from firstdose.conduct.ledger.errors import Conflict, FieldConflict, Refused


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

    Raises Refused if the record is there already, is not there, or was removed; Conflict if a field holds something
    else than its author saw.
    """
    name = f"{draft.record_type} {draft.record}"
    if draft.action == "event":
        return
    if draft.action == "create" and stored.exists:
        state = "was removed; restore it instead" if stored.is_removed else "exists already; change it instead"
        raise Refused(f"{name} {state}")
    if draft.action != "create" and not stored.exists:
        raise Refused(f"{name} does not exist; create it first")
    if draft.action == "restore" and not stored.is_removed:
        raise Refused(f"{name} was not removed")
    if draft.action in ("change", "remove") and stored.is_removed:
        raise Refused(f"{name} was removed; restore it first")
    if draft.action == "change" and not draft.changes:
        raise Refused(f"nothing is to be changed in {name}")
    conflicts = tuple(
        FieldConflict(change.field, change.old, stored.fields.get(change.field), change.new)
        for change in draft.changes
        if stored.fields.get(change.field) != change.old
    )
    if conflicts:
        raise Conflict(draft.record_type, draft.record, conflicts)
