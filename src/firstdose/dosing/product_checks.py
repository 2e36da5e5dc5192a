"""Reasons that lie with the product: whether a batch is the person's, released, in specification and not expired."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.dosing.known import record_name
from firstdose.dosing.person_checks import not_past
from firstdose.dosing.question import Question, Reason
from firstdose.protocol.product import ReleaseCriterion
from firstdose.records import Batch, BatchTest
from firstdose.records.date_words import recorded_words

RELEASE = "batches.released"
EXPIRY = "batches.expires"
MADE_FOR = "batches.made_for"


def batch_chosen(question: Question) -> str | None:
    """The batch that a dosing which is planned, and was not given yet, names."""
    planned = question.records.planned(question.subject)
    return next((dosing.batch for dosing in planned if dosing.batch), None)


def serving_batches(question: Question) -> tuple[str, ...]:
    """The batches against which nothing speaks now."""
    return tuple(name for name in question.records.batches if not list(batch_reasons(question, name)))


def product_reasons(question: Question, chosen: str | None) -> Iterator[Reason]:
    """What speaks against the batch chosen; where none is, against every batch."""
    if chosen is not None:
        yield from batch_reasons(question, chosen)
    elif question.records.batches:
        if not serving_batches(question):
            for name in question.records.batches:
                yield from batch_reasons(question, name)
    elif question.protocol.product is not None:
        yield Reason("batches", "no batch of the product is recorded")


def batch_reasons(question: Question, name: str) -> Iterator[Reason]:
    """What speaks against a batch."""
    recorded = question.records.batches.get(name, [])
    if not recorded:
        yield Reason("batches", f"there is no record of batch {name}")
        return
    for batch in recorded:
        yield from _made_for_another(question, batch)
        yield from _release(question, batch)
        yield from _expiry(question, batch)
    product = question.protocol.product
    tests = question.records.batch_tests.get(name, [])
    for number, criterion in enumerate(product.release_criteria if product else (), start=1):
        rule = f"product.release_criteria[{number}]"
        made = [test for test in tests if test.test == criterion.id]
        if not made:
            yield Reason(rule, f"batch {name}: {criterion.test} was not tested", None, (record_name(recorded[0]),))
        for test in made:
            failure = failure_of(criterion, test)
            if failure is not None:
                yield Reason(rule, f"batch {name}: {criterion.test} {failure}", None, (record_name(test),))


def _made_for_another(question: Question, batch: Batch) -> Iterator[Reason]:
    """A batch of somebody's own cells is for that person alone; asked for nobody, it must say for whom it is."""
    name, records, product = f"batch {batch.batch}", (record_name(batch),), question.protocol.product
    if batch.made_for is not None:
        if question.subject and batch.made_for != question.subject:
            yield Reason(MADE_FOR, f"{name} was made for {batch.made_for}, not for {question.subject}", None, records)
    elif product is not None and product.autologous:
        words = f"{name} does not say for whom it was made, and each batch is of one participant's own cells"
        yield Reason(MADE_FOR, words, None, records)


def failure_of(criterion: ReleaseCriterion, test: BatchTest) -> str | None:
    """Why a test does not show that the batch passes; None if it does."""
    if test.passed is False:
        return "did not pass"
    if criterion.result is not None:
        found = " ".join((test.result_text or "").split())
        if not found:
            return "has no result in words"
        return None if found.casefold() == criterion.result.casefold() else f"is {found!r}, not {criterion.result!r}"
    if criterion.at_least is None and criterion.at_most is None:
        return None if test.passed else "is not recorded as passed"
    return _beyond_limits(criterion, test)


def _beyond_limits(criterion: ReleaseCriterion, test: BatchTest) -> str | None:
    """Why a result as a number does not pass."""
    if test.result is None:
        return "has no result as a number"
    if criterion.unit and test.unit and criterion.unit.split() != test.unit.split():
        return f"is in {test.unit}, not in {criterion.unit}"
    if criterion.at_least is not None and not test.result >= criterion.at_least:
        return f"is {test.result:g}, below {criterion.at_least:g}"
    if criterion.at_most is not None and not test.result <= criterion.at_most:
        return f"is {test.result:g}, above {criterion.at_most:g}"
    return None


def _release(question: Question, batch: Batch) -> Iterator[Reason]:
    """Released, and before now."""
    if batch.state != "released":
        state = (batch.state or "not recorded as released").replace("_", " ")
        yield Reason(RELEASE, f"batch {batch.batch} is {state}", None, (record_name(batch),))
    else:
        yield from not_past(question, batch.released, RELEASE, f"the release of batch {batch.batch}", batch)


def _expiry(question: Question, batch: Batch) -> Iterator[Reason]:
    """A batch may be given to the end of the day on which it expires."""
    name, records = f"batch {batch.batch}", (record_name(batch),)
    if batch.expires is None:
        yield Reason(EXPIRY, f"{name} has no expiry recorded", None, records)
        return
    span = question.span(batch.expires)
    if span.last is not None and span.last < question.as_of:
        yield Reason(EXPIRY, f"{name} expired on {recorded_words(batch.expires)}", None, records)
    elif batch.expires.earliest is None or batch.expires.earliest.toordinal() < question.latest_today:
        known = recorded_words(batch.expires) or batch.expires
        words = f"{name} expires at a date known only as {known}, which may have passed"
        yield Reason(EXPIRY, words, None, records)
