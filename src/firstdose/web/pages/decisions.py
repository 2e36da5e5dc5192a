"""Decisions on the dose: what the rule recommends and why, what each outcome would lead to, and who signs."""

from __future__ import annotations

from typing import Any, cast, get_args

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.deciding import (
    MEANING,
    changed_since,
    is_reproduced,
    prepare_decision,
    propose_decision,
    seen_again,
    sign_decision,
    take_decision,
)
from firstdose.conduct.gating import instant
from firstdose.conduct.ledger import Refused
from firstdose.conduct.own_records import all_of, as_object
from firstdose.conduct.recommending import advised_of, freeze
from firstdose.conduct.signatures import Purpose, signatures_of
from firstdose.conduct.staleness import stale_decisions
from firstdose.designs.building import build_design
from firstdose.dosing import history_of
from firstdose.protocol import Protocol
from firstdose.records import DoseDecision, TrialData
from firstdose.records.dosing import Action
from firstdose.report.committee.next_step_chapter import evidence_table, outlook_table
from firstdose.report.documents.blocks import Table
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.proving import needs_code, prove
from firstdose.web.trial import now


def decisions(request: TrialRequest) -> HttpResponseBase:
    """The decisions so far, those that have become stale, and what is prepared; a new one is prepared here."""
    trial = request.trial
    if request.method == "POST":
        frozen = freeze(trial.ledger, trial.protocol, now())
        with trial.desk.work(request.acting.author, request.POST.get("request") or None) as work:
            number = None if work.is_repeated else prepare_decision(work, frozen)
        told(request, "what the committee is to see is frozen")
        return redirect("decisions") if number is None else redirect("decision", preparation=number)
    taken = sorted(trial.dosing_data().records(DoseDecision), key=lambda each: -each.decision)
    done = {each.decision for each in taken}
    prepared = [each for each in all_of(trial.ledger, PreparedDecision) if each.decision not in done]
    since: tuple[str, ...] = ()
    if prepared:
        with trial.desk.work(request.acting.author) as work:
            since = changed_since(work, prepared[-1])
    context = {
        "taken": taken,
        "since": since,
        "stale": stale_decisions(trial.ledger, trial.dosing_data(), trial.protocol, now(), trial.remembered),
        "prepared": prepared[-1] if prepared else None,
    }
    return render(request, "firstdose/decisions.html", context)


def one(request: TrialRequest, preparation: int) -> HttpResponseBase:
    """One decision as it was prepared: proposed, signed and taken here."""
    trial = request.trial
    stored = trial.ledger.record("prepared_decisions", str(preparation))
    if not stored.exists:
        raise Http404
    if request.method == "POST":
        return _step(request, preparation)
    prepared = as_object(PreparedDecision, stored)
    seen = seen_again(trial.ledger, prepared)
    taken = trial.ledger.record("dose_decisions", str(prepared.decision))
    latest = max(each.preparation for each in all_of(trial.ledger, PreparedDecision))
    since: tuple[str, ...] = ()
    if not taken.exists and latest == preparation:
        with trial.desk.work(request.acting.author) as work:
            since = changed_since(work, prepared)
    context = {
        "prepared": prepared,
        "stored": stored,
        "advised": advised_of(prepared),
        "tables": tables(trial.protocol, seen.trial_data, prepared),
        "signatures": signatures_of(trial.ledger, "prepared_decisions", str(preparation)),
        "is_reproduced": is_reproduced(trial.ledger, prepared, trial.protocol),
        "taken": taken,
        "since": since,
        "replaced_by": latest if latest != preparation and not taken.exists else None,
        "can_decide": not taken.exists and not since and latest == preparation,
        "levels": list(enumerate(map(trial.protocol.dose_levels.dose_with_unit, _levels(trial.protocol)), start=1)),
        "needs_code": needs_code(request),
        "meaning": MEANING,
    }
    return render(request, "firstdose/decision.html", context)


def tables(protocol: Protocol, trial_data: TrialData, prepared: PreparedDecision) -> list[Table]:
    """What the data say at each dose, and what each coming outcome would lead to, on the data that were frozen."""
    if not protocol.escalation.has_rule:
        return []
    rule, history = build_design(protocol), history_of(protocol, trial_data, instant(prepared.data_as_of))
    found = [evidence_table(protocol, history, rule), outlook_table(rule, history)]
    return [each for each in found if each is not None]


def _levels(protocol: Protocol) -> range:
    return range(1, len(protocol.dose_levels.values) + 1)


def _step(request: TrialRequest, preparation: int) -> HttpResponseBase:
    """Propose, sign or take."""
    step, sent = request.POST.get("step", ""), request.POST
    purpose = Purpose("prepared_decisions", str(preparation), whole_number(sent.get("head")) or 0, MEANING)
    proof = prove(request, purpose) if step == "sign" else None
    with request.trial.desk.work(request.acting.author, sent.get("request") or None) as work:
        if step == "propose":
            action = sent.get("action", "")
            if action not in get_args(Action):
                raise Refused("choose whether to dose, to wait or to stop")
            level = whole_number(sent.get("level")) if action == "dose" else None
            propose_decision(work, preparation, cast(Any, action), level, sent.get("reason", ""))
            words = "proposed to the members"
        elif proof is not None:
            sign_decision(work, preparation, purpose, proof)
            words = "signed"
        elif step == "take":
            words = f"decision {take_decision(work, preparation, sent.get('data_hash', ''))} is taken"
        else:
            raise Refused("choose what is to be done")
    told(request, words)
    return redirect("decision", preparation=preparation)
