"""Who counts as enrolled: consent was given, and the criteria were met as far as they were answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from firstdose.protocol.plan import Protocol
from firstdose.records import CriterionAnswer, Subject


class Enrolment(NamedTuple):
    """Whether a person is enrolled, and each thing that was assumed or speaks against it."""

    is_enrolled: bool
    remarks: tuple[str, ...] = ()


MEETS = {"inclusion": "yes", "exclusion": "no"}
"""The answer to "is it met?" that lets a person in."""


def kinds_of_criteria(protocol: Protocol) -> dict[str, str]:
    """Inclusion or exclusion, for each criterion of the protocol."""
    return {each.id: each.kind for each in protocol.population.criteria} if protocol.population else {}


def enrolment(
    subject: Subject,
    answers: Sequence[CriterionAnswer],
    kinds: Mapping[str, str],
    *,
    is_treated: bool,
    failed_screening: bool,
) -> Enrolment:
    """Enrolled is who gave consent and met the criteria.

    Against it speak an answer by which a criterion was not met, and a screening failure. Consent that is not recorded
    is assumed of people who were treated, and of nobody else. Where the investigator confirmed eligibility, answers
    that are unknown or lacking are not asked for; where no answer is recorded at all, consent (or treatment) alone
    counts. Everything assumed is named.
    """
    failures = [*_not_met(answers, kinds), *(["failed screening"] if failed_screening else [])]
    if failures:
        also = ("treated all the same",) if is_treated else ()
        return Enrolment(False, (*failures, *also))
    if subject.consent is None and not is_treated:
        return Enrolment(False, ("no consent is recorded",))
    remarks = ["no consent is recorded; assumed, as the person was treated"] if subject.consent is None else []
    if subject.eligibility_confirmed is not None:
        return Enrolment(True, tuple(remarks))
    if not answers:
        return Enrolment(True, (*remarks, "no answers to the criteria are recorded; taken as met"))
    unknown = sorted(each.criterion for each in answers if each.answer == "unknown")
    if unknown:
        return Enrolment(False, (*remarks, f"not known whether met: {', '.join(unknown)}"))
    lacking = sorted(kinds.keys() - {each.criterion for each in answers})
    if lacking:
        remarks.append(f"without an answer, taken as met: {', '.join(lacking)}")
    return Enrolment(True, tuple(remarks))


def _not_met(answers: Sequence[CriterionAnswer], kinds: Mapping[str, str]) -> Iterator[str]:
    """Answers that keep a person out; of a criterion that the protocol does not have, no answer is known to."""
    for each in sorted(answers, key=lambda one: one.criterion):
        kind = kinds.get(each.criterion)
        if kind is not None and each.answer in MEETS.values() and each.answer != MEETS[kind]:
            yield f"{kind} criterion {each.criterion} answered {each.answer}"
