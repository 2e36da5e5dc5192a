"""The smallest change of a score that counts as worse or better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ROUNDING = 1e-9  # 20 % of 5.5 is 1.1, however it was rounded


@dataclass(frozen=True)
class MinimumChange:
    """A rule in words, as a function of the score that is compared with, and where it comes from.

    Without a function no rule is in general use, and the protocol must name one; the words then say so.
    """

    words: str
    source: str
    rule: Callable[[float], float] | None = None

    def amount(self, reference: float) -> float | None:
        """The smallest change from this score that counts."""
        return None if self.rule is None else self.rule(reference)

    def is_reached(self, reference: float, change: float) -> bool | None:
        """Whether a change in one direction, counted positive in it, is large enough; None without a rule."""
        amount = self.amount(reference)
        return None if amount is None else change > 0 and change >= amount * (1 - ROUNDING)


def share(of_reference: float) -> Callable[[float], float]:
    """A share of the score that is compared with."""
    return lambda reference: of_reference * abs(reference)


NO_RULE = MinimumChange(
    words="no minimum change is in general use; the protocol must name one",
    source="none",
)
