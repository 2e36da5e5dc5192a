"""Virtual trials made once for several tests, and their records read without the package: rows, days, ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from firstdose.records import Subject, TrialData
from firstdose.simulation.virtual_trial import VirtualTrial, virtual_trials
from tests.simulation.virtual_trials import default, eventful, protocol

SEED = 20260314
KINDS = ("nsc-spms", "sentinel-3plus3", "car-t-boin")


@cache
def trials(name: str, count: int, kind: str = "eventful") -> tuple[VirtualTrial, ...]:
    """Some virtual trials of a protocol."""
    scenario = eventful() if kind == "eventful" else default()
    return tuple(virtual_trials(protocol(name), scenario, seed=SEED, numbers=range(count)))


def day_of(text: str | None) -> date | None:
    """The day of a text, if all of it is known."""
    return date.fromisoformat(text[:10]) if text and len(text) >= 10 else None


def earliest_of(text: str) -> date:
    parts = [int(part) for part in text[:10].split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def rows(data: TrialData, record_type: type) -> Iterator[dict[str, Any]]:
    return data[record_type].iter_rows(named=True)


def ends_of(data: TrialData) -> dict[str, date]:
    """The last day of participation."""
    return {
        row["subject"]: date.fromisoformat(row["participation_end"])
        for row in rows(data, Subject)
        if row["participation_end"]
    }
