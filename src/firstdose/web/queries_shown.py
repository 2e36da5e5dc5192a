"""Queries as the pages show them: only those about records that the role sees, with where each leads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from firstdose.conduct.catalogue import LEDGER_RECORDS, Query
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.naming import rule_words
from firstdose.conduct.own_records import all_of
from firstdose.conduct.queries import about, age_of
from firstdose.records import columns_of
from firstdose.web.acting import TrialRequest
from firstdose.web.seeing import NOT_SHOWN
from firstdose.web.sight import Sight, address_of, sight_of, title_of_kind
from firstdose.web.trial import now


@dataclass(frozen=True)
class ShownQuery:
    """A query with what it is about, in words that the role may read; ``days`` since it was asked, None if unknown."""

    query: Query
    subject: str | None
    title: str
    field: str
    address: str | None
    words: str
    answer: str
    closing: str
    days: int | None

    @property
    def rule(self) -> str:
        """The rule that asked, in words; empty where a person did."""
        return rule_words(self.query.about_type, self.query.about_field, self.query.rule or "")

    @property
    def waits(self) -> bool:
        """Whether it is not closed."""
        return self.query.state != "closed"


def shown_queries(request: TrialRequest, sight: Sight | None = None) -> Iterator[ShownQuery]:
    """All queries that the role may see, the oldest first; closed ones too."""
    seen = sight or sight_of(request)
    for query in all_of(request.trial.ledger, Query):
        if seen.shows(query.about_type, query.about_record):
            yield shown(request, seen, query)


def shown(request: TrialRequest, sight: Sight, query: Query) -> ShownQuery:
    """One query as the role may see it."""
    age = age_of(query, now())
    columns = columns_of(LEDGER_RECORDS[query.about_type]) if query.about_type in LEDGER_RECORDS else {}
    column = columns.get(query.about_field or "")
    is_name = column is not None and column.question.identifying == "directly" and not request.acting.may("see_names")
    subject = sight.subject(query.about_type, query.about_record)
    return ShownQuery(
        query=query,
        subject=subject,
        title=title_of_kind(query.about_type),
        field=column.question.words if column else query.about_field or "",
        address=address_of(query.about_type, query.about_record, subject),
        words=NOT_SHOWN if is_name else sight.words(query.words),
        answer=sight.words(query.answer or ""),
        closing=sight.words(query.closing or ""),
        days=None if age is None else age.days,
    )


def queries_about(request: TrialRequest, record_type: str, records: Collection[str]) -> dict[str, list[ShownQuery]]:
    """The queries about several records of a kind that wait, by record."""
    found: dict[str, list[ShownQuery]] = {}
    about_them = [
        query
        for query in all_of(request.trial.ledger, Query, about_type=record_type)
        if query.about_record in records and query.state != "closed"
    ]
    sight = sight_of(request) if about_them else None
    for query in about_them:
        if sight is not None:
            found.setdefault(query.about_record, []).append(shown(request, sight, query))
    return found


def queries_beside(request: TrialRequest, stored: StoredRecord | None) -> list[ShownQuery]:
    """The queries about a record that wait, to stand beside its fields."""
    if stored is None:
        return []
    sight = sight_of(request)
    found = about(request.trial.ledger, stored.record_type, stored.record)
    return [shown(request, sight, query) for query in found if query.state != "closed"]
