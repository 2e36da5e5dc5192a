"""What is held outside locked data, told wherever dosing is spoken of; whose it is, only to roles that see them."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.held import HALTED, halting_words, waiting_held
from firstdose.web.acting import TrialRequest
from firstdose.web.seeing import visible_subjects

OF_ANOTHER_SITE = f"something of a participant of another site is held outside the locked data: {HALTED}"

NAMED = re.compile(r"held event (?P<number>[0-9]+)|held outside the locked data(?! \(held event)")
"""How words name what is held: by its number, else that something is."""


def address_of_held(number: int | str | None = None) -> str:
    """The page of what is held, at the place of one thing where it has a number."""
    return reverse("held") + (f"#held-{number}" if number else "")


def linked(words: object) -> SafeString:
    """Words in which what is held leads to its page."""
    text, end, parts = str(words), 0, []
    for found in NAMED.finditer(text):
        parts.append((text[end : found.start()], address_of_held(found["number"]), found[0]))
        end = found.end()
    return format_html("{}{}", format_html_join("", '{}<a href="{}">{}</a>', parts), text[end:])


def is_shown(request: TrialRequest, held: HeldEvent) -> bool:
    """Whether what is held is any of the role's business: of its participants, or of all for the committee."""
    if not request.acting.may("see_data"):
        return request.acting.may("see_pack")
    return held.subject in visible_subjects(request.trial, request.acting)


def shown_held(request: TrialRequest, subject: str | None = None) -> list[HeldEvent]:
    """What waits and is the role's business; of one participant, or of all."""
    waiting = waiting_held(request.trial.ledger)
    return [each for each in waiting if subject in (None, each.subject) and is_shown(request, each)]


def held_now(request: TrialRequest) -> list[str]:
    """Why dosing is halted by what is held, once for all that the role does not see; empty where nothing waits."""
    held = waiting_held(request.trial.ledger)
    return list(dict.fromkeys(halting_words(each) if is_shown(request, each) else OF_ANOTHER_SITE for each in held))
