"""A cohort that a later decision overtook: what the decision is to do, and what people do next so that it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.intervals import DECISION
from firstdose.dosing.known import record_name
from firstdose.dosing.question import Reason
from firstdose.dosing.recorded import Records
from firstdose.records import DoseDecision
from firstdose.records.wording import joined

HELD = ("reserved", "assigned")
"""The states of a slot of somebody who is still to be dosed, which keep a cohort from being closed."""


@dataclass(frozen=True)
class Overtaken:
    """A cohort that is not to be dosed by a decision which was taken later.

    ``prepared`` are the people for whom a dosing is prepared in it, and ``holding`` those who hold a slot of it and
    were not dosed. ``opens`` says whether the decision is still to open a cohort of the escalation.
    """

    cohort: CohortInOrder
    decision: DoseDecision
    prepared: tuple[str, ...]
    holding: tuple[str, ...]
    opens: bool

    @classmethod
    def of(cls, cohort: CohortInOrder, decision: DoseDecision, records: Records) -> Overtaken:
        """The same, by the slots and dosings as they are known."""
        slots = [slot for several in records.slots.values() for slot in several if slot.cohort == cohort.identifier]
        found = sorted((slot for slot in slots if slot.state in HELD), key=lambda slot: slot.slot)
        holding = [slot.subject for slot in found if slot.subject and not _was_dosed(records, slot.subject)]
        has_opened = any(each.decision == decision.decision for each in records.cohorts.values())
        return cls(
            cohort,
            decision,
            tuple(each for each in holding if records.planned(each)),
            tuple(holding),
            decision.action == "dose" and cohort.is_in_the_rule and not has_opened,
        )

    @property
    def said(self) -> str:
        """What the decision is to do."""
        level, action = self.decision.next_level, self.decision.action
        return f"decision {self.decision.decision}, taken later, is to " + (
            f"dose level {level}" if action == "dose" else action
        )

    @property
    def steps(self) -> tuple[str, ...]:
        """What people do now, in order. To wait leaves the cohort as it is; otherwise it gives way."""
        return tuple(self._waiting() if self.decision.action == "wait" else self._giving_way())

    @property
    def reason(self) -> Reason:
        """Why nobody is dosed in the cohort; of who was dosed all the same, what was to be done is not told."""
        words = f"{self.said}: {', '.join(self.steps)}"
        return Reason(DECISION, words, None, (record_name(self.decision),), departed=self.said)

    def _waiting(self) -> Iterator[str]:
        if self.prepared:
            yield f"cancel the dosing prepared for {joined(self.prepared)}"
        yield f"dose nobody in {self.cohort.name} until the committee has taken another decision"

    def _giving_way(self) -> Iterator[str]:
        if self.prepared:
            yield f"cancel the dosing prepared for {joined(self.prepared)}"
        if self.holding:
            yield f"release the {'slot' if len(self.holding) == 1 else 'slots'} of {joined(self.holding)}"
        yield f"close {self.cohort.name}"
        if self.opens:
            yield f"then open a cohort by decision {self.decision.decision}"


def _was_dosed(records: Records, subject: str) -> bool:
    """Whether somebody was dosed, whatever the slot says."""
    return any(map(records.was_given, records.dosings.get(subject, ())))
