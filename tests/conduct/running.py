"""A trial that is run through the commands of dosing, step by step, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from firstdose.conduct.adjudicating import adjudicate
from firstdose.conduct.administering import prepare_dosing, record_dosing
from firstdose.conduct.cohorts import close_cohort, open_cohort
from firstdose.conduct.confirmation import MEANING as CONFIRMED
from firstdose.conduct.deciding import TAKING, prepare_decision, propose_decision, take_decision
from firstdose.conduct.eligibility import confirm_eligibility, lacking_now
from firstdose.conduct.gating import gate_in
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Author, restore
from firstdose.conduct.quorum import MEANING
from firstdose.conduct.recommending import freeze
from firstdose.conduct.signatures import sign
from firstdose.conduct.slots import assign_slot, reserve_slot
from firstdose.conduct.snapshot import Snapshot, snapshot_at
from firstdose.dosing import Gate, history_of
from firstdose.protocol import Protocol
from firstdose.records import NAMES
from tests.conduct.ledger.places import KEY, Place
from tests.conduct.ledger.servers import APPLICATION
from tests.conduct.workplace import INVESTIGATOR, MEMBER, NURSE, OTHER_MEMBER, PHARMACIST, STATISTICIAN, Workplace
from tests.dosing.trial import ROME, protocol

SWISS_NURSE = Author("lena", "coordinator", "CH01", "Europe/Zurich")

BOTH_KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))

WITHOUT = "the values stand in the letter of the hospital"
"""Why a test confirms eligibility without what the protocol asks for before the dosing."""

CALLED = "seen by telephone after the window; the visit is not entered yet because the forms are at the site"
"""How a test knows of those of whom it enters no visit."""


class Running(Workplace):
    """A trial at one site in Rome, of which every step is a command."""

    def __init__(self, place: Place, rules: Protocol | None = None, copy: Path | None = None) -> None:
        self.place, self.rules, self.protocol = place, (), rules or protocol()
        self.at("2026-01-05T08:00")
        if copy is None:
            self.ledger = place.create(clock=lambda: self.now)
            self.batch("B1")
        else:
            role = APPLICATION if place.kind == "postgresql" else None
            restore(copy, place.owner_url, KEY, lambda: self.now, application_role=role).close()
            self.ledger = place.open(clock=lambda: self.now)

    def at(self, local: str) -> Running:
        """Set the clock, to a time in Rome."""
        self.now = datetime.fromisoformat(local).replace(tzinfo=ROME)
        return self

    def batch(self, name: str) -> None:
        """A batch that is released and within its specification."""
        given = {"state": "released", "released": "2026-01-04T09:00", "expires": "2027-06-30"}
        self.enter("batches", PHARMACIST, batch=name, **given)
        self.enter("batch_tests", PHARMACIST, batch=name, test="viability", result="85", unit="%", passed="yes")
        self.enter("batch_tests", PHARMACIST, batch=name, test="sterility", result_text="No growth", passed="yes")

    def person(self, name: str, author: Author = NURSE, **facts: str) -> None:
        """Somebody who gave consent and is eligible."""
        known = {"consent": "2026-01-05T07:00+01:00", "centre": author.site} | facts
        self.enter("subjects", author, subject=name, **known)
        self.enter("criterion_answers", author, subject=name, criterion="I1", answer="yes")
        self.enter("criterion_answers", author, subject=name, criterion="E1", answer="no")

    def eligible(self, name: str, author: Author = INVESTIGATOR, reason: str = WITHOUT) -> None:
        """The investigator's confirmation, signed and dated by the clock; with a reason if something is lacking."""
        purpose = self.purpose("subjects", name_of("subjects", name), CONFIRMED)
        with self.work(author) as work:
            seen = [each.key for each in lacking_now(work, name).missing]
            confirm_eligibility(work, name, self.proof(author, purpose), purpose.head, reason, seen)

    def open(self, **facts: Any) -> str:
        with self.work(STATISTICIAN) as work:
            return open_cohort(work, **{"without_dlt": CALLED} | facts).record

    def close(self, cohort: str, reason: str = "") -> None:
        with self.work(STATISTICIAN) as work:
            close_cohort(work, cohort, reason)

    def enrol(self, name: str, cohort: str, author: Author = NURSE) -> None:
        """A person with an assigned slot."""
        self.person(name, author)
        self.reserve(name, cohort, author)
        self.eligible(name, replace(INVESTIGATOR, site=author.site, zone=author.zone))
        with self.work(author) as work:
            assign_slot(work, name)

    def reserve(self, name: str, cohort: str, author: Author = NURSE) -> None:
        with self.work(author) as work:
            reserve_slot(work, cohort, name)

    def prepare(self, name: str, batch: str = "B1", author: Author = NURSE) -> None:
        with self.work(author) as work:
            prepare_dosing(work, name, batch)

    def record_given(self, name: str, start: str, reason: str = "", author: Author = NURSE, **facts: Any) -> Any:
        """A dosing that took place; the full dose of level 1 unless told otherwise."""
        known = {"procedure_start": start, "given": "full", "dose_given": "5"} | facts
        with self.work(author) as work:
            return record_dosing(work, name, known, reason)

    def dose(self, name: str, local: str, dose: str = "5", author: Author = NURSE) -> None:
        """Prepared, given and recorded at a time of the clock in Rome."""
        self.at(local).prepare(name, author=author)
        assert self.record_given(name, local, author=author, dose_given=dose) == ()

    def cohort_dosed(self, cohort: str, names: Sequence[str], days: Sequence[str], dose: str = "5") -> None:
        """Everyone of a cohort dosed, at ten in the morning."""
        for name, day in zip(names, days, strict=True):
            self.at(f"{day}T09:00").enrol(name, cohort)
            self.dose(name, f"{day}T10:00", dose)

    def event(self, name: str, start: str, number: int = 1, author: Author = NURSE, **facts: str) -> None:
        known = {"term": "seizure", "grade": "3", "relation_to_product": "related", "start": start} | facts
        self.enter("adverse_events", author, subject=name, number=str(number), **known)

    def verdict(self, name: str, verdict: Any, reason: str = "", event: int = 1) -> None:
        with self.work(MEMBER) as work:
            adjudicate(work, name, event, verdict, ["Boris Rossi", "Bella Rossi"], reason=reason)

    def prepare_decision(self) -> int:
        frozen = freeze(self.ledger, self.protocol, self.now)
        with self.work(STATISTICIAN) as work:
            return prepare_decision(work, frozen)

    def propose(
        self,
        preparation: int,
        action: Any = "dose",
        level: int | None = None,
        reason: str = "",
        without_dlt: str = CALLED,
    ) -> None:
        with self.work(MEMBER) as work:
            propose_decision(work, preparation, action, level, reason, without_dlt=without_dlt)

    def sign_decision(self, preparation: int, *members: Author) -> None:
        for member in members or (MEMBER, OTHER_MEMBER):
            purpose = self.purpose("prepared_decisions", str(preparation), MEANING)
            with self.work(member) as work:
                sign(work, purpose, self.proof(member, purpose))

    def take(self, preparation: int, data_hash: str | None = None) -> int:
        seen = data_hash or self.record("prepared_decisions", str(preparation)).fields["data_hash"]
        purpose = self.purpose("prepared_decisions", str(preparation), TAKING)
        with self.work(MEMBER) as work:
            return take_decision(work, preparation, seen, proof=self.proof(MEMBER, purpose))

    def decide(self, action: Any = "dose", level: int | None = None, reason: str = "") -> int:
        """A decision prepared, proposed, signed by two members and taken."""
        preparation = self.prepare_decision()
        self.later(seconds=1)
        self.propose(preparation, action, level, reason)
        self.sign_decision(preparation)
        return self.take(preparation)

    def gate(self, name: str, batch: str | None = "B1", author: Author = NURSE) -> Gate:
        with self.work(author) as work:
            return gate_in(work, name, batch=batch)

    def words(self, name: str) -> list[str]:
        """Why somebody may not be dosed now."""
        return [reason.words for reason in self.gate(name).reasons]

    @property
    def history(self) -> str:
        """The rule's history, as outcome strings."""
        return str(history_of(self.protocol, self.snapshot.trial_data, self.now).history)

    @property
    def snapshot(self) -> Snapshot:
        return snapshot_at(self.ledger, self.ledger.head().sequence, self.now.date())

    def all(self, kind: type[Any]) -> list[Any]:
        """The records of a kind as they are now."""
        assert kind in NAMES
        return list(self.snapshot.trial_data.records(kind))


def first_cohort(place: Place) -> Running:
    """A trial whose first cohort of three is dosed and closed, all without a DLT."""
    running = Running(place).at("2026-02-01T08:00")
    running.open()
    running.cohort_dosed("C1", ["P1", "P2", "P3"], ["2026-02-02", "2026-02-09", "2026-02-16"])
    return running


def second_cohort(place: Place) -> Running:
    """The same, with the decision to give the second level taken on 19 March, and P4 to P6 ready."""
    running = first_cohort(place).at("2026-03-19T15:00")
    running.close("C1")
    running.decide("dose", 2)
    running.at("2026-03-20T08:00").open(decision=1)
    for name in ("P4", "P5", "P6"):
        running.enrol(name, "C2")
    return running.at("2026-03-21T10:00")
