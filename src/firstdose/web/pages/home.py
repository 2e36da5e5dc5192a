"""Where the trial stands, at a glance."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.conduct.standing import standing
from firstdose.web.acting import TrialRequest
from firstdose.web.seeing import visible_subjects
from firstdose.web.trial import now


def home(request: TrialRequest) -> HttpResponseBase:
    """The doses as a ladder with each participant's place, what the rule advises, and what is odd in the data."""
    if not request.acting.may("see_data"):
        return render(request, "firstdose/home.html", {"is_closed": True})
    moment, latest = now(), request.trial.latest()
    context = {
        "visible": visible_subjects(request.trial, request.acting),
        "standing": standing(request.trial.protocol, latest.trial_data, moment),
        "moment": moment,
        "head": latest.head,
        "problems": len(latest.problems),
        "unusable": latest.unusable.height,
    }
    return render(request, "firstdose/home.html", context)
