"""One account: the roles it had, what happened to it, and what an administrator does about it, one step at a time."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from firstdose.conduct.ledger import Refused
from firstdose.web.account_steps import STEPS, carry_out
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.proving import needs_code
from firstdose.web.roles_over_time import last_signed_in, roles_held, what_happened


def one(request: TrialRequest) -> HttpResponseBase:
    """An account; with a step in the address, what follows from it and the form that asks for reason and password."""
    account = request.GET.get("account", "") or request.POST.get("account", "")
    if not account:
        return redirect("people")
    users: Any = get_user_model().objects
    user = users.filter(username=account).first()
    held = roles_held(request.trial.ledger, account)
    if user is None and not held:
        raise Http404
    if request.method == "POST":
        return _step(request, account)
    grant = request.GET.get("grant", "")
    has_role = any(each.taken is None and each.given.record == grant for each in held)
    step = STEPS.get(request.GET.get("step", "")) if request.acting.may("manage_people") else None
    context = {
        "account": account,
        "user_found": user,
        "held": held,
        "happened": what_happened(request.trial.ledger, account),
        "last_signed_in": last_signed_in(request.trial.ledger, account),
        "is_own": account == request.acting.author.account,
        "step": None if step is STEPS["take"] and not has_role else step,
        "step_name": request.GET.get("step", ""),
        "grant": grant,
        "role": next((each.words for each in held if each.given.record == grant), ""),
        "needs_code": needs_code(request),
    }
    return render(request, "firstdose/account.html", context)


def _step(request: TrialRequest, account: str) -> HttpResponseBase:
    """Take a step."""
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Refused("choose what is to be done")
    told(request, carry_out(request, step, account))
    return redirect(f"{reverse('account')}?{urlencode({'account': account})}")
