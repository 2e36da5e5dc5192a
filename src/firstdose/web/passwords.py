"""Passwords: no earlier one again, and one that somebody else has set serves only to set one's own."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

FIRST_PASSWORD_BYTES = 12
KEPT = 5


class NoEarlierPassword:
    """A validator of Django's: the last passwords of an account are not taken again."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one of the last passwords."""
        from firstdose.web.models import EarlierPassword

        if user is None or user.pk is None:
            return
        earlier = EarlierPassword.objects.filter(account=user.get_username()).order_by("-pk")
        kept = [each.encoded for each in earlier[:KEPT]]
        if any(check_password(password, each) for each in (user.password, *kept)):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Keep the hash of a password that was set, and forget those that no longer count."""
        from firstdose.web.models import EarlierPassword

        account = user.get_username()
        EarlierPassword.objects.create(account=account, encoded=user.password)
        kept = EarlierPassword.objects.filter(account=account).order_by("-pk").values_list("pk", flat=True)[:KEPT]
        EarlierPassword.objects.filter(account=account).exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        return f"The password must not be one of the last {KEPT}."


def give_password(user: Any) -> str:
    """Set a password for somebody else, which must be changed before anything else can be done; it is returned."""
    from firstdose.web.models import GivenPassword

    password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    GivenPassword.objects.update_or_create(account=user.get_username())
    user.set_password(password)
    user.save()
    return password


def is_given(account: str) -> bool:
    """Whether the password of an account is one that somebody else has set."""
    from firstdose.web.models import GivenPassword

    return GivenPassword.objects.filter(account=account).exists()


def forget_given(account: str) -> None:
    """Note that an account has a password of its own."""
    from firstdose.web.models import GivenPassword

    GivenPassword.objects.filter(account=account).delete()
