"""Queries that rules ask: opened once for a record, field and rule, and closed by themselves when that is mended.

A person who closes one accepts what stands there: it is not asked about again unless something else is entered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from firstdose.conduct.answer_queries import ASSESSMENTS, FITS, asked_of_answers
from firstdose.conduct.catalogue import Query
from firstdose.conduct.criteria import ANSWERS
from firstdose.conduct.criterion_queries import AGREES, asked_of_criteria, bears_on_criteria
from firstdose.conduct.desk import LastStep, Work
from firstdose.conduct.entering import Finding, check_fields, check_records
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Entry, StoredRecord
from firstdose.conduct.locking import locked_now
from firstdose.conduct.naming import rule_words
from firstdose.conduct.own_records import all_of, change
from firstdose.conduct.queries import Asked, ask, query_of
from firstdose.conduct.roles import ENTERED_BY, Deed
from firstdose.conduct.serious_rules import EVENTS, SERIOUS_RULES
from firstdose.conduct.snapshot import snapshot_of
from firstdose.conduct.visit_queries import AT_VISITS, VISITS, asked_of_visits, records_with_visits
from firstdose.records import RECORDS, Problem
from firstdose.records.conforming import MISSING
from firstdose.records.cross_checks import VISIT_HAD

BETWEEN_RECORDS = "between records: "
"""How the name of a rule begins that one record alone cannot tell to be kept."""
CRITERIA = BETWEEN_RECORDS + AGREES
ANSWERS_FIT = BETWEEN_RECORDS + FITS
VISIT_ENTERED = BETWEEN_RECORDS + VISIT_HAD
A_DAY = re.compile(r",? [0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A day in the words of a rule, such as that of the data: left out, for the rule is the same tomorrow."""
MISSING_RULE = "must be filled in"
MENDED = "mended: what was asked about is no longer so"
CLOSED_BY_ITSELF = {"state": "closed", "closing": MENDED}

Key = tuple[str, str, str | None, str]


def check_record(work: Work, record_type: str, record: str, by: Deed | None = None) -> None:
    """Bring the queries about one record up to date, after it was written: those of the rules that it alone can break.

    Those about answers that contradict each other follow at the end of the write, when all of it is there, and those
    about a visit that was not entered are closed once it is; they are opened when all records are looked at, for the
    visit is often entered last. Whoever may enter the record may let its queries follow; ``by`` is what its author
    wrote it by, if not that. Raises Refused.
    """
    if record_type not in RECORDS:
        return
    queries = all_of(work, Query, about_type=record_type, about_record=record)
    alone = [each for each in queries if each.rule is not None and not _is_between(each)]
    stored = work.record(record_type, record)
    _bring_up_to_date(work, alone, _of_one(stored), by or ENTERED_BY[record_type])
    if bears_on_criteria(stored) and stored.fields.get("subject", "").strip():
        _check_criteria(work, stored.fields["subject"].strip(), by or ENTERED_BY[record_type])
    if record_type == ASSESSMENTS:
        work.at_its_end(CheckAnswers(record.split("/")[0], by or ENTERED_BY[ASSESSMENTS]))
    subject = stored.fields.get("subject", "").strip()
    if subject and (record_type == VISITS or record_type in AT_VISITS):
        work.at_its_end(CheckVisitsAskedAbout(subject, by or ENTERED_BY[record_type]))


@dataclass(frozen=True)
class CheckAnswers(LastStep):
    """Bring the queries up to date about a person's answers to measures; ``person`` is how names of records begin."""

    person: str
    by: Deed = field(compare=False)

    def take(self, work: Work) -> None:
        """Raises Refused."""
        queries = all_of(work, Query, about_type=ASSESSMENTS, rule=ANSWERS_FIT)
        mine = [each for each in queries if each.about_record.startswith(f"{self.person}/")]
        asked = asked_of_answers(work.records_under(ASSESSMENTS, self.person), ANSWERS_FIT)
        _bring_up_to_date(work, mine, {_key(each): each for each in asked}, self.by)


