"""What scoring a measure leads to: a score, "unable to perform", or missing; never a silent NaN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

Bound = Literal["exact", "at most", "at least"]


@dataclass(frozen=True)
class Score:
    """A number, with the numbers it was made from.

    ``bound`` says whether the true value is the number itself or lies below or above it, as with a concentration
    below the limit of quantification.
    """

    value: float
    unit: str
    parts: Mapping[str, float] = field(default_factory=dict)
    bound: Bound = "exact"
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A score is a number."""
        if not all(map(isfinite, (self.value, *self.parts.values()))):
            raise ValueError(f"a score must be a finite number, not {self.value} from {dict(self.parts)}")


@dataclass(frozen=True)
class UnableToPerform:
    """The person was asked and could not do it: a result with a reason, not a missing number."""

    reason: str
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    """There is no result, and this is why."""

    reason: str
    parts: Mapping[str, float] = field(default_factory=dict)


Result = Score | UnableToPerform | Missing
