"""Who signs, takes a decision or confirms a lock proves again who he is: the password, and a code where there is one.

A code is asked for where the account has a second factor that gives them.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate

from firstdose.conduct.ledger import Refused
from firstdose.conduct.signatures import Proof, Purpose
from firstdose.web.acting import TrialRequest
from firstdose.web.factors import factor_of_code
from firstdose.web.trial import now

PASSWORD, CODE = "password", "code"


def needs_code(request: TrialRequest) -> bool:
    """Whether the account has a second factor that gives codes."""
    return bool(Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists())


def prove(request: TrialRequest, *purposes: Purpose, left_undone: str = "not signed") -> Proof:
    """The proof that the person who is signed in sends with a form, for exactly what is signed, or done.

    Raises Refused, which begins with what is ``left_undone``, if the password or the code is wrong; failures count
    towards the lockout.
    """
    means = prove_identity(request, left_undone)
    return Proof(request.acting.author.account, request.acting.grant.full_name, now(), means, purposes)


def proved_once(request: TrialRequest, *purposes: Purpose, left_undone: str) -> Proof | None:
    """The same for what is done once; None where this very request was carried out before: nothing is left to prove.

    A form that is sent twice at once brings one code twice, which counts once: the second waits until the first is
    written. Raises Refused as `prove` does, where it was not.
    """
    sent = request.POST.get("request", "").replace("\x00", "")
    if sent and request.trial.ledger.was_carried_out(sent):
        return None
    try:
        return prove(request, *purposes, left_undone=left_undone)
    except Refused:
        if sent and _is_carried_out_meanwhile(request, sent):
            return None
        raise


def _is_carried_out_meanwhile(request: TrialRequest, sent: str) -> bool:
    """Whether a request has been carried out once everybody who writes now has written."""
    with request.trial.desk.work(request.acting.author, sent) as work:
        return work.is_repeated


def prove_identity(request: TrialRequest, left_undone: str) -> tuple[str, ...]:
    """By what the person who is signed in proves with a form that it is still the same; who sees a screen is not yet.

    Raises Refused, which begins with what is ``left_undone``, if the password or the code is wrong; failures count
    towards the lockout.
    """
    account = request.acting.author.account
    found: Any = authenticate(request, username=account, password=request.POST.get(PASSWORD, ""))
    if found is None or found.pk != request.user.pk:
        raise Refused(f"{left_undone}: the password is not that of this account")
    if not needs_code(request):
        return ("password",)
    if factor_of_code(request, request.user, request.POST.get(CODE, "")) is None:
        raise Refused(f"{left_undone}: the code is not right, or was used before; wait for the next one")
    return ("password", "code")
