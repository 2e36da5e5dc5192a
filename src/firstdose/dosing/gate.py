"""Whether a participant may be dosed now, and if not, every reason why not and from when it will no longer hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from firstdose.dosing.backfill_checks import Backfilled, backfilled
from firstdose.dosing.cohort_checks import cohort_reasons
from firstdose.dosing.cohorts import CohortInOrder
from firstdose.dosing.decision_checks import decision_reasons
from firstdose.dosing.decisions import Decisions
from firstdose.dosing.intervals import Earliest
from firstdose.dosing.person_checks import person_reasons
from firstdose.dosing.product_checks import batch_chosen, product_reasons, serving_batches
from firstdose.dosing.question import Question, Reason
from firstdose.dosing.recorded import Records
from firstdose.dosing.timing_checks import earliest, timing_reasons
from firstdose.protocol import Protocol
from firstdose.records import TrialData

ADVICE_NOW = "the rule's advice now:"
"""How the note of what the rule advises begins."""


@dataclass(frozen=True)
class Gate:
    """The answer: dosing is allowed where there is no reason against it.

    ``earliest`` is what the others' dosings ask for, None without a cohort; ``batches`` are those that would serve;
    ``notes`` inform people and hold nothing back.
    """

    subject: str
    as_of: datetime
    reasons: tuple[Reason, ...]
    cohort: str | None = None
    level: int | None = None
    earliest: Earliest | None = None
    batches: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.reasons


def may_be_dosed(
    protocol: Protocol,
    trial_data: TrialData,
    subject: str,
    as_of: datetime,
    *,
    zone: tzinfo | None = None,
    batch: str | None = None,
) -> Gate:
    """Whether a participant may be dosed at a moment, by all that was known then. Unknown is never a yes.

    ``zone`` is that of the participant's site. Without it: the one of a dosing that is planned, the one of earlier
    dosings at the centre, the one of ``as_of`` if that is a place's; else a day counts as begun or over once it is so
    everywhere. UTC, given by its name, stands where none of these is recorded. ``batch`` is the one chosen; without it
    the one of a dosing that is planned.

    Raises ValueError if ``as_of`` has no zone, and ProblemsFound if the protocol's rule cannot be built.
    """
    return answer(Question(protocol, Records(trial_data, as_of, zone), subject, zone), batch)


def answer(question: Question, batch: str | None = None) -> Gate:
    """The same, of what is asked; who asks more of the same question need not read everything again.

    Raises ProblemsFound if the protocol's rule cannot be built.
    """
    reasons = [*person_reasons(question), *cohort_reasons(question)]
    cohort, found, beside = question.cohort, None, Backfilled()
    if cohort is not None and cohort.record is not None:
        decisions = Decisions(question, cohort)
        found, beside = earliest(question, decisions), backfilled(question, cohort)
        reasons += _of_cohort(question, decisions, found, beside)
    chosen = batch or batch_chosen(question)
    reasons += product_reasons(question, chosen)
    serving = serving_batches(question)
    return Gate(
        subject=question.subject,
        as_of=question.as_of,
        reasons=tuple(dict.fromkeys(reasons)),
        cohort=question.slot.cohort if question.slot else None,
        level=cohort.level if cohort else None,
        earliest=found,
        batches=serving,
        notes=(*beside.notes, *_notes(question, chosen, serving)),
    )


def halts_of_cohort(question: Question, cohort: CohortInOrder) -> tuple[Reason, ...]:
    """What holds back whoever is to be dosed in a recorded cohort until people do something about it."""
    decisions = Decisions(question, cohort)
    reasons = _of_cohort(question, decisions, earliest(question, decisions), backfilled(question, cohort))
    return tuple(each for each in reasons if each.halts)


def halting(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Reasons that hold whoever is to be dosed, as such: they halt dosing unless they pass with time."""
    return (replace(each, halts=each.fulfilled_from is None) for each in reasons)


def _of_cohort(question: Question, decisions: Decisions, found: Earliest, beside: Backfilled) -> Iterator[Reason]:
    """The reasons that are the same for everybody who is to be dosed in a cohort."""
    yield from halting(beside.reasons)
    yield from halting(decision_reasons(question, decisions))
    yield from halting(timing_reasons(question, decisions, found))


def _notes(question: Question, chosen: str | None, serving: tuple[str, ...]) -> Iterator[str]:
    """What people should know and what holds nothing back."""
    if question.zone_known is None:
        yield "the zone of the site is not known: a day counts as begun or over once it is so everywhere"
    if chosen is None and question.records.batches:
        yield f"no batch is chosen; these would serve: {', '.join(serving) or 'none'}"
    elif not question.records.batches:
        yield "no batch is recorded"
    if question.advice is not None:
        yield f"{ADVICE_NOW} {question.advice.recommendation.reason}"
    for course in question.courses.all:
        if course.by_calendar:
            yield f"{course.subject}: {course.by_calendar}"
    if question.advice is not None and question.advice.is_settled:
        yield "the next step does not depend on the places of the cohort that are left"
