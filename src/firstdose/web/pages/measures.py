"""A clinical measure at a visit: all its items on one page, checked and kept as they are typed, saved together."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.ledger import Refused
from firstdose.measures import MEASURES, Measure
from firstdose.web.acting import TrialRequest
from firstdose.web.form_drafts import DISCARD, drop_draft, keep_typed, kept_draft
from firstdose.web.form_fields import FormField, fields_of_form
from firstdose.web.form_saving import SEEN
from firstdose.web.measure_answers import ASSESSMENTS, ITEM, OCCASION, Answered, answered, fields_of_measure
from firstdose.web.measure_checks import Typed, judged, odd_occasion, stored_answers
from firstdose.web.pages.measure_saving import WHY_UNABLE, save_answers
from firstdose.web.queries_shown import queries_about
from firstdose.web.site_zone import zone_of_person
from firstdose.web.subject_records import records_of
from firstdose.web.value_words import field_words, visit_names


def measure(request: TrialRequest, subject: str, visit: str, measure: str) -> HttpResponseBase:
    """Look at the answers of a visit, enter and change them."""
    asked, found = _asked(request, subject, visit, measure)
    account, key = request.acting.author.account, _draft_key(subject, visit, measure)
    if request.method != "POST":
        draft = kept_draft(account, ASSESSMENTS, key)
        return _shown(request, subject, visit, asked, found, *(draft or ({}, {})), has_draft=draft is not None)
    if DISCARD in request.POST:
        drop_draft(account, ASSESSMENTS, key)
        return redirect(request.get_full_path())
    texts, seen = _texts(request, found), _seen(request, found)
    conflicts = {
        each.item.name: each.text
        for each in found
        if ITEM + each.item.name in texts and seen.get(each.item.name, "") != each.head
    }
    if conflicts:
        words = "somebody else has entered something meanwhile; both values stand below"
        return _shown(request, subject, visit, asked, found, texts, {}, words, conflicts)
    try:
        save_answers(request, subject, visit, asked, found)
    except Refused as refusal:
        return _shown(request, subject, visit, asked, found, texts, seen, str(refusal))
    drop_draft(account, ASSESSMENTS, key)
    return redirect("visit", subject=subject, visit=visit)


def check(request: TrialRequest, subject: str, visit: str, measure: str) -> HttpResponseBase:
    """The score and what is odd in the answers as they are typed; what was typed is kept until it is saved."""
    asked, found = _asked(request, subject, visit, measure)
    texts = _texts(request, found)
    key = _draft_key(subject, visit, measure)
    keep_typed(request, ASSESSMENTS, key, texts, _seen(request, found))
    typed = _typed(texts)
    score, problems = judged(asked, typed.records(asked, subject, found))
    odd_when = odd_occasion(subject, typed.occasion)
    questions = {item.name: item.question for item in asked.items}
    context = {
        "score": score,
        "findings": [
            *((each, field_words(ASSESSMENTS, each.field)) for each in odd_when),
            *((replace(problem, field=ITEM + name), questions.get(name, name)) for name, problem in problems.items()),
        ],
        "near": [
            *((name, [each for each in odd_when if each.field == name]) for name in OCCASION),
            *((ITEM + name, [problems[name]] if name in problems else []) for name in questions),
        ],
    }
    return render(request, "firstdose/findings.html", context)


def _asked(request: TrialRequest, subject: str, visit: str, measure: str) -> tuple[Measure, list[Answered]]:
    """The measure, and its items with the records of the visit."""
    asked = MEASURES.get(measure)
    if asked is None:
        raise Http404
    return asked, answered(asked, visit, records_of(request.trial.ledger, subject, [ASSESSMENTS])[ASSESSMENTS])


def _shown(
    request: TrialRequest,
    subject: str,
    visit: str,
    asked: Measure,
    found: Sequence[Answered],
    texts: Mapping[str, str],
    seen: Mapping[str, str],
    words: str = "",
    conflicts: Mapping[str, str] | None = None,
    has_draft: bool = False,
) -> HttpResponseBase:
    """The form with what stands in it, or with what was typed."""
    saved = stored_answers(found)
    score, problems = judged(asked, saved)
    if texts:
        problems = judged(asked, _typed(texts).records(asked, subject, found))[1]
    queries = queries_about(request, ASSESSMENTS, {each.record for each in saved})
    items = fields_of_measure(found, _typed(texts).answers, seen, problems, conflicts or {}, queries)
    context = {
        "subject": subject,
        "visit": visit,
        "visit_name": visit_names(request.trial.protocol).get(visit, visit),
        "measure": asked,
        "items": list(items),
        "occasion": _occasion(request, subject, texts, found),
        "can_be_unable": any(each.item.may_be_unable for each in found),
        "why_unable": texts.get(WHY_UNABLE, _first(found, "reason")),
        "is_new": not saved,
        "has_draft": has_draft,
        "score": score,
        "words": words,
        "reason": request.POST.get("reason", ""),
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/measure.html", context, status=409 if words else 200)


def _occasion(
    request: TrialRequest, subject: str, texts: Mapping[str, str], found: Sequence[Answered]
) -> list[FormField]:
    """When and by whom all items were assessed."""
    said = {name: texts.get(name, _first(found, name)) for name in OCCASION}
    zone = zone_of_person(request.trial, subject)
    fields = fields_of_form(ASSESSMENTS, said, {}, findings=odd_occasion(subject, said), zone=zone)
    return [each for each in fields if each.name in OCCASION]


def _texts(request: TrialRequest, found: Sequence[Answered]) -> dict[str, str]:
    """What was typed in the fields of the form, by their names."""
    names = [*OCCASION, WHY_UNABLE, *(ITEM + each.item.name for each in found)]
    return {name: request.POST[name] for name in names if name in request.POST}


def _typed(texts: Mapping[str, str]) -> Typed:
    answers = {name.removeprefix(ITEM): text for name, text in texts.items() if name.startswith(ITEM)}
    return Typed(answers, {name: texts[name] for name in OCCASION if name in texts}, texts.get(WHY_UNABLE, ""))


def _seen(request: TrialRequest, found: Sequence[Answered]) -> dict[str, str]:
    """The last entry about each item's record when the form was opened."""
    return {each.item.name: request.POST.get(f"{SEEN}{ITEM}{each.item.name}", "") for each in found}


def _draft_key(subject: str, visit: str, measure: str) -> str:
    """What names the form of a measure at a visit."""
    return f"{subject}/schedule/{visit}/{measure}"


def _first(found: Sequence[Answered], field: str) -> str:
    """What stands in a field of the first record that has it."""
    return next((text for each in found if each.stored and (text := each.stored.fields.get(field))), "")
