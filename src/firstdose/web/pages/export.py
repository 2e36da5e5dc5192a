"""Export: everything that the role sees, now or as of a past moment; who exported what is an entry in the ledger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.conduct.past_moments import NoPastMoment, past_moment
from firstdose.web.acting import TrialRequest
from firstdose.web.exporting import Package, make_package
from firstdose.web.sight import is_of_site
from firstdose.web.site_zone import site_zone
from firstdose.web.trial import now

EXPORTS, DATA = "exports", "data"


@dataclass(frozen=True)
class Exported:
    """One export of the past."""

    moment: datetime
    account: str
    role: str
    facts: dict[str, str]

    @property
    def as_of(self) -> datetime:
        """The moment of its data."""
        return datetime.fromisoformat(self.facts["as_of"])


def export(request: TrialRequest) -> HttpResponseBase:
    """The exports so far; a new one is made here."""
    if request.method == "POST":
        return _exported(request)
    ledger = request.trial.ledger
    head = ledger.head()
    clock = ledger.clock_faults(head.sequence, now()).words
    return render(request, "firstdose/export.html", {**_made(request), "head": head, "clock": clock})


def made(request: TrialRequest) -> HttpResponseBase:
    """The list of exports; nothing if it is the same that the page shows."""
    found = _made(request)
    if request.GET.get("seen") == str(found["newest"]):
        return HttpResponse(status=204)
    return render(request, "firstdose/made_exports.html", found)


def _made(request: TrialRequest) -> dict[str, object]:
    """The exports so far, of the role's own site where it is of one, and the entry of the newest."""
    entries = [
        each
        for each in reversed(request.trial.ledger.history(EXPORTS, DATA))
        if not is_of_site(request) or each.site == request.acting.author.site
    ]
    exports = [
        Exported(each.instant, each.account, each.role, {change.field: change.new or "" for change in each.changes})
        for each in entries
    ]
    return {"exports": exports, "newest": entries[0].sequence if entries else 0}


def _exported(request: TrialRequest) -> HttpResponseBase:
    """Make the file, note who takes it, and send it."""
    trial, moment = request.trial, now()
    text = request.POST.get("as_of", "").strip()
    as_of = _as_of(text, moment)
    sequence = trial.ledger.sequence_at(as_of) if text else trial.ledger.head().sequence
    if not sequence:
        raise Refused(f"nothing had been entered by {text}; choose a later moment")
    with_odm = request.POST.get("odm") == "yes"
    package = make_package(trial, request.acting, sequence, as_of, moment, with_odm=with_odm)
    name = f"{_plain(trial.protocol.trial.id)}-{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    _note(request, package, as_of)
    return FileResponse(package.file, as_attachment=True, filename=name, content_type="application/zip")


def _as_of(text: str, present: datetime) -> datetime:
    """The moment of the data; now if none is named.

    Raises Refused for what is no moment, and for one that is still to come.
    """
    try:
        return past_moment(text, present, site_zone() or UTC) if text else present
    except NoPastMoment as problem:
        raise Refused(f"{problem}; or none for now") from None


def _note(request: TrialRequest, package: Package, as_of: datetime) -> None:
    """Write down who takes what; the head that stands in the file is noted outside the database too."""
    facts = {
        "as_of": as_of.isoformat(),
        "ledger_head": str(package.head),
        "data_hash": package.hashes.in_file,
        "whole_hash": package.hashes.whole,
        "sha256": package.sha256,
    }
    changes = tuple(FieldChange(name, None, text) for name, text in facts.items())
    with request.trial.desk.work(request.acting.author) as work:
        work.append(Draft("event", EXPORTS, DATA, changes), "export_data")
    request.trial.heads.add(package.head, now(), f"export {package.sha256[:16]}")


def _plain(text: str) -> str:
    """A text that can stand in the name of a file."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "trial"
