"""Queries about answers to clinical measures that are not possible, or that contradict others of the same occasion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.queries import Asked
from firstdose.conduct.snapshot import typed_records
from firstdose.measures import MEASURES
from firstdose.measures.occasions import objections
from firstdose.records.problems import Collector

ASSESSMENTS = "assessments"
FITS = "the answers to a measure are possible, and fit together"
"""The rule that is asked about, after the words that say that one record alone cannot tell."""
OF_ANSWER = ("answer", "answer_text", "performed")


def asked_of_answers(stored: Iterable[StoredRecord], rule: str) -> Iterator[Asked]:
    """What is to be asked of assessments of one person or of many; ``rule`` is the name of the rule that they break.

    There is one query a record and field, about the answer that does not fit, with all that stands against it; what
    was not answered and should be is asked of the answer that calls for it. What could not be read is asked about by
    itself, and nothing more.
    """
    collector = Collector()
    present = {each.head: each for each in stored if each.record_type == ASSESSMENTS and not each.is_removed}
    typed = typed_records(ASSESSMENTS, present.values(), collector)
    heads = typed.places["row"].to_list()
    odd = {each.row for each in collector.all_problems() if each.field in OF_ANSWER and each.effect == "left empty"}
    unread = {place for place, head in enumerate(heads) if head in odd}
    found: dict[tuple[int, str], list[str]] = {}
    for each in objections(typed.frame.to_dicts(), unread):
        found.setdefault((heads[each.row], each.field), []).append(f"{each.rule}; {each.fix}")
    for (head, field), words in found.items():
        record = present[head]
        text = record.fields.get(field, "")
        said = f'"{text}": ' if text else ""
        yield Asked(ASSESSMENTS, record.record, f"{said}{_asked_in(record)}: {'; '.join(words)}", field, rule)


def _asked_in(record: StoredRecord) -> str:
    """The measure and the item that a record answers, as the forms call them."""
    measure = MEASURES[record.fields["measure"].strip()]
    name = record.fields.get("item", "").strip()
    item = next((each.question for each in measure.items if each.name == name), name)
    return f"{measure.title}, {item}"
