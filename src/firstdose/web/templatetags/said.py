"""Codes and names of fields in words, for the templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from django.template import Library

from firstdose.conduct import naming
from firstdose.conduct.ledger import Entry, FieldChange
from firstdose.protocol.escalation import dose_in_words
from firstdose.records.date_words import instant_words
from firstdose.web.held_words import linked
from firstdose.web.sight import title_of_kind
from firstdose.web.site_zone import site_zone, words_of_zone
from firstdose.web.value_words import field_words, moment_words, value_words

MOST_LINES = 20
ABOUT_TYPE, ABOUT_FIELD, RULE = "about_type", "about_field", "rule"
"""What a query or the like says of the record that it is about, and the rule that asked."""
ACTIONS = {"create": "entered", "change": "changed", "remove": "removed", "restore": "restored", "event": "noted"}


def said(text: object, place: str) -> str:
    """What stands in a field, in words; ``place`` is the kind of record and the field, with a full stop between."""
    record_type, _, field = place.partition(".")
    return "" if text is None else value_words(record_type, field, str(text))


def moment(text: object) -> str:
    """A date or time as people read it."""
    return "" if text is None else moment_words(str(text))


def amount(text: object) -> str:
    """A dose as people read it; what is no number as it was typed."""
    try:
        return "" if text is None else dose_in_words(float(str(text)))
    except ValueError:
        return str(text)


def asked(field: str, record_type: str) -> str:
    """What a field of a kind of record asks."""
    return field_words(record_type, field)


def was(change: FieldChange, entry: Entry) -> str:
    """What stood in a field before a change of it: codes in words, dates to the second and as they were typed."""
    return _in_entry(entry, change.field, change.old or "")


def became(change: FieldChange, entry: Entry) -> str:
    """What a change put in a field, as `was` says it."""
    return _in_entry(entry, change.field, change.new or "")


def _in_entry(entry: Entry, field: str, text: str) -> str:
    """What an entry says of a field, in words; what it says of another record, in the words of that one."""
    about = {each.field: each.new or "" for each in entry.changes if each.field in (ABOUT_TYPE, ABOUT_FIELD)}
    if about.get(ABOUT_TYPE) and field == ABOUT_FIELD:
        return naming.field_words(about[ABOUT_TYPE], text)
    if about.get(ABOUT_TYPE) and field == RULE:
        return naming.rule_words(about[ABOUT_TYPE], about.get(ABOUT_FIELD), text)
    return naming.value_words(entry.record_type, field, text)


def is_document(text: str | None) -> bool:
    """Whether a text is a document, as JSON or a whole file, rather than something to be read in a line."""
    return text is not None and (text.startswith(("{", "[")) or text.count("\n") > MOST_LINES)


def document(text: str) -> str:
    """What a document holds, a line for each of its values in words; one that is no JSON stands as it is."""
    try:
        return "\n".join(_lines(json.loads(text), ""))
    except (ValueError, RecursionError):
        return text


def _lines(value: object, name: str) -> Iterator[str]:
    """The values of a document with their names, from the outermost to the innermost."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _lines(each, f"{name}, {key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for number, each in enumerate(value, start=1):
            yield from _lines(each, f"{name} {number}".strip())
    else:
        said = ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
        yield f"{name.replace('_', ' ')}: {said}" if name else said


def _plain(value: object) -> str:
    """One value in words, a code of the program without its underscores."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return str(value).replace("_", " ") if naming.CODE.fullmatch(str(value)) else str(value)


def kind(record_type: str) -> str:
    """A kind of record in words."""
    return title_of_kind(record_type)


def done(action: str) -> str:
    """What an entry did, in words."""
    return ACTIONS.get(action, action)


def there(moment: datetime) -> str:
    """A moment on the clocks of the site, with the name of its zone."""
    return instant_words(moment, site_zone())


def clock(moment: datetime, form: str) -> str:
    """A moment on the clocks of the site, whose zone stands at the head of the column, in a form such as %H:%M:%S."""
    return moment.astimezone(site_zone() or UTC).strftime(form)


register = Library()
register.filter("clock", clock)
register.simple_tag(words_of_zone, name="zone_of_site")
register.filter("there", there)
register.filter("to_held", linked)
register.filter("document", document)
register.filter("kind", kind)
register.filter("done", done)
register.filter("said", said)
register.filter("moment", moment)
register.filter("amount", amount)
register.filter("asked", asked)
register.filter("was", was)
register.filter("became", became)
register.filter("is_document", is_document)
