"""The answers that the protocol names for a field that takes any text: offered as one types, and told apart.

Another answer is kept as it was typed; that the protocol does not name it is said, for nothing will find it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.entering import Finding
from firstdose.records import columns_of
from firstdose.web.trial import Trial
from firstdose.web.value_words import visit_names

VISITS, MEDICATIONS, BATCH_TESTS, EVENTS = "visits", "medications", "batch_tests", "adverse_events"
Offered = Mapping[str, Mapping[str, str]]
"""By field, the answers with their words."""
MOST_NAMED = 8


def offered_in(trial: Trial, record_type: str) -> Offered:
    """What is offered in the fields of a kind of record."""
    columns = columns_of(LEDGER_RECORDS[record_type])
    return {name: answers for name, answers in _of(trial, record_type) if name in columns and answers}


def not_offered(offered: Offered, record_type: str, texts: Mapping[str, str]) -> list[Finding]:
    """The answers that are none of those that are offered; a visit that is none of the schedule may take place."""
    return [
        Finding(field, text, "is none of those that are known here", _one_of(answers), "doubtful")
        for field, answers in offered.items()
        if (text := texts.get(field, "").strip()) and text not in answers and record_type != VISITS
    ]


def _of(trial: Trial, record_type: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    protocol = trial.protocol
    if record_type == MEDICATIONS:
        yield "background_treatment", {each.id: each.drug for each in protocol.background_treatments}
    if record_type == EVENTS:
        yield "special_interest", {each.id: each.name for each in protocol.events_of_special_interest}
    if record_type == BATCH_TESTS:
        yield "batch", {each.record: "" for each in trial.ledger.records("batches") if not each.is_removed}
        yield "test", {each.id: each.test for each in protocol.product.release_criteria} if protocol.product else {}
    yield "visit", visit_names(protocol)


def _one_of(answers: Mapping[str, str]) -> str:
    """How it is mended."""
    named = ", ".join(list(answers)[:MOST_NAMED])
    return f"choose one of {named}" + (" and so on" if len(answers) > MOST_NAMED else "")
