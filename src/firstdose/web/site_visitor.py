"""Somebody who visits the site that was made for checks: a browser of Django's, with an account or without."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from firstdose.conduct.roles import ROLES
from firstdose.web.configuration import Configuration
from firstdose.web.starting import Person, add_people
from firstdose.web.trial import the_trial

PART = "The site"
SITE, OTHER_SITE = "A", "B"
SECONDS_OF_A_CODE = 30
_numbers = count(1)


class Visitor(Client):
    """A browser that comes from an address of its own, over HTTPS where the site asks for that."""

    def __init__(self, configuration: Configuration, **more: Any) -> None:
        number = next(_numbers)
        scheme: dict[str, Any] = {"HTTP_X_FORWARDED_PROTO": "https"} if configuration.https else {}
        host = configuration.hosts[0] if configuration.hosts else "localhost"
        super().__init__(
            raise_request_exception=False,
            REMOTE_ADDR=f"10.0.{number >> 8 & 255}.{number & 255}",
            HTTP_HOST=host,
            HTTP_REFERER=f"{'https' if configuration.https else 'http'}://{host}/",
            **scheme,
            **more,
        )

    def enter(self, account: str) -> Visitor:
        """Be signed in, without the pages of signing in."""
        users: Any = get_user_model().objects
        self.force_login(users.get(username=account), backend="django.contrib.auth.backends.ModelBackend")
        return self

    def sign_in(self, account: str, password: str) -> Any:
        """Send the form of the page to sign in."""
        return self.post("/account/login/", {"login": account, "password": password})

    @property
    def is_in(self) -> bool:
        """Whether the site knows who this is."""
        return not self.get("/role/").headers.get("Location", "").startswith("/account/login/")


def add_account(role: str, site: str | None = None, password: str | None = None) -> str:
    """A new account in a role, at a site if the role is of one; its name. Without a password it has none."""
    account = f"{role}-{next(_numbers)}"
    at = (site or SITE) if ROLES[role].is_of_site else "*"
    if password is None:
        users: Any = get_user_model().objects
        users.create_user(username=account)
    add_people(the_trial().ledger, [Person(account, f"Somebody in the role {role}", role, at, password or "")])
    return account


def add_second_factor(account: str) -> bytes:
    """Give an account an authenticator; its secret."""
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator

    secret = secrets.token_bytes(20)
    users: Any = get_user_model().objects
    data = {"secret": get_adapter().encrypt(base64.b32encode(secret).decode())}
    Authenticator.objects.create(user=users.get(username=account), type=Authenticator.Type.TOTP, data=data)
    return secret


def code_of(secret: bytes) -> str:
    """What an authenticator shows now: six digits by time (RFC 6238)."""
    digest = hmac.digest(secret, int(time.time() // SECONDS_OF_A_CODE).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
