"""Choosing the role that one acts in."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.web.acting import ROLE_IN_SESSION, TrialRequest


def choose(request: TrialRequest) -> HttpResponseBase:
    """Choose among the roles that the account has."""
    if request.method == "POST":
        name = request.POST.get("role", "")
        if name in [grant.name for grant in request.acting.grants]:
            request.session[ROLE_IN_SESSION] = name
        return redirect("home")
    return render(request, "firstdose/role.html")
