"""The committee's packs: made of the ledger as it stood at a moment, noted in it, and made again from it at will.

No file is kept: the same entries give the same bytes, and the note holds their hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from firstdose import __version__
from firstdose.analysis import derive
from firstdose.conduct.amendments import in_force, protocol_in_use
from firstdose.conduct.confirmed_without import told_of_everybody
from firstdose.conduct.held import not_in_pack
from firstdose.conduct.ledger import Author, Draft, Entry, FieldChange, Head, Ledger, Refused, StoredRecord, replay
from firstdose.conduct.snapshot import Snapshot, snapshot_at
from firstdose.conduct.unseen import told_in_pack
from firstdose.protocol import Protocol
from firstdose.records import TrialData
from firstdose.records.date_words import instant_words
from firstdose.records.results import Provenance
from firstdose.report.committee.figures import pack_results
from firstdose.report.committee.pack import Decision, NoDecision
from firstdose.report.committee.pdf import fitting_pack
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.pdf_file import PLAIN
from firstdose.web.trial import Trial

PACKS, NAME = "committee_packs", "pack"
"""The kind and the name under which the making of packs stands in the ledger."""
SEED = 1
NOT_BEGUN = "no version of the protocol was in force by then; choose a later moment"


@dataclass(frozen=True)
class MadePack:
    """The note of a pack that was made: its entry, the moment and the last entry of its data, and their hashes."""

    entry: Entry

    @property
    def facts(self) -> dict[str, str]:
        return {each.field: each.new or "" for each in self.entry.changes}

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.facts["data_as_of"])

    @property
    def head(self) -> Head:
        return Head.of_text(self.facts["head"])

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"committee-pack-{self.moment:%Y-%m-%d}-entry-{self.head.sequence}.pdf"


class Then:
    """The versions of the protocol as they stood at an entry of the ledger."""

    def __init__(self, ledger: Ledger, sequence: int) -> None:
        self._ledger, self._sequence = ledger, sequence

    def record(self, record_type: str, record: str) -> StoredRecord:
        """One record as it was then."""
        return replay(self.history(record_type, record)).get((record_type, record)) or StoredRecord(record_type, record)

    def records(self, record_type: str | None = None) -> tuple[StoredRecord, ...]:
        """All records of a kind as they were then."""
        found = (self.record(each.record_type, each.record) for each in self._ledger.records(record_type))
        return tuple(each for each in found if each.exists)

    def present(self, record_type: str) -> int:
        """How many records of a kind there were then, without those that had been removed."""
        return sum(not each.is_removed for each in self.records(record_type))

    def records_under(self, record_type: str, first: str) -> tuple[StoredRecord, ...]:
        """The records as they were then of which the name is, or begins with, a first part."""
        found = (self.record(each.record_type, each.record) for each in self._ledger.records_under(record_type, first))
        return tuple(each for each in found if each.exists)

    def history(self, record_type: str, record: str) -> tuple[Entry, ...]:
        """What had been entered about a record by then."""
        return tuple(each for each in self._ledger.history(record_type, record) if each.sequence <= self._sequence)


def make_pack(trial: Trial, author: Author, moment: datetime, sequence: int | None = None) -> MadePack:
    """Make the pack of the data as of a moment, or as of an entry by then, and note it in the ledger.

    Raises Refused if there was no protocol then, or it has no rule and so no decision to prepare.
    """
    last = trial.ledger.sequence_at(moment) if sequence is None else sequence
    day = trial.ledger.clock().date()
    found, protocol, pdf = _printed(trial, moment, last, day)
    facts = {
        "event": "committee pack made",
        "data_as_of": moment.isoformat(),
        "head": str(found.head),
        "data_hash": found.content_hash,
        "hash_without_names": found.hash_without_names,
        "dated": day.isoformat(),
        "pdf_hash": hashlib.sha256(pdf).hexdigest(),
        "firstdose": __version__,
    }
    changes = tuple(FieldChange(name, None, text) for name, text in facts.items())
    draft = Draft("event", PACKS, NAME, changes, protocol_version=protocol.trial.version or "")
    (entry,) = trial.ledger.write(author, [draft])
    trial.heads.add(found.head, entry.instant, "committee pack")
    trial.kept(PACKS, entry.sequence, lambda: pdf)
    return MadePack(entry)


def made_packs(trial: Trial) -> list[MadePack]:
    """Every pack that was made, the last one first."""
    return [MadePack(each) for each in reversed(trial.ledger.history(PACKS, NAME)) if each.action == "event"]


def pdf_of(trial: Trial, made: MadePack) -> bytes:
    """The file of a pack, made again from the ledger.

    Raises Refused if it is not byte for byte the one that was made then.
    """
    return trial.kept(PACKS, made.entry.sequence, lambda: _made_again(trial, made))


def decision_of(trial: Trial, trial_data: TrialData, sequence: int, protocol: Protocol, moment: datetime) -> Decision:
    """Everything that a dose decision rests on, and nothing else of the analysis: of the data up to an entry.

    ``moment`` is when it is asked: which windows are open, and on which day they are, in the recommendation and in the
    tables of the analysis alike.

    Raises NoDecision for a protocol without a rule.
    """
    data = derive(protocol, trial_data, moment)
    version = in_force(Then(trial.ledger, sequence))
    origin = Provenance(
        trial=protocol.trial.id,
        protocol_hash=version.content_hash if version else "",
        data_hash=data.data_hash,
        as_of=trial_data.as_of,
        seed=SEED,
        version=__version__,
    )
    return Decision.of(protocol, data, pack_results(protocol, data, seed=SEED, provenance=origin), moment)


def _made_again(trial: Trial, made: MadePack) -> bytes:
    _, _, pdf = _printed(trial, made.moment, made.head.sequence, date.fromisoformat(made.facts["dated"]))
    if hashlib.sha256(pdf).hexdigest() != made.facts["pdf_hash"]:
        raise Refused(
            "made again from the ledger, this pack is not byte for byte the one that was made then "
            f"(Firstdose {made.facts['firstdose']} then, {__version__} now); make a new one as of the same moment"
        )
    return pdf


def _printed(trial: Trial, moment: datetime, sequence: int, day: date) -> tuple[Snapshot, Protocol, bytes]:
    """The data, the protocol that was in force, and the pack."""
    if in_force(Then(trial.ledger, sequence)) is None:
        raise Refused(NOT_BEGUN)
    protocol = protocol_in_use(Then(trial.ledger, sequence))
    found = snapshot_at(trial.ledger, sequence, moment.date())
    try:
        decision = decision_of(trial, found.trial_data, sequence, protocol, moment)
    except NoDecision as problem:
        raise Refused(str(problem)) from None

    def dress(document: Document) -> Document:
        facts = (
            ("Data as of", f"{instant_words(moment, None)}: all that had been entered by then"),
            ("Data without what identifies anybody (SHA-256)", found.hash_without_names),
            ("Last entry of the ledger", str(found.head)),
        )
        footer = f"{document.footer}, entry {found.head.sequence}"
        return replace(document, facts=(*document.facts, *facts), footer=footer)

    clock = trial.ledger.clock_faults(sequence, moment).words
    then = Then(trial.ledger, sequence)
    told = (not_in_pack(then), told_of_everybody(then), *told_in_pack(then, protocol, found.trial_data, moment))
    _, pdf = fitting_pack(decision, day, tuple(_notices(found, clock, told)), PLAIN, dress)
    return found, protocol, pdf


def _notices(found: Snapshot, clock: str, told: tuple[str, ...]) -> Iterator[str]:
    """What must be told of the data, of the clock by which they were entered, and of what went on without a part."""
    yield from filter(None, (clock, *told))
    if found.unusable.height:
        yield f"Records that cannot be used, for a field that could not be read: {found.unusable.height}."
