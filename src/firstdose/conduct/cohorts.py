"""Cohorts: opened where a decision allows it, closed, and opened again, each with its slots."""

from __future__ import annotations

from itertools import count

from firstdose.conduct.catalogue import OpenedByCalendar
from firstdose.conduct.desk import Work
from firstdose.conduct.gating import Situation, changes_of, prepared_for, situation_in
from firstdose.conduct.held import refuse_while_held
from firstdose.conduct.identity import name_of
from firstdose.conduct.ledger import Entry, Refused
from firstdose.conduct.own_records import change, create
from firstdose.conduct.participants import records_now, this_moment
from firstdose.conduct.reasons import is_reason
from firstdose.conduct.recommending import Advised, advised_of, recommend
from firstdose.conduct.slots import add_slot, held_by, slots_of
from firstdose.conduct.unseen import as_text as unseen_text
from firstdose.conduct.unseen import require_reason, unseen
from firstdose.dosing import protocol_of_version
from firstdose.dosing.cohorts import OUTSIDE_THE_RULE
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import Cohort, DoseDecision
from firstdose.records.dosing import CohortKind


def open_cohort(
    work: Work,
    *,
    decision: int | None = None,
    cohort: str | None = None,
    size: int | None = None,
    kind: CohortKind = "escalation",
    without_dlt: str = "",
) -> Entry:
    """Open a cohort at the level that a decision allows, with its slots; the first one at the protocol's start level.

    ``cohort`` is its identifier, the next of C1, C2 and so on if none is given; ``size`` is the rule's unless given.
    A cohort that is backfilled, by a protocol that says so, needs no decision: its level is the one that the rule has
    open.
    Raises Refused: without a decision where one is needed, with one that was overtaken, is stale or opened a cohort
    already, while another cohort of the escalation is open, while what is known of somebody's safety is held
    outside locked data, and where the rule alone opens it by people who count by the calendar alone while
    ``without_dlt`` does not say how it is known that they had no DLT.
    """
    work.require("prepare_decisions")
    refuse_while_held(work)
    records = records_now(work)
    name = (cohort or _next_name(work)).strip()
    if kind not in OUTSIDE_THE_RULE:
        _check_no_other_open(records)
    backfills = kind == "backfill" and work.protocol.escalation.backfill is not None
    level, advised = _level_open(work) if backfills and decision is None else _level_allowed(work, records, decision)
    people = unseen(work, work.protocol, work.snapshot.trial_data, work.now) if decision is None and advised else {}
    require_reason(people, without_dlt, f"a cohort at level {level}")
    planned = size or _size_advised(work, level, advised)
    if planned < 1:
        raise Refused("a cohort has at least one slot")
    doses = work.protocol.dose_levels
    entry = create(
        work,
        Cohort(
            cohort=name,
            dose_level=level,
            dose=float(doses.values[level - 1]),
            dose_unit=doses.unit,
            kind=kind,
            size=planned,
            opened=this_moment(work),
            decision=decision,
        ),
        by="prepare_decisions",
    )
    if people:
        told = OpenedByCalendar(cohort=name, by_calendar=unseen_text(people), without_dlt=without_dlt.strip())
        create(work, told, by="prepare_decisions")
    sentinel = work.protocol.escalation.sentinel
    sentinels = 0 if sentinel is None or backfills else sentinel.participants  # a lower level has had its own
    for number in range(1, planned + 1):
        add_slot(work, name, is_sentinel=None if sentinel is None else number <= sentinels)
    return entry


def close_cohort(work: Work, cohort: str, reason: str = "") -> Entry:
    """Close a cohort.

    Raises Refused while somebody who was not dosed holds a slot of it, and without a reason where slots are left.
    """
    work.require("prepare_decisions")
    _open_one(work, cohort)
    slots = slots_of(work, cohort)
    waiting = [each for each in slots if each.state in ("reserved", "assigned")]
    if waiting:
        raise Refused(
            f"cohort {cohort} cannot be closed: {held_by(work, waiting)}; dose them or release their slots first"
        )
    left = sum(each.state == "open" for each in slots)
    if left and not is_reason(reason):
        raise Refused(f"{left} slots of cohort {cohort} are still open; say why it is closed all the same")
    stored = work.record("cohorts", name_of("cohorts", cohort))
    return change(work, stored, {"closed": this_moment(work)}, reason=reason, by="prepare_decisions")


def reopen_cohort(work: Work, cohort: str, reason: str) -> Entry:
    """Open a cohort again, to replace somebody or because it was closed too early.

    Raises Refused if it is open, if another cohort of the escalation is, or if a later one of it was opened since.
    """
    work.require("prepare_decisions")
    records = records_now(work)
    found = records.cohorts.get(cohort)
    if found is None or found.closed is None:
        raise Refused(f"cohort {cohort} is not closed")
    if found.kind not in OUTSIDE_THE_RULE:
        _check_no_other_open(records)
        in_the_rule = [each for each in records.cohorts.values() if each.kind not in OUTSIDE_THE_RULE]
        opened = {each.cohort: records.span(each.opened).first for each in in_the_rule}
        mine = opened[cohort]
        later = [name for name, when in opened.items() if when and mine and when > mine]
        if later:
            raise Refused(f"cohort {cohort} stays closed: cohort {later[0]} was opened after it")
    return change(
        work,
        work.record("cohorts", name_of("cohorts", cohort)),
        {"closed": None},
        reason=reason,
        by="prepare_decisions",
    )


