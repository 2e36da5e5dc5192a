"""Accounts are made by an administrator; nobody makes one for themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

AFTER = "after"
"""What led somebody to the page to sign in."""
ACCOUNT_NAME = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9.@+_-]{0,149}\Z")
"""Letters that cannot be mistaken for others; the full name may be in any."""


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth may do with accounts here."""

    error_messages = {  # noqa: RUF012
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "There is no such account, or this is not its password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The page to sign in, which says why: a new password ends every session, this one too."""
        return f"{reverse('account_login')}?{urlencode({AFTER: 'password'})}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: a hospital's server may have no mail, and the ledger notes each change of a factor."""


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account that a failure is counted for: capitals and spaces around it give no further tries."""
    found = (credentials or {}).get("username") or request.POST.get("login") or ""
    return str(found).replace("\x00", "").strip().casefold()[:150]


def locked_out(request: HttpRequest, *_: object) -> HttpResponse:
    """What somebody sees after too many failures; the same whether or not there is such an account."""
    words = "too many failed attempts from this address; wait a quarter of an hour, or ask the administrator"
    return render(request, "firstdose/refused.html", {"words": words, "typed": []}, status=429)
