"""What became known of somebody's safety under a lock: as it was typed, and recorded or withdrawn from here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.held import HELD, ended_words, named, seen_of, since, told_in, typed_of, waiting_held
from firstdose.conduct.holding import withdraw_held
from firstdose.conduct.ledger import Refused
from firstdose.conduct.locking import cut_off_in_force
from firstdose.conduct.own_records import all_of, as_object
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.held_words import OF_ANOTHER_SITE, is_shown
from firstdose.web.numbers import whole_number
from firstdose.web.sent_once import written_once
from firstdose.web.under_lock import IN_ADDRESS
from firstdose.web.value_words import field_words, value_words


@dataclass(frozen=True)
class ShownHeld:
    """What is held, in words: whose, since when, by whom, what was typed, and the form that records it."""

    held: HeldEvent
    named: str
    since: str
    account: str
    facts: list[tuple[str, str]]
    ended: str
    form: str


def held_events(request: TrialRequest) -> HttpResponseBase:
    """All that is or was held of those whom the role sees; it is withdrawn here.

    What waits comes first and as it was held, so that what became known last of an event is recorded last.
    """
    if request.method == "POST":
        return _withdrawn(request)
    waiting = waiting_held(request.trial.ledger)
    shown = [_shown(request, each) for each in all_of(request.trial.ledger, HeldEvent) if is_shown(request, each)]
    context = {
        "waiting": [each for each in shown if each.held.state == "waiting"],
        "ended": [each for each in reversed(shown) if each.held.state != "waiting"],
        "elsewhere": OF_ANOTHER_SITE if any(not is_shown(request, each) for each in waiting) else "",
        "locked_to": cut_off_in_force(request.trial.ledger),
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/held.html", context)


def _shown(request: TrialRequest, held: HeldEvent) -> ShownHeld:
    """What is held, in words."""
    first = request.trial.ledger.history(HELD, str(held.held))[0]
    return ShownHeld(
        held, named(held), since(held), first.account, _facts(held), ended_words(held), address_of_form(held)
    )


def address_of_form(held: HeldEvent) -> str:
    """The form that is filled with what was typed."""
    parts = {"subject": held.subject, "record_type": held.record_type}
    page = (
        reverse("new_record", kwargs=parts)
        if held.changes is None
        else reverse("record", kwargs={**parts, "record": held.changes})
    )
    return f"{page}?{urlencode({IN_ADDRESS: held.held})}"


def _facts(held: HeldEvent) -> list[tuple[str, str]]:
    """What was typed, question by question; of a change what differs, with what stood there before.

    Where nothing differs a removed record is to be restored as it was: then all of it.
    """
    seen, kind = seen_of(held), held.record_type
    found = []
    told = told_in(held) or typed_of(held)
    for name, text in typed_of(held).items():
        was = seen.get(name, "")
        if name == "subject" or (name not in told and text == was):
            continue
        before = f" (was {value_words(kind, name, was)})" if was and was != text else ""
        found.append((field_words(kind, name), f"{value_words(kind, name, text) or 'emptied'}{before}"))
    return found


def _withdrawn(request: TrialRequest) -> HttpResponseBase:
    """Withdraw what is held."""
    number = whole_number(request.POST.get("held"))
    if number is None:
        raise Refused("choose what is to be withdrawn")
    stored = request.trial.ledger.record(HELD, str(number))
    if not stored.exists or not is_shown(request, as_object(HeldEvent, stored)):
        raise Http404
    with written_once(request) as work:
        if not work.is_repeated:
            withdraw_held(work, number, request.POST.get("reason", ""))
    told(request, f"held event {number} is withdrawn, and halts dosing no more")
    return redirect("held")
