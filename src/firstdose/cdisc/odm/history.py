"""The whole history: each entry of the ledger as transactions, with its audit record, in the order of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from firstdose.cdisc.odm.containers import Part, write_audit, write_change, write_note, write_signature
from firstdose.cdisc.odm.places import Place, moving_fields, place_of, place_of_event
from firstdose.cdisc.odm.survey import Record, Survey, signature_in, texts_of
from firstdose.conduct.ledger import Entry, FieldChange, StoredRecord
from firstdose.conduct.ledger.state import after

Transaction = Literal["Insert", "Update", "Remove", "Context"]
Changes = Iterable[FieldChange]


class History:
    """Writes entries, one after the other; it remembers which participants, events and forms are there already.

    Of records whose place their name does not tell, it remembers the place if more about them follows, and of those
    that were restored or moved what is in them: nothing else.
    """

    def __init__(self, reference: Part, clinical: Part, survey: Survey) -> None:
        self._reference, self._clinical = reference, clinical
        self._moved, self._returning = survey.moved, survey.returning
        self._there: set[tuple[str, ...]] = set()
        self._places: dict[Record, Place] = {}
        self._records: dict[Record, StoredRecord] = {}

    def write(self, entry: Entry) -> None:
        """Write an entry."""
        if entry.action == "event":
            self._transact(entry, place_of_event(entry), "Insert", entry.changes)
            return
        self._write_record(entry)
        self._write_signature(entry)

    def _write_record(self, entry: Entry) -> None:
        """Write an entry about a record, which may move it."""
        name = entry.record_type, entry.record
        before = self._places.get(name)
        whole = self._follow(entry) if name in self._moved else None
        place = self._place(entry, before, whole)
        if entry.action == "create":
            self._transact(entry, place, "Insert", entry.changes)
        elif entry.action == "restore":
            self._transact(entry, place, "Insert", _all_of(whole))
        elif before is not None and before != place:
            self._transact(entry, before, "Remove", ())
            self._transact(entry, place, "Insert", _all_of(whole))
        elif entry.action == "change" or entry.changes:
            self._transact(entry, place, "Update", entry.changes)
        if entry.action == "remove":
            self._transact(entry, place, "Remove", ())

    def _follow(self, entry: Entry) -> StoredRecord:
        """What is in a record after an entry."""
        name = entry.record_type, entry.record
        self._records[name] = after(self._records.get(name) or StoredRecord(*name), entry)
        return self._records[name]

    def _place(self, entry: Entry, before: Place | None, whole: StoredRecord | None) -> Place:
        """Where a record stands after an entry."""
        if not moving_fields(entry.record_type):
            return place_of(entry.record_type, entry.record, {})
        if whole is None and before is not None:
            return before
        place = place_of(entry.record_type, entry.record, whole.fields if whole else texts_of(entry))
        if (entry.record_type, entry.record) in self._returning:
            self._places[entry.record_type, entry.record] = place
        return place

    def _write_signature(self, entry: Entry) -> None:
        """Write a signature once more with the record that was signed; that of reference data would have no meaning."""
        given = signature_in(entry)
        if given is None:
            return
        place = self._places.get(given.about) or place_of(*given.about, {})
        if place.subject is None:
            return
        self._open(entry, place, "Context")
        write_signature(self._clinical.markup, given)
        self._clinical.markup.close(4)

    def _transact(self, entry: Entry, place: Place, transaction: Transaction, changes: Changes) -> None:
        """Write what an entry does to one item group."""
        part = self._reference if place.subject is None else self._clinical
        self._open(entry, place, transaction)
        if transaction != "Remove":
            write_note(part.markup, entry)
        for change in changes:
            write_change(part.markup, entry.record_type, change.field, change.old, change.new)
        part.markup.close(1 if place.subject is None else 4)

    def _open(self, entry: Entry, place: Place, transaction: Transaction) -> None:
        """Open an item group and what is around it, with the audit record, which all within inherit."""
        if place.subject is None or place.event is None or place.form is None:
            self._reference.follow(entry.protocol_version)
            markup = self._reference.markup
            markup.open(
                "ItemGroupData", ItemGroupOID=place.group, ItemGroupRepeatKey=place.key, TransactionType=transaction
            )
            write_audit(markup, entry)
            return
        self._clinical.follow(entry.protocol_version)
        markup, is_context = self._clinical.markup, transaction == "Context"
        around = (place.subject, place.event, place.form)
        kinds = ["Context" if is_context else self._around(around[:count]) for count in (1, 2, 3)]
        markup.open("SubjectData", SubjectKey=place.subject, TransactionType=kinds[0])
        write_audit(markup, entry)
        markup.open("StudyEventData", StudyEventOID=place.event, TransactionType=kinds[1])
        markup.open("FormData", FormOID=place.form, TransactionType=kinds[2])
        markup.open(
            "ItemGroupData", ItemGroupOID=place.group, ItemGroupRepeatKey=place.key, TransactionType=transaction
        )

    def _around(self, keys: tuple[str, ...]) -> Transaction:
        """Whether a participant, event or form is new or there already."""
        if keys in self._there:
            return "Update"
        self._there.add(keys)
        return "Insert"


def _all_of(record: StoredRecord | None) -> tuple[FieldChange, ...]:
    """Everything in a record, as if it were entered now."""
    return tuple(FieldChange(field, None, text) for field, text in record.fields.items()) if record else ()
