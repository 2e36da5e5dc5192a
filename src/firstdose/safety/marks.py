"""Whether a laboratory value lies in a range of the grading criteria: yes, no, or open for want of a limit."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from firstdose.protocol.expression import Answer, every
from firstdose.records.units import conversion_factor, known_unit
from firstdose.safety.laboratory import (
    BASELINE,
    INFARCTION,
    LOWER_LIMIT,
    UPPER_LIMIT,
    Clause,
    LaboratoryTerm,
    Mark,
    Quantity,
    quantity,
)

ROUNDING = 1e-9  # 3 times 40.1 is 120.3, however it was rounded
Between = tuple[float, float]
FIELDS = {
    UPPER_LIMIT: "upper_limit",
    LOWER_LIMIT: "lower_limit",
    BASELINE: "baseline",
    INFARCTION: "infarction_level",
}
"""The fields of a value that hold what the criteria refer to."""


@dataclass(frozen=True)
class LaboratoryValue:
    """A value with what it is judged by; limits, baseline and infarction level are in the value's unit.

    ``is_baseline`` marks the baseline value itself, which is judged as though the baseline were normal.
    """

    value: float
    unit: str
    lower_limit: float | None = None
    upper_limit: float | None = None
    baseline: float | None = None
    is_baseline: bool = False
    on_anticoagulation: bool | None = None
    infarction_level: float | None = None

    def reference(self, name: str) -> float | None:
        """A limit or the baseline, by the name it has in the criteria."""
        value: float | None = getattr(self, FIELDS[name])
        return value


def clause_holds(clause: Clause, measured: LaboratoryValue, analyte: str) -> Answer:
    """Whether the conditions of a range hold and the value lies between its ends."""
    answers = [condition_holds(condition, measured) for condition in clause.conditions]
    value = measured.value
    for mark in clause.above:
        answers.append(is_above(value, between(mark, clause, measured, analyte)))
    for mark in clause.at_most_mark:
        answers.append(negation(is_above(value, between(mark, clause, measured, analyte))))
    for mark in clause.below:
        answers.append(is_below(value, between(mark, clause, measured, analyte)))
    for mark in clause.at_least_mark:
        answers.append(negation(is_below(value, between(mark, clause, measured, analyte))))
    return every(answers)


def condition_holds(condition: str, measured: LaboratoryValue) -> Answer:
    """Whether `baseline > 1 ULN` or `on anticoagulation` holds; a baseline value counts as normal."""
    if condition.endswith("on anticoagulation"):
        return measured.on_anticoagulation if condition[0] == "o" else negation(measured.on_anticoagulation)
    _, sign, text = condition.split(" ", 2)
    if measured.is_baseline:
        return sign in ("<=", ">=")
    limit, baseline = quantity(text), measured.baseline
    reference = measured.reference(limit.of)
    if baseline is None or reference is None:
        return None
    edge = limit.number * reference
    match sign:
        case ">":
            return exceeds(baseline, edge)
        case "<=":
            return not exceeds(baseline, edge)
        case "<":
            return exceeds(edge, baseline)
    return not exceeds(edge, baseline)


def between(mark: Mark, clause: Clause, measured: LaboratoryValue, analyte: str) -> Between:
    """The lowest and highest that a mark can be in the value's unit; equal where all of it is known."""
    stated = _preferred(mark, measured.unit)
    if stated.is_relative:
        low, high = _reference_between(stated, clause, measured)
    else:
        low = high = stated.number * _factor(stated.of, measured.unit, analyte)
    if mark.plus is not None:
        added = mark.plus.number * _factor(mark.plus.of, measured.unit, analyte)
        low, high = low + added, high + added
    return low, high


def _preferred(mark: Mark, unit: str) -> Quantity:
    """The number that the criteria state in the value's own unit, else the first they state."""
    own = known_unit(unit)
    return next((stated for stated in mark.alternatives if stated.of == own), mark.alternatives[0])


def _factor(source: str, target: str, analyte: str) -> float:
    """A conversion that `unit_problem` has shown to exist."""
    factor = conversion_factor(source, target, analyte)
    if factor is None:
        raise ValueError(f"{source} cannot be converted to {target} for {analyte}")
    return factor


def _reference_between(stated: Quantity, clause: Clause, measured: LaboratoryValue) -> Between:
    """A multiple of a limit or the baseline; what is known of one that is not given is used."""
    known = measured.reference(stated.of)
    if known is not None:
        return stated.number * known, stated.number * known
    low, high = 0.0, inf
    if stated.of == INFARCTION and measured.upper_limit is not None:
        low = measured.upper_limit  # a level of infarction lies above what is normal
    for condition in clause.conditions if stated.of == BASELINE else ():
        if not condition.startswith(BASELINE):
            continue
        _, sign, text = condition.split(" ", 2)
        limit = measured.reference(quantity(text).of)
        if limit is not None and sign == ">":
            low = max(low, quantity(text).number * limit)
        if limit is not None and sign == "<":
            high = min(high, quantity(text).number * limit)
    return stated.number * low, stated.number * high


def exceeds(one: float, other: float) -> bool:
    """Whether one number is the greater, beyond rounding."""
    return one > other + ROUNDING * abs(other) if other != inf else False


def is_above(value: float, mark: Between) -> Answer:
    """Whether the value is above a mark that may be known only to lie between two numbers."""
    low, high = mark
    if exceeds(value, high):
        return True
    return None if exceeds(value, low) else False


def is_below(value: float, mark: Between) -> Answer:
    """Whether the value is below such a mark."""
    low, high = mark
    if exceeds(low, value):
        return True
    return None if exceeds(high, value) else False


def negation(answer: Answer) -> Answer:
    """The opposite; of unknown it is unknown."""
    return None if answer is None else not answer


def unit_problem(term: LaboratoryTerm, unit: str) -> str | None:
    """Why a unit will not do for a term; ranges that are multiples of a limit alone need none."""
    for units in term.absolute_units:
        if all(conversion_factor(of, unit, term.analyte) is None for of in units):
            return f"the unit {unit or 'none'} of {term.analyte} cannot be converted to {' or '.join(units)}"
    return None


def needs_of(clause: Clause, measured: LaboratoryValue) -> list[str]:
    """What a range asks for that was not given."""
    words = {
        UPPER_LIMIT: "upper limit of normal",
        LOWER_LIMIT: "lower limit of normal",
        BASELINE: "baseline value",
        INFARCTION: "manufacturer's level of infarction",
    }
    asked = {amount.of for mark in clause.marks for amount in mark.alternatives if amount.is_relative}
    for condition in clause.conditions:
        if condition.endswith("on anticoagulation"):
            continue
        asked |= {BASELINE, quantity(condition.split(" ", 2)[2]).of}
    needs = [words[name] for name in words if name in asked and measured.reference(name) is None]
    if measured.on_anticoagulation is None and any("anticoagulation" in c for c in clause.conditions):
        needs.append("use of anticoagulation")
    return needs
