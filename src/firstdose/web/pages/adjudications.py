"""Events that may be dose-limiting, and the committee's verdicts on them."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.adjudicating import VERDICTS
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Refused
from firstdose.conduct.signatures import Purpose
from firstdose.conduct.verdict_signing import MEANING, judge_and_sign, members_now
from firstdose.records import CAUSES, AdverseEvent, DltAdjudication, Dosing
from firstdose.records.events import Verdict
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.judged_events import judged, waiting_for_verdict
from firstdose.web.numbers import whole_number
from firstdose.web.proving import needs_code, prove
from firstdose.web.sent_once import written_once
from firstdose.web.trial import now

SEVERE = 3


def adjudications(request: TrialRequest) -> HttpResponseBase:
    """Every event of those who were dosed that waits for a verdict, is severe or serious, or was judged."""
    if request.method == "POST":
        return _judged(request)
    data = request.trial.dosing_data()
    dosed = {each.subject for each in data.records(Dosing)}
    verdicts: dict[tuple[str, int], list[DltAdjudication]] = {}
    for each in sorted(data.records(DltAdjudication), key=lambda each: each.adjudication):
        verdicts.setdefault((each.subject, each.event), []).append(each)
    courses = request.trial.courses(now(), at_once=True)
    waiting, course = waiting_for_verdict(courses), {each.subject: each for each in courses.all}
    events = [
        judged(
            request.trial.ledger,
            request.trial.protocol,
            event,
            tuple(verdicts.get((event.subject, event.number), ())),
            course.get(event.subject),
            (event.subject, event.number) in waiting,
        )
        for event in data.records(AdverseEvent)
        if event.subject in dosed and _may_limit(event, {*waiting, *verdicts})
    ]
    events.sort(key=lambda each: (not each.waits, bool(each.verdicts)))
    members, own = members_now(request.trial.ledger), request.acting.author.account
    review = request.trial.protocol.escalation.committee_review
    context = {
        "events": events,
        "quorum": review.quorum if review else None,
        "verdicts": VERDICTS,
        "causes": CAUSES,
        "definition": request.trial.protocol.escalation.dlt,
        "own_name": members.get(own, own),
        "others": [(account, name) for account, name in members.items() if account != own],
        "meaning": MEANING,
        "needs_code": needs_code(request),
    }
    return render(request, "firstdose/adjudications.html", context)


def _may_limit(event: AdverseEvent, asked: Collection[tuple[str, int]]) -> bool:
    """Whether somebody should look at an event: severe, serious, without a grade, waited for or judged before."""
    is_severe = event.grade is None or event.grade >= SEVERE
    return is_severe or bool(event.serious) or (event.subject, event.number) in asked


def _judged(request: TrialRequest) -> HttpResponseBase:
    """Record a verdict."""
    sent = request.POST
    subject, number, head = sent.get("subject", ""), whole_number(sent.get("event")), whole_number(sent.get("head"))
    if number is None or head is None:
        raise Refused("choose the event that is judged")
    if sent.get("verdict") not in VERDICTS:
        raise Refused("choose the verdict; none is chosen beforehand")
    shown = Purpose("adverse_events", name_of("adverse_events", subject, number), head, MEANING)
    proof = prove(request, shown)
    causes = {cause: answer == "yes" for cause in CAUSES if (answer := sent.get(f"cause:{cause}", ""))}
    with written_once(request) as work:
        if not work.is_repeated:
            judge_and_sign(
                work,
                subject,
                number,
                cast(Verdict, sent.get("verdict", "")),
                (request.acting.author.account, *sent.getlist("member")),
                proof,
                head,
                reason=sent.get("reason", ""),
                causes=causes,
            )
    told(request, f"the verdict on {subject}, event {number}, is recorded")
    return redirect("adjudications")
