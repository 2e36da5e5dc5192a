"""The criteria of a participant, answered one by one, and the investigator's confirmation, signed."""

from __future__ import annotations

from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.automatic_queries import check_record
from firstdose.conduct.eligibility import MEANING, confirm_eligibility, reasons_against
from firstdose.conduct.entering import draft_of
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.signatures import Purpose, sign, signatures_of
from firstdose.protocol.population import Criterion
from firstdose.records import CriterionAnswer, columns_of
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.proving import needs_code, prove


@dataclass(frozen=True)
class Asked:
    """One criterion, with the answer that stands in the ledger."""

    criterion: Criterion
    stored: StoredRecord | None


def eligibility(request: TrialRequest, subject: str) -> HttpResponseBase:
    """Answer the criteria; confirm that the person is eligible."""
    if request.method == "POST":
        return _confirmed(request, subject) if request.POST.get("step") == "confirm" else _answered(request, subject)
    asked = _asked(request, subject)
    with request.trial.desk.work(request.acting.author) as work:
        against = reasons_against(work, subject)
    context = {
        "subject": subject,
        "asked": asked,
        "against": against,
        "person": request.trial.ledger.record("subjects", name_of("subjects", subject)),
        "signatures": signatures_of(request.trial.ledger, "subjects", name_of("subjects", subject)),
        "needs_code": needs_code(request),
        "meaning": MEANING,
        "answers": list(columns_of(CriterionAnswer)["answer"].codes.items()),
    }
    return render(request, "firstdose/eligibility.html", context)


def _asked(request: TrialRequest, subject: str) -> list[Asked]:
    """The criteria of the protocol in order."""
    population = request.trial.protocol.population
    answered = request.trial.ledger.records_under("criterion_answers", name_of("subjects", subject))
    stored = {each.fields["criterion"]: each for each in answered}
    return [Asked(each, stored.get(each.id)) for each in (population.criteria if population else ())]


def _answered(request: TrialRequest, subject: str) -> HttpResponseBase:
    """Write the answers that were given or changed."""
    asked_now, version, count = _asked(request, subject), request.trial.version, 0
    with request.trial.desk.work(request.acting.author, request.POST.get("request") or None) as work:
        for asked in asked_now:
            name = asked.criterion.id
            if f"answer:{name}" not in request.POST or work.is_repeated:
                continue
            wanted: dict[str, str | None] = {"answer": request.POST[f"answer:{name}"]}
            seen = {"answer": text} if (text := request.POST.get(f"seen:{name}", "")) else {}
            if asked.stored is None:
                if not (wanted["answer"] or "").strip():
                    continue
                wanted |= {"subject": subject, "criterion": name, "answered": work.now.isoformat(timespec="minutes")}
            elif wanted["answer"] != seen.get("answer"):
                wanted["answered"] = work.now.isoformat(timespec="minutes")
                seen["answered"] = asked.stored.fields.get("answered", "")
            draft = draft_of(
                "criterion_answers",
                wanted,
                {name: text for name, text in seen.items() if text},
                stored=asked.stored,
                reason=request.POST.get("reason", ""),
                protocol_version=version,
            )
            if draft is not None:
                work.append(draft)
                check_record(work, "criterion_answers", draft.record)
                count += 1
    told(request, f"{count} answers saved" if count != 1 else "1 answer saved")
    return redirect("eligibility", subject=subject)


def _confirmed(request: TrialRequest, subject: str) -> HttpResponseBase:
    """Confirm and sign in one write."""
    purpose = Purpose("subjects", name_of("subjects", subject), whole_number(request.POST.get("head")) or 0, MEANING)
    proof = prove(request, purpose)
    with request.trial.desk.work(request.acting.author, request.POST.get("request") or None) as work:
        entry = confirm_eligibility(work, subject, request.acting.grant.full_name, purpose.head)
        now_seen = Purpose("subjects", purpose.record, entry.sequence, MEANING)
        sign(work, now_seen, type(proof)(proof.account, proof.full_name, proof.moment, proof.means, (now_seen,)))
    told(request, f"{subject} is confirmed as eligible")
    return redirect("participant", subject=subject)
