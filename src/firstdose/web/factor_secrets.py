"""Secrets of second factors are kept encrypted: who reads the database alone can make no codes.

The key is derived from the secret of the site, which lies in a file outside the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from firstdose.conduct.ledger import Refused

SEALED = "sealed:"
"""How what is encrypted begins; what was kept before does not begin so, and is read as it is."""
PURPOSE = b"firstdose: secrets of second factors"
OF_FACTORS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
"""Where each kind of factor keeps its secret."""


class UnreadableSecret(Refused):
    """A secret was encrypted with the secret of another site, or was altered."""

    def __init__(self) -> None:
        super().__init__(
            "the second factor of this account cannot be read with the secret of this site: the administrator puts "
            "back the file that the site was made with, or removes the factor, so that another can be added"
        )


class EncryptedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks to keep and to read the secrets of second factors."""

    def encrypt(self, text: str) -> str:
        """A secret as it is kept."""
        return SEALED + _sealing().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """A secret as it is used.

        Raises UnreadableSecret.
        """
        if not encrypted_text.startswith(SEALED):
            return encrypted_text
        try:
            return _sealing().decrypt(encrypted_text.removeprefix(SEALED)).decode()
        except InvalidToken:
            raise UnreadableSecret from None


def seal_again(factor: Authenticator) -> None:
    """Encrypt the secret of a factor that was kept before secrets were encrypted."""
    field = OF_FACTORS.get(factor.type)
    kept = factor.data.get(field) if field else None
    if kept and not kept.startswith(SEALED):
        factor.data = {**factor.data, field: EncryptedFactors().encrypt(kept)}
        factor.save(update_fields=["data"])


def _sealing() -> MultiFernet:
    """What encrypts with the secret of the site, and reads what former secrets encrypted."""
    return MultiFernet([Fernet(_key(each)) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    """The key that follows from a secret: used for nothing else, since the purpose goes into it."""
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), PURPOSE, hashlib.sha256))
