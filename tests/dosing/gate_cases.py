"""The trial that the questions about dosing are asked of: a cohort that is over, and the next, which is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firstdose.dosing import Gate, may_be_dosed
from tests.dosing.trial import Trial, at, protocol, with_sentinel

PLAIN = protocol()
WATCHED = protocol(with_sentinel)
C1 = Trial().batch().cohort("C1", 1).full_cohort("C1", 1, ["P1", "P2", "P3"], "2026-02-02T10:00")
C2 = (
    C1.cohort("C2", 2, "2026-03-20T08:00", decision=1)
    .decision(1, 2, "2026-03-19T15:00")
    .people(["P4", "P5", "P6"], "C2")
)
NOW = "2026-03-21T10:00"

DECISION = "escalation.committee_review"


def gate(trial: Trial, as_of: str = NOW, subject: str = "P4", **changes: Any) -> Gate:
    rules = changes.pop("rules", PLAIN)
    return may_be_dosed(rules, trial.data, subject, at(as_of), **changes)


def rules_of(found: Gate) -> list[str]:
    return [reason.rule for reason in found.reasons]


def is_p4(record: Any) -> bool:
    return bool(record.subject == "P4")


Change = Callable[[Trial], Trial]