@dataclass(frozen=True)
class CheckVisitsAskedAbout(LastStep):
    """Close the queries about visits of a person that are entered by now, or that nothing names; none is opened."""

    subject: str
    by: Deed = field(compare=False)

    def take(self, work: Work) -> None:
        """Raises Refused."""
        open_ones = [each for each in all_of(work, Query, rule=VISIT_ENTERED) if each.state != "closed"]
        queries = [each for each in open_ones if _subject_of(work, each) == self.subject]
        if queries:
            asked = {_key(each): each for each in _visits_asked(records_with_visits(work, self.subject), queries)}
            known = {(each.about_type, each.about_record, each.about_field, VISIT_ENTERED) for each in queries}
            _bring_up_to_date(work, queries, {key: each for key, each in asked.items() if key in known}, self.by)


def _subject_of(work: Work, query: Query) -> str:
    """The person whose record a query is about."""
    return work.record(query.about_type, query.about_record).fields.get("subject", "").strip()


def _visits_asked(stored: Iterable[StoredRecord], queries: Iterable[Query]) -> Iterable[Asked]:
    """What is to be asked of visits that were not entered, about the same records as before."""
    known = {(each.about_type, each.about_record) for each in queries if each.rule == VISIT_ENTERED}
    return asked_of_visits(stored, VISIT_ENTERED, known)


def _check_criteria(work: Work, subject: str, by: Deed) -> None:
    """Bring the queries up to date that ask whether a person's answers to the criteria agree with the record."""
    queries = [each for each in all_of(work, Query, about_type=ANSWERS, rule=CRITERIA) if _is_of(each, subject)]
    raised = {_key(each): each for each in asked_of_criteria(work, subject, CRITERIA)}
    _bring_up_to_date(work, queries, raised, by)


def _is_of(query: Query, subject: str) -> bool:
    """Whether a query is about an answer of a person."""
    return query.about_record.startswith(f"{name_of('subjects', subject)}/")


def check_all(work: Work, by: Deed = "ask_queries") -> tuple[Entry, ...]:
    """Bring all queries of rules up to date, those between records and on planned visits included.

    Raises Refused.
    """
    stored = {(each.record_type, each.record): each for each in work.records() if each.record_type in RECORDS}
    visits = [visit.id for visit in work.protocol.schedule.every_visit] if work.protocol.schedule else []
    problems = snapshot_of(stored.values(), work.head, work.now.date(), visits).problems
    queries = [query for query in all_of(work, Query) if query.rule is not None]
    by_head = {each.head: each for each in stored.values()}
    of_record: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem.row in by_head and problem.rule != VISIT_HAD:
            of_record[by_head[problem.row].record_type, by_head[problem.row].record].append(problem)
    asked_about = {(each.about_type, each.about_record) for each in queries if not _is_between(each)}
    raised: dict[Key, Asked] = {}
    between: set[tuple[str, str | None, str]] = set()
    for name in sorted(of_record.keys() | (asked_about & stored.keys())):
        found = {(name[0], each.field, each.rule) for each in of_record[name]}
        alone = {} if name not in asked_about and found <= between else _of_one(stored[name])
        more = _between(stored[name], of_record[name], alone)
        raised |= alone | more
        # a rule that one record cannot break by itself, none can: then the other records need not be asked one by one
        between |= found if not alone else set()
    answers = (each for (kind, _), each in stored.items() if kind == ANSWERS)
    for subject in dict.fromkeys(each.fields.get("subject", "").strip() for each in answers):
        if subject:
            raised |= {_key(each): each for each in asked_of_criteria(work, subject, CRITERIA)}
    raised |= _of_serious_events([each for each in stored.values() if each.record_type == EVENTS])
    raised |= {_key(each): each for each in asked_of_answers(stored.values(), ANSWERS_FIT)}
    raised |= {_key(each): each for each in _visits_asked(stored.values(), queries)}
    before = len(work.entries)
    _bring_up_to_date(work, queries, raised, by)
    return work.entries[before:]


