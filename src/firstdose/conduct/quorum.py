"""Which members of the committee have signed a decision as it is proposed, and whether they are enough to take it."""

from __future__ import annotations

from firstdose.conduct.own_records import Recorded
from firstdose.conduct.signatures import signatures_of
from firstdose.protocol import Protocol
from firstdose.records.wording import counted

MEANING = "I agree with this decision on the dose"
"""What a member's signature of a proposal means."""


def quorum_of(protocol: Protocol) -> int:
    """How many members sign a decision before it is taken."""
    review = protocol.escalation.committee_review
    return (review.quorum if review else None) or 1


def members_signed(source: Recorded, preparation: int) -> tuple[str, ...]:
    """The names of the members who have signed the proposal as it stands; those of one name with their accounts."""
    names: dict[str, str] = {}
    for each in signatures_of(source, "prepared_decisions", str(preparation)):
        signature = each.signature
        if each.is_valid and signature.meaning == MEANING:
            name = " ".join(signature.signer_name.replace(";", ",").split())
            others = {other.casefold() for account, other in names.items() if account != signature.signer}
            names[signature.signer] = f"{name} ({signature.signer})" if name.casefold() in others else name
    return tuple(names.values())


def too_few_signed(source: Recorded, protocol: Protocol, preparation: int) -> str:
    """That a decision cannot be taken for want of signatures, with who has signed; empty where they are enough."""
    names, fewest = members_signed(source, preparation), quorum_of(protocol)
    if len(names) >= fewest:
        return ""
    who = ", ".join(names) or "nobody"
    have = "has" if len(names) == 1 else "have"
    return f"{counted(len(names), 'member')} {have} signed the decision as it is proposed ({who}), of {fewest} needed"
