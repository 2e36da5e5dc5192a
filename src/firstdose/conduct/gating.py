"""Whether somebody may be dosed: what `dosing` says of the data, and what only the ledger knows.

The data tell when things are said to have happened; the ledger tells when they were entered, and what the committee
had seen by then.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from firstdose.conduct.catalogue import HeldEvent, JudgedEvent, PreparedDecision
from firstdose.conduct.confirmation import confirmation_reasons
from firstdose.conduct.confirmed_without import Lacking, lacking
from firstdose.conduct.criteria import contradictions
from firstdose.conduct.desk import Work
from firstdose.conduct.held import HELD, halting_words
from firstdose.conduct.impossible import impossible
from firstdose.conduct.in_short import in_short
from firstdose.conduct.judged import changed_since_verdict
from firstdose.conduct.not_recorded import By
from firstdose.conduct.outcomes import Change, changes_since, courses_of, of_text
from firstdose.conduct.own_records import Recorded, all_of
from firstdose.conduct.participants import zone_of
from firstdose.conduct.unusable import unusable_records
from firstdose.dosing import Gate, Reason
from firstdose.dosing.decisions import ON_DATA_SEEN
from firstdose.dosing.feared import feared
from firstdose.dosing.gate import answer, halting
from firstdose.dosing.known import record_name
from firstdose.dosing.question import Question
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import Deviation, DoseDecision, PartialDateTime, TrialData

HALTING = "dosing against the rules"
"""Category of the deviations that halt dosing until people have decided, knowing of them."""
REASON_GIVEN = " Reason given: "
"""What stands in such a deviation before the reason that people gave, which is never cut."""
DECISION = "escalation.committee_review"
DATA = "records"


@dataclass(frozen=True, eq=False)
class Situation:
    """The trial at a moment, with what was prepared for decisions and what verdicts rest on."""

    protocol: Protocol
    trial_data: TrialData
    now: datetime
    prepared: tuple[PreparedDecision, ...] = ()
    judged: tuple[JudgedEvent, ...] = ()
    source: Recorded | None = None
    """Where signatures, and what answers to criteria rest on, are looked up; not looked at where there is none."""


def situation_of(source: Recorded, trial_data: TrialData, protocol: Protocol, now: datetime) -> Situation:
    """The situation from a ledger, or from somebody's open work, and the data of the same."""
    return Situation(protocol, trial_data, now, all_of(source, PreparedDecision), all_of(source, JudgedEvent), source)


def situation_in(work: Work) -> Situation:
    """The situation in which somebody writes."""
    return situation_of(work, work.dosing_data, work.protocol, work.now)


def gate(
    situation: Situation,
    subject: str,
    *,
    as_of: datetime | None = None,
    zone: tzinfo | None = None,
    batch: str | None = None,
    cohort: str | None = None,
) -> Gate:
    """Whether a participant may be dosed, now or at an earlier moment, with every reason why not.

    ``cohort`` is the one in which a dosing took place, by which it is judged also where the participant held no slot.
    Raises ValueError and ProblemsFound as `may_be_dosed` does.
    """
    moment = as_of or situation.now
    records = Records(situation.trial_data, moment, zone)
    question = Question(situation.protocol, records, subject, zone, cohort)
    found = answer(question, batch)
    left = _lacking(situation, subject, records, zone)
    more = (
        *_not_confirmed(situation, subject, records),
        *(left.reasons if left else ()),
        *halts_in_cohort(situation, question, found.cohort, found.reasons),
        *halts_everywhere(situation, records),
    )
    reasons = tuple(dict.fromkeys((*not_answered(situation, records, found.reasons), *more)))
    return replace(found, reasons=reasons, notes=(*(left.notes if left else ()), *found.notes))


def may_not_be_dosed(subject: str) -> str:
    """What is said of somebody whom the gate does not let through, before the reasons."""
    return f"{subject} may not be dosed now"


def gate_in(
    work: Work, subject: str, *, as_of: datetime | None = None, batch: str | None = None, cohort: str | None = None
) -> Gate:
    """The gate as it is in somebody's open work, at the author's site."""
    return gate(situation_in(work), subject, as_of=as_of, zone=zone_of(work), batch=batch, cohort=cohort)


def halts_everywhere(situation: Situation, records: Records) -> Iterator[Reason]:
    """What the ledger knows that holds back everybody, in whichever cohort, until people do something about it."""
    yield from halting(halting_deviations(situation, records))
    yield from halting(changed_since_verdict(records, situation.judged))
    yield from halting(_held(situation, records))
    if records.as_of >= situation.now:
        yield from halting(_to_be_mended(situation, records))


def halts_in_cohort(
    situation: Situation, question: Question, cohort: str | None, said: Collection[Reason]
) -> Iterator[Reason]:
    """The same of whoever is to be dosed in a cohort, besides what is ``said`` by the data."""
    yield from halting(_stale(situation, question.records, cohort, said))
    yield from halting(feared(question))


def not_answered(situation: Situation, records: Records, reasons: Collection[Reason]) -> Iterator[Reason]:
    """The reasons that lie in the data and to which the ledger has no answer."""
    return (reason for reason in reasons if not _is_answered(situation, records, reason))


