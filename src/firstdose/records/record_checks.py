"""Rules between the fields of one record; a rule on dates is broken only where the dates surely say so."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from firstdose.records.dosing import Batch, Dosing, Slot
from firstdose.records.events import AdverseEvent, Relapse
from firstdose.records.examinations import Assessment, LabResult, Sample, Visit, VitalSign
from firstdose.records.partial_date_frames import earliest_day, is_day_before, is_moment_before, latest_day
from firstdose.records.partial_date_text import read_partial_date_time
from firstdose.records.question import columns_of
from firstdose.records.subjects import MedicalHistory, Subject
from firstdose.records.treatments import Medication

CHECK_SOURCE = "check both with the source"
CRITERIA = tuple(
    f"serious_{name}" for name in ("death", "life_threatening", "hospital", "disability", "congenital", "other")
)


def _col(name: str) -> pl.Expr:
    return pl.col(name)


@dataclass(frozen=True)
class Earlier:
    """That one date of a record surely comes before another; by their days alone, or by the times of day too."""

    date: str
    other: str
    by_day: bool = False

    @property
    def in_columns(self) -> pl.Expr:
        """Of whole columns; unknown where the dates leave it open."""
        compare = is_day_before if self.by_day else is_moment_before
        return compare(_col(self.date), _col(self.other))

    def is_so(self, *written: object) -> bool:
        """Of one record, given the texts of both dates: in a hundredth of the time that a frame of one row takes."""
        date, other = (read_partial_date_time(str(text)) if text else None for text in written)
        if date is None or other is None:
            return False
        answer = date.date.is_before(other.date) if self.by_day else date.is_before(other)
        return answer.answer is True


@dataclass(frozen=True, eq=False)
class RecordRule:
    """One rule: the field to look at, when it is broken, the rule in words and what to do.

    ``earlier`` says the same of those that compare two dates, for who looks at few records.
    """

    field: str
    is_broken: pl.Expr
    rule: str
    fix: str = CHECK_SOURCE
    earlier: Earlier | None = None


def _is_earlier(field: str, rule: str, date: str, other: str, by_day: bool = False) -> RecordRule:
    """A date that comes before another, and should not."""
    earlier = Earlier(date, other, by_day)
    return RecordRule(field, earlier.in_columns, rule, earlier=earlier)


def _ends_before_start(record_type: type, start: str, end: str, by_day: bool = False) -> RecordRule:
    """An end before its start."""
    label = columns_of(record_type)[start].label
    return _is_earlier(end, f"should not be before {label}", end, start, by_day)


def _upside_down(low: str, high: str) -> RecordRule:
    """An upper limit of a laboratory result below its lower one."""
    label = columns_of(LabResult)[low].label
    return RecordRule(high, _col(high) < _col(low), f"should not be below {label}")


def _says_why(field: str) -> tuple[RecordRule, ...]:
    """What was not done or could not be performed has a reason and no answer; what was done has an answer."""
    is_open = _col("performed").is_in(["not_done", "unable_to_perform"]).fill_null(False)
    has_answer = _col(field).is_not_null() | _col(f"{field}_text").is_not_null()
    return (
        RecordRule("reason", is_open & _col("reason").is_null(), "should say why it was not done", "add the reason"),
        RecordRule(field, is_open & has_answer, "should be empty for what was not done"),
        RecordRule(
            field,
            ~is_open & ~has_answer,
            "should have an answer, or say that it was not done and why",
            "add the answer, or say that it was not done and why",
        ),
    )


ADVERSE_EVENT_RULES = (
    _ends_before_start(AdverseEvent, "start", "end"),
    RecordRule(
        "serious",
        _col("serious") & ~pl.any_horizontal(_col(name).fill_null(False) for name in CRITERIA),
        "a serious event should name the criterion that makes it serious",
        "fill in the criterion",
    ),
    RecordRule(
        "serious",
        ~_col("serious").fill_null(False) & pl.any_horizontal(_col(name).fill_null(False) for name in CRITERIA),
        "an event that meets a criterion of seriousness should be serious",
    ),
    RecordRule("outcome", (_col("grade") == 5) & (_col("outcome") != "fatal"), "an event of grade 5 should be fatal"),
    RecordRule("grade", (_col("outcome") == "fatal") & (_col("grade") < 5), "a fatal event should be of grade 5"),
    _is_earlier("aware", "should not be before the start", "aware", "start"),
)


def _years_between(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Years from one day to another."""
    return (last - first).dt.total_days() / 365.25


OLDEST_AT_CONSENT = _years_between(earliest_day(_col("birth")), latest_day(_col("consent")))
YOUNGEST_AT_CONSENT = _years_between(latest_day(_col("birth")), earliest_day(_col("consent")))

RECORD_RULES: dict[type, tuple[RecordRule, ...]] = {
    Subject: (
        RecordRule(
            "age_years",
            (_col("age_years") > OLDEST_AT_CONSENT + 1) | (_col("age_years") < YOUNGEST_AT_CONSENT - 1),
            "should agree with the dates of birth and consent, to within a year",
        ),
        _is_earlier("birth", "should be before consent", "consent", "birth", by_day=True),
        _is_earlier("eligibility_confirmed", "should not be before consent", "eligibility_confirmed", "consent"),
    ),
    MedicalHistory: (_ends_before_start(MedicalHistory, "start", "end", by_day=True),),
    Visit: (_ends_before_start(Visit, "start", "end"),),
    AdverseEvent: ADVERSE_EVENT_RULES,
    Medication: (
        _ends_before_start(Medication, "start", "end"),
        RecordRule("dose_unit", (_col("dose") > 0) & _col("dose_unit").is_null(), "a dose should have a unit"),
        RecordRule("ongoing", _col("ongoing") & _col("end").is_not_null(), "a drug still taken should have no end"),
    ),
    Dosing: (
        _ends_before_start(Dosing, "product_start", "product_end"),
        _ends_before_start(Dosing, "procedure_start", "product_start"),
        RecordRule(
            "dose_unit",
            (_col("dose_given").is_not_null() | _col("dose_assigned").is_not_null()) & _col("dose_unit").is_null(),
            "a dose should have a unit",
            "add the unit",
        ),
        RecordRule("dose_given", (_col("given") == "none") & (_col("dose_given") > 0), "should be 0 if none was given"),
        RecordRule(
            "interruption_reason",
            _col("interrupted") & _col("interruption_reason").is_null(),
            "an interruption should have a reason",
            "add the reason",
        ),
    ),
    Slot: (
        RecordRule(
            "subject",
            _col("state").is_in(["assigned", "dosed", "replaced"]) & _col("subject").is_null(),
            "a slot in this state should have a subject",
            "add the subject, or open the slot",
        ),
    ),
    Batch: (_ends_before_start(Batch, "manufactured", "expires", by_day=True),),
    LabResult: (
        *_says_why("result"),
        _upside_down("range_low", "range_high"),
        _upside_down("standard_range_low", "standard_range_high"),
        _is_earlier("last_intake", "should be before the draw", "drawn", "last_intake"),
    ),
    VitalSign: _says_why("result"),
    Assessment: _says_why("answer"),
    Sample: (_ends_before_start(Sample, "taken", "frozen"),),
    Relapse: (_ends_before_start(Relapse, "onset", "end", by_day=True),),
}
