"""A verdict is recorded by a member who took part, names members alone, and is signed in the same write."""

from __future__ import annotations

import pytest

from firstdose.conduct.ledger import Refused
from firstdose.conduct.signatures import signatures_of
from firstdose.conduct.verdict_signing import MEANING, judge_and_sign, members_now
from firstdose.records import DltAdjudication
from tests.conduct.running import Running
from tests.conduct.workplace import ADMINISTRATOR, MEMBER, NURSE


@pytest.fixture
def asked(ready: Running) -> Running:
    """P2 had a severe event; Boris and Bella are members, two of the same name; Anna is none; Bruno was one."""
    ready.event("P2", "2026-02-15")
    people = {"boris": "Boris Rossi", "bella": "Bella; Rossi", "b2": "Boris Rossi", "bruno": "Bruno Rossi"}
    for account, name in people.items():
        role = {"account": account, "role": "committee_member", "site": "*", "full_name": name}
        ready.enter("role_grants", ADMINISTRATOR, **role)
    ready.enter("role_grants", ADMINISTRATOR, account="anna", role="coordinator", site="IT01", full_name="Anna Rossi")
    from firstdose.conduct.ledger import Draft

    with ready.work(ADMINISTRATOR) as work:
        gone = next(each for each in work.records("role_grants") if each.fields["account"] == "bruno")
        work.append(Draft("remove", "role_grants", gone.record, reason="left the committee"))
    return ready


def judge(running: Running, *accounts: str, meaning: str = MEANING) -> None:
    shown = running.purpose("adverse_events", "P2/1", meaning)
    with running.work(MEMBER) as work:
        judge_and_sign(work, "P2", 1, "dlt", accounts, running.proof(MEMBER, shown), shown.head)


def test_it_names_members_and_is_signed_by_who_records_it(asked: Running) -> None:
    assert sorted(members_now(asked.ledger)) == ["b2", "bella", "boris"]
    judge(asked, "boris", "bella")
    (verdict,) = asked.all(DltAdjudication)
    assert verdict.members == "Bella, Rossi; Boris Rossi (boris)"
    (signed,) = signatures_of(asked.ledger, "dlt_adjudications")
    assert (signed.signature.signer, signed.signature.meaning, signed.is_valid) == ("boris", MEANING, True)


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        (("boris", "anna"), "no members of the safety committee: anna"),
        (("boris", "bruno"), "no members of the safety committee: bruno"),
        (("boris", "Somebody Else"), "no members of the safety committee: Somebody Else"),
        (("bella",), "you are not among the members chosen"),
        ((), "you are not among the members chosen"),
    ],
)
def test_nobody_else_is_named_and_nobody_records_for_others(
    asked: Running, accounts: tuple[str, ...], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        judge(asked, *accounts)
    assert asked.all(DltAdjudication) == []


def test_without_the_proof_nothing_is_recorded(asked: Running) -> None:
    with pytest.raises(Refused, match="to sign something else"):
        judge(asked, "boris", meaning="read")
    shown = asked.purpose("adverse_events", "P2/1", MEANING)
    with pytest.raises(Refused, match="may not judge"), asked.work(NURSE) as work:
        judge_and_sign(work, "P2", 1, "dlt", ("anna",), asked.proof(NURSE, shown), shown.head)
    assert asked.all(DltAdjudication) == []