def _next_name(work: Work) -> str:
    """The next of C1, C2 and so on after those that there are; other names are none of them."""
    taken = {each.record for each in work.records("cohorts")}
    return next(name for number in count(len(taken) + 1) if (name := f"C{number}") not in taken)


def _check_no_other_open(records: Records) -> None:
    """No other cohort that the rule decides on is open."""
    for found in records.cohorts.values():
        if found.kind not in OUTSIDE_THE_RULE and found.closed is None:
            raise Refused(f"cohort {found.cohort} is still open; close it before the next one is opened")


def _level_allowed(work: Work, records: Records, decision: int | None) -> tuple[int, Advised | None]:
    """The level of the next cohort, and the advice that it rests on."""
    escalation = work.protocol.escalation
    if decision is not None:
        return _level_decided(work, records, decision)
    if not records.cohorts:
        return escalation.start_level, None
    review = escalation.committee_review
    if review is not None and review.required:
        raise Refused("the next cohort needs a decision on the dose; name the decision that allows it")
    advised = recommend(work.protocol, work.snapshot, work.now)
    step = advised.recommendation
    if step is None or step.action != "dose" or step.next_level is None:
        raise Refused(f"no cohort can be opened: {advised.words}")
    return step.next_level, advised


def _level_open(work: Work) -> tuple[int, Advised]:
    """The level that is open for backfilling, and the advice that says so."""
    advised = recommend(work.protocol, work.snapshot, work.now)
    level = advised.recommendation.backfill_level if advised.recommendation else None
    if level is None:
        raise Refused(f"no level is open for backfilling: {advised.words}")
    return level, advised


def _level_decided(work: Work, records: Records, number: int) -> tuple[int, Advised | None]:
    """The level that a decision gives."""
    decision = next((each for each in records.decisions if each.decision == number), None)
    situation = situation_in(work)
    if decision is None:
        raise Refused(_not_the_latest(records, number))
    against = against_opening(situation, records, decision)
    if against or decision.next_level is None:
        raise Refused(against)
    prepared = prepared_for(situation, decision)
    return decision.next_level, advised_of(prepared) if prepared else None


def against_opening(situation: Situation, records: Records, decision: DoseDecision) -> str:
    """Why a decision opens no cohort now, in words; empty where it does."""
    number = decision.decision
    if number != records.decisions[-1].decision:
        return _not_the_latest(records, number)
    if decision.action != "dose" or decision.next_level is None:
        return f"decision {number} is to {decision.action}; it opens no cohort"
    opened = next((each.cohort for each in records.cohorts.values() if each.decision == number), None)
    if opened is not None:
        return f"decision {number} has opened cohort {opened} already; a new cohort needs a new decision"
    prepared = prepared_for(situation, decision)
    stale = [each for each in changes_of(situation, prepared) if each.halts] if prepared else []
    if stale:
        words = "; ".join(each.words for each in stale)
        return f"decision {number} is stale: {words}. Prepare and take a new decision"
    return _other_dose(situation.protocol, decision, decision.next_level)


def _not_the_latest(records: Records, number: int) -> str:
    """That a decision is not the latest, and which one is."""
    latest = f"the latest is decision {records.decisions[-1].decision}" if records.decisions else "there is none yet"
    return f"a cohort is opened by the latest decision, and decision {number} is not that: {latest}"


def _other_dose(protocol: Protocol, decision: DoseDecision, level: int) -> str:
    """That the level has no more the dose on which people decided, by an amendment since; empty where it has."""
    version = decision.protocol_version
    levels = (protocol_of_version(protocol, version).dose_levels, protocol.dose_levels)
    decided, now = (each.dose_with_unit(level) if level <= len(each.values) else "no dose" for each in levels)
    if decided == now:
        return ""
    words = f"decision {decision.decision} was taken under version {version or 1} of the protocol, by which level"
    return f"{words} {level} is {decided}; by the version in force it is {now}. Prepare and take a new decision"


def _size_advised(work: Work, level: int, advised: Advised | None) -> int:
    """The size that the rule plans for a cohort at the level that it advises; else the protocol's."""
    escalation = work.protocol.escalation
    if advised is None and escalation.has_rule and not work.dosing_data[Cohort].height:
        advised = recommend(work.protocol, work.snapshot, work.now)
    step = advised.recommendation if advised else None
    follows = step is not None and step.action == "dose" and step.next_level == level
    return (step.cohort_size if step and follows else None) or escalation.cohort_size


def _open_one(work: Work, cohort: str) -> Cohort:
    """A cohort that is open."""
    found = records_now(work).cohorts.get(cohort)
    if found is None:
        raise Refused(f"there is no cohort {cohort}")
    if found.closed is not None:
        raise Refused(f"cohort {cohort} was closed, {found.closed}")
    return found
