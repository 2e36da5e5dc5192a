"""The site as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Connects what happens to accounts with the ledger."""

    name = "firstdose.web"
    label = "firstdose_web"

    def ready(self) -> None:
        """Listen to sign-ins, failures, lockouts and changes of passwords and factors."""
        from firstdose.web import sign_ins

        sign_ins.listen()
