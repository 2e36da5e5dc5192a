"""A verdict agrees with the protocol: with what a DLT is attributed to, and with how many members judge."""

from __future__ import annotations

import pytest

from firstdose.conduct.adjudicating import adjudicate
from firstdose.conduct.ledger import Refused
from firstdose.conduct.verdict_signing import MEANING, judge_and_sign
from firstdose.records import DltAdjudication
from tests.conduct.running import Running
from tests.conduct.workplace import ADMINISTRATOR, MEMBER


@pytest.fixture
def asked(ready: Running) -> Running:
    """P2 had a severe event; the committee has two members, and its quorum is two."""
    ready.event("P2", "2026-02-15")
    for account, name in {"boris": "Boris Rossi", "bella": "Bella Rossi"}.items():
        ready.enter("role_grants", ADMINISTRATOR, account=account, role="committee_member", site="*", full_name=name)
    return ready


@pytest.mark.parametrize("causes", [{"product": False, "procedure": False}, dict.fromkeys(("product", "procedure"))])
def test_a_dlt_is_not_denied_every_cause_that_makes_it_one(asked: Running, causes: dict[str, bool | None]) -> None:
    """The protocol attributes a DLT to the cells or to the procedure; what is not answered denies nothing."""
    answered: dict[str, bool] = {cause: answer for cause, answer in causes.items() if answer is not None}
    with asked.work(MEMBER) as work:
        if not answered:
            adjudicate(work, "P2", 1, "dlt", ["Boris Rossi"], causes={})
            return
        with pytest.raises(Refused, match=r"Attributed to the cells\? Attributed to the procedure\? Correct the"):
            adjudicate(work, "P2", 1, "dlt", ["Boris Rossi"], causes={**answered, "disease": True})  # type: ignore[dict-item]
        adjudicate(work, "P2", 1, "not_dlt", ["Boris Rossi"], causes=answered)  # type: ignore[arg-type]
    (found,) = asked.all(DltAdjudication)
    assert (found.verdict, found.caused_by_product) == ("not_dlt", False)


def test_one_cause_is_enough(asked: Running) -> None:
    with asked.work(MEMBER) as work:
        adjudicate(work, "P2", 1, "dlt", ["Boris Rossi"], causes={"product": False, "procedure": True})
    assert len(asked.all(DltAdjudication)) == 1


def judge(running: Running, verdict: str, *accounts: str, reason: str = "") -> None:
    shown = running.purpose("adverse_events", "P2/1", MEANING)
    with running.work(MEMBER) as work:
        proof = running.proof(MEMBER, shown)
        judge_and_sign(work, "P2", 1, verdict, accounts, proof, shown.head, reason=reason)  # type: ignore[arg-type]


def test_fewer_than_the_quorum_say_why(asked: Running) -> None:
    for verdict in ("dlt", "not_dlt"):
        with pytest.raises(Refused, match="1 member took part, and the committee's quorum is 2"):
            judge(asked, verdict, "boris")
    assert asked.all(DltAdjudication) == []
    judge(asked, "dlt", "boris", reason="urgent: the others could not be reached")
    asked.later(hours=1)
    judge(asked, "dlt", "boris", "bella")
    assert [each.members for each in asked.all(DltAdjudication)] == ["Boris Rossi", "Bella Rossi; Boris Rossi"]


def test_one_member_may_leave_it_open(asked: Running) -> None:
    """An open verdict keeps the gate shut, so nobody need be asked first."""
    judge(asked, "undecided", "boris")
    assert [each.verdict for each in asked.all(DltAdjudication)] == ["undecided"]
