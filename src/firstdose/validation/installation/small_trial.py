"""A small trial, run step by step through the same commands and rules as the pages of the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from firstdose.conduct.adjudicating import adjudicate
from firstdose.conduct.administering import prepare_dosing, record_dosing
from firstdose.conduct.by_hand import refuse_by_hand
from firstdose.conduct.cohorts import close_cohort, open_cohort
from firstdose.conduct.confirmation import MEANING as CONFIRMED
from firstdose.conduct.deciding import TAKING, prepare_decision, propose_decision, take_decision
from firstdose.conduct.desk import Desk, Work
from firstdose.conduct.eligibility import confirm_eligibility
from firstdose.conduct.entering import draft_of
from firstdose.conduct.gating import gate_in
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Author, Ledger
from firstdose.conduct.quorum import MEANING
from firstdose.conduct.recommending import freeze
from firstdose.conduct.rules import RULES
from firstdose.conduct.signatures import Proof, Purpose, sign
from firstdose.conduct.slots import assign_slot, reserve_slot
from firstdose.protocol import Protocol, examine_text

ZONE_NAME = "Europe/Rome"
NURSE = Author("nurse", "coordinator", "A", ZONE_NAME)
OTHER_NURSE = Author("other-nurse", "coordinator", "B", ZONE_NAME)
INVESTIGATOR = Author("investigator", "investigator", "A", ZONE_NAME)
PHARMACIST = Author("pharmacist", "pharmacist", "A", ZONE_NAME)
STATISTICIAN = Author("statistician", "statistician")
MEMBERS = (Author("first-member", "committee_member"), Author("second-member", "committee_member"))
BATCH = "B1"


def protocol_text() -> str:
    """The protocol file of the small trial."""
    return files("firstdose.validation.installation").joinpath("protocol.yaml").read_text("utf-8")


def small_protocol() -> Protocol:
    """The protocol of the small trial."""
    examined = examine_text(protocol_text())
    if examined.protocol is None:
        raise ValueError(f"the protocol of the checks cannot be read: {examined.problems}")
    return examined.protocol


CALLED = "seen by telephone after the window; in the small trial of these checks no visit is entered"
"""How the members know that nobody of the cohort had a DLT."""


class SmallTrial:
    """A trial in a ledger, whose clock is set step by step to local times in Rome."""

    def __init__(self, url: str, key: bytes, local: str = "2026-01-05T08:00", *, is_new: bool = True) -> None:
        self.url = url
        self.protocol = small_protocol()
        self.at(local)
        self.ledger = (Ledger.create if is_new else Ledger.open)(url, key, lambda: self.now)

    def at(self, local: str) -> SmallTrial:
        """Set the clock."""
        self.now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE_NAME))
        return self

    @contextmanager
    def work(self, author: Author) -> Iterator[Work]:
        with Desk(self.ledger, self.protocol, (*RULES, refuse_by_hand)).work(author) as work:
            yield work

    def enter(self, record_type: str, author: Author = NURSE, **fields: str) -> None:
        """A new record, as a form writes it."""
        draft = draft_of(record_type, fields, {})
        if draft is not None:
            with self.work(author) as work:
                work.append(draft)

    def change(self, record_type: str, record: str, reason: str, **fields: str) -> None:
        """A record changed, as a form writes it."""
        stored = self.ledger.record(record_type, record)
        draft = draft_of(record_type, fields, stored.fields, stored=stored, reason=reason)
        if draft is not None:
            with self.work(NURSE) as work:
                work.append(draft)

    def batch(self) -> None:
        """A batch that is released and within its specification."""
        given = {"state": "released", "released": "2026-01-04T09:00", "expires": "2027-06-30"}
        self.enter("batches", PHARMACIST, batch=BATCH, **given)
        self.enter("batch_tests", PHARMACIST, batch=BATCH, test="viability", result="85", unit="%", passed="yes")

    def person(self, name: str, author: Author = NURSE) -> None:
        """Somebody who gave consent and meets the criteria."""
        self.enter("subjects", author, subject=name, consent="2026-01-05T07:00+01:00", centre=author.site)
        self.enter("criterion_answers", author, subject=name, criterion="I1", answer="yes")
        self.enter("criterion_answers", author, subject=name, criterion="E1", answer="no")

    def open(self, **facts: Any) -> None:
        with self.work(STATISTICIAN) as work:
            open_cohort(work, **facts)

    def close_cohort(self, cohort: str) -> None:
        with self.work(STATISTICIAN) as work:
            close_cohort(work, cohort)

    def enrol(self, name: str, cohort: str) -> None:
        """A person with an assigned slot of a cohort."""
        self.person(name)
        with self.work(NURSE) as work:
            reserve_slot(work, cohort, name)
        head = self.ledger.record("subjects", name_of("subjects", name)).head
        purpose = Purpose("subjects", name_of("subjects", name), head, CONFIRMED)
        proof = Proof(INVESTIGATOR.account, "An Investigator", self.now, ("password", "authenticator"), (purpose,))
        with self.work(INVESTIGATOR) as work:
            confirm_eligibility(work, name, proof, head)
        with self.work(NURSE) as work:
            assign_slot(work, name)

    def prepare(self, name: str) -> None:
        with self.work(NURSE) as work:
            prepare_dosing(work, name, BATCH)

    def give(self, name: str, start: str, dose: str = "5") -> tuple[str, ...]:
        """Record a dosing as it took place; the departures from what was allowed."""
        facts = {"procedure_start": start, "given": "full", "dose_given": dose}
        with self.work(NURSE) as work:
            return record_dosing(work, name, facts)

    def cohort_dosed(self, cohort: str, days: dict[str, str]) -> None:
        """Everybody of a cohort dosed at ten in the morning of a day."""
        for name, day in days.items():
            self.at(f"{day}T09:00").enrol(name, cohort)
            self.at(f"{day}T10:00").prepare(name)
            self.give(name, f"{day}T10:00")

    def dlt(self, name: str, start: str) -> None:
        """An event that began on a day and is judged to be a DLT now."""
        facts = {"term": "seizure", "grade": "3", "relation_to_product": "related", "start": start}
        self.enter("adverse_events", NURSE, subject=name, number="1", **facts)
        with self.work(MEMBERS[0]) as work:
            adjudicate(work, name, 1, "dlt", ["First Member", "Second Member"])

    def prepare_decision(self) -> int:
        frozen = freeze(self.ledger, self.protocol, self.now)
        with self.work(STATISTICIAN) as work:
            return prepare_decision(work, frozen)

    def propose(self, preparation: int, level: int, reason: str = "") -> None:
        with self.work(MEMBERS[0]) as work:
            propose_decision(work, preparation, "dose", level, reason, without_dlt=CALLED)

    def sign(self, preparation: int, members: Sequence[Author]) -> None:
        """Members sign what is proposed."""
        for member in members:
            proof = self._proof(member, preparation, MEANING)
            with self.work(member) as work:
                sign(work, proof.purposes[0], proof)

    def _proof(self, member: Author, preparation: int, meaning: str) -> Proof:
        """That a member has just proved again who he is, for a preparation as it is now."""
        head = self.ledger.record("prepared_decisions", str(preparation)).head
        purpose = Purpose("prepared_decisions", str(preparation), head, meaning)
        name = member.account.replace("-", " ").title()
        return Proof(member.account, name, self.now, ("password", "authenticator"), (purpose,))

    def take(self, preparation: int) -> int:
        seen = self.ledger.record("prepared_decisions", str(preparation)).fields["data_hash"]
        proof = self._proof(MEMBERS[0], preparation, TAKING)
        with self.work(MEMBERS[0]) as work:
            return take_decision(work, preparation, seen, proof=proof)

    def against(self, name: str) -> list[str]:
        """Why somebody may not be dosed now; nothing if the gate is open."""
        with self.work(NURSE) as work:
            return [reason.words for reason in gate_in(work, name, batch=BATCH).reasons]
