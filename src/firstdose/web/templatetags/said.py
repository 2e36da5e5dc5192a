"""Codes and names of fields in words, for the templates."""

from __future__ import annotations

from django.template import Library

from firstdose.web.value_words import field_words, value_words


def said(text: object, place: str) -> str:
    """What stands in a field, in words; ``place`` is the kind of record and the field, with a full stop between."""
    record_type, _, field = place.partition(".")
    return "" if text is None else value_words(record_type, field, str(text))


def asked(field: str, record_type: str) -> str:
    """What a field of a kind of record asks."""
    return field_words(record_type, field)


register = Library()
register.filter("said", said)
register.filter("asked", asked)
