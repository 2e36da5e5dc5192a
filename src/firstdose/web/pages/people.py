"""Accounts and roles: made, granted, taken back and closed by the administrator, who sees no data."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.conduct.ledger.entry import has_words
from firstdose.conduct.roles import ROLES
from firstdose.web.acting import EVERYWHERE, TrialRequest
from firstdose.web.guarding import told
from firstdose.web.sign_ins import note

LONGEST_ACCOUNT = 150


def people(request: TrialRequest) -> HttpResponseBase:
    """Every account with its roles."""
    if request.method == "POST":
        steps = {"grant": _grant, "take": _take, "close": _close, "open": _open}
        step = steps.get(request.POST.get("step", ""))
        if step is None:
            raise Refused("choose what is to be done")
        told(request, step(request))
        return redirect("people")
    users: Any = get_user_model().objects
    grants = [each for each in request.trial.ledger.records("role_grants") if not each.is_removed]
    accounts = [
        (user, [each for each in grants if each.fields["account"] == user.username])
        for user in users.order_by("username")
    ]
    roles = [(name, role.title, role.is_of_site) for name, role in ROLES.items()]
    return render(request, "firstdose/people.html", {"accounts": accounts, "roles": roles})


def _grant(request: TrialRequest) -> str:
    """Grant a role, to a new account if there is none of that name."""
    sent = request.POST
    account, role = sent.get("account", "").strip(), sent.get("role", "")
    site = sent.get("site", "").strip() or EVERYWHERE
    if (
        not has_words(account)
        or len(account) > LONGEST_ACCOUNT
        or role not in ROLES
        or not has_words(sent["full_name"])
    ):
        raise Refused("a grant needs an account, a full name and one of the roles")
    if ROLES[role].is_of_site and site == EVERYWHERE:
        raise Refused(f"{ROLES[role].title}: is of a site; name the site")
    fields = {"account": account, "role": role, "site": site, "full_name": sent["full_name"].strip()}
    name = record_name("role_grants", fields)
    with request.trial.desk.work(request.acting.author) as work:
        stored = work.record("role_grants", name)
        if stored.is_removed:
            work.append(Draft("restore", "role_grants", name, reason=sent.get("reason", "") or "granted again"))
        else:
            changes = tuple(FieldChange(field, None, text) for field, text in fields.items())
            work.append(Draft("create", "role_grants", name, changes))
    users: Any = get_user_model().objects
    if users.filter(username=account).exists():
        return f"{account} may now act as {ROLES[role].title.lower()}"
    password = secrets.token_urlsafe(12)
    users.create_user(username=account, password=password)
    note(account, "account made", by=request.acting.author.account)
    return f"account {account} is made; its first password, shown once: {password}"


def _take(request: TrialRequest) -> str:
    """Take a role back."""
    name = request.POST.get("grant", "")
    with request.trial.desk.work(request.acting.author) as work:
        work.append(Draft("remove", "role_grants", name, reason=request.POST.get("reason", "")))
    return f"{name} is taken back"


def _close(request: TrialRequest) -> str:
    """Close an account; who is signed in with it is out at once."""
    return _set_open(request, False)


def _open(request: TrialRequest) -> str:
    """Open a closed account again."""
    return _set_open(request, True)


def _set_open(request: TrialRequest, is_open: bool) -> str:
    users: Any = get_user_model().objects
    account = request.POST.get("account", "")
    if account == request.acting.author.account:
        raise Refused("nobody closes the own account; ask another administrator")
    user = users.filter(username=account).first()
    if user is None:
        raise Refused(f"there is no account {account}")
    user.is_active = is_open
    user.save(update_fields=["is_active"])
    words = "account opened again" if is_open else "account closed"
    note(account, words, by=request.acting.author.account)
    return f"{account}: {words}"
