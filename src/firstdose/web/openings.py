"""By which decisions a cohort can be opened now, why by no other, and of whom it must be said how they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firstdose.conduct.cohorts import against_opening
from firstdose.conduct.gating import situation_of
from firstdose.conduct.unseen import listed, unseen
from firstdose.dosing.recorded import Records
from firstdose.records import DoseDecision
from firstdose.web.acting import TrialRequest
from firstdose.web.held_words import held_now
from firstdose.web.last_decision import decision_words
from firstdose.web.sight import sight_of


@dataclass(frozen=True)
class Openings:
    """What the form that opens a cohort offers.

    ``without`` says what stands where no decision is chosen, ``others`` of the other decisions to dose that opened no
    cohort why they are not offered, and ``unseen`` who counts by the calendar alone where the rule may open a cohort.
    """

    without: str
    offered: tuple[tuple[DoseDecision, str], ...]
    others: tuple[str, ...]
    unseen: str


def openings(request: TrialRequest, moment: datetime) -> Openings:
    """What can be offered now."""
    trial, seen = request.trial, sight_of(request).without_others
    protocol, data = trial.protocol, trial.dosing_data()
    records, situation = Records(data, moment, trial.zone), situation_of(trial.ledger, data, protocol, moment)
    opened = {each.decision for each in records.cohorts.values()}
    held = "; ".join(held_now(request))
    offered: list[tuple[DoseDecision, str]] = []
    others: list[str] = []
    for decision in reversed(records.decisions):
        if decision.action == "dose" and decision.decision not in opened:
            against = held or against_opening(situation, records, decision)
            if against:
                others.append(seen(against))
            else:
                offered.append((decision, decision_words(protocol, decision.action, decision.next_level)))
    review, backfills = protocol.escalation.committee_review, protocol.escalation.backfill is not None
    by_rule = bool(records.cohorts) and (backfills or review is None or not review.required)
    people = unseen(trial.ledger, protocol, trial.data(), moment) if by_rule else {}
    if not records.cohorts:
        without = "none: the first cohort"
    elif review is None or not review.required:
        without = "none: the level that the rule advises"
    else:
        without = "a decision is needed"
    return Openings(without, tuple(offered), tuple(others), seen(listed(people)))
