"""Who was replaced by whom, and why."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.recorded import recorded
from firstdose.records import NAMES, Slot
from firstdose.records.frames import identity


@dataclass(frozen=True)
class Replacement:
    """One person who was replaced; ``by`` is missing while nobody holds the slot."""

    replaced: str
    by: str | None
    reason: str | None
    record: str

    @property
    def words(self) -> str:
        """By whom and why."""
        by = f"replaced by {self.by}" if self.by else "to be replaced, by nobody yet"
        return f"{by}: {self.reason}" if self.reason else f"{by}, without a recorded reason"


def replacements(frame: Frame) -> list[Replacement]:
    """Every slot that replaces somebody, in order of cohort and slot; its reason, or that of the slot it replaces."""
    slots = recorded(frame, Slot).sort("cohort", "slot")
    reasons = dict(slots.filter(pl.col("reason").is_not_null()).select("subject", "reason").iter_rows())
    rows = slots.filter(pl.col("replaces").is_not_null())
    rows = rows.with_columns(record=pl.format(f"{NAMES[Slot]}:{{}}", identity(Slot)))
    return [
        Replacement(row["replaces"], row["subject"], row["reason"] or reasons.get(row["replaces"]), row["record"])
        for row in rows.iter_rows(named=True)
    ]
