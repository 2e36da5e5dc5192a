"""Decisions on the dose: what the rule recommends and why, what each outcome would lead to, and who signs."""

from __future__ import annotations

import uuid
from typing import Any, cast, get_args

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.amendments import in_force, protocol_in_use
from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.deciding import (
    TAKING,
    departs,
    prepare_decision,
    propose_decision,
    sign_decision,
    take_decision,
)
from firstdose.conduct.gating import instant
from firstdose.conduct.held import against_deciding
from firstdose.conduct.ledger import Head, Refused
from firstdose.conduct.own_records import all_of, as_object
from firstdose.conduct.quorum import MEANING, members_signed, quorum_of, too_few_signed
from firstdose.conduct.recommending import advised_of, freeze
from firstdose.conduct.reproducing import is_reproduced, seen_again
from firstdose.conduct.signatures import Purpose, signatures_of
from firstdose.conduct.staleness import stale_decisions
from firstdose.conduct.unseen import explained, of_text
from firstdose.designs.building import build_design
from firstdose.dosing.advice import places_left
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import trial_history
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import DoseDecision, TrialData
from firstdose.records.dosing import Action
from firstdose.report.committee.next_step_chapter import evidence_table, outlook_table
from firstdose.report.documents.blocks import Table
from firstdose.web.acting import TrialRequest
from firstdose.web.before_signing import before_signing
from firstdose.web.committee_packs import Then
from firstdose.web.decision_words import TakenDecision, put_to_the_members, shown_decisions, still_open
from firstdose.web.guarding import told
from firstdose.web.halting import halts_of
from firstdose.web.numbers import whole_number
from firstdose.web.preparations import changed_in
from firstdose.web.proving import needs_code, prove, proved_once
from firstdose.web.sent_once import written_once
from firstdose.web.sight import sight_of
from firstdose.web.trial import Trial, now
from firstdose.web.watching import stale_now


