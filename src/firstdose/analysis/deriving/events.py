"""Adverse events on the days of the trial: emergence, period, attribution and what they are counted under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from firstdose.analysis.deriving.background import NONE_TAKEN, Background
from firstdose.analysis.deriving.notes import note
from firstdose.analysis.deriving.treatment import Treatment
from firstdose.analysis.deriving.trial_days import Days, TrialDays, days_from
from firstdose.protocol.expression import Answer, some
from firstdose.records import AdverseEvent, GradeChange, TrialData
from firstdose.records.derived import AnalysisNote, EventAnalysis
from firstdose.records.frames import in_frame
from firstdose.safety import MISSING
from firstdose.safety.dlt import is_related
from firstdose.safety.emergence import BECAME_WORSE, Emergence, EventCourse, GradeStep, treatment_emergence

NOT_CODED = "not coded"
CHANGES = ("interrupted", "reduced", "increased", "delayed", "withdrawn")
NO_CHANGES = ("none", "not_applicable")
CRITERIA = (
    "serious_death",
    "serious_life_threatening",
    "serious_hospital",
    "serious_disability",
    "serious_congenital",
    "serious_other",
)

EventKey = tuple[str, int]

GRADES = range(1, 6)
"""The grades of CTCAE; any other is no grade, and is noted."""


@dataclass(frozen=True)
class EventContext:
    """What deriving an event rests on: days, treatments, background treatments, DLTs, and the window of emergence."""

    days: TrialDays
    treatments: Mapping[str, Treatment]
    backgrounds: Mapping[str, Background]
    dlts: Mapping[EventKey, Answer]
    window_days: int | None


def derive_events(data: TrialData, context: EventContext) -> tuple[list[EventAnalysis], list[AnalysisNote]]:
    """Every adverse event, in order of subject and number, with a note for each assumption."""
    grades = _grades(data)
    rows, notes = [], []
    for event in sorted(data.records(AdverseEvent), key=lambda each: (each.subject, each.number)):
        steps = grades.get((event.subject, event.number), [])
        emergence = _emergence(event, steps, context)
        row = _derived(event, steps, emergence, context)
        rows.append(row)
        notes += [
            note(AdverseEvent, f"{event.subject}/{event.number}", *each) for each in _remarks(event, emergence, row)
        ]
    return rows, notes


def _grades(data: TrialData) -> dict[EventKey, list[GradeChange]]:
    """The history of grades of each event, in its order."""
    found: dict[EventKey, list[GradeChange]] = {}
    for change in sorted(data.records(GradeChange), key=lambda each: (each.subject, each.event, each.change)):
        found.setdefault((change.subject, change.event), []).append(change)
    return found


def _emergence(event: AdverseEvent, steps: list[GradeChange], context: EventContext) -> Emergence:
    """Whether the event is treatment-emergent, by the one rule of `safety`."""
    subject, moment = event.subject, context.days.moment
    start, end = moment(subject, in_frame(event.start)), moment(subject, in_frame(event.end))
    course = EventCourse(
        start,
        MISSING if end.before(start) else end,  # an end before the event's own start tells nothing of when it ended
        tuple(GradeStep(step.grade, moment(subject, in_frame(step.changed))) for step in steps),
    )
    treatment = context.treatments.get(subject)
    if treatment is None:
        return treatment_emergence(course, None)
    return treatment_emergence(course, treatment.began, window_days=context.window_days, last_treatment=treatment.last)


def _derived(
    event: AdverseEvent, steps: list[GradeChange], emergence: Emergence, context: EventContext
) -> EventAnalysis:
    """One event."""
    began = _days(event.subject, in_frame(event.start), context)
    ended = _days(event.subject, in_frame(event.end), context)
    return EventAnalysis(
        subject=event.subject,
        number=event.number,
        term=event.preferred_term or event.term,
        organ_class=event.organ_class or NOT_CODED,
        first_day=began.first,
        last_day=began.last,
        end_first_day=ended.first,
        end_last_day=ended.last,
        is_emergent=emergence.answer,
        counts=emergence.counts,
        emergence_rule=emergence.rule,
        period=_period(began, context.backgrounds.get(event.subject, NONE_TAKEN)),
        grade=_highest_grade(event, _steps_that_count(event, steps, emergence, context), steps),
        severity=event.severity,
        is_serious=_is_serious(event),
        related_to_product=is_related(event.relation_to_product),
        related_to_procedure=is_related(event.relation_to_procedure),
        related_to_background_treatment=is_related(event.relation_to_background_treatment),
        related_to_disease=is_related(event.relation_to_disease),
        special_interest=event.special_interest,
        is_dlt=context.dlts.get((event.subject, event.number)),
        changed_treatment=_changed_treatment(event, context.backgrounds.get(event.subject, NONE_TAKEN)),
        outcome=event.outcome,
    )


def _days(subject: str, text: str | None, context: EventContext) -> Days:
    """The days that a date can mean, counted from the start of treatment."""
    return days_from(context.days.anchor(subject).start, context.days.moment(subject, text))


def _period(began: Days, background: Background) -> str | None:
    """The period in which it began; None where its date leaves that open."""
    if began.first is None and began.last is None:
        return None
    possible = background.possible_periods(began)
    return possible[0].value if len(possible) == 1 else None


def _is_serious(event: AdverseEvent) -> Answer:
    """As recorded; without an answer a criterion of seriousness that is met makes it serious."""
    if event.serious is not None:
        return event.serious
    return True if _meets_criterion(event) else None


def _meets_criterion(event: AdverseEvent) -> bool:
    return any(getattr(event, name) for name in CRITERIA)


def _steps_that_count(
    event: AdverseEvent, steps: list[GradeChange], emergence: Emergence, context: EventContext
) -> list[GradeChange]:
    """The grades since treatment of an event that counts since it became worse after it; else all of them."""
    treatment = context.treatments.get(event.subject)
    if treatment is None or emergence.rule != BECAME_WORSE:
        return steps
    moment = context.days.moment
    return [step for step in steps if moment(step.subject, in_frame(step.changed)).before(treatment.began) is not True]


def _highest_grade(event: AdverseEvent, counted: list[GradeChange], steps: list[GradeChange]) -> int | None:
    """The highest of the grades that exist, of those that count and of the event itself.

    The event's own is no more than what its history had before; where it is higher than all of that, nobody knows when.
    """
    known = [step.grade for step in counted]
    if event.grade is not None and (len(counted) == len(steps) or event.grade > max(step.grade for step in steps)):
        known.append(event.grade)
    return max((grade for grade in known if grade in GRADES), default=None)


def _changed_treatment(event: AdverseEvent, background: Background) -> Answer:
    """Whether the product, or a background treatment that the person took, was changed for it."""
    actions = [event.action_with_product]
    if background.was_taken or event.action_with_background_treatment is not None:
        actions.append(event.action_with_background_treatment)
    return some(True if action in CHANGES else (False if action in NO_CHANGES else None) for action in actions)


def _remarks(event: AdverseEvent, emergence: Emergence, row: EventAnalysis) -> Iterator[tuple[str, str]]:
    """What was assumed, and where records contradict each other."""
    if row.end_last_day is not None and row.first_day is not None and row.end_last_day < row.first_day:
        yield "is_emergent", "its end is before its own start, so the end is left out of whether it is emergent"
    if event.grade is not None and event.grade not in GRADES:
        yield "grade", f"grade {event.grade} does not exist and is left out"
    if emergence.assumption is not None:
        yield "is_emergent", f"{emergence.rule}: assumed that it {emergence.assumption}"
    if event.serious is False and _meets_criterion(event):
        yield "is_serious", "a criterion of seriousness is met, but the event is recorded as not serious, and counts so"
    if event.grade is not None and row.grade != event.grade and event.grade in GRADES:
        if emergence.rule == BECAME_WORSE and (row.grade or 0) < event.grade:
            yield "grade", f"the highest since treatment, {row.grade}, counts; grade {event.grade} was before it"
        else:
            yield (
                "grade",
                f"the history of grades reaches {row.grade}, which counts; recorded as highest is {event.grade}",
            )
