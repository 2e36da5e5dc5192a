"""Codes and names of fields in words, for the templates."""

from __future__ import annotations

from django.template import Library

from firstdose.web.sight import title_of_kind
from firstdose.web.value_words import field_words, value_words

ACTIONS = {"create": "entered", "change": "changed", "remove": "removed", "restore": "restored", "event": "noted"}


def said(text: object, place: str) -> str:
    """What stands in a field, in words; ``place`` is the kind of record and the field, with a full stop between."""
    record_type, _, field = place.partition(".")
    return "" if text is None else value_words(record_type, field, str(text))


def asked(field: str, record_type: str) -> str:
    """What a field of a kind of record asks."""
    return field_words(record_type, field)


def kind(record_type: str) -> str:
    """A kind of record in words."""
    return title_of_kind(record_type)


def done(action: str) -> str:
    """What an entry did, in words."""
    return ACTIONS.get(action, action)


register = Library()
register.filter("kind", kind)
register.filter("done", done)
register.filter("said", said)
register.filter("asked", asked)
