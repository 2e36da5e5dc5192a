"""What had occurred in a trial by a day, as the dates say it: of those who were in it, and of what was there by then.

Not what had been entered by then: that only the ledger of a trial knows (`conduct.snapshot`).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from firstdose.records.catalogue import NAMES, RECORDS
from firstdose.records.dosing import Dosing
from firstdose.records.events import AdverseEvent, GradeChange
from firstdose.records.partial_date_frames import earliest_day
from firstdose.records.question import beginning_of, occurrence_of
from firstdose.records.references import references_of
from firstdose.records.subjects import Subject
from firstdose.records.trial_data import TrialData, cut, is_later


def occurred_by(trial_data: TrialData, day: date) -> TrialData:
    """What had occurred by a day: the records dated by it or perhaps, of the people who were in the trial by then.

    What is part of a record that is later goes with it, dated or not: the changes of grade of an event, the places of
    a cohort. An event of which the grade rose later has the highest that it had by then. A record that only mentions a
    later one stays.
    """
    known = of_those_in_trial(cut(trial_data, day), later_people(trial_data, day))
    gone = {name: _parts_of_what_is_gone(name, trial_data, known) for name in known.frames}
    known = known.replace({name: frame for name, frame in gone.items() if frame is not None})
    return known.replace({NAMES[AdverseEvent]: _with_grades_of_then(trial_data, known)})


def later_people(trial_data: TrialData, day: date) -> pl.Series:
    """Those who surely came into the trial after a day: consent is dated later, and they were not dosed by then.

    Whoever was dosed was in the trial, whatever the date of consent says.
    """
    people, dosings = trial_data[Subject], trial_data[Dosing]
    dated = pl.coalesce(name for name in (occurrence_of(Dosing), beginning_of(Dosing)) if name)
    is_begun = dated.is_not_null() & (earliest_day(dated) > day).fill_null(False).not_()
    in_trial = pl.concat([people.filter(~is_later("consent", day))["subject"], dosings.filter(is_begun)["subject"]])
    return people.filter(~pl.col("subject").is_in(in_trial.implode()))["subject"].unique()


def of_those_in_trial(trial_data: TrialData, later: pl.Series) -> TrialData:
    """The data without the records of those who came later; a record of nobody in particular stays."""
    is_theirs = pl.col("subject").is_in(later.implode()).fill_null(False)
    frames = {name: frame.filter(~is_theirs) for name, frame in trial_data.frames.items() if "subject" in frame.columns}
    return trial_data.replace(frames)


def _parts_of_what_is_gone(name: str, whole: TrialData, known: TrialData) -> pl.DataFrame | None:
    """One kind of record without the parts of records that are among the whole data and not among those known."""
    frame = known.frames[name]
    for reference in references_of(RECORDS[name]):
        if reference.is_part and reference.other_type is not Subject:
            keys = list(reference.keys)
            gone = whole[reference.other_type].select(keys).join(known[reference.other_type], on=keys, how="anti")
            if gone.height:
                at = list(reference.fields)
                frame = frame.join(gone, left_on=at, right_on=keys, how="anti", maintain_order="left")
    return None if frame.height == known.frames[name].height else frame


def _with_grades_of_then(whole: TrialData, known: TrialData) -> pl.DataFrame:
    """The events, with the highest grade by then of those that became worse later."""
    event = ["subject", "event"]
    then = known[GradeChange].group_by(event).agg(pl.col("grade").max().alias("then"))
    at_last = whole[GradeChange].group_by(event).agg(pl.col("grade").max().alias("at last"))
    risen = then.join(at_last, on=event).filter(pl.col("then").is_between(0, pl.col("at last"), closed="none"))
    joined = known[AdverseEvent].join(
        risen, left_on=["subject", "number"], right_on=event, how="left", maintain_order="left"
    )
    grade = pl.when(pl.col("grade") == pl.col("at last")).then(pl.col("then")).otherwise("grade").alias("grade")
    return joined.with_columns(grade).drop("then", "at last")
