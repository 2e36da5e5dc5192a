"""Locks of the data up to a day: asked for by one person, confirmed by another; opened by two as well."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from firstdose.conduct.catalogue import DataLock
from firstdose.conduct.desk import Work
from firstdose.conduct.held import HELD
from firstdose.conduct.ledger import Entry, Refused
from firstdose.conduct.lock_obstacles import Concerned, Obstacle, obstacles
from firstdose.conduct.locking import (
    IN_FORCE,
    LOCKING,
    OPENING,
    ask_for_lock,
    ask_for_unlock,
    confirm_lock,
    confirm_unlock,
    hash_of_locked,
    withdraw,
)
from firstdose.conduct.own_records import all_of
from firstdose.conduct.signatures import Proof, Purpose
from firstdose.conduct.snapshot import Snapshot
from firstdose.records.date_words import day_words
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.held_words import address_of_held, held_now
from firstdose.web.numbers import whole_number
from firstdose.web.proving import needs_code, proved_once
from firstdose.web.sent_once import written_once
from firstdose.web.sight import Sight, address_of, sight_of
from firstdose.web.trial import now
from firstdose.web.watching import stale_now

MOST_LISTED = 50
"""Of a kind that stands against a lock, so many are listed, each with its page."""

STATES = {
    "asked": "asked for; another person must confirm",
    "locked": "locked",
    "unlock_asked": "locked; asked to be opened, another person must confirm",
    "unlocked": "not locked",
}


MEANINGS = {"confirm": LOCKING, "confirm_unlock": OPENING}
"""The steps for which who takes them proves again who he is, and what each of them means."""
LEFT_UNDONE = {"confirm": "the data are not locked", "confirm_unlock": "the data are not opened"}


@dataclass(frozen=True)
class ShownLock:
    """A lock with its steps; ``is_whole``: whether the locked data are as they were, None where nothing is locked."""

    lock: DataLock
    words: str
    steps: tuple[tuple[Entry, str], ...]
    is_whole: bool | None
    is_own: bool
    head: int

    @property
    def confirms(self) -> str:
        """The step that another person than who asked takes now; empty where none waits."""
        return {"asked": "confirm", "unlock_asked": "confirm_unlock"}.get(self.lock.state, "")

    @property
    def meaning(self) -> str:
        """What that step means."""
        return MEANINGS.get(self.confirms, "")


@dataclass(frozen=True)
class ShownObstacle:
    """What stands against a lock, with the first of the things that it is about and where each is mended."""

    obstacle: Obstacle
    listed: tuple[tuple[str, str | None], ...]
    more: int


def locks(request: TrialRequest) -> HttpResponseBase:
    """All locks; what stands against one up to a day that is chosen; each step is taken here."""
    if request.method == "POST":
        return _step(request)
    text = request.GET.get("cut_off", "")
    day = _day(text) if text and request.acting.may("lock_data") else None
    trial, latest, sight = request.trial, request.trial.fresh(), sight_of(request)
    found = [
        ShownLock(
            lock,
            STATES[lock.state],
            tuple((each, sight.words(each.reason)) for each in trial.ledger.history("data_locks", str(lock.lock))),
            hash_of_locked(latest.trial_data, date.fromisoformat(lock.cut_off)) == lock.content_hash
            if lock.state in IN_FORCE
            else None,
            lock.asked_by == request.acting.author.account,
            trial.ledger.record("data_locks", str(lock.lock)).head,
        )
        for lock in reversed(all_of(trial.ledger, DataLock))
    ]
    against = _against(request, latest, day) if day else []
    context = {
        "locks": found,
        "held": held_now(request),
        "day": day,
        "is_over": day is not None and day < now().date(),
        "against": [each for each in against if each.obstacle.stands_in_the_way],
        "besides": [each for each in against if not each.obstacle.stands_in_the_way],
        "request_key": str(uuid.uuid4()),
        "needs_code": needs_code(request),
    }
    return render(request, "firstdose/locks.html", context)


def _against(request: TrialRequest, latest: Snapshot, day: date) -> list[ShownObstacle]:
    """What stands against a lock of the data up to a day."""
    trial, moment, sight = request.trial, now(), sight_of(request)
    found = obstacles(trial.ledger, latest, trial.protocol, moment, day, stale_now(trial, moment))
    return [
        ShownObstacle(
            each,
            tuple((concerned.words, _address(request, sight, concerned)) for concerned in each.concerned[:MOST_LISTED]),
            max(0, len(each.concerned) - MOST_LISTED),
        )
        for each in found
    ]


def _address(request: TrialRequest, sight: Sight, concerned: Concerned) -> str | None:
    """Where a thing is mended; None where the role has no page for it."""
    if concerned.visit:
        return reverse("visit", kwargs={"subject": concerned.subject, "visit": concerned.visit})
    record_type, record = concerned.record or ("", "")
    if record_type == HELD:
        return address_of_held(record)
    if record_type == "queries":
        return reverse("query", kwargs={"query": int(record)})
    if record_type == "dose_decisions":
        return reverse("decisions") if request.acting.may("see_pack") else None
    return address_of(record_type, record, sight.subject(record_type, record))


def _step(request: TrialRequest) -> HttpResponseBase:
    """Take a step; its head is noted, since documents made of locked data rest on it."""
    proof = _proof(request)
    with written_once(request) as work:
        words = "done already" if work.is_repeated else _carry_out(work, request, proof)
        head = work.head
    request.trial.heads.add(head, now(), words)
    told(request, words)
    return redirect("locks")


def _proof(request: TrialRequest) -> Proof | None:
    """Who confirms proves again who he is, for the lock as it was shown; None for other steps, and where it is done.

    Raises Refused.
    """
    step = request.POST.get("step", "")
    if step not in MEANINGS:
        return None
    number, head = whole_number(request.POST.get("lock")), whole_number(request.POST.get("head"))
    purpose = Purpose("data_locks", str(number), head or 0, MEANINGS[step])
    return proved_once(request, purpose, left_undone=LEFT_UNDONE[step])


def _carry_out(work: Work, request: TrialRequest, proof: Proof | None) -> str:
    """Carry out a step; what was done in words."""
    step, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    if step == "ask":
        day = _day(request.POST.get("cut_off", ""))
        asked = ask_for_lock(work, day, reason)
        return f"lock {asked} up to {day_words(day)} is asked for; another person must confirm it"
    number = whole_number(request.POST.get("lock"))
    if number is None:
        raise Refused("choose a lock")
    if step == "confirm" and proof:
        confirm_lock(work, number, proof, reason)
        return f"lock {number}: the data are locked"
    if step == "ask_unlock":
        ask_for_unlock(work, number, reason)
        return f"lock {number}: asked to be opened; another person must confirm it"
    if step == "confirm_unlock" and proof:
        confirm_unlock(work, number, proof)
        return f"lock {number}: the data are open"
    if step == "withdraw":
        withdraw(work, number, reason)
        return f"lock {number}: what was asked for is taken back"
    raise Refused("choose what is to be done")


def _day(text: str) -> date:
    """A day as a browser sends it.

    Raises Refused for anything else.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("choose the last day of the data that are to be locked, such as 2026-01-31") from None
