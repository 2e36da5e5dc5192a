"""Source verification: how much of what was entered was compared with its source, and the comparison of a record."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.ledger import Refused, StoredRecord
from firstdose.conduct.source_checks import Share, Verified, check_source, share_by_kind, share_of, verification
from firstdose.records import keys_of
from firstdose.records.wording import counted
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.record_words import VISIT, RecordWords
from firstdose.web.sent_once import written_once
from firstdose.web.sight import address_of, check_seen, sight_of, title_of_kind
from firstdose.web.sources_shown import VERIFIED
from firstdose.web.subject_records import FORMS
from firstdose.web.value_words import in_order

Found = dict[tuple[str, str], Verified]
MOST_LISTED = 300
"""So many records are listed to be compared at once."""


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


@dataclass(frozen=True)
class Left:
    """A record that is left to compare, with all that stands in it; ``sent`` is how the form names it as it stood."""

    title: str
    name: str
    address: str | None
    state: str
    texts: list[tuple[str, str]]
    sent: str


def sources(request: TrialRequest) -> HttpResponseBase:
    """The share verified by kind and by participant; the records of one participant that are left to compare."""
    if request.method == "POST":
        return _agreeing(request)
    sight = sight_of(request)
    every = verification(request.trial.ledger, FORMS)
    people = {name: (sight.subject(*name) or "").strip() for name in every}
    found = {name: state for name, state in every.items() if people[name] in sight.visible}
    chosen = request.GET.get("subject", "")
    if chosen and chosen not in sight.visible:
        raise Http404
    names = [
        (*name, state)
        for name, state in sorted(found.items(), key=_place)
        if chosen and people[name] == chosen and state != "agrees"
    ]
    told_as = {kind: RecordWords.of(request, kind) for kind in dict.fromkeys(kind for kind, _, _ in names)}
    left = [
        _left(told_as[kind], request.trial.ledger.record(kind, name), chosen, state)
        for kind, name, state in names[:MOST_LISTED]
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
        "more": len(names) - MOST_LISTED,
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/sources.html", context)


def _left(told_as: RecordWords, stored: StoredRecord, subject: str, state: Verified) -> Left:
    """A record as it is listed to be compared; nothing that names a person where the role does not see that."""
    kind = stored.record_type
    named = [each for each in keys_of(LEDGER_RECORDS[kind]) if each != VISIT]
    texts = [(column.label, text) for column, text in told_as.texts(stored) if column.name not in named]
    sent = f"{stored.head}:{kind}:{stored.record}"
    address = address_of(kind, stored.record, subject)
    return Left(title_of_kind(kind), stored.record, address, VERIFIED[state], texts, sent)


def _agreeing(request: TrialRequest) -> HttpResponseBase:
    """Note of several records, as they were listed, that they agree with their source: of all of them, or of none."""
    chosen = [_named(each) for each in dict.fromkeys(request.POST.getlist("record"))]
    if not chosen:
        raise Refused("choose the records that agree with their source; what differs is noted on the record's own page")
    check_seen(sight_of(request), [(kind, name) for _, kind, name in chosen])
    with written_once(request) as work:
        if not work.is_repeated:
            for head, kind, name in chosen:
                check_source(work, kind, name, head, True)
    told(request, f"{counted(len(chosen), 'record')} noted as agreeing with the source")
    subject = request.POST.get("subject", "")
    return redirect(f"{reverse('sources')}?{urlencode({'subject': subject})}" if subject else "sources")


def _named(sent: str) -> tuple[int, str, str]:
    """The last entry, the kind and the name of a record that was chosen."""
    head, _, rest = sent.partition(":")
    kind, _, name = rest.partition(":")
    number = whole_number(head)
    if number is None or kind not in FORMS:
        raise Refused("choose the records again: what was sent names none")
    return number, kind, name


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
        with written_once(request) as work:
            if not work.is_repeated:
                check_source(work, record_type, record, head, agrees == "yes", sent.get("note", ""))
        told(request, f"{record}: {VERIFIED['agrees' if agrees == 'yes' else 'differs']}")
    return redirect("record", subject=subject, record_type=record_type, record=record)
