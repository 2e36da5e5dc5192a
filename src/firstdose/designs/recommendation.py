"""What a rule advises after a history. People decide; this is advice with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Action = Literal["dose", "wait", "stop"]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The next step: ``next_level`` while dosing goes on, ``recommended_level`` once it has stopped.

    ``stop_reason`` is the name of the stop ("" while the trial goes on). ``backfill_level`` is the lower level at which
    who comes may be treated while the escalation waits; None where there is none, or the rule does not backfill.
    """

    action: Action
    next_level: int | None
    recommended_level: int | None
    reason: str
    flags: tuple[str, ...] = ()
    cohort_size: int | None = None
    stop_reason: str = ""
    mtd_not_reached: bool = False
    backfill_level: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The document that ``firstdose decide --json`` prints."""
        document: dict[str, Any] = {
            "action": self.action,
            "next_level": self.next_level,
            "recommended_level": self.recommended_level,
            "reason": self.reason,
            "flags": list(self.flags),
            "cohort_size": self.cohort_size,
            "stop_reason": self.stop_reason or None,
            "mtd_not_reached": self.mtd_not_reached,
        }
        return document if self.backfill_level is None else document | {"backfill_level": self.backfill_level}
