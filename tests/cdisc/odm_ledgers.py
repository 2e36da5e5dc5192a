"""Small ledgers for the tests of ODM: entries as a ledger would hold them, without a database."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from unittest.mock import patch

from hypothesis import strategies as st

from firstdose.cdisc.odm import Exported, FileType, Written, write_odm
from firstdose.conduct.ledger import Author, Draft, Entry, FieldChange, Head, StoredRecord
from firstdose.conduct.ledger.entry import instant_as_text
from firstdose.conduct.ledger.state import after, check_against
from tests.cdisc.odm_reading import parsed

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NURSE = Author("anna", "coordinator", "IT01", "Europe/Rome")
HOSTILE_AUTHOR = Author("x\x01 <&>'\"", "nobody's\trole", "site/%\r\n", "")
DATA_MANAGER = Author("dario", "data_manager")
SEAL = "ab" * 32


@dataclass
class Told:
    """Entries one after the other, each as a ledger accepts it."""

    entries: list[Entry] = field(default_factory=list)
    records: dict[tuple[str, str], StoredRecord] = field(default_factory=dict)

    def tell(self, draft: Draft, author: Author = NURSE, clock_note: str = "") -> Entry:
        name = (draft.record_type, draft.record)
        stored = self.records.get(name) or StoredRecord(*name)
        check_against(draft, stored)
        sequence = len(self.entries) + 1
        entry = Entry(
            sequence=sequence,
            recorded=instant_as_text(START + timedelta(minutes=sequence)),
            account=author.account,
            role=author.role,
            site=author.site,
            zone=author.zone,
            action=draft.action,
            record_type=draft.record_type,
            record=draft.record,
            changes=draft.changes,
            reason=draft.reason,
            form_version=draft.form_version,
            protocol_version=draft.protocol_version,
            clock_note=clock_note,
            write=sequence,
            request=None,
            previous=SEAL,
            seal=SEAL,
        )
        self.entries.append(entry)
        if draft.action != "event":
            self.records[name] = after(stored, entry)
        return entry

    def create(self, kind: str, record: str, author: Author = NURSE, stated: str = "", **fields: str) -> Entry:
        changes = tuple(FieldChange(name, None, text) for name, text in fields.items())
        return self.tell(Draft("create", kind, record, changes, protocol_version=stated), author)

    def change(self, kind: str, record: str, author: Author = NURSE, reason: str = "misread", **fields: Any) -> Entry:
        held = self.records[kind, record].fields
        changes = tuple(FieldChange(name, held.get(name), text) for name, text in fields.items())
        return self.tell(Draft("change", kind, record, changes, reason), author)

    def remove(self, kind: str, record: str) -> Entry:
        return self.tell(Draft("remove", kind, record, (), "entered twice"))

    def restore(self, kind: str, record: str) -> Entry:
        return self.tell(Draft("restore", kind, record, (), "it was right"))

    @property
    def state(self) -> dict[tuple[str, str], dict[str, str]]:
        """The records that are there."""
        return {name: dict(each.fields) for name, each in self.records.items() if not each.is_removed}


def document(entries: Iterable[Entry], file_type: FileType, *, with_metadata: bool = True) -> Any:
    """The root of a file of ODM; without metadata, which take most of the time, where a test looks at data alone."""
    file = io.BytesIO()
    with nullcontext() if with_metadata else patch("firstdose.cdisc.odm.writing.write_study"):
        write(entries, file_type, file)
    file.seek(0)
    return parsed(file)


def write(entries: Iterable[Entry], file_type: FileType, file: IO[bytes], seen_by: str = "") -> Written:
    """Write a file of ODM."""
    kept, created = list(entries), START + timedelta(days=30)
    return write_odm(Exported(lambda: kept, Head(len(kept), SEAL), created, created, seen_by), file_type, file)


TEXTS = st.one_of(
    st.sampled_from(["", " ", "5", "-1.5", "1e5", "2026-03", "UN-UNK-2026", "2026-02-30", "yes", "Yes", "M1", "P2"]),
    st.sampled_from(
        ["\\u0041", "\\", "\\u00\x014", "]]>", "<a b='c'>&amp;", "a\r\nb\tc", "\ufffe", "\x01", "😀 مرحبا"]
    ),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8),
)
NAMES: dict[str, tuple[str, ...]] = {
    "subjects": ("P1", "P 2%2F"),
    "lab_results": ("P1/1", "P1/2", "P%31/1", "P1", "P1/"),
    "visits": ("P1/M1", "P1/%20odd"),
    "samples": ("S1", "S/2"),
    "slots": ("C1/1",),
    "batches": ("B1",),
    "role_grants": ("anna/coordinator/IT01",),
    "strange kind\x01.": ("one", "<two>"),
}
FIELDS: dict[str, tuple[str, ...]] = {
    "subjects": ("centre", "sex", "birth", "consent"),
    "lab_results": ("visit", "result", "drawn", "fasting", "test", "no such\x02field"),
    "visits": ("state", "start", "reason"),
    "samples": ("subject", "visit", "comment"),
    "slots": ("subject", "state"),
    "batches": ("state", "cells"),
    "role_grants": ("full_name",),
    "strange kind\x01.": ("a", "a.b"),
}


@st.composite
def ledgers(draw: st.DrawFn) -> Told:
    """A few entries about a few records, as a ledger would take them, with whatever people may type."""
    told = Told()
    for _ in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(sorted(NAMES)))
        name = draw(st.sampled_from(NAMES[kind]))
        stored = told.records.get((kind, name))
        if draw(st.integers(0, 9)) == 0:
            action: Any = "event"
        elif stored is None:
            action = "create"
        elif stored.is_removed:
            action = "restore"
        else:
            action = draw(st.sampled_from(["change", "change", "remove"]))
        held = {} if stored is None or action == "event" else stored.fields
        fields = draw(st.lists(st.sampled_from(FIELDS[kind]), unique=True, min_size=action == "change", max_size=3))
        if action == "remove" and draw(st.booleans()):
            fields = []
        changes = tuple(
            FieldChange(each, held.get(each), draw(TEXTS if action == "create" else st.none() | TEXTS))
            for each in fields
        )
        author = draw(st.sampled_from([NURSE, HOSTILE_AUTHOR, DATA_MANAGER]))
        version = draw(st.sampled_from(["", "1.0", "2\r<\x03"]))
        draft = Draft(action, kind, name, changes, draw(TEXTS), draw(TEXTS), version)
        told.tell(draft, author, draw(st.sampled_from(["", "went back by 3 s"])))
    return told
