"""Source verification: how much of what was entered was compared with its source, and the comparison of a record."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.ledger import Refused
from firstdose.conduct.source_checks import Share, Verified, check_source, share_by_kind, share_of, verification
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.sight import address_of, sight_of, title_of_kind
from firstdose.web.sources_shown import VERIFIED
from firstdose.web.subject_records import FORMS
from firstdose.web.value_words import in_order

Found = dict[tuple[str, str], Verified]


@dataclass(frozen=True)
class Row:
    """A kind of record, or a participant, with its share; ``percent`` is None without any record."""

    name: str
    title: str
    share: Share

    @property
    def percent(self) -> int | None:
        """The verified share, rounded down: 100 means all."""
        return None if self.share.verified is None else int(100 * self.share.verified)


def sources(request: TrialRequest) -> HttpResponseBase:
    """The share verified by kind and by participant; the records of one participant that are left to compare."""
    sight = sight_of(request)
    every = verification(request.trial.ledger, FORMS)
    people = {name: (sight.subject(*name) or "").strip() for name in every}
    found = {name: state for name, state in every.items() if people[name] in sight.visible}
    chosen = request.GET.get("subject", "")
    if chosen and chosen not in sight.visible:
        raise Http404
    left = [
        (title_of_kind(kind), name, address_of(kind, name, chosen), VERIFIED[state])
        for (kind, name), state in sorted(found.items(), key=_place)
        if chosen and people[kind, name] == chosen and state != "agrees"
    ]
    by_subject: dict[str, Found] = {}
    for (kind, name), state in found.items():
        by_subject.setdefault(people[kind, name], {})[kind, name] = state
    shares = share_by_kind(found)
    context = {
        "all": Row("", "All", share_of(found)),
        "kinds": [Row(name, title, shares[name]) for name, title in FORMS.items() if name in shares],
        "people": [
            Row(name, name, share_of(each))
            for name, each in sorted(by_subject.items(), key=lambda each: in_order(each[0]))
        ],
        "chosen": chosen,
        "left": left,
    }
    return render(request, "firstdose/sources.html", context)


def _place(each: tuple[tuple[str, str], Verified]) -> tuple[object, ...]:
    """Forms in the order of a trial, records in the order of their numbers."""
    kind, name = each[0]
    return (list(FORMS).index(kind), in_order(name))


def check(request: TrialRequest, subject: str, record_type: str, record: str) -> HttpResponseBase:
    """Note that a record was compared with its source."""
    stored = request.trial.ledger.record(record_type, record) if record_type in FORMS else None
    if stored is None or not stored.exists or stored.fields.get("subject", "").strip() != subject:
        raise Http404
    if request.method == "POST":
        sent = request.POST
        head, agrees = whole_number(sent.get("head")), sent.get("agrees", "")
        if agrees not in ("yes", "no") or head is None:
            raise Refused("choose whether the record agrees with its source")
        with request.trial.desk.work(request.acting.author, sent.get("request") or None) as work:
            if not work.is_repeated:
                check_source(work, record_type, record, head, agrees == "yes", sent.get("note", ""))
        told(request, f"{record}: {VERIFIED['agrees' if agrees == 'yes' else 'differs']}")
    return redirect("record", subject=subject, record_type=record_type, record=record)
