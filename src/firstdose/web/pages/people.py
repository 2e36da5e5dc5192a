"""Accounts and roles, now and before: made and granted by the administrator, who sees no data, and read by others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
from firstdose.web.roles_over_time import Held, roles_held
from firstdose.web.sign_ins import note

GRANTED_AGAIN = "granted again"


@dataclass(frozen=True)
class ShownAccount:
    """An account: who it is, whether it can be used, and the roles that it has now; None: not in this database."""

    name: str
    is_open: bool | None
    roles: tuple[Held, ...]


def people(request: TrialRequest) -> HttpResponseBase:
    """Every account with its roles, and who had which role when; roles are granted here."""
    if request.method == "POST":
        told(request, _grant(request))
        return redirect("people")
    users: Any = get_user_model().objects
    states = dict(users.values_list("username", "is_active"))
    held = roles_held(request.trial.ledger)
    accounts = [
        ShownAccount(name, states.get(name), tuple(each for each in held if each.account == name and not each.taken))
        for name in sorted({*states, *(each.account for each in held)})
    ]
    roles = [(name, role.title, role.is_of_site) for name, role in ROLES.items()]
    shown = {"accounts": accounts, "held": held, "roles": roles, "centres": request.trial.protocol.trial.centres}
    return render(request, "firstdose/people.html", shown)


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
            work.append(Draft("restore", "role_grants", name, reason=GRANTED_AGAIN))
            named = FieldChange("full_name", stored.fields.get("full_name"), full_name)
            if named.old != named.new:
                work.append(Draft("change", "role_grants", name, (named,), GRANTED_AGAIN))
        else:
            changes = tuple(FieldChange(field, None, text) for field, text in fields.items())
            work.append(Draft("create", "role_grants", name, changes))
    users: Any = get_user_model().objects
    beware = _of_unknown_site(request, name, site)
    user = users.filter(username=account).first()
    if user is not None and not user.is_active:
        return f"{beware}{account} has the role {ROLES[role].title.lower()}, but the account is closed: open it again"
    if user is not None:
        return f"{beware}{account} may now act as {ROLES[role].title.lower()}"
    password = give_password(users.create_user(username=account))
    note(account, "account made", by=request.acting.author.account)
    return f"{beware}Account {account} is made; its first password, shown once: {password}"


def _of_unknown_site(request: TrialRequest, grant: str, site: str) -> str:
    """What to beware of where the protocol does not name a site, or, if it names none, where nobody else is of it.

    Who is of a site whose name is written otherwise elsewhere sees none of its participants.
    """
    centres = [centre.id for centre in request.trial.protocol.trial.centres]
    if site == EVERYWHERE or site in centres:
        return ""
    if centres:
        return f"Beware: the protocol's centres are {', '.join(centres)}, and {site} is none of them. "
    ledger = request.trial.ledger
    of_roles = {each.fields["site"] for each in ledger.records("role_grants") if each.record != grant}
    known = (of_roles | {each.fields.get("centre", "") for each in ledger.records("subjects")}) - {EVERYWHERE, ""}
    if site in known or not known:
        return ""
    return f"Beware: no participant and no other role is of a site {site} yet; is it written so? "


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