def decisions(request: TrialRequest) -> HttpResponseBase:
    """The decisions so far, those that have become stale, and what is prepared; a new one is prepared here."""
    trial = request.trial
    if request.method == "POST":
        frozen = freeze(trial.ledger, trial.protocol, now())
        with written_once(request) as work:
            number = None if work.is_repeated else prepare_decision(work, frozen)
        told(request, "what the committee is to see is frozen")
        return redirect("decisions") if number is None else redirect("decision", preparation=number)
    moment = now()
    taken = list(trial.dosing_data().records(DoseDecision))
    done = {each.decision for each in taken}
    prepared = [each for each in all_of(trial.ledger, PreparedDecision) if each.decision not in done]
    since: tuple[str, ...] = ()
    if prepared:
        since = changed_in(trial, prepared[-1])
    stale = stale_decisions(trial.ledger, trial.dosing_data(), trial.protocol, moment, trial.remembered)
    shown = shown_decisions(trial, taken, stale)
    prepares = request.acting.may("prepare_decisions")
    context = {
        "last": shown[0] if shown else None,
        "earlier": shown[1:],
        "since": since,
        "halts": halts_of(request, moment),
        "stale": [each for each in stale if each.is_latest],
        "overtaken": [each for each in stale if not each.is_latest],
        "prepared": prepared[-1] if prepared else None,
        "proposed": put_to_the_members(_protocol_of_then(trial, prepared[-1]), prepared[-1]) if prepared else [],
        "open": list(still_open(trial, moment, sight_of(request).without_others)) if prepares else [],
        "against": against_deciding(trial.ledger) if prepares else "",
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
        since = changed_in(trial, prepared)
    given = signatures_of(trial.ledger, "prepared_decisions", str(preparation))
    protocol = _protocol_of_then(trial, prepared)
    can_decide = not taken.exists and not since and latest == preparation
    context = {
        "prepared": prepared,
        "stored": stored,
        "advised": advised_of(prepared),
        "tables": tables(protocol, seen.trial_data, prepared),
        "departs": prepared.action is not None and departs(advised_of(prepared), prepared.action, prepared.next_level),
        "put": put_to_the_members(protocol, prepared),
        "by_calendar": of_text(prepared.by_calendar),
        "explained": list(explained(trial.ledger)) if not taken.exists else [],
        "taking": TAKING,
        "version": _version(trial, prepared),
        "signatures": given,
        "has_signed": any(each.is_valid and each.signature.signer == request.acting.author.account for each in given),
        "signed": len(members_signed(trial.ledger, preparation)),
        "quorum": quorum_of(trial.protocol),
        "too_few": too_few_signed(trial.ledger, trial.protocol, preparation),
        "before": before_signing(request, prepared, seen.trial_data) if can_decide else None,
        "is_reproduced": is_reproduced(trial.ledger, prepared, protocol),
        "taken": taken,
        "decided": TakenDecision.of(protocol, as_object(DoseDecision, taken)) if taken.exists else None,
        "since": since,
        "halts": halts_of(request, now()),
        "stale": next(
            (each for each in stale_now(trial, now()) if taken.exists and each.decision == prepared.decision), None
        ),
        "replaced_by": latest if latest != preparation and not taken.exists else None,
        "can_decide": can_decide,
        "levels": list(enumerate(map(trial.protocol.dose_levels.dose_with_unit, _levels(trial.protocol)), start=1)),
        "needs_code": needs_code(request),
        "meaning": MEANING,
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/decision.html", context)


def _version(trial: Trial, prepared: PreparedDecision) -> str:
    """The version of the protocol that was in force; the first one's file need not name it."""
    found = in_force(_then(trial, prepared))
    return prepared.protocol_version or (found.version if found else "")


def _protocol_of_then(trial: Trial, prepared: PreparedDecision) -> Protocol:
    """The protocol under which a decision was prepared, whatever was amended since."""
    return protocol_in_use(_then(trial, prepared))


def _then(trial: Trial, prepared: PreparedDecision) -> Then:
    """The versions of the protocol as they stood when a decision was prepared."""
    return Then(trial.ledger, Head.of_text(prepared.ledger_head).sequence)


def tables(protocol: Protocol, trial_data: TrialData, prepared: PreparedDecision) -> list[Table]:
    """What the data say at each dose, and what each coming outcome would lead to, on the data that were frozen."""
    if not protocol.escalation.has_rule:
        return []
    rule, courses = build_design(protocol), Courses(protocol, Records(trial_data, instant(prepared.data_as_of)))
    history = trial_history(courses)
    places = places_left(courses, history, rule)  # with which the pack that members read asks the rule as well
    found = [evidence_table(protocol, history, rule), outlook_table(rule, history, places)]
    return [each for each in found if each is not None]


def _levels(protocol: Protocol) -> range:
    return range(1, len(protocol.dose_levels.values) + 1)


def _step(request: TrialRequest, preparation: int) -> HttpResponseBase:
    """Propose, sign or take."""
    step, sent = request.POST.get("step", ""), request.POST
    head = whole_number(sent.get("head"))
    purpose = Purpose("prepared_decisions", str(preparation), head or 0, TAKING if step == "take" else MEANING)
    proof = None
    if step == "take":
        proof = proved_once(request, purpose, left_undone="the decision is not taken")
    elif step == "sign":
        proof = prove(request, purpose)
    with written_once(request) as work:
        if step == "take" and work.is_repeated:
            words = f"decision {work.entries[0].record} is taken"
        elif step == "propose":
            action = sent.get("action", "")
            if action not in get_args(Action):
                raise Refused("choose whether to dose, to wait or to stop")
            level = whole_number(sent.get("level")) if action == "dose" else None
            reason, without_dlt = sent.get("reason", ""), sent.get("without_dlt", "")
            propose_decision(work, preparation, cast(Any, action), level, reason, head, without_dlt)
            words = "proposed to the members"
        elif proof is None:
            raise Refused("choose what is to be done")
        elif step == "sign":
            sign_decision(work, preparation, purpose, proof)
            words = "signed"
        else:
            number = take_decision(work, preparation, sent.get("data_hash", ""), head, proof=proof)
            words = f"decision {number} is taken"
    told(request, words)
    return redirect("decision", preparation=preparation)
