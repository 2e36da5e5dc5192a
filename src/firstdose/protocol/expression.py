"""Checkable expressions of eligibility criteria: a small language of its own, never run as a program.

    edss >= 6.5 and edss <= 8
    18 <= age_years <= 60 and not pregnant
    course in ["secondary progressive", "primary progressive"]

Names stand for what was recorded of a person. What was not recorded is
unknown; an answer is yes, no or unknown. A name that stands alone, such as
`pregnant`, is a yes or no of any name, and people answer it. A name that is
compared must be one of those that are recorded.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = float | str | bool
Values = Mapping[str, Value | None]
Answer = bool | None

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class ExpressionError(ValueError):
    """An expression that cannot be read, or values that it cannot be asked of; says what and where."""


@dataclass(frozen=True)
class Name:
    """A recorded value, by its name."""

    name: str

    def value(self, values: Values) -> Value | None:
        return values.get(self.name)


@dataclass(frozen=True)
class Constant:
    """A value written into the expression."""

    constant: Value

    def value(self, values: Values) -> Value | None:
        return self.constant


Operand = Name | Constant


def kind_of(value: Value) -> str:
    """Whether a value is a number, text or yes/no; only values of one kind compare."""
    if isinstance(value, bool):
        return "yes or no"
    return "text" if isinstance(value, str) else "a number"


def compare(left: Value | None, sign: str, right: Value | None) -> Answer:
    """Compare two values; unknown if either is."""
    if left is None or right is None:
        return None
    kinds = {kind_of(left), kind_of(right)}
    if len(kinds) > 1:
        raise ExpressionError(f"{kind_of(left)} ({left}) cannot be compared with {kind_of(right)} ({right})")
    if sign not in ("==", "!=") and kinds != {"a number"}:
        raise ExpressionError(f"{kind_of(left)} ({left}) has no order, so `{sign}` has no answer")
    return COMPARISONS[sign](left, right)


@dataclass(frozen=True)
class Comparison:
    """Operands in a row with signs between them: 6.5 <= edss <= 8."""

    operands: tuple[Operand, ...]
    signs: tuple[str, ...]

    def answer(self, values: Values) -> Answer:
        found = [operand.value(values) for operand in self.operands]
        return every(compare(a, sign, b) for a, sign, b in zip(found, self.signs, found[1:], strict=False))


@dataclass(frozen=True)
class Membership:
    """Whether a value is one of a list."""

    operand: Operand
    choices: tuple[Value, ...]

    def answer(self, values: Values) -> Answer:
        found = self.operand.value(values)
        return some(compare(found, "==", choice) for choice in self.choices)


@dataclass(frozen=True)
class Flag:
    """A recorded yes or no, asked by its name alone."""

    name: Name

    def answer(self, values: Values) -> Answer:
        found = self.name.value(values)
        if found is None or isinstance(found, bool):
            return found
        raise ExpressionError(f"`{self.name.name}` is {kind_of(found)} ({found}), not yes or no")


@dataclass(frozen=True)
class Negation:
    """The opposite of a condition; of unknown it is unknown."""

    condition: Condition

    def answer(self, values: Values) -> Answer:
        found = self.condition.answer(values)
        return None if found is None else not found


@dataclass(frozen=True)
class Every:
    """Conditions that must all hold."""

    conditions: tuple[Condition, ...]

    def answer(self, values: Values) -> Answer:
        return every(condition.answer(values) for condition in self.conditions)


@dataclass(frozen=True)
class Some:
    """Conditions of which one is enough."""

    conditions: tuple[Condition, ...]

    def answer(self, values: Values) -> Answer:
        return some(condition.answer(values) for condition in self.conditions)


Condition = Comparison | Membership | Flag | Negation | Every | Some


def every(answers: Any) -> Answer:
    """No if one is no; else unknown if one is unknown; else yes."""
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def some(answers: Any) -> Answer:
    """Yes if one is yes; else unknown if one is unknown; else no."""
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def names_in(condition: Condition) -> frozenset[str]:
    """The names that a condition asks for."""
    match condition:
        case Comparison(operands=operands):
            return frozenset(operand.name for operand in operands if isinstance(operand, Name))
        case Membership(operand=Name(name=name)) | Flag(name=Name(name=name)):
            return frozenset({name})
        case Negation(condition=inner):
            return names_in(inner)
        case Every(conditions=conditions) | Some(conditions=conditions):
            return frozenset[str]().union(*map(names_in, conditions))
    return frozenset()


def compared_in(condition: Condition) -> frozenset[str]:
    """The names whose values a condition compares; a name that stands alone, a yes or no, is none of them."""
    match condition:
        case Flag():
            return frozenset()
        case Negation(condition=inner):
            return compared_in(inner)
        case Every(conditions=conditions) | Some(conditions=conditions):
            return frozenset[str]().union(*map(compared_in, conditions))
    return names_in(condition)


@dataclass(frozen=True)
class Expression:
    """A checkable expression, with the text it was read from."""

    text: str
    condition: Condition

    @property
    def names(self) -> frozenset[str]:
        """The names of the recorded values it needs."""
        return names_in(self.condition)

    @property
    def compared(self) -> frozenset[str]:
        """Those of its names whose values it compares."""
        return compared_in(self.condition)

    def answer(self, values: Values) -> Answer:
        """Yes, no or (where a needed value is not recorded) unknown."""
        return self.condition.answer(values)

    def __str__(self) -> str:
        return self.text
