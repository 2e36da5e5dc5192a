"""Each criterion of eligibility with its answer, and what the record itself says of it.

The check is three-valued: what is not recorded is never taken as met, and contradicts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from firstdose.conduct.criterion_names import is_asked_for
from firstdose.conduct.criterion_values import Known, not_recorded_words, values_of, words_of
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.own_records import Recorded
from firstdose.dosing import Reason, protocol_followed
from firstdose.protocol import Protocol
from firstdose.protocol.expression import Answer, Expression, ExpressionError
from firstdose.protocol.population import Criterion
from firstdose.records import Subject

Outcome = Literal["agrees", "contradicts", "unanswered", "unknown", "by_people"]
ANSWERS = "criterion_answers"
BY_PEOPLE = "answered by the investigator; nothing in the record is compared with it"
FITS: dict[bool, tuple[str, ...]] = {True: ("yes",), False: ("no", "not_applicable")}
"""The answers that say of a criterion what the record says of it, met or not."""
MOST_COMBINATIONS = 10_000


@dataclass(frozen=True)
class Checked:
    """One criterion, the answer that stands, and what the record says of it; ``number`` is its place, from 1.

    ``lacks`` are the values that a form asks for and for want of which it cannot be checked.
    """

    number: int
    criterion: Criterion
    stored: StoredRecord | None
    outcome: Outcome
    words: str
    lacks: tuple[Known, ...] = ()

    @property
    def answer(self) -> str:
        """The answer as typed; empty where there is none."""
        return (self.stored.fields.get("answer") or "") if self.stored else ""

    @property
    def contradicts(self) -> bool:
        return self.outcome == "contradicts"


def checked_criteria(source: Recorded, subject: str, protocol: Protocol) -> list[Checked]:
    """The criteria of the version of the protocol that a person follows, in order."""
    population = protocol_followed_by(source, subject, protocol).population
    if population is None:
        return []
    known = values_of(source, subject, sorted(population.names))
    stored = {
        each.fields.get("criterion", ""): each
        for each in source.records_under(ANSWERS, name_of("subjects", subject))
        if not each.is_removed
    }
    return [
        _checked(number, criterion, stored.get(criterion.id), known)
        for number, criterion in enumerate(population.criteria, start=1)
    ]


def protocol_followed_by(source: Recorded, subject: str, protocol: Protocol) -> Protocol:
    """The version of the protocol that a person follows."""
    version = source.record("subjects", name_of("subjects", subject)).fields.get("protocol_version")
    return protocol_followed(protocol, Subject(subject=subject, protocol_version=version))


def contradictions(source: Recorded, subject: str, protocol: Protocol) -> Iterator[Reason]:
    """The answers that the record contradicts, each as a reason against confirming and dosing."""
    for each in checked_criteria(source, subject, protocol):
        if each.contradicts and each.stored is not None:
            rule = f"population.criteria[{each.number}].expression"
            yield Reason(rule, f"{each.words}; {MENDING}", None, (f"{ANSWERS} {each.stored.record}",))


MENDING = "correct the answer, or what it rests on"


def answer_by(expression: Expression, known: dict[str, Known]) -> Answer:
    """What an expression says of values of which some are known in part, or not: unknown where that leaves it open.

    Raises ExpressionError for values that it cannot be asked of.
    """
    names = sorted(expression.names)
    choices = [known[name].possible or (None,) for name in names]
    if prod(map(len, choices)) > MOST_COMBINATIONS:
        return None
    found = {expression.answer(dict(zip(names, values, strict=True))) for values in product(*choices)}
    return found.pop() if len(found) == 1 else None


def _checked(number: int, criterion: Criterion, stored: StoredRecord | None, known: dict[str, Known]) -> Checked:
    """One criterion against the record."""
    if criterion.expression is None or not any(map(is_asked_for, criterion.expression.names)):
        return Checked(number, criterion, stored, "by_people", BY_PEOPLE)
    own = {name: known[name] for name in sorted(criterion.expression.names)}
    asked_for = [each for name, each in own.items() if is_asked_for(name)]
    try:
        is_met = answer_by(criterion.expression, own)
    except ExpressionError as problem:
        return Checked(number, criterion, stored, "unknown", f"cannot be checked: {problem}", tuple(asked_for))
    if is_met is None:
        lacks = tuple(each for each in asked_for if len(each.possible) != 1)
        return Checked(number, criterion, stored, "unknown", _why_unknown(own), lacks)
    met = "met" if is_met else "not met"
    answer = (stored.fields.get("answer") or "") if stored else ""
    said, values = answer.replace("_", " "), words_of(own)
    if answer in FITS[is_met]:
        return Checked(number, criterion, stored, "agrees", f"agrees with the record: {values}")
    if answer in FITS[True] + FITS[False]:
        asked = _in_words(str(criterion.expression), own)
        words = f"{values} contradicts {criterion.id} ({asked}), which is answered {said}"
        return Checked(number, criterion, stored, "contradicts", words)
    return Checked(number, criterion, stored, "unanswered", f"by the record it is {met}: {values}")


def _in_words(expression: str, known: dict[str, Known]) -> str:
    """An expression with what people call its values in place of their names."""
    return re.sub(r"\w+", lambda found: known[found[0]].label if found[0] in known else found[0], expression)


def _why_unknown(known: dict[str, Known]) -> str:
    """Why a criterion cannot be checked."""
    missing = not_recorded_words({name: each for name, each in known.items() if is_asked_for(name)})
    asked_nowhere = ", ".join(each.label for name, each in sorted(known.items()) if not is_asked_for(name))
    if not missing and not asked_nowhere:
        return f"cannot be checked: {words_of(known)} leaves it open"
    no_form = f"no form asks for {asked_nowhere}" if asked_nowhere else ""
    return f"cannot be checked: {'; '.join(filter(None, (missing, no_form)))}"
