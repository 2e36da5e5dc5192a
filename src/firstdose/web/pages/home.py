"""Where the trial stands, at a glance."""

from __future__ import annotations

from datetime import datetime

from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.conduct.standing import Standing, standing_of
from firstdose.web.acting import TrialRequest
from firstdose.web.by_calendar import by_calendar_alone
from firstdose.web.halting import halts_of, set_aside, without_advice
from firstdose.web.held_words import held_now
from firstdose.web.last_decision import last_decision
from firstdose.web.seeing import visible_subjects
from firstdose.web.trial import Trial, now
from firstdose.web.waiting_for_you import waiting_for
from firstdose.web.watching import alerts_for, open_queries

WHILE_HELD = "No recommendation while something is held outside the locked data."
"""What is said of the rule here, where the halts above tell what is held."""


def home(request: TrialRequest) -> HttpResponseBase:
    """What to see to, the doses as a ladder with each participant's place, and what the rule advises."""
    moment = now()
    if not request.acting.may("see_data"):
        sees = request.acting.may("see_pack")
        context = {
            "is_closed": True,
            "halts": halts_of(request, moment) if sees else [],
            "alerts": alerts_for(request.trial, request.acting, moment) if sees else [],
            "moment": moment,
            "waits": waiting_for(request),
        }
        return render(request, "firstdose/home.html", context)
    visible = visible_subjects(request.trial, request.acting)
    standing = _standing(request.trial, moment)
    context = {
        "visible": visible,
        "by_calendar": by_calendar_alone(request.trial, moment, visible),
        "standing": standing,
        "last_decision": last_decision(request.trial.protocol, request.trial.dosing_data(), standing.advice),
        "halts": halts_of(request, moment),
        "without_advice": WHILE_HELD if held_now(request) else without_advice(request),
        "set_aside": set_aside(request),
        "alerts": alerts_for(request.trial, request.acting, moment),
        "waits": waiting_for(request),
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
