"""Rules between records: duplicates, references, consent, death, units, visits and the day of the data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import polars as pl

from firstdose.records.catalogue import RECORDS
from firstdose.records.consent_checks import check_consent, first_date
from firstdose.records.dosing import Batch, Cohort, Dosing
from firstdose.records.drug_levels import check_drug_levels
from firstdose.records.endings import COMPLETIONS, LEAVINGS, is_known_event
from firstdose.records.events import AdverseEvent, GradeChange, Relapse
from firstdose.records.examinations import Assessment, Image, LabResult, Visit, VitalSign
from firstdose.records.found_rows import Found, found_in, indexed, repeated, with_words
from firstdose.records.frames import in_parts
from firstdose.records.partial_date_frames import is_complete_day, is_day_before, is_moment_before
from firstdose.records.question import columns_of, keys_of, occurrence_of
from firstdose.records.references import REFERENCES
from firstdose.records.subjects import Death, Disposition, Subject
from firstdose.records.treatments import Medication
from firstdose.records.trial_data import TrialData, later_dates

VISIT_HAD = "must be a visit that the subject had"
OF_THE_LIVING = (Visit, Dosing, AdverseEvent, Medication, LabResult, VitalSign, Assessment, Image, Relapse)
ENDS = {AdverseEvent: "end", Medication: "end", Dosing: "product_end"}


def between(trial_data: TrialData, visits: Collection[str]) -> Iterator[Found]:
    """Everything that breaks a rule between records."""
    for check in CHECKS:
        yield from check(trial_data)
    if visits:
        yield from check_planned_visits(trial_data, visits)


def check_duplicates(data: TrialData) -> Iterator[Found]:
    """Two records of one kind have the same identity."""
    for record_type in RECORDS.values():
        keys = keys_of(record_type)
        rule = f"must be unique: an earlier {_words(record_type)} has the same {' and '.join(keys)}"
        rows = repeated(data[record_type].select(keys))
        yield record_type, keys[-1], with_words(rows, rule, "remove one of the two, or correct it", "kept, one used")


def check_same_person(data: TrialData) -> Iterator[Found]:
    """Two subjects may be one person."""
    person = repeated(data[Subject].select("centre", "birth", "sex", "earlier_subject"), "centre", "birth", "sex")
    again = person.filter(is_complete_day(pl.col("birth")) & pl.col("earlier_subject").is_null())
    rule = "another subject of this centre has the same date of birth and sex"
    fix = f"if this is the same person, fill in the {columns_of(Subject)['earlier_subject'].label}"
    yield Subject, "birth", with_words(again, rule, fix)


def check_subjects_known(data: TrialData) -> Iterator[Found]:
    """A record belongs to somebody who is not among the subjects."""
    known = data[Subject]["subject"].unique().to_list()
    for record_type in RECORDS.values():
        if record_type is not Subject and "subject" in columns_of(record_type):
            is_unknown = pl.col("subject").is_in(known).not_()
            rule = "must be one of the subjects"
            fix = "correct it, or add the subject"
            yield from found_in(data, record_type, "subject", is_unknown, rule, fix, "kept, of nobody")


def check_references(data: TrialData) -> Iterator[Found]:
    """A record refers to another that is not there; where nothing of that kind is recorded, nothing is said."""
    for record_type, fields, other_type, keys in REFERENCES:
        others = data[other_type].select(keys)
        rule = f"must be the {' and '.join(keys)} of an existing {_words(other_type)}"
        for rows in indexed(data, record_type, *fields) if others.height else ():
            lost = rows.drop_nulls().join(others, left_on=fields, right_on=keys, how="anti", maintain_order="left")
            yield record_type, fields[-1], with_words(lost, rule, f"correct it, or add the {_words(other_type)}")


def check_death(data: TrialData) -> Iterator[Found]:
    """Something begins, happens or ends after death."""
    deaths = data[Death].select("subject", "died").unique("subject", keep="first", maintain_order=True)
    if not deaths.height:
        return
    dates: list[tuple[type, str, str]] = [(kind, first_date(kind), "must not be after death") for kind in OF_THE_LIVING]
    dates += [(kind, end, "must not end after death") for kind, end in ENDS.items()]
    for record_type, field, rule in dates:
        for rows in indexed(data, record_type, "subject", field):
            joined = rows.join(deaths, on="subject", maintain_order="left")
            after = joined.filter(is_day_before(pl.col("died"), pl.col(field)))
            yield record_type, field, with_words(after, rule, "check both dates with the source")


def check_fatal_events(data: TrialData) -> Iterator[Found]:
    """A fatal event of somebody whose death is not recorded."""
    dead = data[Death]["subject"].unique().to_list()
    is_open = (pl.col("outcome") == "fatal") & pl.col("subject").is_in(dead).not_()
    rule = "a fatal event needs a record of the death"
    yield from found_in(data, AdverseEvent, "outcome", is_open, rule, "add the death")


def check_grades(data: TrialData) -> Iterator[Found]:
    """The highest grade of an event is not the highest of its history."""
    highest = data[GradeChange].group_by("subject", "event").agg(pl.col("grade").max().alias("highest"))
    for rows in indexed(data, AdverseEvent, "subject", "number", "grade"):
        joined = rows.join(highest, left_on=["subject", "number"], right_on=["subject", "event"], maintain_order="left")
        differs = joined.filter(pl.col("grade").is_null() | (pl.col("grade") != pl.col("highest")))
        yield AdverseEvent, "grade", with_words(differs, "should be the highest grade of its changes", "correct either")


def check_units(data: TrialData) -> Iterator[Found]:
    """A test or a dose is recorded in another unit than usual; a standard unit counts before the reported one."""
    unit = pl.coalesce("standard_unit", "unit")
    for record_type, test in ((LabResult, ["test", "category", "specimen"]), (VitalSign, ["test"])):
        yield from _other_unit(data, record_type, unit, test, "unit")
    yield from _other_unit(data, Dosing, pl.col("dose_unit"), [], "dose_unit")
    yield from _other_unit(data, Cohort, pl.col("dose_unit"), [], "dose_unit")


def check_cohort_units(data: TrialData) -> Iterator[Found]:
    """A dose is recorded in another unit than the dose of its cohort."""
    cohorts = data[Cohort].select("cohort", pl.col("dose_unit").alias("of cohort")).unique("cohort", keep="first")
    for rows in indexed(data, Dosing, "cohort", "dose_unit"):
        joined = rows.join(cohorts, on="cohort", maintain_order="left")
        other = joined.filter(pl.col("dose_unit") != pl.col("of cohort"))
        rule = pl.concat_str([pl.lit("should be in the unit of its cohort, "), "of cohort"])
        yield Dosing, "dose_unit", with_words(other, rule, "check dose and unit")


def check_batches(data: TrialData) -> Iterator[Found]:
    """Cells were given from a batch that was another's, that was not released, or after its expiry."""
    batches = data[Batch].select("batch", "made_for", "state", "released", "expires").unique("batch", keep="first")
    given = data[Dosing].with_row_index("index").join(batches, on="batch", maintain_order="left")
    start = pl.col("product_start")
    for is_broken, rule in (
        (pl.col("made_for") != pl.col("subject"), "this batch was made for another subject"),
        (pl.col("state").is_in(["quarantine", "rejected"]), "this batch is not released"),
        (is_moment_before(start, pl.col("released")), "this batch was released later"),
        (is_day_before(pl.col("expires"), start), "this batch had expired"),
        (pl.col("state") == "released_out_of_specification", "this batch is out of specification"),
    ):
        rows = given.filter(is_broken.fill_null(False))
        yield Dosing, "batch", with_words(rows, rule, "check the batch and tell the sponsor")


