"""Events that may be dose-limiting, and the committee's verdicts on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.adjudicating import VERDICTS, adjudicate
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Refused, StoredRecord
from firstdose.records import CAUSES, AdverseEvent, DltAdjudication, Dosing
from firstdose.records.events import Verdict
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number

SEVERE = 3


@dataclass(frozen=True)
class Judged:
    """An event with the verdicts on it, the last one last."""

    event: AdverseEvent
    stored: StoredRecord
    verdicts: tuple[DltAdjudication, ...]


def adjudications(request: TrialRequest) -> HttpResponseBase:
    """Every severe or serious event of those who were dosed; a verdict is recorded here."""
    if request.method == "POST":
        return _judged(request)
    data = request.trial.dosing_data()
    dosed = {each.subject for each in data.records(Dosing)}
    verdicts: dict[tuple[str, int], list[DltAdjudication]] = {}
    for each in sorted(data.records(DltAdjudication), key=lambda each: each.adjudication):
        verdicts.setdefault((each.subject, each.event), []).append(each)
    events = [
        Judged(
            event,
            request.trial.ledger.record("adverse_events", name_of("adverse_events", event.subject, event.number)),
            tuple(verdicts.get((event.subject, event.number), ())),
        )
        for event in data.records(AdverseEvent)
        if event.subject in dosed and _may_limit(event, verdicts)
    ]
    waiting = sorted(events, key=lambda each: bool(each.verdicts))
    return render(request, "firstdose/adjudications.html", {"events": waiting, "verdicts": VERDICTS, "causes": CAUSES})


def _may_limit(event: AdverseEvent, verdicts: dict[tuple[str, int], list[DltAdjudication]]) -> bool:
    """Whether somebody should look at an event: severe, serious, without a grade, or judged before."""
    is_severe = event.grade is None or event.grade >= SEVERE
    return is_severe or bool(event.serious) or (event.subject, event.number) in verdicts


def _judged(request: TrialRequest) -> HttpResponseBase:
    """Record a verdict."""
    sent = request.POST
    subject, number, head = sent.get("subject", ""), whole_number(sent.get("event")), whole_number(sent.get("head"))
    if number is None or head is None:
        raise Refused("choose the event that is judged")
    causes = {cause: answer == "yes" for cause in CAUSES if (answer := sent.get(f"cause:{cause}", ""))}
    with request.trial.desk.work(request.acting.author, sent.get("request") or None) as work:
        adjudicate(
            work,
            subject,
            number,
            cast(Verdict, sent.get("verdict", "")),
            sent.get("members", "").split(";"),
            reason=sent.get("reason", ""),
            causes=causes,
            seen_head=head,
        )
    told(request, f"the verdict on {subject}, event {number}, is recorded")
    return redirect("adjudications")
