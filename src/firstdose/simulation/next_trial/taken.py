"""What the trial before says about the next: which number, from whom, and whether it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NO_EFFICACY = (
    "A trial without controls gives no prior for efficacy: everybody had the cells, the injection and the drug, so "
    "what they changed cannot be told from the course of the disease, nor from each other. It informs how much people "
    "differ, how many leave, safety, and how an outcome goes with the dose."
)


@dataclass(frozen=True)
class Taken:
    """One figure of the trial before. ``key`` is the setting that it replaces, empty where it only informs.

    ``stated`` is what the settings said; limits are at 95 %, none where they cannot be given.
    """

    what: str
    value: float
    unit: str
    lower: float | None
    upper: float | None
    rests_on: str
    key: str = ""
    stated: float | None = None

    @property
    def is_used(self) -> bool:
        """Whether it replaces a setting."""
        return bool(self.key)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self)) | {"is_used": self.is_used}
