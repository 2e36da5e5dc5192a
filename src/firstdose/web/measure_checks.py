"""What the answers to a measure come to, saved or as typed: the score in words, and what is odd, by item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from firstdose.conduct.entering import Finding, check_fields
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.snapshot import trial_data_of
from firstdose.measures import Measure
from firstdose.measures.item import Answers
from firstdose.measures.recorded import AnsweredTwice, answers_of
from firstdose.measures.result import Missing, UnableToPerform
from firstdose.records import Assessment
from firstdose.web.measure_answers import ASSESSMENTS, OCCASION, Answered
from firstdose.web.trial import now

OF_ANSWER = ("answer", "answer_text")
"""The fields of a record in which an answer stands."""


@dataclass(frozen=True)
class Typed:
    """What stands in the form of a measure: an answer by item, the fields of the occasion, why somebody was unable."""

    answers: Mapping[str, str]
    occasion: Mapping[str, str]
    why_unable: str = ""

    def records(self, measure: Measure, subject: str, found: Sequence[Answered]) -> list[StoredRecord]:
        """The records that these answers would make."""
        return list(self._records(measure, subject, found))

    def _records(self, measure: Measure, subject: str, found: Sequence[Answered]) -> Iterator[StoredRecord]:
        for number, each in enumerate(found, start=1):
            text = self.answers.get(each.item.name, each.text)
            if not text.strip():
                continue
            names = {"subject": subject, "number": str(number), "measure": measure.name, "item": each.item.name}
            wanted = {**names, **each.wanted(text, self.why_unable), **self.occasion}
            fields = {name: said for name, said in wanted.items() if said}
            yield StoredRecord(ASSESSMENTS, f"{subject}/{number}", fields, number)


def stored_answers(found: Sequence[Answered]) -> list[StoredRecord]:
    """The records of the answers that are saved."""
    return [each.stored for each in found if each.stored]


def judged(measure: Measure, records: Sequence[StoredRecord]) -> tuple[str, dict[str, Finding]]:
    """The score in words, and what is odd in the answers, by item."""
    rows = list(trial_data_of(records, now().date()).records(Assessment))
    problems = _unread(records)
    try:
        answers = answers_of(measure, rows)
    except AnsweredTwice as problem:
        return str(problem), problems
    for each in measure.check(answers):
        item = str(each.place.key)
        problems.setdefault(item, Finding(item, str(each.value), each.rule, each.fix, "doubtful"))
    if not records:
        return "", problems
    score = measure.score(answers)
    if isinstance(score, Missing):
        return f"no score yet: {_why_missing(measure, answers, problems, score)}", problems
    if isinstance(score, UnableToPerform):
        return "unable to perform", problems
    bound = "" if score.bound == "exact" else f"{score.bound} "
    return f"{bound}{score.value:g} {score.unit}", problems


def _why_missing(measure: Measure, answers: Answers, problems: Mapping[str, Finding], score: Missing) -> str:
    """Why there is no score, with the questions in place of the names of items."""
    odd = [f"{item.question} {problems[item.name].rule}" for item in measure.items if item.name in problems]
    left = [item.question for item in measure.items if item.required and answers.get(item.name) is None]
    return "; ".join(odd) or (f"not answered: {'; '.join(left)}" if left else score.reason)


def odd_occasion(subject: str, texts: Mapping[str, str]) -> list[Finding]:
    """What is odd in when and by whom the items were assessed."""
    findings = check_fields(ASSESSMENTS, {"subject": subject, "number": "1", **texts})
    return [each for each in findings if each.field in OCCASION]


def _unread(records: Sequence[StoredRecord]) -> dict[str, Finding]:
    """Answers that cannot be read as what the record holds, by item."""
    found: dict[str, Finding] = {}
    for each in records:
        for finding in check_fields(ASSESSMENTS, each.fields):
            if finding.field in OF_ANSWER:
                found.setdefault(each.fields.get("item", ""), finding)
    return found
