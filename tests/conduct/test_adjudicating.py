"""Verdicts: who gives them, on what, and what they do to the gate."""

from __future__ import annotations

import pytest

from firstdose.conduct.adjudicating import adjudicate
from firstdose.conduct.ledger import Refused
from firstdose.records import DltAdjudication
from tests.conduct.running import Running
from tests.conduct.workplace import MEMBER, NURSE


def test_a_later_verdict_replaces_an_earlier_one_with_a_reason(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    ready.verdict("P2", "not_dlt")
    ready.later(hours=1)
    with pytest.raises(Refused, match="the verdict was not a DLT; say why"):
        ready.verdict("P2", "dlt")
    ready.verdict("P2", "dlt", "the image shows more")
    first, second = ready.all(DltAdjudication)
    assert (first.adjudication, first.verdict, second.adjudication, second.verdict) == (1, "not_dlt", 2, "dlt")
    assert second.members == "Boris Rossi; Bella Rossi"
    assert any("P2 has turned out to have had a DLT" in words for words in ready.words("P4"))


def test_undecided_holds_the_gate(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    ready.verdict("P2", "undecided")
    held = "P2: seizure of grade 3 (event 1) was adjudicated, but its verdict is open"
    assert held in ready.words("P4")
    ready.verdict("P2", "not_dlt")
    assert ready.words("P4") == []


def test_a_verdict_needs_an_event_members_and_a_person_who_was_dosed(ready: Running) -> None:
    with pytest.raises(Refused, match="there is no adverse event 1 of P2"):
        ready.verdict("P2", "dlt")
    ready.event("P2", "2026-02-15")
    with pytest.raises(Refused, match="names of the members"), ready.work(MEMBER) as work:
        adjudicate(work, "P2", 1, "dlt", [" "])
    ready.event("P4", "2026-02-15")
    with pytest.raises(Refused, match="P4 was not dosed"):
        ready.verdict("P4", "dlt")
    with pytest.raises(Refused, match="may not judge"), ready.work(NURSE) as work:
        adjudicate(work, "P2", 1, "dlt", ["Anna Rossi"])


def test_a_verdict_on_an_event_that_was_changed_since_it_was_seen_is_refused(ready: Running) -> None:
    ready.event("P2", "2026-02-15", grade="2")
    seen = ready.record("adverse_events", "P2/1").head
    ready.change("adverse_events", "P2/1", grade="3")
    with pytest.raises(Refused, match="was changed since you saw it"), ready.work(MEMBER) as work:
        adjudicate(work, "P2", 1, "not_dlt", ["Boris Rossi"], seen_head=seen)


def test_what_a_verdict_does_not_rest_on_may_change(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    ready.verdict("P2", "not_dlt")
    ready.change("adverse_events", "P2/1", outcome="recovered", end="2026-03-01")
    assert ready.words("P4") == []


def test_a_cause_is_kept_with_the_verdict(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    with ready.work(MEMBER) as work:
        adjudicate(work, "P2", 1, "dlt", ["Boris Rossi"], causes={"product": True, "disease": False})
    (found,) = ready.all(DltAdjudication)
    assert (found.caused_by_product, found.caused_by_procedure, found.caused_by_disease) == (True, None, False)