def instant(moment: PartialDateTime) -> datetime:
    """A moment that the program noted, with its offset from UTC."""
    return datetime.fromisoformat(str(moment)).astimezone(UTC)


def prepared_for(situation: Situation, decision: DoseDecision) -> PreparedDecision | None:
    """What the committee saw when it took a decision; None where that was not prepared here."""
    return next((each for each in reversed(situation.prepared) if each.decision == decision.decision), None)


def changes_of(situation: Situation, prepared: PreparedDecision, as_of: datetime | None = None) -> tuple[Change, ...]:
    """Of whom the data say otherwise than the committee saw."""
    now = courses_of(situation.protocol, situation.trial_data, as_of or situation.now)
    return changes_since(of_text(prepared.outcomes), instant(prepared.data_as_of), now)


def halting_deviations(situation: Situation, records: Records) -> Iterator[Reason]:
    """The departures in dosing of which no decision has been taken with knowledge; now, whatever their date says."""
    known = {name for each in records.decisions if (one := prepared_for(situation, each)) for name in _known(one)}
    for deviation in situation.trial_data.records(Deviation):
        name = record_name(deviation)
        is_known = records.as_of >= situation.now or records.is_known(deviation.occurred)
        if deviation.category == HALTING and is_known and name not in known:
            what, given, why = deviation.description.partition(REASON_GIVEN)
            told = f"{in_short(what)}{given}{why}"
            words = f"{deviation.subject}: {told}; dosing is halted until people decide"
            yield Reason(DECISION, words, None, (name,))


def _held(situation: Situation, records: Records) -> Iterator[Reason]:
    """What became known of anybody's safety under a lock and waits outside the data; as of then, what waited then."""
    for held in all_of(situation.source, HeldEvent) if situation.source is not None else ():
        is_now = records.as_of >= situation.now
        begun = is_now or instant(held.since) <= records.as_of
        ended = held.state != "waiting" and (is_now or held.ended is None or instant(held.ended) <= records.as_of)
        if begun and not ended:
            yield Reason(DATA, halting_words(held), None, (f"{HELD} {held.held}",))


def _not_confirmed(situation: Situation, subject: str, records: Records) -> Iterator[Reason]:
    """What the ledger knows against somebody's eligibility: no signature that holds, answers against the record."""
    if situation.source is None or subject not in records.subjects:
        return
    as_of = records.as_of if records.as_of < situation.now else None
    yield from confirmation_reasons(situation.source, subject, as_of)
    yield from contradictions(situation.source, subject, situation.protocol)


def _lacking(situation: Situation, subject: str, records: Records, zone: tzinfo | None) -> Lacking | None:
    """What the protocol asks for before a dosing and is not recorded; of who was dosed it is asked no more."""
    is_dosed = any(map(records.was_given, records.dosings.get(subject, ())))
    if situation.source is None or subject not in records.subjects or is_dosed:
        return None
    as_of = records.as_of if records.as_of < situation.now else None
    return lacking(situation.source, subject, situation.protocol, By(records.as_of, zone), as_of)


def _to_be_mended(situation: Situation, records: Records) -> Iterator[Reason]:
    """What stands in the records and cannot be so now, or cannot be used.

    As of an earlier moment it was merely not known yet.
    """
    unusable = unusable_records(situation.source, situation.trial_data) if situation.source is not None else ()
    for name, words in (*impossible(records), *unusable):
        yield Reason(DATA, words, None, (name,))


def _known(prepared: PreparedDecision) -> list[str]:
    """The deviations that the committee knew of."""
    return list(json.loads(prepared.deviations))


def _is_answered(situation: Situation, records: Records, reason: Reason) -> bool:
    """Whether the ledger knows better than the dates what was seen for a decision: its recommendation was kept.

    An event entered later, with an earlier date and no date of recording, looks as if it had been seen.
    """
    return any(
        reason.words.startswith(f"decision {each.decision} {ON_DATA_SEEN}") and prepared_for(situation, each)
        for each in records.decisions
    )


def _stale(situation: Situation, records: Records, cohort: str | None, said: Collection[Reason]) -> Iterator[Reason]:
    """What the latest decision rests on and is no longer so; not what is ``said`` already."""
    decision = records.decisions[-1] if records.decisions else None
    prepared = prepared_for(situation, decision) if decision else None
    if decision is None or prepared is None:
        return
    courses = courses_of(situation.protocol, situation.trial_data, records.as_of)
    asked = next((each.cohort_number for each in courses.values() if each.cohort == cohort), None)
    for change in changes_since(of_text(prepared.outcomes), instant(prepared.data_as_of), courses):
        begins = f"since the decision {change.subject} has "
        is_said = any(reason.rule == DECISION and reason.words.startswith(begins) for reason in said)
        was_open = change.before is not None and change.before.letter == "?"
        is_own = was_open and asked is not None and change.cohort_number == asked
        if change.halts and not is_said and not is_own:
            words = f"decision {decision.decision} is stale: {change.words}; people decide again"
            yield Reason(DECISION, words, None, (record_name(decision),))