def check_visits(data: TrialData) -> Iterator[Found]:
    """Something is recorded at a visit that the subject did not have."""
    visits = data[Visit].select("subject", "visit")
    if not visits.height:
        return
    for record_type in RECORDS.values():
        if record_type is not Visit and "visit" in columns_of(record_type):
            for rows in indexed(data, record_type, "subject", "visit"):
                at_visits = rows.drop_nulls("visit")
                lost = at_visits.join(visits, on=["subject", "visit"], how="anti", maintain_order="left")
                yield record_type, "visit", with_words(lost, VISIT_HAD, "correct it, or add the visit")


def check_planned_visits(data: TrialData, visits: Collection[str]) -> Iterator[Found]:
    """A visit that the protocol does not plan and that is not said to be unscheduled."""
    is_unknown = pl.col("visit").is_in(list(visits)).not_() & pl.col("unscheduled").fill_null(False).not_()
    fix = f"use one of: {', '.join(visits)}; or say that it was unscheduled"
    yield from found_in(data, Visit, "visit", is_unknown, "must be a visit that the protocol plans", fix)


def check_dispositions(data: TrialData) -> Iterator[Found]:
    """An event of which neither the category nor its own words say whether it ends the part in the trial."""
    events = data[Disposition]["event"].drop_nulls().unique().to_list()
    unknown = [event for event in events if not is_known_event(event)]
    category = pl.col("category").fill_null("").str.to_lowercase()
    is_told = category.str.contains_any(["milestone", "other event", "disposition"])
    rule = "must say whether it ends the part in the trial: by its words, or by its category"
    known = ", ".join(COMPLETIONS[:1] + LEAVINGS)
    fix = f"write the category DISPOSITION EVENT or PROTOCOL MILESTONE, or use one of: {known}"
    is_open = pl.col("event").is_in(unknown) & ~is_told
    yield from found_in(data, Disposition, "event", is_open, rule, fix, "not interpreted")


def check_future(data: TrialData) -> Iterator[Found]:
    """Something occurred after the day up to which the data were gathered."""
    if data.as_of is None:
        return
    dated = {kind: field for kind in RECORDS.values() if (field := occurrence_of(kind))}
    later = later_dates((data[kind][field] for kind, field in dated.items()), data.as_of)
    rule = f"must not be after the day of the data, {data.as_of.isoformat()}"
    for kind, field in dated.items() if later else ():
        yield from found_in(data, kind, field, pl.col(field).is_in(later), rule, "check the date with the source")


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
    check_cohort_units,
    check_batches,
    check_drug_levels,
    check_visits,
    check_dispositions,
    check_future,
)


def _other_unit(data: TrialData, record_type: type, unit: pl.Expr, test: list[str], field: str) -> Iterator[Found]:
    """Rows in another unit than most of their test; equally frequent ones go by alphabet."""
    frame = data[record_type].select(*test, unit.alias("in unit"), pl.lit(0).alias("all"))
    counted = frame.filter(pl.col("in unit").is_not_null()).group_by("all", *test, "in unit").len()
    usual = (
        counted.sort(["len", "in unit"], descending=[True, False])
        .unique(["all", *test], keep="first", maintain_order=True)
        .rename({"in unit": "usual"})
    )
    rule = pl.concat_str([pl.lit("should be in the unit of most others, "), "usual"])
    for first, part in in_parts(frame):
        rows = part.with_row_index("index", offset=first)
        joined = rows.join(usual, on=["all", *test], nulls_equal=True, maintain_order="left")
        other = joined.filter(pl.col("in unit") != pl.col("usual"))
        yield record_type, field, with_words(other, rule, "check value and unit")


def _words(record_type: type) -> str:
    """A kind of record in words: "adverse event"."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in record_type.__name__).strip()
