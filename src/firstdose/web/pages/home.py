"""Where the trial stands, at a glance."""

from __future__ import annotations

from datetime import datetime

from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.conduct.standing import Standing, standing_of
from firstdose.web.acting import TrialRequest
from firstdose.web.by_calendar import by_calendar_alone
from firstdose.web.halting import halts_of, without_advice
from firstdose.web.seeing import visible_subjects
from firstdose.web.trial import Trial, now
from firstdose.web.watching import alerts_for, open_queries


def home(request: TrialRequest) -> HttpResponseBase:
    """What to see to, the doses as a ladder with each participant's place, and what the rule advises."""
    moment = now()
    if not request.acting.may("see_data"):
        groups = alerts_for(request.trial, request.acting, moment) if request.acting.may("see_pack") else []
        return render(request, "firstdose/home.html", {"is_closed": True, "alerts": groups, "moment": moment})
    visible = visible_subjects(request.trial, request.acting)
    context = {
        "visible": visible,
        "by_calendar": by_calendar_alone(request.trial, moment, visible),
        "standing": _standing(request.trial, moment),
        "halts": halts_of(request, moment),
        "without_advice": without_advice(request),
        "alerts": alerts_for(request.trial, request.acting, moment),
        "queries": open_queries(request.trial, request.acting, moment),
        "moment": moment,
        "head": request.trial.ledger.head(),
        "unusable": request.trial.unusable(),
    }
    return render(request, "firstdose/home.html", context)


def _standing(trial: Trial, moment: datetime) -> Standing:
    """Where the trial stands; made anew each minute, and when something that dosing rests on was entered."""
    courses = trial.courses(moment)
    return trial.kept_a_while("standing", courses, lambda: standing_of(courses))
