"""The safety board: what the committee watches, kept up to date, and its pack at a click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.gating import instant
from firstdose.conduct.ledger import Head, Refused
from firstdose.conduct.own_records import as_object
from firstdose.conduct.past_moments import NoPastMoment, past_moment
from firstdose.designs.building import build_design
from firstdose.records import TrialData
from firstdose.report.committee.figures import event_table, period_table, stopping_blocks
from firstdose.report.committee.narratives import narrative_table
from firstdose.report.committee.next_step_chapter import evidence_table
from firstdose.report.committee.pack import Decision, NoDecision
from firstdose.report.documents.blocks import Block, Paragraph, Table
from firstdose.web.acting import TrialRequest
from firstdose.web.committee_packs import decision_of, made_packs, make_pack, pdf_of
from firstdose.web.guarding import told
from firstdose.web.halting import halts_of
from firstdose.web.site_zone import site_zone
from firstdose.web.trial import Trial, now


@dataclass(frozen=True)
class Section:
    """One part of the board: a table, or words where there is nothing to count."""

    title: str
    table: Table | None
    words: str


def board(request: TrialRequest) -> HttpResponseBase:
    """Where the trial stands against its boundaries, events by dose and period, and the packs that were made."""
    context = {
        **_figures(request),
        "packs": made_packs(request.trial),
        "clock": request.trial.ledger.clock_faults(request.trial.ledger.head().sequence, now()).words,
        "can_make": request.acting.may("prepare_decisions") or request.acting.may("take_decisions"),
    }
    return render(request, "firstdose/safety.html", context)


def figures(request: TrialRequest) -> HttpResponseBase:
    """The figures anew, if anything was entered since those that the page shows; else nothing."""
    if request.GET.get("seen") == _seen(request.trial, halts_of(request, now())):
        return HttpResponse(status=204)
    return render(request, "firstdose/safety_figures.html", _figures(request))


def make_a_pack(request: TrialRequest) -> HttpResponseBase:
    """Make a pack: of the data as they are, as of a past moment, or as they were frozen for a decision."""
    if request.method != "POST":
        return redirect(f"{reverse('safety')}#packs")
    moment, sequence = _wanted(request)
    made = make_pack(request.trial, request.acting.author, moment, sequence)
    told(request, f"the pack is made: {made.name}; entry {made.entry.sequence} of the ledger notes it")
    return redirect(f"{reverse('safety')}#packs")


def pack(request: TrialRequest, entry: int) -> HttpResponseBase:
    """The file of a pack."""
    made = next((each for each in made_packs(request.trial) if each.entry.sequence == entry), None)
    if made is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return HttpResponse(pdf_of(request.trial, made), content_type="application/pdf", headers=headers)


def _figures(request: TrialRequest) -> dict[str, object]:
    """What the board shows of the data as they are now, and what halts dosing."""
    trial, moment = request.trial, now()
    head, trial_data = trial.ledger.head(), trial.data()
    halts = halts_of(request, moment)
    key = (trial.last_entry, half_hour_of(moment), trial.version)  # windows end at midnight somewhere
    sections = trial.kept("safety board", key, lambda: list(_sections(trial, trial_data, head, moment)))
    return {"sections": sections, "head": head, "halts": halts, "seen": _seen(trial, halts), "moment": moment}


def half_hour_of(moment: datetime) -> datetime:
    """The half hour in which a moment lies."""
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


def _seen(trial: Trial, halts: list[str]) -> str:
    """What names the data as they are now and what halts dosing, by which a page knows whether it shows them."""
    return f"{_data_hash(trial)}{crc32(repr(halts).encode()):08x}"


def _data_hash(trial: Trial) -> str:
    """The hash of the data as they are now."""
    trial_data = trial.data()
    return trial.kept("hash", (trial.last_entry, trial_data.as_of), lambda: trial_data.content_hash)


def _sections(trial: Trial, trial_data: TrialData, head: Head, moment: datetime) -> Iterator[Section]:
    """The parts of the board, in order."""
    protocol = trial.protocol
    try:
        decision = decision_of(trial, trial_data, head.sequence, protocol, moment)
    except NoDecision as problem:
        yield Section("Dose decision", None, str(problem))
        return
    if decision.unjudged:
        words = ". ".join(each.words for each in decision.unjudged)
        yield Section("Deaths in the DLT window without a verdict", None, f"{words}.")
    for block in stopping_blocks(protocol, decision.results):
        yield _section("Stopping boundaries", block)
    yield _section("DLTs by dose", evidence_table(protocol, decision.history, build_design(protocol)))
    yield _section("Events by dose", event_table(protocol, decision.results))
    yield _section("Events by period", period_table(protocol, decision.results))
    yield _told(decision)


def _told(decision: Decision) -> Section:
    """Deaths, serious and dose-limiting events, one by one."""
    title = "Deaths, serious and dose-limiting events"
    if not decision.told:
        return Section(title, None, "No death, serious or dose-limiting event is recorded.")
    return _section(title, narrative_table(decision.told, f"{title}, DLTs first"))


def _section(title: str, block: Block) -> Section:
    if isinstance(block, Table):
        return Section(title, block, "")
    return Section(title, None, block.text if isinstance(block, Paragraph) else "")


def _wanted(request: TrialRequest) -> tuple[datetime, int | None]:
    """The moment whose data a pack is to show, with its last entry where that was fixed.

    Raises Refused for what is no moment, or one that is still to come.
    """
    sent = request.POST
    if sent.get("preparation"):
        stored = request.trial.ledger.record("prepared_decisions", sent["preparation"])
        if not stored.exists:
            raise Refused("there is no such preparation of a decision")
        prepared = as_object(PreparedDecision, stored)
        return instant(prepared.data_as_of), Head.of_text(prepared.ledger_head).sequence
    text, present = sent.get("as_of", "").strip(), now()
    if not text:
        return present, request.trial.ledger.head().sequence
    try:
        return past_moment(text, present, site_zone() or UTC), None
    except NoPastMoment as problem:
        raise Refused(str(problem)) from None
