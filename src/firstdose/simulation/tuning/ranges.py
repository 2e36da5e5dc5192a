"""Values that a search may choose among, as a plan writes them: one, a list, or an even range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isclose, log10
from typing import Annotated, Any

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from firstdose.protocol.meaning import Kind

MOST_VALUES = 200
ANY_OF, FROM, TO, STEP = "any_of", "from", "to", "step"
RANGE_KEYS = frozenset((FROM, TO, STEP))
WHOLE_KIND = "a whole number of at least 1, a list of them, or {from: 18, to: 30, step: 3}"
BOOLEAN_KIND = "true, false, or [false, true]"


class RangeError(ValueError):
    """A range that holds nothing to choose, or that cannot be read; says the rule and the fix."""

    def __init__(self, rule: str, fix: str) -> None:
        super().__init__(rule, fix)
        self.rule, self.fix = rule, fix


def is_number(value: Any) -> bool:
    """Whether a plain value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_searched(value: Any) -> bool:
    """Whether a setting of a design or guard is written as a choice: `{any_of: [...]}` or `{from:, to:, step:}`."""
    return isinstance(value, Mapping) and bool(value) and (ANY_OF in value or bool(RANGE_KEYS & value.keys()))


def values_of(choice: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of such a choice, in its order. Raises RangeError."""
    if ANY_OF not in choice:
        return range_values(choice)
    values = choice[ANY_OF]
    if len(choice) > 1 or not isinstance(values, list) or not values:
        raise RangeError("any_of is a list of values that is not empty", "write {any_of: [0.9, 0.95]}")
    return distinct(values)


def distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    """The values, refused where one stands twice or where there are too many."""
    if any(_same(value, earlier) for place, value in enumerate(values) for earlier in values[:place]):
        raise RangeError("a value stands twice among those to choose from", "write each value once")
    if len(values) > MOST_VALUES:
        raise RangeError(f"at most {MOST_VALUES} values of one setting can be tried", "leave some of them out")
    return tuple(values)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def range_values(choice: Mapping[str, Any]) -> tuple[float | int, ...]:
    """The values of `{from: a, to: b, step: c}`: a, a + c and so on up to b. Raises RangeError."""
    example = "write {from: 18, to: 30, step: 3}"
    if choice.keys() != RANGE_KEYS:
        raise RangeError("a range has the keys from, to and step", example)
    first, last, step = (choice[name] for name in (FROM, TO, STEP))
    if not all(map(is_number, (first, last, step))):
        raise RangeError("from, to and step are numbers", example)
    if step <= 0:
        raise RangeError(f"the step of a range is above 0, not {step:g}", example)
    if last < first:
        raise RangeError(f"the range from {first:g} to {last:g} holds no value", "exchange the two ends")
    steps = (last - first) / step
    if not isclose(steps, round(steps), abs_tol=1e-9):
        raise RangeError(
            f"steps of {step:g} from {first:g} never reach {last:g}", "give an end that the steps reach, or a list"
        )
    if round(steps) >= MOST_VALUES:
        raise RangeError(f"at most {MOST_VALUES} values of one setting can be tried", "take larger steps")
    if all(isinstance(each, int) for each in (first, last, step)):
        return tuple(range(first, last + 1, step))
    # A decimal step cannot be held exactly; its multiples are written as short as the step itself is.
    digits = max(0, 12 - int(log10(max(abs(first), abs(last), 1e-9))))
    return tuple(round(first + place * step, digits) for place in range(round(steps) + 1))


def read_whole_numbers(value: Any) -> tuple[int, ...]:
    """Whole numbers of at least 1, from one, a list or a range."""
    rule = f"must be {WHOLE_KIND}"
    try:
        values = range_values(value) if isinstance(value, Mapping) else distinct(_as_list(value))
    except RangeError as error:
        raise _refused(error.rule, error.fix) from None
    if not values or not all(isinstance(each, int) and not isinstance(each, bool) and each >= 1 for each in values):
        raise _refused(rule, "write whole numbers")
    return tuple(int(each) for each in values)


def read_booleans(value: Any) -> tuple[bool, ...]:
    """True, false, or a list of both."""
    values = _as_list(value)
    if not values or len(set(values)) < len(values) or not all(isinstance(each, bool) for each in values):
        raise _refused(f"must be {BOOLEAN_KIND}", "write true, false, or both as a list")
    return tuple(values)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _refused(rule: str, fix: str) -> PydanticCustomError:
    return PydanticCustomError("protocol_rule", "{rule}", {"rule": rule, "fix": fix})


WholeNumbers = Annotated[tuple[int, ...], PlainValidator(read_whole_numbers), Kind(WHOLE_KIND)]
Booleans = Annotated[tuple[bool, ...], PlainValidator(read_booleans), Kind(BOOLEAN_KIND)]
