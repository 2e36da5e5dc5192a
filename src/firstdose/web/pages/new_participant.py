"""Enter a participant: the number, consent, and the version of the protocol in force, before there is any record."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.entering import Finding, check_fields, draft_of
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Refused
from firstdose.web.acting import TrialRequest
from firstdose.web.form_checking import findings_page
from firstdose.web.form_drafts import DISCARD, drop_draft, keep_typed, kept_draft
from firstdose.web.form_fields import fields_of_form
from firstdose.web.form_saving import carry_out

SUBJECTS, SUBJECT, CENTRE = "subjects", "subject", "centre"
FIRST_FIELDS = (SUBJECT, CENTRE, "earlier_subject", "consent", "consent_version", "birth", "sex")
IDENTIFIERS = (SUBJECT, "earlier_subject")
NUMBER_NOT_NAME = "the number that the person has in the trial; never a name: what is entered is kept for ever"
DRAFT = "/new"
"""What names the form of somebody who has no number yet; the name of no record begins so."""


def new(request: TrialRequest) -> HttpResponseBase:
    """Enter a participant."""
    account = request.acting.author.account
    if request.method != "POST":
        draft = kept_draft(account, SUBJECTS, DRAFT)
        return _shown(request, draft[0] if draft else {CENTRE: request.acting.author.site}, has_draft=draft is not None)
    if DISCARD in request.POST:
        drop_draft(account, SUBJECTS, DRAFT)
        return redirect("new_participant")
    texts = _typed(request)
    try:
        _enter(request, texts)
    except Refused as refusal:
        return _shown(request, texts, str(refusal))
    drop_draft(account, SUBJECTS, DRAFT)
    return redirect("participant", subject=texts[SUBJECT].strip())


def check(request: TrialRequest) -> HttpResponseBase:
    """What is odd in the form as it is typed; what was typed is kept until it is saved."""
    texts = _typed(request)
    if request.method == "POST":
        keep_typed(request, SUBJECTS, DRAFT, texts, {})
    return findings_page(request, SUBJECTS, list(_odd(request, texts)), FIRST_FIELDS)


def _typed(request: TrialRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in FIRST_FIELDS}


def _enter(request: TrialRequest, texts: Mapping[str, str]) -> None:
    """Write the record. Raises Refused for another site, for what may be a name, and for a number that is taken."""
    if not request.acting.sees_site(texts[CENTRE]):
        raise Refused(f"site {texts[CENTRE]!r}: this role may enter participants of its own site only")
    if _may_be_a_name(texts[SUBJECT]):
        raise Refused(f"{texts[SUBJECT]!r} may be the name of a person: write {NUMBER_NOT_NAME}")
    filled = {**texts, "protocol_version": request.trial.version}
    name = record_name(SUBJECTS, filled)
    draft = draft_of(SUBJECTS, filled, {}, protocol_version=request.trial.version)
    assert draft is not None
    carry_out(request, SUBJECTS, name, f"{name} was entered", lambda work: work.append(draft))


def _odd(request: TrialRequest, texts: Mapping[str, str]) -> Iterator[Finding]:
    """What is odd in the fields, and what would be refused."""
    for name in IDENTIFIERS:
        if _may_be_a_name(texts[name]):
            yield Finding(name, texts[name], "may be the name of a person", f"write {NUMBER_NOT_NAME}", "doubtful")
    if _is_taken(request, texts):
        fix = "look for this person in the list, or write another number"
        yield Finding(SUBJECT, texts[SUBJECT], "is the number of somebody who was entered before", fix, "doubtful")
    if texts[CENTRE].strip() and not request.acting.sees_site(texts[CENTRE]):
        words = "is not the site of this role, which enters participants of its own site only"
        yield Finding(CENTRE, texts[CENTRE], words, f"write {request.acting.author.site}", "doubtful")
    yield from (each for each in check_fields(SUBJECTS, texts) if each.field in FIRST_FIELDS)


def _is_taken(request: TrialRequest, texts: Mapping[str, str]) -> bool:
    """Whether the number is that of somebody whom the role sees; of others it says nothing before the form is sent."""
    if not texts[SUBJECT].strip():
        return False
    stored = request.trial.ledger.record(SUBJECTS, record_name(SUBJECTS, texts))
    return stored.exists and request.acting.sees_site(stored.fields.get(CENTRE))


def _may_be_a_name(identifier: str) -> bool:
    """Whether an identifier is several words without a number, as names are; the ledger would never forget one."""
    return len(identifier.split()) > 1 and not any(letter.isdigit() for letter in identifier)


def _shown(
    request: TrialRequest, texts: Mapping[str, str], words: str = "", *, has_draft: bool = False
) -> HttpResponseBase:
    """The form with what stands in it."""
    findings = list(_odd(request, texts)) if words or has_draft else []
    fields = [
        replace(each, help=NUMBER_NOT_NAME) if each.name in IDENTIFIERS else each
        for each in fields_of_form(SUBJECTS, texts, {}, findings=findings)
        if each.name in FIRST_FIELDS
    ]
    context = {"fields": fields, "words": words, "has_draft": has_draft, "request_key": str(uuid.uuid4())}
    return render(request, "firstdose/new_participant.html", context, status=409 if words else 200)
