"""The criteria of a participant, answered one by one, and the investigator's confirmation, signed."""

from __future__ import annotations

from datetime import datetime

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import conditional_escape

from firstdose.conduct.automatic_queries import check_record
from firstdose.conduct.confirmation import MEANING
from firstdose.conduct.confirmed_without import words_given
from firstdose.conduct.criteria import Checked, checked_criteria
from firstdose.conduct.eligibility import confirm_eligibility, is_to_be_renewed, lacking_now, reasons_against
from firstdose.conduct.entering import draft_of
from firstdose.conduct.identity import name_of
from firstdose.conduct.in_short import reasons_in_short
from firstdose.conduct.ledger import Draft
from firstdose.conduct.signatures import Purpose, signatures_of
from firstdose.dosing.person_checks import ADMINISTRATIONS
from firstdose.records import CriterionAnswer, columns_of
from firstdose.web.acting import TrialRequest
from firstdose.web.asked_before import with_addresses
from firstdose.web.form_saving import opened_in, told_of
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.proving import needs_code, prove
from firstdose.web.sent_once import written_once

ANSWER, RESTS_ON, SEEN = "answer:", "rests-on:", "seen:"
"""How the form names the answer to a criterion, what that rests on, and what stood there when it was opened."""


def eligibility(request: TrialRequest, subject: str) -> HttpResponseBase:
    """Answer the criteria; confirm that the person is eligible."""
    if request.method == "POST":
        return _confirmed(request, subject) if request.POST.get("step") == "confirm" else _answered(request, subject)
    with request.trial.desk.work(request.acting.author) as work:
        asked = checked_criteria(work, subject, work.protocol)
        found = reasons_against(work, subject)
        lacking, is_renewed = lacking_now(work, subject), is_to_be_renewed(work, subject)
    confirmation = lacking.confirmation
    if confirmation.holds:  # who is confirmed and was dosed since was not confirmed wrongly
        found = tuple(each for each in found if each.rule != ADMINISTRATIONS)
    context = {
        "subject": subject,
        "asked": asked,
        "against": reasons_in_short(found),
        "confirmation": confirmation,
        "answered_since": confirmation.holds and is_renewed,
        "lacks_reason": confirmation.holds and bool(lacking.unexplained),
        "to_renew": confirmation.holds and (is_renewed or bool(lacking.unexplained)),
        "missing": with_addresses(request, subject, lacking.missing),
        "given": lacking.given,
        "not_recorded_then": words_given(lacking.given) if lacking.given else "",
        "person": request.trial.ledger.record("subjects", name_of("subjects", subject)),
        "signatures": signatures_of(request.trial.ledger, "subjects", name_of("subjects", subject)),
        "needs_code": needs_code(request),
        "meaning": MEANING,
        "answers": list(columns_of(CriterionAnswer)["answer"].codes.items()),
    }
    return render(request, "firstdose/eligibility.html", context)


def _answered(request: TrialRequest, subject: str) -> HttpResponseBase:
    """Write the answers that were given or changed."""
    version, count = request.trial.version, 0
    with written_once(request) as work:
        for asked in checked_criteria(work, subject, work.protocol):
            draft = None if work.is_repeated else _draft(request, subject, asked, work.now, version)
            if draft is not None:
                work.append(draft)
                check_record(work, "criterion_answers", draft.record)
                count += 1
        against = [each for each in checked_criteria(work, subject, work.protocol) if each.contradicts]
        opened = opened_in(work)
    words = f"{count} answers saved" if count != 1 else "1 answer saved"
    told_of(request, words, [conditional_escape(each.words) for each in against], opened)
    return redirect("eligibility", subject=subject)


def _draft(request: TrialRequest, subject: str, asked: Checked, moment: datetime, version: str) -> Draft | None:
    """What was answered to one criterion, or changed of its answer; None where nothing was."""
    name, stored, sent = asked.criterion.id, asked.stored, request.POST
    if f"{ANSWER}{name}" not in sent:
        return None
    wanted: dict[str, str | None] = {"answer": sent[f"{ANSWER}{name}"]}
    seen = {"answer": sent.get(f"{SEEN}{name}", "")}
    if f"{RESTS_ON}{name}" in sent:
        wanted["value"], seen["value"] = sent[f"{RESTS_ON}{name}"], sent.get(f"{SEEN}{RESTS_ON}{name}", "")
    if stored is None:
        if not any((text or "").strip() for text in wanted.values()):
            return None
        wanted |= {"subject": subject, "criterion": name, "answered": moment.isoformat(timespec="minutes")}
    elif wanted["answer"] != seen["answer"]:
        wanted["answered"] = moment.isoformat(timespec="minutes")
        seen["answered"] = stored.fields.get("answered", "")
    return draft_of(
        "criterion_answers",
        wanted,
        {field: text for field, text in seen.items() if text},
        stored=stored,
        reason=sent.get("reason", ""),
        protocol_version=version,
    )


def _confirmed(request: TrialRequest, subject: str) -> HttpResponseBase:
    """Confirm and sign in one write."""
    sent = request.POST
    purpose = Purpose("subjects", name_of("subjects", subject), whole_number(sent.get("head")) or 0, MEANING)
    proof = prove(request, purpose)
    with written_once(request) as work:
        confirm_eligibility(work, subject, proof, purpose.head, sent.get("without_reason", ""), sent.getlist("without"))
    told(request, f"{subject} is confirmed as eligible")
    return redirect("participant", subject=subject)
