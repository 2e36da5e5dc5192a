"""Reasons that lie with the person: consent, eligibility, an earlier dosing, the end of the part in the trial."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.dosing.known import Recorded, record_name
from firstdose.dosing.leaving import endings
from firstdose.dosing.question import Question, Reason
from firstdose.dosing.recorded_later import unanswered
from firstdose.protocol.population import Criterion
from firstdose.records import CriterionAnswer, Subject

ADMINISTRATIONS = "product.administrations"
ANSWERED_LATER = "was answered after eligibility was confirmed"
FITTING = {"inclusion": ("yes",), "exclusion": ("no", "not_applicable")}
"""The answers to "is it met?" that let a person in, by the kind of criterion."""


def person_reasons(question: Question) -> Iterator[Reason]:
    """Everything about the person that speaks against dosing now."""
    person = question.records.subjects.get(question.subject)
    if person is None:
        yield Reason("subjects", f"there is no record of the subject {question.subject}")
    else:
        if question.records.is_repeated(Subject, "subject", question.subject):
            yield Reason("subjects", f"there are several records of the subject {question.subject}")
        yield from _consent(question, person)
        yield from _confirmation(question, person)
    yield from _criteria(question, person)
    yield from _dosed_before(question)
    for ending in endings(question.records, question.subject):
        words = ending.words if ending.is_end else f"the part in the trial may have ended: {ending.words}"
        yield Reason("deaths" if ending.is_death else "dispositions", words, None, (ending.record,))


def not_past(question: Question, recorded: Recorded | None, rule: str, what: str, record: object) -> Iterator[Reason]:
    """The reason that something is not known to have happened by now."""
    span = question.span(recorded)
    answer = span.by(question.as_of)
    if answer is True:
        return
    if recorded is None:
        words = f"{what} is not recorded"
    elif answer is False:
        words = f"{what} is dated later, {recorded}"
    else:
        words = f"{what} is known only as {recorded}, which leaves open whether it was before now"
    until = span.last.astimezone(question.zone) if span.last else None
    yield Reason(rule, words, until, (record_name(record),))


def _consent(question: Question, person: Subject) -> Iterator[Reason]:
    yield from not_past(question, person.consent, "subjects.consent", "consent", person)


def _confirmation(question: Question, person: Subject) -> Iterator[Reason]:
    """The investigator has confirmed that the person is eligible."""
    rule = "subjects.eligibility_confirmed"
    what = "the investigator's confirmation of eligibility"
    yield from not_past(question, person.eligibility_confirmed, rule, what, person)
    if person.eligibility_confirmed is not None and not (person.eligibility_confirmed_by or "").strip():
        yield Reason(rule, "who confirmed eligibility is not recorded", None, (record_name(person),))


def _criteria(question: Question, person: Subject | None) -> Iterator[Reason]:
    """Every criterion is answered, met, and was so before eligibility was confirmed."""
    population = question.courses.protocol_of(question.subject).population
    answers = question.records.answers.get(question.subject, [])
    for number, criterion in enumerate(population.criteria if population else (), start=1):
        rule = f"population.criteria[{number}]"
        given = [answer for answer in answers if answer.criterion == criterion.id]
        if not given:
            yield unanswered(question, rule, criterion)
        for answer in given:
            yield from _answer(question, rule, criterion, answer, person)


def _answer(
    question: Question, rule: str, criterion: Criterion, answer: CriterionAnswer, person: Subject | None
) -> Iterator[Reason]:
    records = (record_name(answer),)
    if answer.answer not in FITTING[criterion.kind]:
        said = answer.answer.replace("_", " ")
        words = f"{criterion.kind} criterion {criterion.id} is answered {said}"
        yield Reason(rule, words, None, records, criterion=criterion.id)
    confirmed = question.span(person.eligibility_confirmed) if person else None
    if confirmed is not None and question.span(answer.answered).after(confirmed):
        words = f"criterion {criterion.id} {ANSWERED_LATER}"
        yield Reason(rule, words, None, records, criterion=criterion.id)


def _dosed_before(question: Question) -> Iterator[Reason]:
    """The person was not given the product before, under this identifier or another; or was to be given it again."""
    product = question.protocol.product
    allowed = product.administrations if product else 1
    for subject in (question.subject, *_other_identifiers(question)):
        course = question.courses.of(subject)
        if course is None or course.given is None:
            continue
        records = tuple(map(record_name, course.given.dosings))
        under = "" if subject == question.subject else f" as {subject}"
        count = len(course.given.dosings)
        if under or count >= allowed:
            yield Reason(ADMINISTRATIONS, f"dosed already{under}: {count} of {allowed}", None, records)
        elif course.has_dlt is not False:
            words = "; ".join(event.words for event in course.events) or "whether there was a DLT is not known"
            yield Reason("escalation.dlt", words, None, records)


def _other_identifiers(question: Question) -> Iterator[str]:
    """The identifiers that the same person had when screened at other times."""
    subjects, found = question.records.subjects, {question.subject}
    while True:
        linked = {each.earlier_subject for each in subjects.values() if each.subject in found and each.earlier_subject}
        linked |= {each.subject for each in subjects.values() if each.earlier_subject in found}
        if linked <= found:
            return
        yield from sorted(linked - found)
        found |= linked
