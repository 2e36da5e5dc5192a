"""Where the trial stands, at a glance."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.conduct.standing import standing
from firstdose.web.acting import TrialRequest
from firstdose.web.seeing import visible_subjects
from firstdose.web.trial import now
from firstdose.web.watching import alerts_for, open_queries


def home(request: TrialRequest) -> HttpResponseBase:
    """What to see to, the doses as a ladder with each participant's place, and what the rule advises."""
    moment = now()
    if not request.acting.may("see_data"):
        groups = alerts_for(request.trial, request.acting, moment) if request.acting.may("see_pack") else []
        return render(request, "firstdose/home.html", {"is_closed": True, "alerts": groups, "moment": moment})
    latest = request.trial.latest()
    context = {
        "visible": visible_subjects(request.trial, request.acting),
        "standing": standing(request.trial.protocol, request.trial.dosing_data(), moment),
        "alerts": alerts_for(request.trial, request.acting, moment),
        "queries": open_queries(request.trial, request.acting, moment),
        "moment": moment,
        "head": latest.head,
        "problems": len(latest.problems),
        "unusable": latest.unusable.height,
    }
    return render(request, "firstdose/home.html", context)
