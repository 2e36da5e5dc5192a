"""Source verification: somebody compared a record with its source; it holds for the record as it was then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from firstdose.conduct.catalogue import SourceCheck
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Refused, StoredRecord
from firstdose.conduct.naming import record_words
from firstdose.conduct.own_records import Recorded, all_of, create
from firstdose.conduct.queries import Asked, ask
from firstdose.records import RECORDS

Verified = Literal["not_checked", "agrees", "differs", "changed_since"]


@dataclass(frozen=True)
class Share:
    """How many records there are, and how many of them agree with their source as they stand now."""

    records: int
    agree: int
    differ: int
    changed_since: int

    @property
    def verified(self) -> float | None:
        """The share whose last check holds and found agreement; None without any record."""
        return self.agree / self.records if self.records else None


def check_source(
    work: Work, record_type: str, record: str, head: int, agrees: bool, note: str | None = None
) -> tuple[int, ...]:
    """Note that a record, as it was seen with its last entry ``head``, was compared with its source.

    What does not agree is asked about with the note; the numbers of such queries are given back.
    Raises Refused if the record was changed since it was seen, or differs without a note.
    """
    stored = work.record(record_type, record)
    if record_type not in RECORDS or not stored.exists or stored.is_removed:
        raise Refused(f"there is no {record_words(record_type, record)} to compare with its source")
    if stored.head != head:
        raise Refused(f"{record_words(record_type, record)} was changed since it was shown to you: compare it again")
    words = (note or "").strip()
    if not agrees and not words:
        raise Refused("say what differs from the source")
    number = work.next_number("source_checks")
    create(
        work,
        SourceCheck(
            check=number, about_type=record_type, about_record=record, head=head, agrees=agrees, note=words or None
        ),
    )
    return () if agrees else ask(work, Asked(record_type, record, f"differs from the source: {words}"))


def verification(source: Recorded, record_types: Collection[str] = tuple(RECORDS)) -> dict[tuple[str, str], Verified]:
    """What the last check says of each record that is there now, by kind and name."""
    last: dict[tuple[str, str], SourceCheck] = {}
    for check in all_of(source, SourceCheck):
        last[check.about_type, check.about_record] = check
    found: dict[tuple[str, str], Verified] = {}
    for stored in source.records():
        if stored.record_type in record_types and not stored.is_removed:
            name = (stored.record_type, stored.record)
            found[name] = _verified(last.get(name), stored.head)
    return found


def last_check(source: Recorded, stored: StoredRecord) -> tuple[Verified, SourceCheck | None]:
    """What the last check says of one record, and that check; None where there was none."""
    checks = all_of(source, SourceCheck, about_type=stored.record_type, about_record=stored.record)
    last = checks[-1] if checks else None
    return _verified(last, stored.head), last


def share_of(found: Mapping[tuple[str, str], Verified]) -> Share:
    """How much is verified."""
    states: list[Verified] = list(found.values())
    return Share(len(states), states.count("agrees"), states.count("differs"), states.count("changed_since"))


def share_by_kind(found: Mapping[tuple[str, str], Verified]) -> dict[str, Share]:
    """How much of each kind of record is verified."""
    kinds: Iterable[str] = dict.fromkeys(kind for kind, _ in found)
    return {kind: share_of({name: each for name, each in found.items() if name[0] == kind}) for kind in kinds}


def _verified(check: SourceCheck | None, head: int) -> Verified:
    """What a check of a record is worth now."""
    if check is None:
        return "not_checked"
    if check.head != head:
        return "changed_since"
    return "agrees" if check.agrees else "differs"