def _is_between(query: Query) -> bool:
    """Whether one record alone cannot tell that the rule of a query is kept."""
    return (query.rule or "").startswith(BETWEEN_RECORDS)


def _bring_up_to_date(work: Work, queries: Iterable[Query], raised: Mapping[Key, Asked], by: Deed) -> None:
    """Open what is new, ask anew what has changed, close what is mended."""
    locked = locked_now(work)
    if locked is not None:  # nothing that is locked is asked about; the queries wait until it is opened
        queries = [each for each in queries if not locked.holds(each.about_type, each.about_record)]
        raised = {key: each for key, each in raised.items() if not locked.holds(each.about_type, each.about_record)}
    known = {(each.about_type, each.about_record, each.about_field, each.rule or ""): each for each in queries}
    for key, query in known.items():
        if key not in raised:
            if query.state != "closed":
                change(work, query_of(work, query.query), CLOSED_BY_ITSELF, reason=MENDED, by=by)
        elif query.closing == MENDED or query.words != raised[key].words:
            new: dict[str, Any] = {"state": "open", "words": raised[key].words, "answer": None, "closing": None}
            change(work, query_of(work, query.query), new, reason="the rule is broken by what stands there now", by=by)
    new_ones = [each for key, each in raised.items() if key not in known]
    if new_ones:
        ask(work, *new_ones, by=by)


def _of_one(stored: StoredRecord) -> dict[Key, Asked]:
    """What a record breaks by itself; nothing once it was removed."""
    if stored.is_removed:
        return {}
    found = [_raised(stored, each) for each in check_fields(stored.record_type, stored.fields)]
    return {_key(each): each for each in found}


def _of_serious_events(events: Sequence[StoredRecord]) -> dict[Key, Asked]:
    """What serious events do not say; it is asked of the ledger alone, and no problem of the data."""
    rules = {each.rule for each in SERIOUS_RULES}
    findings = zip(events, check_records(EVENTS, [each.fields for each in events]), strict=True)
    found = (
        _raised(stored, each)
        for stored, odd in findings
        for each in odd
        if each.rule in rules and not stored.is_removed
    )
    return {_key(each): each for each in found}


def _between(stored: StoredRecord, problems: Iterable[Problem], alone: Mapping[Key, Asked]) -> dict[Key, Asked]:
    """The problems of a record that it does not break by itself."""
    found = {}
    for problem in problems:
        rule = MISSING_RULE if problem.rule == MISSING[0] else A_DAY.sub("", problem.rule)
        if (stored.record_type, stored.record, problem.field, rule) not in alone:
            text = stored.fields.get(problem.field or "", "")
            said = rule_words(stored.record_type, problem.field, rule)
            each = _about(stored, problem.field, BETWEEN_RECORDS + rule, _words(text, said, problem.fix))
            found[_key(each)] = each
    return found


def _raised(stored: StoredRecord, finding: Finding) -> Asked:
    rule = MISSING_RULE if finding.weight == "missing" else finding.rule
    said = MISSING_RULE if finding.weight == "missing" else finding.words
    return _about(stored, finding.field, rule, _words(finding.text, said, finding.fix))


def _about(stored: StoredRecord, field: str | None, rule: str, words: str) -> Asked:
    return Asked(stored.record_type, stored.record, words, field, rule)


def _key(asked: Asked) -> Key:
    """What there is one query for."""
    return (asked.about_type, asked.about_record, asked.about_field, asked.rule or "")


def _words(text: str, rule: str, fix: str) -> str:
    """What is asked, with what stands there."""
    return f'"{text}": {rule}; {fix}' if text else f"{rule}; {fix}"
