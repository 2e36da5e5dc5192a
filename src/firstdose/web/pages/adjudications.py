"""Events that may be dose-limiting, and the committee's verdicts on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.adjudicating import VERDICTS, adjudicate
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Refused, StoredRecord
from firstdose.dosing.courses import Courses
from firstdose.records import CAUSES, AdverseEvent, DltAdjudication, Dosing
from firstdose.records.events import Verdict
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.trial import now

SEVERE = 3


@dataclass(frozen=True)
class Judged:
    """An event with the verdicts on it, the last one last."""

    event: AdverseEvent
    stored: StoredRecord
    verdicts: tuple[DltAdjudication, ...]
    waits: bool
    """Whether the rule waits for the verdict: it is counted neither as a DLT nor as none before."""


def adjudications(request: TrialRequest) -> HttpResponseBase:
    """Every event of those who were dosed that waits for a verdict, is severe or serious, or was judged."""
    if request.method == "POST":
        return _judged(request)
    data = request.trial.dosing_data()
    dosed = {each.subject for each in data.records(Dosing)}
    verdicts: dict[tuple[str, int], list[DltAdjudication]] = {}
    for each in sorted(data.records(DltAdjudication), key=lambda each: each.adjudication):
        verdicts.setdefault((each.subject, each.event), []).append(each)
    waiting = waiting_for_verdict(request.trial.courses(now()))
    events = [
        Judged(
            event,
            request.trial.ledger.record("adverse_events", name_of("adverse_events", event.subject, event.number)),
            tuple(verdicts.get((event.subject, event.number), ())),
            (event.subject, event.number) in waiting,
        )
        for event in data.records(AdverseEvent)
        if event.subject in dosed and _may_limit(event, {*waiting, *verdicts})
    ]
    events.sort(key=lambda each: (not each.waits, bool(each.verdicts)))
    return render(request, "firstdose/adjudications.html", {"events": events, "verdicts": VERDICTS, "causes": CAUSES})


def waiting_for_verdict(courses: Courses) -> set[tuple[str, int]]:
    """The events that the rule waits for, by participant and number."""
    return {(course.subject, event.number) for course in courses.all for event in course.events if event.is_dlt is None}


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
