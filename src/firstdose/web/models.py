"""What the site keeps besides the ledger: forms that are being filled in and were not saved yet."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class FormDraft(models.Model):
    """What somebody has typed into a form and not saved, so that nothing is lost with a closed page."""

    account: models.CharField[str, str] = models.CharField(max_length=150)
    record_type: models.CharField[str, str] = models.CharField(max_length=100)
    record: models.CharField[str, str] = models.CharField(max_length=200)
    fields = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    changed: models.DateTimeField[datetime, datetime] = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "record_type", "record"), name="one_draft_a_form"),)
