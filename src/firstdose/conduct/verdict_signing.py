"""A verdict as the committee gives it: by members among those who hold the role, signed by the one who records it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from firstdose.conduct.adjudicating import adjudicate
from firstdose.conduct.desk import Work
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Entry, Refused
from firstdose.conduct.own_records import Recorded
from firstdose.conduct.roles import may
from firstdose.conduct.signatures import Proof, Purpose, sign
from firstdose.protocol.escalation import Cause
from firstdose.records.events import Verdict
from firstdose.records.wording import counted

MEANING = "I took part in this verdict, and it is recorded as the members gave it"
"""What the signature of who records a verdict means."""


def members_now(source: Recorded) -> dict[str, str]:
    """The accounts that may judge events now, with the full name of each, in the order of the names."""
    found = {
        each.fields["account"]: each.fields.get("full_name") or each.fields["account"]
        for each in source.records("role_grants")
        if not each.is_removed and may(each.fields.get("role", ""), "adjudicate")
    }
    return dict(sorted(found.items(), key=lambda each: (each[1].casefold(), each[0])))


def judge_and_sign(
    work: Work,
    subject: str,
    event: int,
    verdict: Verdict,
    accounts: Iterable[str],
    proof: Proof,
    seen_head: int,
    *,
    reason: str = "",
    causes: Mapping[Cause, bool] | None = None,
) -> Entry:
    """Record a verdict and sign it, in one write.

    ``accounts`` are those of the members who took part, ``proof`` that of the author for the event as it was shown.
    Raises Refused for somebody who is no member, where the author is not among them, where fewer judge than the
    committee's quorum and nobody says why, and as `adjudicate` and `sign` do.
    """
    work.require("adjudicate")
    members, chosen = members_now(work), list(dict.fromkeys(accounts))
    strangers = [each for each in chosen if each not in members]
    if strangers:
        raise Refused(f"no members of the safety committee: {', '.join(strangers)}; choose among its members")
    if work.author.account not in chosen:
        raise Refused("who records a verdict took part in it: you are not among the members chosen")
    shown = Purpose("adverse_events", name_of("adverse_events", subject, event), seen_head, MEANING)
    if shown not in proof.purposes:
        raise Refused("the identity was proved to sign something else: enter the password again for this signature")
    names = [_name(account, members) for account in members if account in chosen]
    if verdict != "undecided" and not reason.strip():
        _check_quorum(work, len(names))
    entry = adjudicate(work, subject, event, verdict, names, reason=reason, causes=causes, seen_head=seen_head)
    written = Purpose(entry.record_type, entry.record, entry.sequence, MEANING)
    sign(work, written, replace(proof, purposes=(written,)))
    return entry


def _check_quorum(work: Work, members: int) -> None:
    """Refuse a verdict of fewer members than a decision of the committee needs; none is asked for by the protocol."""
    review = work.protocol.escalation.committee_review
    quorum = review.quorum if review else None
    if quorum is not None and members < quorum:
        raise Refused(
            f"{counted(members, 'member')} took part, and the committee's quorum is {quorum}: "
            "choose the others who took part, or say in the reason why fewer judge"
        )


def _name(account: str, members: Mapping[str, str]) -> str:
    """The name of a member, with the account where another has the same; names are kept apart by semicolons."""
    name = " ".join(members[account].replace(";", ",").split())
    is_shared = sum(each.casefold() == members[account].casefold() for each in members.values()) > 1
    return f"{name} ({account})" if is_shared else name
