"""What is derived from the records for analysis: one row a person, event, result or score, on the trial's own days.

Day 0 is the day of the start of the procedure in the site's calendar. Where a date is known in part, the first and last
day that it may mean are both kept, and nothing is filled in.
"""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.records.partial_dates import PartialDateTime
from firstdose.records.question import Question, record
from firstdose.records.subjects import Severity, Sex

ScoreState = Literal["score", "unable_to_perform", "missing"]
Bound = Literal["exact", "at most", "at least"]


@record
class SubjectAnalysis:
    """One person: the sets they belong to, the level they count at, and how long they were followed."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    centre: Annotated[str | None, Question("Centre")] = None
    level: Annotated[int | None, Question("Dose level that the person counts at; 0 is the control", lowest=0)] = None
    level_reason: Annotated[str | None, Question("How that level was found, where it is not the one assigned")] = None
    level_assigned: Annotated[int | None, Question("Dose level assigned", lowest=0)] = None
    dose_assigned: Annotated[float | None, Question("Dose assigned, in the unit of the dose levels", lowest=0)] = None
    dose_given: Annotated[float | None, Question("Dose given, in the unit of the dose levels", lowest=0)] = None
    batch: Annotated[str | None, Question("Batch given")] = None
    treatment_start: Annotated[PartialDateTime | None, Question("Start of the procedure, or of the product")] = None
    treatment_last_day: Annotated[
        int | None, Question("Last day of the last administration, where it is known", unit="days")
    ] = None
    is_enrolled: Annotated[bool, Question("Gave consent and met the criteria")]
    is_treated: Annotated[bool, Question("Was given any of the product")]
    is_dlt_evaluable: Annotated[bool | None, Question("Is evaluable for dose-limiting toxicity")] = None
    is_per_protocol: Annotated[bool, Question("Was treated, without a major deviation")]
    evaluability: Annotated[str | None, Question("Why the person is evaluable for DLTs or not")] = None
    has_dlt: Annotated[bool | None, Question("Had a dose-limiting toxicity")] = None
    age_years: Annotated[float | None, Question("Age at consent", unit="years", lowest=0)] = None
    sex: Annotated[Sex | None, Question("Sex")] = None
    disease_years: Annotated[float | None, Question("Time since the first symptoms", unit="years", lowest=0)] = None
    background_taken: Annotated[bool, Question("Took the background treatment")]
    background_first_day: Annotated[
        int | None, Question("First day of the background treatment, where it is known", unit="days")
    ] = None
    background_last_day: Annotated[int | None, Question("Last day of the background treatment; none while taken")] = (
        None
    )
    background_withdrawal_days: Annotated[
        int | None,
        Question(
            "Withdrawal window of the background treatment that was stopped last; none while one is taken",
            unit="days",
            lowest=0,
        ),
    ] = None
    followed_to_day: Annotated[int | None, Question("Last day of follow-up that is known", unit="days")] = None
    left_day: Annotated[int | None, Question("Day on which the person left the trial", unit="days")] = None
    left_because: Annotated[str | None, Question("Why the person left the trial")] = None
    death_day: Annotated[int | None, Question("Day of death", unit="days")] = None
    died_later: Annotated[bool | None, Question("Died after the last day that the analysis looks at")] = None


@record
class EventAnalysis:
    """One adverse event: whether it is treatment-emergent, and in which period it began."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    number: Annotated[int, Question("Number", is_key=True)]
    term: Annotated[str, Question("Term that it is counted under")]
    organ_class: Annotated[str, Question("System organ class that it is counted under")]
    first_day: Annotated[int | None, Question("First day on which it may have begun", unit="days")] = None
    last_day: Annotated[int | None, Question("Last day on which it may have begun", unit="days")] = None
    end_first_day: Annotated[int | None, Question("First day on which it may have ended", unit="days")] = None
    end_last_day: Annotated[int | None, Question("Last day on which it may have ended", unit="days")] = None
    is_emergent: Annotated[bool | None, Question("Is it treatment-emergent?")] = None
    counts: Annotated[bool, Question("Is it counted: emergent, or not known not to be")]
    emergence_rule: Annotated[str, Question("Rule that decided so")]
    period: Annotated[str | None, Question("Period in which it began; none where its date leaves that open")] = None
    grade: Annotated[int | None, Question("Highest grade", lowest=1, highest=5)] = None
    severity: Annotated[Severity | None, Question("Severity, where there is no grade")] = None
    is_serious: Annotated[bool | None, Question("Serious?")] = None
    related_to_product: Annotated[bool | None, Question("Related to the product?")] = None
    related_to_procedure: Annotated[bool | None, Question("Related to the procedure?")] = None
    related_to_background_treatment: Annotated[bool | None, Question("Related to the background treatment?")] = None
    related_to_disease: Annotated[bool | None, Question("Related to the disease?")] = None
    special_interest: Annotated[str | None, Question("Event of special interest")] = None
    is_dlt: Annotated[bool | None, Question("Dose-limiting?")] = None
    changed_treatment: Annotated[bool | None, Question("Did it change the product or the background treatment?")] = None
    outcome: Annotated[str | None, Question("Outcome")] = None


