"""The ages that a protocol plans for, read from its criteria of eligibility where these leave no doubt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from firstdose.protocol.expression import Comparison, Condition, Constant, Every, Name, Operand, names_in
from firstdose.protocol.population import Population

AGE = "age_years"
"""The name of the age among recorded values."""
TURNED = {"<=": ">=", ">=": "<="}


def planned_ages(population: Population | None) -> tuple[int | None, int | None]:
    """The lowest and the highest age in years; nothing where no criterion states it, or not as a plain whole number.

    Read are limits that every participant must keep: `18 <= age_years <= 60` in an inclusion criterion, also where
    other conditions are joined to it by "and". Of several limits the narrowest counts. An age that any criterion asks
    for in another way leaves both open.
    """
    limits: list[tuple[str, int]] = []
    for each in population.criteria if population else ():
        if each.expression is None or AGE not in each.expression.names:
            continue
        found = list(_limits(each.expression.condition))
        if each.kind != "inclusion" or not found or None in found:
            return None, None
        limits += [limit for limit in found if limit]
    lowest = [age for sign, age in limits if sign == ">="]
    highest = [age for sign, age in limits if sign == "<="]
    return max(lowest, default=None), min(highest, default=None)


def _limits(condition: Condition) -> Iterator[tuple[str, int] | None]:
    """The limits of the age in a condition that must hold, as sign and years; nothing for what is none."""
    if AGE not in names_in(condition):
        return
    if isinstance(condition, Every):
        for each in condition.conditions:
            yield from _limits(each)
    elif isinstance(condition, Comparison):
        for sign, (left, right) in zip(condition.signs, pairwise(condition.operands), strict=True):
            if left == Name(AGE):
                yield _whole(sign, right)
            elif right == Name(AGE):
                yield _whole(TURNED.get(sign, sign), left)
    else:
        yield None


def _whole(sign: str, limit: Operand) -> tuple[str, int] | None:
    """A limit in whole years, itself included."""
    value = limit.constant if isinstance(limit, Constant) else None
    if sign not in TURNED or isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return None
    return sign, int(value)
