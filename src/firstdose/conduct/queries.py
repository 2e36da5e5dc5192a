"""Queries by people: asked, answered, closed, asked again. Each step is an entry; nothing that was said is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from firstdose.conduct.catalogue import LEDGER_RECORDS, Query, QueryState
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Entry, Ledger, Refused, StoredRecord
from firstdose.conduct.naming import record_words
from firstdose.conduct.own_records import Recorded, all_of, as_object, change, create
from firstdose.conduct.roles import Deed
from firstdose.records import PartialDateTime, columns_of


@dataclass(frozen=True)
class Asked:
    """A question about a record, or about one field of it."""

    about_type: str
    about_record: str
    words: str
    about_field: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Waiting:
    """A query that is not closed, and for how long it has been there; None where its opening was not noted."""

    query: Query
    age: timedelta | None

    @property
    def waits_for_answer(self) -> bool:
        """Whether those who entered the data are to answer; else whoever asked is to judge the answer."""
        return self.query.state == "open"


@dataclass(frozen=True)
class Said:
    """One step of a query: who did it, when, the state that it led to, and the words."""

    account: str
    role: str
    moment: datetime
    state: str
    words: str


def ask(work: Work, *questions: Asked, by: Deed = "ask_queries") -> tuple[int, ...]:
    """Ask questions, all of them or none; their numbers.

    Raises Refused for one without words, or about a record or a field that is not there.
    """
    first = work.next_number("queries")
    for number, asked in enumerate(questions, start=first):
        if not asked.words.strip():
            raise Refused("a query must say what is asked")
        name = record_words(asked.about_type, asked.about_record)
        stored = work.record(asked.about_type, asked.about_record)
        if not stored.exists:
            raise Refused(f"there is no {name} to ask about")
        if asked.about_field is not None and asked.about_field not in columns_of(LEDGER_RECORDS[asked.about_type]):
            raise Refused(f"{name} has no field {asked.about_field}")
        create(work, _query(number, asked, work.now), by=by)
    return tuple(range(first, first + len(questions)))


def answer(work: Work, number: int, words: str) -> Entry:
    """Answer a query that is open, or answer it better before somebody closed it.

    Raises Refused.
    """
    _check_words(words, "an answer must say something")
    return _step(
        work, number, ("open", "answered"), {"state": "answered", "answer": words}, "answered", "answer_queries"
    )


def close(work: Work, *numbers: int, words: str) -> tuple[Entry, ...]:
    """Close queries, all of them or none, saying why: the answer is accepted, the value was found to be right.

    Raises Refused.
    """
    _check_words(words, "say what closes the query")
    new = {"state": "closed", "closing": words}
    return tuple(_step(work, number, ("open", "answered"), new, "closed", "ask_queries") for number in numbers)


def reopen(work: Work, number: int, words: str) -> Entry:
    """Ask again, saying why; the answer and what closed it before stay in the query's history.

    Raises Refused.
    """
    _check_words(words, "say why the query is asked again")
    new = {"state": "open", "answer": None, "closing": None}
    return _step(work, number, ("answered", "closed"), new, words, "ask_queries")


def waiting(source: Recorded, now: datetime) -> tuple[Waiting, ...]:
    """All queries that are not closed, the oldest first."""
    return tuple(Waiting(query, age_of(query, now)) for query in all_of(source, Query) if query.state != "closed")


def age_of(query: Query, now: datetime) -> timedelta | None:
    """How long ago a query was asked first."""
    return None if query.opened is None else now - datetime.fromisoformat(str(query.opened))


def about(source: Recorded, record_type: str, record: str) -> tuple[Query, ...]:
    """All queries about a record, closed ones too."""
    return all_of(source, Query, about_type=record_type, about_record=record)


def said_about(ledger: Ledger, number: int) -> tuple[Said, ...]:
    """Everything that was ever said in a query, in order."""
    found = []
    state = ""
    for entry in ledger.history("queries", str(number)):
        new = {each.field: each.new for each in entry.changes}
        state = new.get("state") or state
        words = new.get("answer") or new.get("closing") or new.get("words") or entry.reason
        found.append(Said(entry.account, entry.role, entry.instant, state, words))
    return tuple(found)


def _query(number: int, asked: Asked, now: datetime) -> Query:
    return Query(
        query=number,
        about_type=asked.about_type,
        about_record=asked.about_record,
        about_field=asked.about_field,
        rule=asked.rule,
        words=asked.words.strip(),
        state="open",
        opened=PartialDateTime.of(now),
    )


def _step(
    work: Work, number: int, states: tuple[QueryState, ...], new: Mapping[str, Any], reason: str, by: Deed
) -> Entry:
    """One step of a query that is in one of some states."""
    stored = query_of(work, number)
    state = as_object(Query, stored).state
    if state not in states:
        raise Refused(f"query {number} is {state}; this can be done only while it is {' or '.join(states)}")
    return change(work, stored, new, reason=reason, by=by)


def query_of(work: Work, number: int) -> StoredRecord:
    """A query as it is stored.

    Raises Refused if there is none of this number.
    """
    stored = work.record("queries", str(number))
    if not stored.exists or stored.is_removed:
        raise Refused(f"there is no query {number}")
    return stored


def _check_words(words: str, otherwise: str) -> None:
    if not words.strip():
        raise Refused(otherwise)
