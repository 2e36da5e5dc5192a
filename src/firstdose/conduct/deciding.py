"""The committee's decision on the dose: prepared with what is seen, proposed, signed by members, and taken.

Who prepares freezes the data and the rule's recommendation. The proposal stands on that record, so that every
signature of it binds what was seen and what is decided. Nothing is decided on data that are no longer so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.desk import Work
from firstdose.conduct.gating import Situation, changes_of, halting_deviations, situation_in
from firstdose.conduct.held import HELD, refuse_while_held
from firstdose.conduct.ledger import Entry, Head, Refused
from firstdose.conduct.naming import record_words
from firstdose.conduct.outcomes import as_text, outcomes_of
from firstdose.conduct.own_records import Recorded, all_of, as_object, change, create
from firstdose.conduct.participants import records_now, this_moment
from firstdose.conduct.quorum import members_signed, too_few_signed
from firstdose.conduct.reasons import is_reason
from firstdose.conduct.recommending import Advised, Frozen, advised_of
from firstdose.conduct.signatures import Proof, Purpose, check_proof, sign
from firstdose.conduct.unseen import as_text as unseen_text
from firstdose.conduct.unseen import of_text as unseen_of
from firstdose.conduct.unseen import require_seen, unseen
from firstdose.dosing.courses import Courses
from firstdose.records import RECORDS, DoseDecision, PartialDateTime
from firstdose.records.dosing import Action

TAKING = "I take this decision, which enough members have signed"
"""What is done by who takes a decision, and proves again who he is to do it."""
SAFETY_RECORDS = (
    "adverse_events",
    "grade_changes",
    "dlt_adjudications",
    "dosings",
    "cohorts",
    "dose_decisions",
    "dispositions",
    "deaths",
    "deviations",
    HELD,
)
"""The kinds of records of which a new entry makes the committee look again."""


def prepare_decision(work: Work, frozen: Frozen) -> int:
    """Keep what the committee is to see; the number of the preparation. A later one replaces it.

    Raises Refused if anything was entered since the data were frozen, or the protocol was amended.
    """
    work.require("prepare_decisions")
    refuse_while_held(work)
    if frozen.protocol_version != work.protocol.trial.version:
        raise Refused("the protocol was amended since the data were frozen, a moment ago; prepare the decision again")
    if any(each.head > frozen.snapshot.head.sequence for each in work.records() if each.record_type in RECORDS):
        raise Refused("something was entered since the data were frozen, a moment ago; prepare the decision again")
    records = records_now(work)
    cohorts = [each for each in Courses(work.protocol, records).cohorts if each.is_in_the_rule]
    number = work.next_number("prepared_decisions")
    create(
        work,
        PreparedDecision(
            preparation=number,
            decision=work.next_number("dose_decisions"),
            prepared=this_moment(work),
            cohort=cohorts[-1].identifier if cohorts else None,
            data_as_of=PartialDateTime.of(frozen.as_of),
            data_hash=frozen.snapshot.content_hash,
            ledger_head=str(frozen.snapshot.head),
            protocol_version=work.protocol.trial.version,
            recommendation=frozen.advised.document,
            failure=frozen.advised.failure or None,
            outcomes=as_text(outcomes_of(work.protocol, frozen.snapshot.trial_data, frozen.as_of)),
            deviations=_open_deviations(work),
            by_calendar=unseen_text(unseen(work, work.protocol, frozen.snapshot.trial_data, frozen.as_of)),
        ),
        by="prepare_decisions",
    )
    return number


def propose_decision(
    work: Work,
    preparation: int,
    action: Action,
    next_level: int | None = None,
    reason: str = "",
    seen_head: int | None = None,
    without_dlt: str = "",
) -> Entry:
    """Put a decision to the members, or change what is put to them; signatures of another proposal then fall.

    ``seen_head`` is the last entry of the preparation when it was looked at. Raises Refused if another proposal was
    made since, on data that have changed since, for a level that the protocol does not have, for a departure from the
    rule without a reason, and for a dose that rests on people who count by the calendar alone while ``without_dlt``
    does not say how it is known that they had no DLT.
    """
    work.require("take_decisions")
    prepared = _latest(work, preparation)
    _refuse_other_proposal(work, prepared, seen_head)
    _refuse_stale(work, prepared)
    _check_step(work, action, next_level)
    if departs(advised_of(prepared), action, next_level) and not is_reason(reason):
        raise Refused(f"this departs from the rule ({advised_of(prepared).words}); say why, in the reason")
    said = without_dlt.strip() if unseen_of(prepared.by_calendar) else ""
    require_seen(prepared, action, said)
    new = {"action": action, "next_level": next_level, "reason": reason.strip() or None, "without_dlt": said or None}
    stored = work.record("prepared_decisions", str(preparation))
    if all(getattr(prepared, name) == value for name, value in new.items()):
        raise Refused("this is what is proposed already; sign it")
    return change(work, stored, new, reason="proposed to the members", by="take_decisions")


def sign_decision(work: Work, preparation: int, purpose: Purpose, proof: Proof) -> Entry:
    """Sign what is proposed, as it was seen.

    Raises Refused where nothing is proposed, on data that have changed since, and as `sign` does.
    """
    work.require("take_decisions")
    prepared = _latest(work, preparation)
    if prepared.action is None:
        raise Refused("nothing is proposed yet; propose a decision, then sign it")
    _refuse_stale(work, prepared)
    return sign(work, purpose, proof)


def take_decision(work: Work, preparation: int, data_hash: str, seen_head: int | None = None, *, proof: Proof) -> int:
    """Take the decision that enough members have signed; its number.

    ``data_hash`` is that of the data on the page from which it is taken, ``seen_head`` the last entry of the
    preparation then; the ``proof`` is for `TAKING` this preparation as it was then. Raises Refused if another
    preparation, another proposal or other data were seen, the data of safety have changed since, the protocol is
    another, signatures are missing, or the proof is not that of who takes it.
    """
    work.require("take_decisions")
    prepared = _latest(work, preparation)
    if data_hash != prepared.data_hash:
        raise Refused("what you saw is not what this decision was prepared with; open it again")
    _refuse_other_proposal(work, prepared, seen_head)
    if prepared.action is None:
        raise Refused("nothing is proposed yet; propose a decision, then sign it")
    _refuse_stale(work, prepared)
    require_seen(prepared, prepared.action, prepared.without_dlt or "")
    too_few = too_few_signed(work, work.protocol, preparation)
    if too_few:
        raise Refused(too_few)
    head = work.record("prepared_decisions", str(preparation)).head
    check_proof(work, Purpose("prepared_decisions", str(preparation), head, TAKING), proof)
    advised = advised_of(prepared)
    step = advised.recommendation
    create(
        work,
        DoseDecision(
            decision=prepared.decision,
            decided=this_moment(work),
            cohort=prepared.cohort,
            recommended_action=step.action if step else None,
            recommended_next_level=step.next_level if step else None,
            recommended_level=step.recommended_level if step else None,
            recommendation=advised.words,
            action=prepared.action,
            next_level=prepared.next_level,
            reason=prepared.reason,
            members="; ".join(members_signed(work, preparation)),
            data_as_of=prepared.data_as_of,
            data_hash=prepared.data_hash,
            protocol_version=prepared.protocol_version,
        ),
        by="take_decisions",
        reason=proof.words,
    )
    return prepared.decision


def changed_since(source: Recorded, situation: Situation, prepared: PreparedDecision) -> tuple[str, ...]:
    """Why nothing can be decided on a preparation now, in words: an amended protocol, or data that have changed."""
    if prepared.protocol_version != situation.protocol.trial.version:
        return ("the protocol was amended",)
    return tuple(dict.fromkeys(_entered_since(source, situation, prepared)))


def _refuse_other_proposal(work: Work, prepared: PreparedDecision, seen_head: int | None) -> None:
    """Nobody puts a proposal in place of one that they have not seen, or takes a decision that is another by now.

    Raises Refused.
    """
    stored = work.record("prepared_decisions", str(prepared.preparation))
    if seen_head is not None and seen_head != stored.head:
        level = f" at level {prepared.next_level}" if prepared.next_level else ""
        now = f"it is to {prepared.action}{level}" if prepared.action else "nothing is proposed"
        raise Refused(f"what is proposed has changed since you saw it: {now}. Look at it, then go on")


def _refuse_stale(work: Work, prepared: PreparedDecision) -> None:
    """Nothing is proposed, signed or decided on data that are no longer so.

    Raises Refused.
    """
    refuse_while_held(work)
    since = changed_since(work, situation_in(work), prepared)
    if since:
        words = "; ".join(since)
        raise Refused(f"since the committee's data were frozen, this has changed: {words}. Prepare the decision again")


def departs(advised: Advised, action: Action, next_level: int | None) -> bool:
    """Whether a decision is another than the rule's; where the rule gave none, every decision is."""
    step = advised.recommendation
    if step is None:
        return True
    return step.action != action or (action == "dose" and step.next_level != next_level)


