"""A clinical measure at a visit: all its items on one page, saved together."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.automatic_queries import check_record
from firstdose.conduct.desk import Work
from firstdose.conduct.entering import draft_of
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Refused
from firstdose.measures import MEASURES, Measure
from firstdose.web.acting import TrialRequest
from firstdose.web.form_fields import FormField, fields_of_form
from firstdose.web.guarding import told
from firstdose.web.measure_answers import ITEM, Answered, answered, fields_of_measure, judged
from firstdose.web.subject_records import next_number, records_of

ASSESSMENTS = "assessments"
SEEN = "seen:"
WHY_UNABLE = "reason_unable"
OCCASION = ("assessed", "assessor", "blinded")


def measure(request: TrialRequest, subject: str, visit: str, measure: str) -> HttpResponseBase:
    """Look at the answers of a visit, enter and change them."""
    asked = MEASURES.get(measure)
    if asked is None:
        raise Http404
    found = answered(asked, visit, records_of(request.trial.ledger, subject, [ASSESSMENTS])[ASSESSMENTS])
    if request.method != "POST":
        return _shown(request, subject, visit, asked, found)
    conflicts = {
        each.item.name: each.text
        for each in found
        if f"{ITEM}{each.item.name}" in request.POST and _seen(request, each) != each.head
    }
    if conflicts:
        words = "somebody else has entered something meanwhile; both values stand below"
        return _shown(request, subject, visit, asked, found, words, conflicts)
    try:
        count = _saved(request, subject, visit, found)
    except Refused as refusal:
        return _shown(request, subject, visit, asked, found, str(refusal))
    told(request, f"{asked.title}: {count} answer{'' if count == 1 else 's'} saved")
    return redirect("visit", subject=subject, visit=visit)


def _shown(
    request: TrialRequest,
    subject: str,
    visit: str,
    asked: Measure,
    found: Sequence[Answered],
    words: str = "",
    conflicts: Mapping[str, str] | None = None,
) -> HttpResponseBase:
    """The form with what stands in it, or with what was typed."""
    sent = request.POST
    texts = {each.item.name: sent[name] for each in found if (name := f"{ITEM}{each.item.name}") in sent}
    score, problems = judged(asked, found)
    context = {
        "subject": subject,
        "visit": visit,
        "measure": asked,
        "items": list(fields_of_measure(found, texts, problems, conflicts or {})),
        "occasion": _occasion(request, found),
        "can_be_unable": any(each.item.may_be_unable for each in found),
        "why_unable": sent.get(WHY_UNABLE, _first(found, "reason")),
        "is_new": not any(each.stored for each in found),
        "score": score,
        "words": words,
        "reason": sent.get("reason", ""),
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/measure.html", context, status=409 if words else 200)


def _occasion(request: TrialRequest, found: Sequence[Answered]) -> list[FormField]:
    """When and by whom all items were assessed."""
    texts = {name: request.POST.get(name, _first(found, name)) for name in OCCASION}
    return [each for each in fields_of_form(ASSESSMENTS, texts, {}) if each.name in OCCASION]


def _saved(request: TrialRequest, subject: str, visit: str, found: Sequence[Answered]) -> int:
    """Write every answer that is new or changed, together; how many there were."""
    version = request.trial.version
    number = int(next_number(ASSESSMENTS, records_of(request.trial.ledger, subject, [ASSESSMENTS])[ASSESSMENTS]))
    with request.trial.desk.work(request.acting.author, request.POST.get("request") or None) as work:
        if work.is_repeated:
            return 0
        count = 0
        for each in found:
            while each.stored is None and work.record(ASSESSMENTS, _name(subject, number)).exists:
                number += 1
            count += _write(request, work, subject, visit, each, number, version)
        return count


def _name(subject: str, number: int) -> str:
    """The name of the record of an answer."""
    return record_name(ASSESSMENTS, {"subject": subject, "number": str(number)})


def _write(
    request: TrialRequest, work: Work, subject: str, visit: str, each: Answered, number: int, version: str
) -> bool:
    """Write one answer; whether there was anything to write."""
    name = f"{ITEM}{each.item.name}"
    if name not in request.POST or (each.stored is None and not request.POST[name].strip()):
        return False
    wanted = each.wanted(request.POST[name], request.POST.get(WHY_UNABLE, ""))
    wanted |= {field: request.POST[field] for field in OCCASION if field in request.POST}
    if each.stored is None:
        names = {"subject": subject, "number": str(number), "measure": _measure_of(request), "item": each.item.name}
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
        return False
    work.append(draft)
    check_record(work, ASSESSMENTS, draft.record)
    return True


def _measure_of(request: TrialRequest) -> str:
    """The measure that the address names."""
    match = request.resolver_match
    return str(match.kwargs["measure"]) if match else ""


def _seen(request: TrialRequest, each: Answered) -> str:
    """The last entry about an item's record when the form was opened."""
    return request.POST.get(f"{SEEN}{ITEM}{each.item.name}", "")


def _first(found: Sequence[Answered], field: str) -> str:
    """What stands in a field of the first record that has it."""
    return next((text for each in found if each.stored and (text := each.stored.fields.get(field))), "")
