"""What people typed, between quotation marks, so that nothing they typed can be taken for words of the site."""

from __future__ import annotations

from django.template import Library
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from firstdose.web.seeing import NOT_SHOWN

QUOTED, END = '"', '": '
"""How what a rule asks says what stands there: between these, before the words of the rule."""


def typed(text: object) -> SafeString:
    """A text that somebody typed or chose, as a quotation; nothing where there is none."""
    if text is None or text == "" or text == NOT_SHOWN:
        return conditional_escape(text or "")
    return format_html("<q>{}</q>", text)


def question(words: str, rule: str | None) -> SafeString:
    """What a query asks: of a rule, the words of the program with what was typed quoted; of a person, all is quoted.

    What was typed may hold quotation marks itself, so that the last of them ends it.
    """
    if not rule:
        return typed(words)
    if not words.startswith(QUOTED) or END not in words:
        return conditional_escape(words)
    text, _, rest = words[len(QUOTED) :].rpartition(END)
    return format_html("<q>{}</q>: {}", text, rest)


register = Library()
register.filter("typed", typed)
register.filter("question", question)
