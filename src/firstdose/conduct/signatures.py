"""Signatures: bound to one record as it was seen, with what they mean; they fall when the record changes.

Who signs has just proved again who he is, for exactly what is signed. The proof comes from the pages and is judged
here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from firstdose.conduct.catalogue import Signature
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Entry, Refused, StoredRecord
from firstdose.conduct.naming import record_words
from firstdose.conduct.own_records import Recorded, all_of, create
from firstdose.conduct.roles import Deed
from firstdose.records import PartialDateTime

LONGEST_PROOF_AGE = timedelta(minutes=5)
REVIEWED = "I have reviewed these data; they are complete and agree with what was observed"
"""What the signature of an investigator means under what was entered about a participant."""

SIGNED_BY: dict[str, Deed] = {
    "subjects": "sign_eligibility",
    "criterion_answers": "sign_eligibility",
    "dlt_adjudications": "adjudicate",
    "dose_decisions": "take_decisions",
    "prepared_decisions": "take_decisions",
    "batches": "release_batches",
    "batch_tests": "release_batches",
    "data_locks": "lock_data",
    "protocol_versions": "manage_versions",
}
"""What one must be allowed to do to sign a kind of record; for the others, to sign data."""

State = Literal["valid", "fallen", "altered"]


@dataclass(frozen=True)
class Purpose:
    """What is to be signed: a record, its last entry when it was shown to the signer, and what the signature means."""

    record_type: str
    record: str
    head: int
    meaning: str


@dataclass(frozen=True)
class Proof:
    """That somebody proved again who he is: when, by what means ("password", "authenticator"), and to sign what.

    A step that is no signature, such as taking a decision, is proved for in the same way: its meaning is what is done.
    """

    account: str
    full_name: str
    moment: datetime
    means: tuple[str, ...]
    purposes: tuple[Purpose, ...]

    @property
    def words(self) -> str:
        """When and by what, as it stands with the entry."""
        return f"identity proved again at {self.moment.isoformat(timespec='seconds')} by {' and '.join(self.means)}"


@dataclass(frozen=True)
class Signed:
    """A signature and what became of it.

    It has ``fallen`` if the record was changed or removed since, and is ``altered`` if the record differs though no
    entry says so.
    """

    signature: Signature
    state: State

    @property
    def is_valid(self) -> bool:
        return self.state == "valid"


def content_hash(stored: StoredRecord) -> str:
    """SHA-256 of what a record holds, its kind and name included, as typed; independent of the order of fields."""
    content = [stored.record_type, stored.record, stored.is_removed, sorted(stored.fields.items())]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def sign(work: Work, purpose: Purpose, proof: Proof, longest_age: timedelta = LONGEST_PROOF_AGE) -> Entry:
    """Sign a record as it was seen.

    Raises Refused if the role may not sign it, the proof is another's, too old or for something else, if the record
    was changed since the signer saw it, or if the same person has signed the same with the same meaning.
    """
    return sign_all(work, [purpose], proof, longest_age)[0]


def sign_all(
    work: Work, purposes: Iterable[Purpose], proof: Proof, longest_age: timedelta = LONGEST_PROOF_AGE
) -> tuple[Entry, ...]:
    """Sign several records as they were seen, all of them or none.

    Raises Refused as `sign` does.
    """
    first = work.next_number("signatures")
    given: dict[tuple[str, str], list[Signature]] = {}
    for each in all_of(work, Signature):
        given.setdefault((each.about_type, each.about_record), []).append(each)
    return tuple(
        _sign(work, number, purpose, proof, longest_age, given.get((purpose.record_type, purpose.record), ()))
        for number, purpose in enumerate(dict.fromkeys(purposes), start=first)
    )


def _sign(
    work: Work, number: int, purpose: Purpose, proof: Proof, longest_age: timedelta, given: Iterable[Signature]
) -> Entry:
    """Give one signature; those of the same record are known."""
    work.require(SIGNED_BY.get(purpose.record_type, "sign_data"))
    check_proof(work, purpose, proof, longest_age)
    stored = work.record(purpose.record_type, purpose.record)
    name = record_words(purpose.record_type, purpose.record)
    if not stored.exists or stored.is_removed:
        raise Refused(f"{name} is not there, or was removed; it cannot be signed")
    if stored.head != purpose.head:
        raise Refused(f"{name} was changed since it was shown to you: look at it again, then sign")
    if any(_is_same(Signed(each, _state(each, stored)), purpose, proof) for each in given):
        raise Refused(f"{name}: you have signed this already with this meaning")
    return create(
        work,
        Signature(
            signature=number,
            about_type=stored.record_type,
            about_record=stored.record,
            head=stored.head,
            content_hash=content_hash(stored),
            ledger_head=str(work.head),
            meaning=purpose.meaning.strip(),
            signer=proof.account,
            signer_name=proof.full_name.strip(),
            signed=PartialDateTime.of(work.now),
        ),
        by=SIGNED_BY.get(purpose.record_type, "sign_data"),
        reason=proof.words,
    )


def signatures_of(source: Recorded, record_type: str | None = None, record: str | None = None) -> tuple[Signed, ...]:
    """The signatures of a record, of a kind of record, or all, in the order in which they were given."""
    holding = {"about_type": record_type, "about_record": record}
    found = all_of(source, Signature, **{field: text for field, text in holding.items() if text is not None})
    if record_type is not None and record is not None:
        stored = {(record_type, record): source.record(record_type, record)}
    else:
        stored = {(each.record_type, each.record): each for each in source.records(record_type)}
    return tuple(Signed(each, _state(each, stored.get((each.about_type, each.about_record)))) for each in found)


def _state(signature: Signature, stored: StoredRecord | None) -> State:
    """Whether a signature still holds."""
    if stored is None or stored.head != signature.head or stored.is_removed:
        return "fallen"
    return "valid" if content_hash(stored) == signature.content_hash else "altered"


def _is_same(signed: Signed, purpose: Purpose, proof: Proof) -> bool:
    """Whether a valid signature says what is about to be signed."""
    signature = signed.signature
    return signed.is_valid and (signature.signer, signature.meaning) == (proof.account, purpose.meaning.strip())


def check_proof(work: Work, purpose: Purpose, proof: Proof, longest_age: timedelta = LONGEST_PROOF_AGE) -> None:
    """Whether a proof is the author's, fresh, and for what is to be signed, or done.

    Raises Refused.
    """
    if not (purpose.meaning.strip() and proof.full_name.strip()):
        raise Refused("a signature must say what it means and the full name of who signs")
    if proof.account != work.author.account:
        raise Refused("who proved his identity is not who is signing: sign in as yourself")
    if not proof.means:
        raise Refused("nothing says how the signer proved who he is: enter the password again")
    if purpose not in proof.purposes:
        raise Refused("the identity was proved to sign something else: enter the password again for this signature")
    if not timedelta(0) <= work.now - proof.moment <= longest_age:
        raise Refused("the proof of identity is too old, or from the future: enter the password again")