@record
class ScoreAnalysis:
    """One score of a measure, or one part of it, at one visit."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    measure: Annotated[str, Question("Name of the measure", is_key=True)]
    part: Annotated[str, Question("Part of the score; `score` is the score itself", is_key=True)]
    day: Annotated[int, Question("Day", unit="days", is_key=True)]
    visit: Annotated[str | None, Question("Visit")] = None
    state: Annotated[ScoreState, Question("Score, unable to perform, or missing")]
    value: Annotated[float | None, Question("Value")] = None
    unit: Annotated[str | None, Question("Unit")] = None
    bound: Annotated[Bound | None, Question("Whether the true value is the value, or lies below or above it")] = None
    reason: Annotated[str | None, Question("Why there is no score; or what to beware of")] = None
    is_baseline: Annotated[bool, Question("Is it the person's baseline?")]
    baseline: Annotated[float | None, Question("The person's baseline")] = None
    change: Annotated[float | None, Question("Change from baseline")] = None
    record_numbers: Annotated[str, Question("Numbers of the assessments that it was made from")]


@record
class LabAnalysis:
    """One laboratory result in its standard unit, with its grades."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    number: Annotated[int, Question("Number", is_key=True)]
    test: Annotated[str, Question("Code of the test")]
    name: Annotated[str | None, Question("Name of the test")] = None
    category: Annotated[str | None, Question("Category")] = None
    analyte: Annotated[str | None, Question("What exactly was measured")] = None
    visit: Annotated[str | None, Question("Visit")] = None
    day: Annotated[int | None, Question("Day", unit="days")] = None
    value: Annotated[float | None, Question("Value")] = None
    text: Annotated[str | None, Question("Result that is no number, such as <0.2 or positive")] = None
    unit: Annotated[str | None, Question("Unit")] = None
    range_low: Annotated[float | None, Question("Lower limit of the normal range")] = None
    range_high: Annotated[float | None, Question("Upper limit of the normal range")] = None
    is_baseline: Annotated[bool, Question("Is it the person's baseline?")]
    baseline: Annotated[float | None, Question("The person's baseline")] = None
    term_low: Annotated[str | None, Question("Term for a value that is too low")] = None
    grade_low: Annotated[int | None, Question("Grade for that term", lowest=0, highest=5)] = None
    term_high: Annotated[str | None, Question("Term for a value that is too high")] = None
    grade_high: Annotated[int | None, Question("Grade for that term", lowest=0, highest=5)] = None
    not_graded: Annotated[str | None, Question("Why a grade is missing")] = None
    hours_since_intake: Annotated[float | None, Question("For a trough: hours since the last intake", unit="h")] = None


@record
class RelapseAnalysis:
    """One relapse."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    number: Annotated[int, Question("Number", is_key=True)]
    onset_day: Annotated[int | None, Question("Day of onset, where it is known", unit="days")] = None
    onset_first_day: Annotated[int | None, Question("First day on which it may have begun", unit="days")] = None
    onset_last_day: Annotated[int | None, Question("Last day on which it may have begun", unit="days")] = None
    end_day: Annotated[int | None, Question("Last day", unit="days")] = None
    is_confirmed: Annotated[bool | None, Question("Confirmed by examination?")] = None


@record
class AnalysisNote:
    """Something that was assumed, left out or could not be derived, about one record."""

    kind: Annotated[str, Question("Kind of record")]
    record: Annotated[str, Question("Identity of the record")]
    what: Annotated[str, Question("What was to be derived")]
    note: Annotated[str, Question("What was assumed or left out, and by which rule")]


ANALYSIS_RECORDS: dict[str, type] = {
    "subjects": SubjectAnalysis,
    "events": EventAnalysis,
    "scores": ScoreAnalysis,
    "laboratory": LabAnalysis,
    "relapses": RelapseAnalysis,
    "notes": AnalysisNote,
}