def _entered_since(source: Recorded, situation: Situation, prepared: PreparedDecision) -> Iterator[str]:
    """What was entered since the committee's data were frozen and bears on safety or on the rule, in words."""
    head = Head.of_text(prepared.ledger_head).sequence
    for kind in SAFETY_RECORDS:
        for stored in source.records(kind):
            if stored.head > head:
                done = "removed" if stored.is_removed else "entered or changed"
                yield f"{record_words(kind, stored.record)} {done}"
    yield from (each.words for each in changes_of(situation, prepared))


def _latest(work: Work, preparation: int) -> PreparedDecision:
    """A preparation that no other has replaced, and whose decision is not taken."""
    stored = work.record("prepared_decisions", str(preparation))
    if not stored.exists or stored.is_removed:
        raise Refused(f"there is no preparation {preparation}; prepare the decision first")
    found = as_object(PreparedDecision, stored)
    last = max(each.preparation for each in all_of(work, PreparedDecision))
    if last != preparation:
        raise Refused(f"preparation {preparation} was replaced by preparation {last}; look at that one")
    if work.record("dose_decisions", str(found.decision)).exists:
        raise Refused(f"decision {found.decision} was taken already; prepare a new one")
    return found


def _check_step(work: Work, action: Action, next_level: int | None) -> None:
    """A decision to dose names one of the protocol's levels; another names none."""
    levels = len(work.protocol.dose_levels.values)
    if action == "dose" and not (next_level and 1 <= next_level <= levels):
        raise Refused(f"a decision to dose names a level from 1 to {levels}")
    if action != "dose" and next_level is not None:
        raise Refused(f"a decision to {action} names no level")


def _open_deviations(work: Work) -> str:
    """The deviations that halt dosing now, which the committee comes to know."""
    found = halting_deviations(situation_in(work), records_now(work))
    names = sorted({name for reason in found for name in reason.records})
    return json.dumps(names, ensure_ascii=False)
