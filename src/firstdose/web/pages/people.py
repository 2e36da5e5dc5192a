"""Accounts and roles: made, granted, taken back and closed by the administrator, who sees no data."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.desk import Work
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.conduct.ledger.entry import has_words
from firstdose.conduct.roles import ROLES
from firstdose.web.accounts import ACCOUNT_NAME
from firstdose.web.acting import EVERYWHERE, TrialRequest
from firstdose.web.guarding import told
from firstdose.web.passwords import give_password
from firstdose.web.sign_ins import note


def people(request: TrialRequest) -> HttpResponseBase:
    """Every account with its roles."""
    if request.method == "POST":
        steps = {
            "grant": _grant,
            "take": _take,
            "close": _close,
            "open": _open,
            "password": _new_password,
            "factors": _drop_factors,
        }
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
    site, full_name = sent.get("site", "").strip() or EVERYWHERE, sent.get("full_name", "").strip()
    if role not in ROLES or not has_words(full_name):
        raise Refused("a grant needs an account, a full name and one of the roles")
    _check_account(request, account)
    if ROLES[role].is_of_site and site == EVERYWHERE:
        raise Refused(f"{ROLES[role].title}: is of a site; name the site")
    fields = {"account": account, "role": role, "site": site, "full_name": full_name}
    name = record_name("role_grants", fields)
    with request.trial.desk.work(request.acting.author) as work:
        _check_apart(work, account, role)
        stored = work.record("role_grants", name)
        if stored.is_removed:
            work.append(Draft("restore", "role_grants", name, reason=sent.get("reason", "") or "granted again"))
        else:
            changes = tuple(FieldChange(field, None, text) for field, text in fields.items())
            work.append(Draft("create", "role_grants", name, changes))
    users: Any = get_user_model().objects
    if users.filter(username=account).exists():
        return f"{account} may now act as {ROLES[role].title.lower()}"
    password = give_password(users.create_user(username=account))
    note(account, "account made", by=request.acting.author.account)
    return f"account {account} is made; its first password, shown once: {password}"


def _take(request: TrialRequest) -> str:
    """Take a role back."""
    name = request.POST.get("grant", "")
    with request.trial.desk.work(request.acting.author) as work:
        if work.record("role_grants", name).fields.get("account") == request.acting.author.account:
            raise Refused("nobody takes back an own role; ask another administrator")
        work.append(Draft("remove", "role_grants", name, reason=request.POST.get("reason", "")))
    return f"{name} is taken back"


def _close(request: TrialRequest) -> str:
    """Close an account; who is signed in with it is out at once."""
    return _set_open(request, False)


def _open(request: TrialRequest) -> str:
    """Open a closed account again."""
    return _set_open(request, True)


def _new_password(request: TrialRequest) -> str:
    """A first password again, for who has lost the own one; who is signed in with the account is out at once."""
    account, user = _another(request)
    password = give_password(user)
    note(account, "password set anew", by=request.acting.author.account)
    return f"the new first password of {account}, shown once: {password}"


def _drop_factors(request: TrialRequest) -> str:
    """Drop the second factors of who has lost them."""
    account, user = _another(request)
    Authenticator.objects.filter(user=user).delete()
    note(account, "second factors dropped", by=request.acting.author.account)
    return f"{account}: the second factors are dropped"


def _another(request: TrialRequest) -> tuple[str, Any]:
    """The account that is meant, which is not the own one."""
    account = request.POST.get("account", "")
    if account == request.acting.author.account:
        raise Refused("nobody does this to the own account; ask another administrator")
    users: Any = get_user_model().objects
    user = users.filter(username=account).first()
    if user is None:
        raise Refused(f"there is no account {account}")
    return account, user


def _check_account(request: TrialRequest, account: str) -> None:
    """Raise Refused for the own account, and for a name that could be mistaken for another."""
    if account == request.acting.author.account:
        raise Refused("nobody grants a role to the own account; ask another administrator")
    try:
        ACCOUNT_NAME(account)
    except ValidationError:
        raise Refused("the name of an account has letters of English, digits and . @ + - _ only") from None
    users: Any = get_user_model().objects
    if any(each != account for each in users.filter(username__iexact=account).values_list("username", flat=True)):
        raise Refused(f"there is an account {account} with other capitals; two such names would be mistaken")


def _check_apart(work: Work, account: str, role: str) -> None:
    """Raise Refused where somebody would both manage people and have a part in the data."""
    held = {
        each.fields["role"]
        for each in work.records("role_grants")
        if not each.is_removed and each.fields["account"] == account
    }
    if held and ("administrator" in held) != (role == "administrator"):
        raise Refused(f"{account}: the administrator has no part in the data; this needs an account of its own")


def _set_open(request: TrialRequest, is_open: bool) -> str:
    account, user = _another(request)
    user.is_active = is_open
    user.save(update_fields=["is_active"])
    words = "account opened again" if is_open else "account closed"
    note(account, words, by=request.acting.author.account)
    return f"{account}: {words}"
