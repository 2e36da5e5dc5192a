"""Codes of second factors: each counts once, wrong ones are limited, counted towards the lockout and noted."""

from __future__ import annotations

import string
from datetime import timedelta
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from firstdose.web.factor_secrets import UnreadableSecret, seal_again
from firstdose.web.models import TriedCode

CODE_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
KEPT = timedelta(minutes=15)
MOST_WRONG = 10
"""Wrong codes of an account within a quarter of an hour, from all addresses; only who has its password comes here."""
WRONG = ""


def factor_of_code(request: HttpRequest, user: Any, code: str) -> Authenticator | None:
    """The factor of an account that a code comes from, if the code is right and was not used before.

    A code of an authenticator holds for its own half minute and those beside it; used once, it is used for all of them.
    Raises UnreadableSecret if no factor gives the code and one cannot be asked.
    """
    account, digits = user.get_username(), "".join(each for each in code if each in string.digits)
    TriedCode.objects.filter(tried__lt=timezone.now() - KEPT).delete()
    if digits and _may_try(request, account):
        found = _factor_that_gives(digits, list(Authenticator.objects.filter(user_id=user.pk, type__in=CODE_FACTORS)))
        if found is not None and _is_first_use(account, digits):
            seal_again(found)
            found.user = user
            return found
    TriedCode.objects.create(account=account, code=WRONG)
    credentials = {"username": account, "factor": "code"}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    return None


def _factor_that_gives(digits: str, factors: list[Authenticator]) -> Authenticator | None:
    """The first factor that gives a code; one whose secret cannot be read is told of only if no other does."""
    unreadable: UnreadableSecret | None = None
    for factor in factors:
        try:
            if factor.wrap().validate_code(digits):
                return factor
        except UnreadableSecret as problem:
            unreadable = problem
    if unreadable is not None:
        raise unreadable
    return None


def _may_try(request: HttpRequest, account: str) -> bool:
    """Whether an account is neither locked out nor has been tried too often."""
    wrong = TriedCode.objects.filter(account=account, code=WRONG).count()
    return wrong < MOST_WRONG and bool(AxesProxyHandler.is_allowed(request, {"username": account}))


def _is_first_use(account: str, digits: str) -> bool:
    """Take note of a code; False if it stands there already, also where two requests bring it at once."""
    try:
        with transaction.atomic():
            TriedCode.objects.create(account=account, code=digits)
    except IntegrityError:
        return False
    return True


class _CodeOnce:
    """The check of a code in the forms of allauth, by the rules of this module."""

    def clean_code(self) -> str:
        form: Any = self
        code = str(form.cleaned_data["code"])
        try:
            found = factor_of_code(context.request, form.user, code)
        except UnreadableSecret as problem:
            raise ValidationError(str(problem)) from problem
        if found is None:
            raise get_adapter().validation_error("incorrect_code")
        form.authenticator = found
        return code


class SecondFactor(_CodeOnce, AuthenticateForm):  # type: ignore[misc]
    """The code at signing in."""


class SecondFactorAgain(_CodeOnce, ReauthenticateForm):  # type: ignore[misc]
    """The code before factors are changed."""
