"""Rules between records: duplicates, references, consent, death, units, visits and the day of the data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import polars as pl

from firstdose.records.catalogue import RECORDS
from firstdose.records.dosing import Batch, BatchTest, Cohort, Dosing, Slot
from firstdose.records.events import AdverseEvent, DltAdjudication, GradeChange, Relapse
from firstdose.records.examinations import Assessment, Image, LabResult, Sample, Visit, VitalSign
from firstdose.records.partial_date_frames import is_complete_day, is_day_before, is_moment_before
from firstdose.records.question import columns_of, keys_of, occurrence_of
from firstdose.records.subjects import Death, Subject
from firstdose.records.treatments import Medication
from firstdose.records.trial_data import TrialData, is_later

Found = tuple[type, str, pl.DataFrame]

NEEDS_CONSENT = (Dosing, AdverseEvent, LabResult, VitalSign, Assessment, Image, Sample)
OF_THE_LIVING = (Visit, Dosing, AdverseEvent, Medication, LabResult, VitalSign, Assessment, Image, Relapse)
ENDS = {AdverseEvent: "end", Medication: "end", Dosing: "product_end"}
REFERENCES: tuple[tuple[type, tuple[str, ...], type, tuple[str, ...]], ...] = (
    (GradeChange, ("subject", "event"), AdverseEvent, ("subject", "number")),
    (DltAdjudication, ("subject", "event"), AdverseEvent, ("subject", "number")),
    (Medication, ("subject", "event"), AdverseEvent, ("subject", "number")),
    (Death, ("subject", "event"), AdverseEvent, ("subject", "number")),
    (Slot, ("cohort",), Cohort, ("cohort",)),
    (Dosing, ("cohort",), Cohort, ("cohort",)),
    (Dosing, ("batch",), Batch, ("batch",)),
    (BatchTest, ("batch",), Batch, ("batch",)),
)


def between(trial_data: TrialData, visits: Collection[str]) -> Iterator[Found]:
    """Everything that breaks a rule between records."""
    for check in CHECKS:
        yield from check(trial_data)
    if visits:
        yield from check_planned_visits(trial_data, visits)


def check_duplicates(data: TrialData) -> Iterator[Found]:
    """Two records of one kind have the same identity."""
    for record_type in RECORDS.values():
        keys = list(keys_of(record_type))
        is_later_one = pl.struct(keys).is_first_distinct().not_()
        rule = f"must be unique: an earlier {_words(record_type)} has the same {' and '.join(keys)}"
        yield _found(data, record_type, keys[-1], is_later_one, rule, "remove one of the two, or correct it")


def check_same_person(data: TrialData) -> Iterator[Found]:
    """Two subjects may be one person."""
    person = pl.struct("centre", "birth", "sex")
    is_known = is_complete_day(pl.col("birth")) & pl.col("earlier_subject").is_null()
    is_again = is_known & person.is_first_distinct().not_()
    rule = "another subject of this centre has the same date of birth and sex"
    yield _found(data, Subject, "birth", is_again, rule, "fill in earlier_subject if this is the same person")


def check_subjects_known(data: TrialData) -> Iterator[Found]:
    """A record belongs to somebody who is not among the subjects."""
    known = data[Subject]["subject"].unique().to_list()
    for record_type in RECORDS.values():
        if record_type is not Subject and "subject" in columns_of(record_type):
            is_unknown = pl.col("subject").is_in(known).not_()
            rule = "must be one of the subjects"
            yield _found(data, record_type, "subject", is_unknown, rule, "correct it, or add the subject")


def check_references(data: TrialData) -> Iterator[Found]:
    """A record refers to another that is not there; where nothing of that kind is recorded, nothing is said."""
    for record_type, fields, other_type, keys in REFERENCES:
        frame, others = data[record_type].with_row_index("index"), data[other_type]
        if frame.height and others.height:
            referring = frame.filter(pl.all_horizontal(pl.col(field).is_not_null() for field in fields))
            lost = referring.join(others, left_on=fields, right_on=keys, how="anti")
            rule = f"must be the {' and '.join(keys)} of an existing {_words(other_type)}"
            yield record_type, fields[-1], _with_words(lost, rule, f"correct it, or add the {_words(other_type)}")


def check_consent(data: TrialData) -> Iterator[Found]:
    """Something was done to a person, or counted as an event, before consent; cells were given before eligibility."""
    for record_type in NEEDS_CONSENT:
        rule = "must not be before consent"
        yield _against_subject(data, record_type, _first_date(record_type), "consent", rule)
    rule = "must not be before eligibility was confirmed"
    yield _against_subject(data, Dosing, "product_start", "eligibility_confirmed", rule)
    yield _against_subject(data, Dosing, "procedure_start", "consent", "must not be before consent")


def check_death(data: TrialData) -> Iterator[Found]:
    """Something begins, happens or ends after death."""
    deaths = data[Death].select("subject", "died").unique("subject", keep="first", maintain_order=True)
    if not deaths.height:
        return
    dates: list[tuple[type, str, str]] = [
        (kind, _first_date(kind), "must not be after death") for kind in OF_THE_LIVING
    ]
    dates += [(kind, end, "must not end after death") for kind, end in ENDS.items()]
    for record_type, field, rule in dates:
        dated = data[record_type].select("subject", field).with_row_index("index")
        frame = dated.join(deaths, on="subject", maintain_order="left")
        after = frame.filter(is_day_before(pl.col("died"), pl.col(field)))
        yield record_type, field, _with_words(after, rule, "check both dates with the source")


def check_fatal_events(data: TrialData) -> Iterator[Found]:
    """A fatal event of somebody whose death is not recorded."""
    dead = data[Death]["subject"].unique().to_list()
    is_open = (pl.col("outcome") == "fatal") & pl.col("subject").is_in(dead).not_()
    yield _found(data, AdverseEvent, "outcome", is_open, "a fatal event needs a record of the death", "add the death")


def check_grades(data: TrialData) -> Iterator[Found]:
    """The highest grade of an event is not the highest of its history."""
    highest = data[GradeChange].group_by("subject", "event").agg(pl.col("grade").max().alias("highest"))
    events = data[AdverseEvent].with_row_index("index")
    joined = events.join(highest, left_on=["subject", "number"], right_on=["subject", "event"], maintain_order="left")
    differs = joined.filter(pl.col("grade").is_null() | (pl.col("grade") != pl.col("highest")))
    yield AdverseEvent, "grade", _with_words(differs, "should be the highest grade of its changes", "correct either")


def check_units(data: TrialData) -> Iterator[Found]:
    """A test or a dose is recorded in another unit than usual; a standard unit counts before the reported one."""
    unit = pl.coalesce("standard_unit", "unit")
    for record_type, test in ((LabResult, ["test", "category", "specimen"]), (VitalSign, ["test"])):
        yield _other_unit(data, record_type, unit, test, "unit")
    yield _other_unit(data, Dosing, pl.col("dose_unit"), [], "dose_unit")
    yield _other_unit(data, Cohort, pl.col("dose_unit"), [], "dose_unit")


def check_batches(data: TrialData) -> Iterator[Found]:
    """Cells were given from a batch that was not released, or after its expiry."""
    batches = data[Batch].select("batch", "state", "released", "expires").unique("batch", keep="first")
    given = data[Dosing].with_row_index("index").join(batches, on="batch", maintain_order="left")
    start = pl.col("product_start")
    for is_broken, rule in (
        (pl.col("state").is_in(["quarantine", "rejected"]), "this batch is not released"),
        (is_moment_before(start, pl.col("released")), "this batch was released later"),
        (is_day_before(pl.col("expires"), start), "this batch had expired"),
        (pl.col("state") == "released_out_of_specification", "this batch is out of specification"),
    ):
        rows = given.filter(is_broken.fill_null(False))
        yield Dosing, "batch", _with_words(rows, rule, "check the batch and tell the sponsor")


def check_visits(data: TrialData) -> Iterator[Found]:
    """Something is recorded at a visit that the subject did not have."""
    visits = data[Visit].select("subject", "visit")
    if not visits.height:
        return
    for record_type in RECORDS.values():
        if record_type is not Visit and "visit" in columns_of(record_type):
            frame = data[record_type].select("subject", "visit").with_row_index("index").drop_nulls("visit")
            lost = frame.join(visits, on=["subject", "visit"], how="anti", maintain_order="left")
            rule = "must be a visit that the subject had"
            yield record_type, "visit", _with_words(lost, rule, "correct it, or add the visit")


def check_planned_visits(data: TrialData, visits: Collection[str]) -> Iterator[Found]:
    """A visit that the protocol does not plan and that is not said to be unscheduled."""
    is_unknown = pl.col("visit").is_in(list(visits)).not_() & pl.col("unscheduled").fill_null(False).not_()
    fix = f"use one of: {', '.join(visits)}; or say that it was unscheduled"
    yield _found(data, Visit, "visit", is_unknown, "must be a visit that the protocol plans", fix)


def check_future(data: TrialData) -> Iterator[Found]:
    """Something occurred after the day up to which the data were gathered."""
    for record_type in RECORDS.values():
        field = occurrence_of(record_type)
        if field and data.as_of:
            rule = f"must not be after the day of the data, {data.as_of.isoformat()}"
            yield _found(data, record_type, field, is_later(field, data.as_of), rule, "check the date with the source")


CHECKS: tuple[Callable[[TrialData], Iterator[Found]], ...] = (
    check_duplicates,
    check_same_person,
    check_subjects_known,
    check_references,
    check_consent,
    check_death,
    check_fatal_events,
    check_grades,
    check_units,
    check_batches,
    check_visits,
    check_future,
)


def _found(data: TrialData, record_type: type, field: str, is_broken: pl.Expr, rule: str, fix: str) -> Found:
    """The rows of a frame that break a rule."""
    frame = data[record_type]
    indices = frame.select(is_broken.fill_null(False).alias("broken"))["broken"].arg_true()
    return record_type, field, _with_words(indices.alias("index").to_frame(), rule, fix)


def _with_words(rows: pl.DataFrame, rule: str, fix: str) -> pl.DataFrame:
    """Rows with the rule that they break."""
    return rows.select("index", pl.lit(rule).alias("rule"), pl.lit(fix).alias("fix"))


def _against_subject(data: TrialData, record_type: type, field: str, limit: str, rule: str) -> Found:
    """Rows whose date is surely before a date of their subject."""
    limits = data[Subject].select("subject", pl.col(limit).alias("limit")).unique("subject", keep="first").drop_nulls()
    frame = data[record_type].select("subject", field).with_row_index("index")
    frame = frame.join(limits, on="subject", maintain_order="left")
    early = frame.filter(is_moment_before(pl.col(field), pl.col("limit")))
    return record_type, field, _with_words(early, rule, "check both dates with the source")


def _other_unit(data: TrialData, record_type: type, unit: pl.Expr, test: list[str], field: str) -> Found:
    """Rows in another unit than most of their test; equally frequent ones go by alphabet."""
    frame = data[record_type].select(*test, unit.alias("in unit"), pl.lit(0).alias("all")).with_row_index("index")
    counted = frame.filter(pl.col("in unit").is_not_null()).group_by("all", *test, "in unit").len()
    usual = (
        counted.sort(["len", "in unit"], descending=[True, False])
        .unique(["all", *test], keep="first", maintain_order=True)
        .rename({"in unit": "usual"})
    )
    joined = frame.join(usual, on=["all", *test], nulls_equal=True, maintain_order="left")
    other = joined.filter(pl.col("in unit") != pl.col("usual"))
    rule = pl.concat_str([pl.lit("should be in the unit of most others, "), "usual"])
    return record_type, field, other.select("index", rule.alias("rule"), pl.lit("check value and unit").alias("fix"))


def _first_date(record_type: type) -> str:
    """The field that says when something occurred."""
    field = occurrence_of(record_type)
    assert field is not None
    return field


def _words(record_type: type) -> str:
    """A kind of record in words: "adverse event"."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in record_type.__name__).strip()
