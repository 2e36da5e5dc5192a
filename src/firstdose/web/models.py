"""What the site keeps besides the ledger: forms that are not saved yet, and what guards accounts."""

from __future__ import annotations

from datetime import datetime

from django.db import models

LONGEST_ACCOUNT = 150


class FormDraft(models.Model):
    """What somebody has typed into a form and not saved, so that nothing is lost with a closed page."""

    account: models.CharField[str, str] = models.CharField(max_length=LONGEST_ACCOUNT)
    record_type: models.CharField[str, str] = models.CharField(max_length=100)
    record: models.CharField[str, str] = models.CharField(max_length=200)
    fields = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    changed: models.DateTimeField[datetime, datetime] = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "record_type", "record"), name="one_draft_a_form"),)


class TriedCode(models.Model):
    """A code of a second factor that was used, or, where ``code`` is empty, one that was wrong."""

    account: models.CharField[str, str] = models.CharField(max_length=LONGEST_ACCOUNT)
    code: models.CharField[str, str] = models.CharField(max_length=20)
    tried: models.DateTimeField[datetime, datetime] = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "code"), condition=~models.Q(code=""), name="a_code_is_used_once"
            ),
        )


class GivenPassword(models.Model):
    """That the password of an account was set by somebody else, and must be changed."""

    account: models.CharField[str, str] = models.CharField(max_length=LONGEST_ACCOUNT, unique=True)


class EarlierPassword(models.Model):
    """The hash of a password that an account has or had."""

    account: models.CharField[str, str] = models.CharField(max_length=LONGEST_ACCOUNT, db_index=True)
    encoded: models.CharField[str, str] = models.CharField(max_length=256)
