"""A participant's visits: each with its window and its forms; and the timeline as a picture."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.web.acting import TrialRequest
from firstdose.web.person import person_schedule, person_timeline
from firstdose.web.subject_records import FORMS, records_of
from firstdose.web.trial import now
from firstdose.web.visit_forms import new_record_address, other_forms, tasks_of

EMPTY_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 40" width="760" height="40" font-family="sans-serif">'
    '<rect width="100%" height="100%" fill="#ffffff"/>'
    '<text x="12" y="25" font-size="13" fill="#1b1f24">Nothing has a day from dosing yet.</text></svg>'
)


def one(request: TrialRequest, subject: str, visit: str) -> HttpResponseBase:
    """One visit of the schedule: its window, what is done at it, and what of that was entered."""
    protocol, schedule = person_schedule(request.trial, subject, now())
    found = next((each for each in schedule if each.visit.plan.id == visit), None)
    if found is None:
        raise Http404
    plan = found.visit.plan
    records = records_of(request.trial.ledger, subject, FORMS)
    stored = next(
        (each for each in records["visits"] if not each.is_removed and each.fields.get("visit") == plan.id), None
    )
    places = [each.visit.plan.id for each in schedule]
    place = places.index(plan.id)
    known = {"visit": plan.id, "planned_day": str(plan.day), "order": str(place + 1)}
    context = {
        "subject": subject,
        "scheduled": found,
        "plan": plan,
        "stored": stored,
        "enter": new_record_address(subject, "visits", **known),
        "tasks": list(tasks_of(protocol, plan, subject, records)),
        "others": other_forms(subject, plan),
        "before": schedule[place - 1] if place else None,
        "after": schedule[place + 1] if place + 1 < len(schedule) else None,
    }
    return render(request, "firstdose/visit.html", context)


def timeline(request: TrialRequest, subject: str) -> HttpResponseBase:
    """What happened to a participant, as a picture."""
    picture = person_timeline(request.trial, subject)
    return HttpResponse(picture or EMPTY_PICTURE, content_type="image/svg+xml")
