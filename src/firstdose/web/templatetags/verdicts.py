"""A verdict in words, for the templates."""

from __future__ import annotations

from django.template import Library

from firstdose.dosing.toxicity import kept_open
from firstdose.records import CAUSES, DltAdjudication
from firstdose.records.values import NO_WORD, YES_WORD
from firstdose.web.value_words import field_words, value_words

VERDICTS = "dlt_adjudications"


def attributed(verdict: DltAdjudication) -> str:
    """To what the members attributed an event: every question that they answered; empty where they answered none."""
    fields = [f"caused_by_{cause}" for cause in CAUSES]
    answers = [(each, getattr(verdict, each)) for each in fields]
    return " ".join(
        f"{field_words(VERDICTS, field)} {value_words(VERDICTS, field, YES_WORD if answer else NO_WORD)}."
        for field, answer in answers
        if answer is not None
    )


def nobodys(verdict: DltAdjudication) -> bool:
    """Whether no members gave a verdict: a correction of the event opened it."""
    return kept_open(verdict.verdict, verdict.members)


register = Library()
register.filter("attributed", attributed)
register.filter("nobodys", nobodys)
