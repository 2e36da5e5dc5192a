"""Writing the answers to a measure: every one that is new or changed, together."""

from __future__ import annotations

from collections.abc import Sequence

from firstdose.conduct.automatic_queries import check_record
from firstdose.conduct.desk import Work
from firstdose.conduct.entering import draft_of
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import StoredRecord
from firstdose.measures import Measure
from firstdose.web.acting import TrialRequest
from firstdose.web.form_saving import finding_words, findings_words, opened_in, told_of
from firstdose.web.measure_answers import ASSESSMENTS, ITEM, OCCASION, Answered
from firstdose.web.measure_checks import judged, odd_occasion
from firstdose.web.sent_once import written_once
from firstdose.web.subject_records import next_number, records_of

WHY_UNABLE = "reason_unable"


def save_answers(request: TrialRequest, subject: str, visit: str, measure: Measure, found: Sequence[Answered]) -> None:
    """Write every answer that is new or changed, and say how many there were and what is odd in them.

    Raises Refused.
    """
    version = request.trial.version
    number = int(next_number(ASSESSMENTS, records_of(request.trial.ledger, subject, [ASSESSMENTS])[ASSESSMENTS]))
    with written_once(request) as work:
        written: list[StoredRecord] = []
        count = 0
        for each in found if not work.is_repeated else ():
            while each.stored is None and work.record(ASSESSMENTS, _name(subject, number)).exists:
                number += 1
            name = _write(request, work, subject, visit, measure, each, number, version)
            count += name is not None
            held = name or (each.stored.record if each.stored else None)
            if held:
                written.append(work.record(ASSESSMENTS, held))
        opened = opened_in(work)
    problems = judged(measure, written)[1] if count else {}
    questions = {item.name: item.question for item in measure.items}
    occasion = {name: request.POST[name] for name in OCCASION if name in request.POST}
    odd = findings_words(ASSESSMENTS, odd_occasion(subject, occasion)) if count else []
    odd += [finding_words(problem, questions.get(name, name)) for name, problem in problems.items()]
    told_of(request, f"{measure.title}: {count} answer{'' if count == 1 else 's'} saved", odd, opened)


def _write(
    request: TrialRequest,
    work: Work,
    subject: str,
    visit: str,
    measure: Measure,
    each: Answered,
    number: int,
    version: str,
) -> str | None:
    """Write one answer; the name of its record, None if there was nothing to write."""
    name = f"{ITEM}{each.item.name}"
    if name not in request.POST or (each.stored is None and not request.POST[name].strip()):
        return None
    wanted = each.wanted(request.POST[name], request.POST.get(WHY_UNABLE, ""))
    wanted |= {field: request.POST[field] for field in OCCASION if field in request.POST}
    if each.stored is None:
        names = {"subject": subject, "number": str(number), "measure": measure.name, "item": each.item.name}
        wanted |= {**names, "question": each.item.question, "unit": each.item.unit, "visit": visit}
    elif each.text == request.POST[name]:
        wanted = {field: text for field, text in wanted.items() if field in OCCASION}
    seen = dict(each.stored.fields) if each.stored else {}
    draft = draft_of(
        ASSESSMENTS,
        wanted,
        {field: text for field, text in seen.items() if field in wanted},
        stored=each.stored,
        reason=request.POST.get("reason", ""),
        protocol_version=version,
    )
    if draft is None:
        return None
    work.append(draft)
    check_record(work, ASSESSMENTS, draft.record)
    return draft.record


def _name(subject: str, number: int) -> str:
    """The name of the record of an answer."""
    return record_name(ASSESSMENTS, {"subject": subject, "number": str(number)})
