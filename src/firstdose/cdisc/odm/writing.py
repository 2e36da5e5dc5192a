"""Writes a ledger as a file of ODM 1.3.2: the whole history with its audit trail, or the state without it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO, Literal

from firstdose import __version__
from firstdose.cdisc.odm.admin import write_admin_data
from firstdose.cdisc.odm.containers import Part
from firstdose.cdisc.odm.definitions import protocols_of, study_oid, write_study
from firstdose.cdisc.odm.history import History
from firstdose.cdisc.odm.markup import ESCAPING_RULE, Markup
from firstdose.cdisc.odm.state import write_state
from firstdose.cdisc.odm.survey import Survey, survey_of
from firstdose.conduct.ledger import Entry, Head, StoredRecord, replay

FileType = Literal["Transactional", "Snapshot"]
NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
COPIED_AT = 1 << 18
TYPED_RULE = (
    "Values stand as they were typed. A text that is no value of its item's type, such as a date that is not in ISO "
    "8601, stands in annotation 1 of the item, which then has no value."
)
NOT_HELD = {
    "Transactional": (
        "Not held: the seal of each entry, and the number of the entry with which it was written together; signatures "
        "of what is nobody's are records of the reference data alone."
    ),
    "Snapshot": "Not held: history, removed records, sign-ins and other events, and signatures that have fallen.",
}


@dataclass(frozen=True)
class Exported:
    """A ledger, or what a role sees of it, up to its entry ``head``.

    ``entries`` gives them from the first, each time it is called. ``as_of`` is the moment that they stand for,
    ``created`` that of the file; ``seen_by`` says in words whose view it is, nothing where all is there.
    """

    entries: Callable[[], Iterable[Entry]]
    head: Head
    as_of: datetime
    created: datetime
    seen_by: str = ""

    @cached_property
    def survey(self) -> Survey:
        """What the entries hold, read once for all files that are made of them."""
        return survey_of(self.entries())


@dataclass(frozen=True)
class Written:
    """What was written: entries read, records of a snapshot, values and reasons that XML cannot carry as they are."""

    entries: int
    records: int
    escaped: int


def write_odm(exported: Exported, file_type: FileType, file: IO[bytes]) -> Written:
    """Write a file of ODM 1.3.2.

    Transactional, each entry of the ledger stands in it once, with its audit record. The entries are read twice and
    never held: memory grows with people, forms and records that were changed. A snapshot holds the state in memory.
    """
    survey = exported.survey
    protocols = protocols_of(survey)
    study = study_oid(protocols)
    markup = Markup(file)
    markup.raw('<?xml version="1.0" encoding="UTF-8"?>')
    _open_root(markup, exported, file_type, survey, study)
    write_study(markup, survey, protocols)
    write_admin_data(markup, survey, study, protocols)
    with TemporaryFile() as kept:
        reference = Part("ReferenceData", markup, study)
        clinical = Part("ClinicalData", Markup(kept), study)
        if file_type == "Transactional":
            history, records = History(reference, clinical, survey), 0
            for entry in exported.entries():
                history.write(entry)
        else:
            stored = replay(exported.entries())
            records = sum(not each.is_removed for each in stored.values())
            write_state(reference, clinical, stored.values(), survey, _version_in_force(stored.values()))
        reference.end()
        clinical.end()
        clinical.markup.flush()
        markup.flush()
        kept.seek(0)
        shutil.copyfileobj(kept, file, COPIED_AT)
    markup.close()
    markup.raw("\n")
    markup.flush()
    return Written(survey.entries, records, survey.escaped)


def _open_root(markup: Markup, exported: Exported, file_type: FileType, survey: Survey, study: str) -> None:
    """Open the document; its description says which ledger it is, up to which entry, and by what rules."""
    of_whom = f" {exported.seen_by}." if exported.seen_by else ""
    escaped = f"{ESCAPING_RULE} Values and reasons so written: {survey.escaped}."
    head = f"Ledger head {exported.head}.{of_whom}"
    markup.open(
        "ODM",
        xmlns=NAMESPACE,
        Description=" ".join((head, TYPED_RULE, escaped, NOT_HELD[file_type])),
        FileType=file_type,
        Granularity=None if exported.seen_by else "All",
        FileOID="/".join(filter(None, (study, str(exported.head), file_type, exported.seen_by))),
        CreationDateTime=exported.created.isoformat(timespec="microseconds"),
        AsOfDateTime=exported.as_of.isoformat(timespec="microseconds"),
        ODMVersion="1.3.2",
        SourceSystem="Firstdose",
        SourceSystemVersion=__version__,
    )


def _version_in_force(records: Iterable[StoredRecord]) -> str:
    """The version of the protocol approved last; empty if none is."""
    approved = [
        each
        for each in records
        if each.record_type == "protocol_versions" and not each.is_removed and each.fields.get("state") == "approved"
    ]
    newest = max(approved, key=lambda each: each.head, default=None)
    return newest.fields.get("version", "") if newest else ""
