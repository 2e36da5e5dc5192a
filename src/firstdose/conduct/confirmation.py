"""What the confirmation of somebody's eligibility rests on: an investigator's signature that holds, or paper.

A confirmation is written and signed in one step. Where the record was changed since, the signature has fallen, and the
person is confirmed anew. What was told into the ledger from a trial that was kept elsewhere was confirmed on paper;
this holds until somebody changes the record here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Entry
from firstdose.conduct.own_records import Recorded
from firstdose.conduct.roles import SYSTEM, may
from firstdose.conduct.signatures import Signed, signatures_of
from firstdose.dosing import Reason

MEANING = "I confirm that this person meets the criteria of the protocol and has given consent"
"""What the investigator's signature of a participant means."""
CONFIRMATION = "subjects.eligibility_confirmed"
MOMENT, NAME = "eligibility_confirmed", "eligibility_confirmed_by"
State = Literal["none", "signed", "on_paper", "outdated", "fallen", "unsigned"]
WORDS: dict[State, str] = {
    "none": "not confirmed",
    "signed": "confirmed and signed",
    "on_paper": "confirmed on paper, before the record was kept here",
    "outdated": "the confirmation of eligibility on paper does not hold any more: the record was changed here since",
    "fallen": "the confirmation of eligibility does not hold any more: the record was changed after it was signed",
    "unsigned": "the confirmation of eligibility bears no investigator's signature",
}


@dataclass(frozen=True)
class Confirmation:
    """What stands of somebody's confirmation: when, by whom, and whether it holds."""

    state: State
    moment: str = ""
    name: str = ""
    record: str = ""
    signature: int | None = None
    """The number of the signature by which it holds; None on paper."""

    @property
    def holds(self) -> bool:
        """Whether the person is confirmed as eligible."""
        return self.state in ("signed", "on_paper")

    @property
    def words(self) -> str:
        return WORDS[self.state]


def confirmation_of(source: Recorded, subject: str, as_of: datetime | None = None) -> Confirmation:
    """The confirmation of a person now, or as of an earlier moment: what was changed after it then held."""
    stored = source.record("subjects", name_of("subjects", subject))
    if stored.is_removed or not stored.fields.get(MOMENT, "").strip():
        return Confirmation("none", record=stored.record)
    given = [
        each
        for each in signatures_of(source, "subjects", stored.record)
        if each.signature.meaning == MEANING and _is_by_role(source, each)
    ]
    history = source.history("subjects", stored.record)
    standing = [each.signature.signature for each in given if each.is_valid or _fell_later(each, history, as_of)]
    if standing:
        state: State = "signed"
    elif (since := _since_confirmed(history)) and since[0].role == SYSTEM:
        state = "outdated" if _was_changed_here(since, as_of) else "on_paper"
    else:
        state = "fallen" if given else "unsigned"
    return Confirmation(
        state, stored.fields[MOMENT], stored.fields.get(NAME, ""), stored.record, max(standing, default=None)
    )


def confirmation_reasons(source: Recorded, subject: str, as_of: datetime | None = None) -> Iterator[Reason]:
    """Why a confirmation that is recorded does not count; nothing where none is recorded, which dosing says itself."""
    found = confirmation_of(source, subject, as_of)
    if not found.holds and found.state != "none":
        words = f"{found.words}; the investigator confirms and signs it on the page of the criteria"
        yield Reason(CONFIRMATION, words, None, (f"subjects {found.record}",))


def _is_by_role(source: Recorded, signed: Signed) -> bool:
    """Whether who signed acted in a role that may confirm eligibility."""
    entries = source.history("signatures", str(signed.signature.signature))
    return bool(entries) and may(entries[0].role, "sign_eligibility")


def _fell_later(signed: Signed, history: tuple[Entry, ...], as_of: datetime | None) -> bool:
    """Whether a signature that has fallen still held at an earlier moment."""
    if as_of is None or signed.state != "fallen":
        return False
    later = [entry for entry in history if entry.sequence > signed.signature.head]
    return bool(later) and later[0].instant > as_of


def _since_confirmed(history: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entry that wrote the moment of the confirmation last, and those after it.

    The first is the program's where the confirmation came with the records of a trial that was kept elsewhere.
    """
    wrote = [place for place, entry in enumerate(history) if any(each.field == MOMENT for each in entry.changes)]
    return history[wrote[-1] :] if wrote else ()


def _was_changed_here(since: tuple[Entry, ...], as_of: datetime | None) -> bool:
    """Whether people changed a record that was told, by an earlier moment if there is one."""
    return any(entry.role != SYSTEM and (as_of is None or entry.instant <= as_of) for entry in since)
