"""What stands before every page: signed in, in a role that may, and only for participants of the role's sites."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from firstdose.conduct.ledger import Conflict, LedgerError, Refused
from firstdose.conduct.roles import DEEDS, Deed
from firstdose.web.acting import Acting, TrialRequest, acting_in
from firstdose.web.passwords import is_given
from firstdose.web.refusing import told_again
from firstdose.web.trial import Trial, the_trial

View = Callable[..., HttpResponseBase]
FROM_WITHIN = "HX-Request"
"""A page asks for a part of itself; instead of the part, nobody wants the page to sign in."""


@dataclass(frozen=True)
class Route:
    """One address of the site: its page, what one must be allowed to do to see it, and to send something to it.

    ``see`` empty means that every role may; ``send`` None means that nothing can be sent. A ``<subject>`` in the
    address is checked against the sites of the role.
    """

    address: str
    name: str
    view: View
    see: tuple[Deed, ...] = ()
    send: tuple[Deed, ...] | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        return ("GET", "HEAD") if self.send is None else ("GET", "HEAD", "POST")


def guarded(route: Route) -> View:
    """The page of a route, behind its guard."""

    @functools.wraps(route.view)
    def view(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and FROM_WITHIN in request.headers:
            return render(request, "firstdose/signed_out.html", status=401)
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
        if request.method not in route.methods:
            return HttpResponseNotAllowed(route.methods)
        trial = the_trial()
        first = what_is_first(request, trial)
        if first is not None:
            return redirect(first)
        acting = acting_in(request, trial)
        if acting is None:
            return render(request, "firstdose/no_role.html", status=403)
        here = cast(TrialRequest, request)
        here.acting, here.trial = acting, trial  # pages that refuse have the menu too
        needed = route.see if request.method != "POST" else (*route.see, *(route.send or ()))
        if needed and not any(acting.may(deed) for deed in needed):
            return _refused(request, acting, needed)
        if request.method == "POST" and route.send and not any(acting.may(deed) for deed in route.send):
            return _refused(request, acting, route.send)
        if "subject" in parts:
            check_visible(trial, acting, parts["subject"])
        return _answer(route, here, parts)

    return view


def check_visible(trial: Trial, acting: Acting, subject: str) -> None:
    """Raise Http404 for somebody of another site, just as for somebody who does not exist."""
    stored = trial.ledger.record("subjects", subject_record(subject))
    if not stored.exists or not acting.sees_site(stored.fields.get("centre")):
        raise Http404


def subject_record(subject: str) -> str:
    """The name of a subject's record."""
    from firstdose.conduct.identity import record_name

    try:
        return record_name("subjects", {"subject": subject})
    except Refused:
        raise Http404 from None


def what_is_first(request: HttpRequest, trial: Trial) -> str | None:
    """The page that somebody must go to before any other: a password of one's own, and a second factor."""
    if is_given(request.user.get_username()):
        return "account_change_password"
    return "mfa_activate_totp" if second_factor_is_missing(request, trial) else None


def second_factor_is_missing(request: HttpRequest, trial: Trial) -> bool:
    """Whether the account must set up a second factor before anything else."""
    if not trial.configuration.second_factor:
        return False
    from allauth.mfa.utils import is_mfa_enabled

    return not is_mfa_enabled(request.user)


def _answer(route: Route, request: TrialRequest, parts: dict[str, Any]) -> HttpResponseBase:
    """The page; what the ledger refuses becomes words on it, and nothing that was typed is lost."""
    try:
        return route.view(request, **parts)
    except (Conflict, Refused) as problem:
        return told_again(request, str(problem), 409, is_conflict=isinstance(problem, Conflict))
    except LedgerError as problem:
        return told_again(request, str(problem), 503)


def _refused(request: HttpRequest, acting: Acting, needed: tuple[Deed, ...]) -> HttpResponse:
    """A page that says what the role lacks."""
    words = f"{acting.grant.words}: may not {' or '.join(DEEDS[deed] for deed in dict.fromkeys(needed))}"
    return render(request, "firstdose/refused.html", {"words": words, "typed": []}, status=403)


def told(request: HttpRequest, words: str) -> None:
    """A message on the next page."""
    messages.success(request, words)
