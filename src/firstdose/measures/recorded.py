"""Answers to a measure as the trial records them, one row an item, and back.

A number, a code that is a number included, stands in `answer`; other codes, text, yes and no, and dates (as ISO 8601)
stand in `answer_text`. Being unable is `performed: unable_to_perform` with its reason; what was not done is no answer.
Nothing is corrected: what cannot be read as the item asks stays as it was written, and `Measure.check` objects to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from firstdose.measures.item import Answer, Answers, Item
from firstdose.measures.measure import Measure
from firstdose.measures.result import UnableToPerform
from firstdose.records.examinations import Assessment
from firstdose.records.partial_date_text import NotADate, read_partial_date
from firstdose.records.partial_dates import PartialDateTime
from firstdose.records.values import NO, YES

NO_REASON = "no reason was recorded"
Row = Assessment | Mapping[str, Any]


class AnsweredTwice(ValueError):
    """Two rows give different answers to one item."""


def answers_of(measure: Measure, rows: Iterable[Row]) -> Answers:
    """The answers in the rows of one subject, measure and time; items without a row have none.

    Raises AnsweredTwice if rows contradict each other, ValueError for a row of another measure.
    """
    items = {item.name: item for item in measure.items}
    answers: dict[str, Answer] = {}
    for row in rows:
        of = _of(row, "measure")
        if of != measure.name:
            raise ValueError(f"a row of {of} is no answer to {measure.name}")
        name, answer = str(_of(row, "item")), _answer(row, items.get(str(_of(row, "item"))))
        if answer is None:
            continue
        if name in answers and not is_same_answer(answers[name], answer):
            raise AnsweredTwice(f"{measure.name}: {name} is answered with {answers[name]!r} and with {answer!r}")
        answers[name] = answer
    return answers


def assessments_of(
    measure: Measure,
    answers: Answers,
    *,
    subject: str,
    assessed: PartialDateTime | None = None,
    first_number: int = 1,
    visit: str | None = None,
    assessor: str | None = None,
    blinded: bool | None = None,
) -> list[Assessment]:
    """The rows that record answers, in the order of the items; what was not answered has none.

    Raises ValueError for an answer to something that is no item of the measure.
    """
    unknown = answers.keys() - {item.name for item in measure.items}
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no item of {measure.name}")
    given = [(item, answers[item.name]) for item in measure.items if answers.get(item.name) is not None]
    return [
        Assessment(
            subject=subject,
            number=number,
            measure=measure.name,
            item=item.name,
            question=item.question,
            unit=item.unit,
            assessed=assessed,
            visit=visit,
            assessor=assessor,
            blinded=blinded,
            **_written(answer),
        )
        for number, (item, answer) in enumerate(given, start=first_number)
    ]


def _of(row: Row, field: str) -> Any:
    """A field of a row, which may be a record or a mapping."""
    return row.get(field) if isinstance(row, Mapping) else getattr(row, field)


def is_same_answer(one: Answer, other: Answer) -> bool:
    """Whether two answers are the same; yes is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _answer(row: Row, item: Item | None) -> Answer:
    """What one row says; None where it was not done or holds nothing."""
    performed = _of(row, "performed")
    if performed == "not_done":
        return None
    if performed == "unable_to_perform":
        return UnableToPerform(_of(row, "reason") or NO_REASON)
    number, text = _of(row, "answer"), _of(row, "answer_text")
    written: Answer = text if number is None else float(number)
    if item is None or written is None:
        return written
    if item.kind == "choice":
        return _code(item, written)
    return _word(item, written) if isinstance(written, str) else written


def _code(item: Item, written: Answer) -> Answer:
    """A code of the item, which may be a number; else what was written."""
    for code in item.choices:
        if written == code or (isinstance(code, int) and isinstance(written, str) and written.strip() == str(code)):
            return code
    return written


def _word(item: Item, text: str) -> Answer:
    """Yes, no or a date where the item asks for one; else the text."""
    word = text.strip().lower()
    if item.kind == "yes or no" and word in YES | NO:
        return word in YES
    return _whole_date(text) or text if item.kind == "date" else text


def _whole_date(text: str) -> date | None:
    """The date that a text states, if all of it is known."""
    try:
        found = read_partial_date(text)
    except NotADate:
        return None
    return found.earliest if found is not None and found.is_complete else None


def _written(answer: Answer) -> dict[str, Any]:
    """The fields of a record that hold an answer."""
    if isinstance(answer, UnableToPerform):
        return {"performed": "unable_to_perform", "reason": answer.reason}
    if isinstance(answer, bool):
        return {"performed": "done", "answer_text": "yes" if answer else "no"}
    if isinstance(answer, int | float):
        return {"performed": "done", "answer": float(answer)}
    if isinstance(answer, date) and not isinstance(answer, datetime):
        return {"performed": "done", "answer_text": answer.isoformat()}
    return {"performed": "done", "answer_text": str(answer)}
