"""The elements around an item group: of a participant, or of the reference data; and the audit record of an entry."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.cdisc.odm.admin import location_oid, meaning_oid, user_oid
from firstdose.cdisc.odm.definitions import version_oid
from firstdose.cdisc.odm.formats import is_in_format
from firstdose.cdisc.odm.markup import Markup
from firstdose.cdisc.odm.places import item_oid, known_columns
from firstdose.cdisc.odm.survey import Given
from firstdose.conduct.ledger import Entry

TYPED = "1"
"""The number of the annotation that holds what was typed, where that is no value of its item."""


@dataclass
class Part:
    """The reference data or the clinical data: a stream in which each version of the protocol has its elements."""

    name: str
    markup: Markup
    study: str
    version: str | None = None

    def follow(self, version: str) -> None:
        """Make sure that what comes next stands under a version's metadata."""
        if version != self.version:
            self.end()
            self.markup.open(self.name, StudyOID=self.study, MetaDataVersionOID=version_oid(version))
            self.version = version

    def end(self) -> None:
        """Close what is open."""
        if self.version is not None:
            self.markup.close()
            self.version = None


def write_audit(markup: Markup, entry: Entry) -> None:
    """Who, from where, when in UTC, why, and the number of the entry in the ledger."""
    markup.open("AuditRecord")
    markup.leaf("UserRef", UserOID=user_oid(entry.account, entry.role))
    markup.leaf("LocationRef", LocationOID=location_oid((entry.site, entry.zone)))
    markup.leaf("DateTimeStamp", entry.recorded)
    if entry.reason:
        markup.leaf("ReasonForChange", entry.reason)
    markup.leaf("SourceID", str(entry.sequence))
    markup.close()


def write_signature(markup: Markup, given: Given) -> None:
    """A signature of the item group that is open."""
    markup.open("Signature")
    markup.leaf("UserRef", UserOID=user_oid(given.account, given.role))
    markup.leaf("LocationRef", LocationOID=location_oid(given.site))
    markup.leaf("SignatureRef", SignatureOID=meaning_oid(given.meaning))
    markup.leaf("DateTimeStamp", given.moment)
    markup.close()


def write_note(markup: Markup, entry: Entry) -> None:
    """What else an entry says: an annotation with its number. Nothing where it says nothing else."""
    words = [f"version of the form: {entry.form_version}"] if entry.form_version else []
    words += [f"clock: {entry.clock_note}"] if entry.clock_note else []
    if words:
        markup.open("Annotation", SeqNum=str(entry.sequence), TransactionType="Insert")
        markup.leaf("Comment", "; ".join(words))
        markup.close()


def write_value(markup: Markup, record_type: str, field: str, text: str) -> None:
    """An item as it is now, without history."""
    oid = item_oid(record_type, field)
    if is_in_format(known_columns(record_type).get(field), text):
        markup.leaf("ItemData", ItemOID=oid, Value=text)
        return
    markup.open("ItemData", ItemOID=oid, IsNull="Yes")
    markup.open("Annotation", SeqNum=TYPED)
    markup.leaf("Comment", text)
    markup.close(2)


def write_change(markup: Markup, record_type: str, field: str, old: str | None, new: str | None) -> None:
    """An item as somebody changed it: inserted, updated or, where it was emptied, removed."""
    oid, column = item_oid(record_type, field), known_columns(record_type).get(field)
    if new is None:
        if old is not None:
            markup.leaf("ItemData", ItemOID=oid, TransactionType="Remove")
        return
    was_noted = old is not None and not is_in_format(column, old)
    is_value = is_in_format(column, new)
    markup.open(
        "ItemData",
        ItemOID=oid,
        TransactionType="Insert" if old is None else "Update",
        Value=new if is_value else None,
        IsNull=None if is_value else "Yes",
    )
    if not is_value:
        markup.open("Annotation", SeqNum=TYPED, TransactionType="Update" if was_noted else "Insert")
        markup.leaf("Comment", new)
        markup.close()
    elif was_noted:
        markup.leaf("Annotation", SeqNum=TYPED, TransactionType="Remove")
    markup.close()
