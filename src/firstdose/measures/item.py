"""One question of a measure: its words, kind of answer, unit, limits and codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Literal

from firstdose.measures.result import UnableToPerform
from firstdose.protocol.problems import suggest

Answer = float | str | bool | date | UnableToPerform | None
Answers = Mapping[str, Answer]
Code = int | str
Kind = Literal["number", "whole number", "choice", "yes or no", "date", "text"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """A question, and what may be answered. An answer outside the limits is impossible, not merely unusual.

    ``among`` says which numbers within the limits there are, where not all are.
    """

    name: str
    question: str
    kind: Kind
    unit: str | None = None
    lowest: float | None = None
    highest: float | None = None
    among: str = ""
    choices: Mapping[Code, str] = field(default_factory=dict)
    required: bool = True
    may_be_unable: bool = False

    def objection(self, answer: Answer) -> tuple[str, str] | None:
        """The rule that an answer breaks, and how to mend it; none where it is possible or was not given."""
        if answer is None:
            return None
        if isinstance(answer, UnableToPerform):
            return None if self.may_be_unable else ('cannot be answered "unable to perform"', "give the answer")
        if not self._is_of_its_kind(answer):
            return self._kind_words()
        if isinstance(answer, int | float) and not isinstance(answer, bool) and not self._is_within(answer):
            return f"must be {self._limits()}", "correct the value or its unit"
        return None

    def _is_of_its_kind(self, answer: Answer) -> bool:
        """Whether the answer has the type that the item asks for; true is not 1, and NaN is not a number."""
        is_number = isinstance(answer, int | float) and not isinstance(answer, bool) and isfinite(answer)
        match self.kind:
            case "number":
                return is_number
            case "whole number":
                return is_number and answer == int(answer)  # type: ignore[arg-type]
            case "choice":
                return isinstance(answer, int | str) and not isinstance(answer, bool) and answer in self.choices
            case "yes or no":
                return isinstance(answer, bool)
            case "date":
                return isinstance(answer, date) and not isinstance(answer, datetime)
        return isinstance(answer, str) and bool(answer.strip())

    def _kind_words(self) -> tuple[str, str]:
        """What kind of answer is asked for."""
        if self.kind == "choice":
            return "must be one of the item's codes", suggest("", map(str, self.choices))
        return f"must be {self.kind if self.kind == 'yes or no' else 'a ' + self.kind}", "enter it as such"

    def _is_within(self, number: float) -> bool:
        lowest = self.lowest if self.lowest is not None else number
        highest = self.highest if self.highest is not None else number
        return lowest <= number <= highest

    def _limits(self) -> str:
        """The limits in words."""
        words = [f"at least {self.lowest:g}"] if self.lowest is not None else []
        words += [f"at most {self.highest:g}"] if self.highest is not None else []
        return " and ".join(words) + (f" {self.unit}" if self.unit else "")


def numeric(answer: Answer) -> float | None:
    """The number that was answered, if one was."""
    return float(answer) if isinstance(answer, int | float) and not isinstance(answer, bool) else None
