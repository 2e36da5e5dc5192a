"""Reference dates, study days, epochs and visit numbers: what SDTM asks for besides what was recorded.

A study day is given only where both dates are wholly known; so is an epoch. Nothing is imputed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from firstdose.cdisc.writing.drafts import Draft
from firstdose.cdisc.writing.metadata import domain_of
from firstdose.protocol import Protocol
from firstdose.records import Dosing, Subject, TrialData, Visit
from firstdose.records.partial_date_frames import earliest_day, is_moment_before, latest_day

WHOLE_DATE = r"^\d{4}-\d{2}-\d{2}"
SCREENING, TREATMENT, FOLLOW_UP = "SCREENING", "TREATMENT", "FOLLOW-UP"
EPOCH_BY = ("--STDTC", "--DTC")
DAYS = {"--DTC": "--DY", "--STDTC": "--STDY", "--ENDTC": "--ENDY"}


@dataclass(frozen=True)
class Timing:
    """When each subject was first and last given the product, and the numbers and planned days of visits.

    `doses` has USUBJID, first dose and last dose, as recorded, whether the subject was never dosed, and the dates of
    consent and of the end of participation; `planned_days` are days from dosing.
    """

    doses: pl.DataFrame
    visit_numbers: pl.DataFrame
    planned_days: Mapping[str, int]


def timing_of(protocol: Protocol, trial_data: TrialData) -> Timing:
    """What the records say of doses and visits."""
    planned = {each.id: each.day for each in protocol.schedule.visits} if protocol.schedule else {}
    return Timing(_doses(trial_data), _visit_numbers(protocol, trial_data), planned)


def day_of(text: pl.Expr) -> pl.Expr:
    """The day of a date or time of which year, month and day are known; nothing otherwise."""
    whole = pl.when(text.str.contains(WHOLE_DATE)).then(text.str.slice(0, 10))
    return whole.str.to_date("%Y-%m-%d", strict=False)


def has_begun() -> pl.Expr:
    """Whether anything may have been given at a dosing: something is said of it, or when it began, and not "none".

    A dosing that is only prepared says neither.
    """
    is_said = pl.col("given").is_not_null() | (pl.col("dose_given") > 0).fill_null(False)
    is_dated = pl.any_horizontal(pl.col("procedure_start", "product_start", "product_end").is_not_null())
    return (is_said | is_dated) & (pl.col("given") != "none").fill_null(True)


def was_given(frame: pl.DataFrame) -> pl.DataFrame:
    """The dosings at which anything may have been given."""
    return frame.filter(has_begun())


def with_timing(draft: Draft, timing: Timing) -> Draft:
    """A draft with the visit numbers, study days and epochs that its domain has."""
    described = domain_of(draft.domain).variables
    frame = draft.frame
    if "VISITNUM" in described and "VISITNUM" not in frame.columns and "VISIT" in frame.columns:
        frame = frame.join(timing.visit_numbers, on=["USUBJID", "VISIT"], how="left", maintain_order="left")
    sources = [name for each in EPOCH_BY if (name := each.replace("--", draft.domain)) in frame.columns]
    if "EPOCH" in described and sources and "EPOCH" not in frame.columns:
        epochs = epochs_of(frame.select("USUBJID", pl.col(sources[0]).alias("date")).drop_nulls().unique(), timing)
        frame = frame.join(
            epochs, left_on=["USUBJID", sources[0]], right_on=["USUBJID", "date"], how="left", maintain_order="left"
        )
    frame = frame.join(timing.doses, on="USUBJID", how="left", maintain_order="left")
    first = day_of(pl.col("first dose"))
    for date, day in DAYS.items():
        source, target = date.replace("--", draft.domain), day.replace("--", draft.domain)
        if target in described and source in frame.columns:
            away = (day_of(pl.col(source)) - first).dt.total_days()
            frame = frame.with_columns((away + (away >= 0).cast(pl.Int64)).alias(target))
    return draft.with_frame(frame.drop(set(timing.doses.columns) - {"USUBJID"}))


def epochs_of(dates: pl.DataFrame, timing: Timing) -> pl.DataFrame:
    """The epoch of each date of a subject (USUBJID, date), in EPOCH: that of the element in SE that covers it.

    Nothing is in an epoch before consent, after the end of participation, or where either is left open; the day of the
    first administration is parted by times where both are known.
    """
    first, last, consent, end = (
        pl.col(name) for name in ("first dose", "last dose", "consent", "end of participation")
    )
    spans = timing.doses.with_columns(
        day_of(first).alias("first day"),
        day_of(last).alias("last day"),
        latest_day(consent).alias("consented by"),
        earliest_day(end).alias("takes part until"),
    )
    joined = dates.join(spans, on="USUBJID", how="left").with_columns(day_of(pl.col("date")).alias("on"))
    on, date = pl.col("on"), pl.col("date")
    is_of_treatment = (on == pl.col("first day")) | (on == pl.col("last day"))
    by_day = joined.filter(~is_of_treatment.fill_null(False)).with_columns(
        (on < pl.col("first day")).alias("is before"), (on > pl.col("last day")).alias("is after")
    )
    by_time = joined.filter(is_of_treatment).with_columns(
        pl.coalesce(is_moment_before(date, first), on < pl.col("first day")).alias("is before"),
        pl.coalesce(is_moment_before(last, date), on > pl.col("last day")).alias("is after"),
    )
    return pl.concat([by_day, by_time]).select("USUBJID", "date", _epoch().alias("EPOCH"))


def _epoch() -> pl.Expr:
    """The epoch, by columns that say where a day stands between the subject's dates."""
    is_before, is_after, on = pl.col("is before"), pl.col("is after"), pl.col("on")
    takes_part = pl.col("end of participation").is_null() | (on <= pl.col("takes part until"))
    return (
        pl.when(is_before | (pl.col("first dose").is_null() & pl.col("never dosed") & on.is_not_null()))
        .then(pl.when((on >= pl.col("consented by")) & takes_part).then(pl.lit(SCREENING)))
        .when(is_after)
        .then(pl.when(takes_part).then(pl.lit(FOLLOW_UP)))
        .when(~is_before & ~is_after)
        .then(pl.lit(TREATMENT))
    )


def _doses(trial_data: TrialData) -> pl.DataFrame:
    """The first start and the last end of each subject; nothing where a date leaves it open which that is."""
    given = was_given(trial_data[Dosing]).rename({"subject": "USUBJID"})

    def known(name: str) -> pl.Expr:
        return day_of(pl.col(name)).is_not_null().all()

    several = given.group_by("USUBJID", maintain_order=True).agg(
        pl.when(known("product_start")).then(pl.col("product_start").min()).alias("first dose"),
        pl.when(known("product_end")).then(pl.col("product_end").max()).alias("last dose"),
    )
    people = (
        trial_data[Subject]
        .select(
            pl.col("subject").alias("USUBJID"),
            pl.col("consent"),
            pl.col("participation_end").alias("end of participation"),
        )
        .unique("USUBJID", keep="first", maintain_order=True)
    )
    joined = people.join(several, on="USUBJID", how="left", maintain_order="left")
    is_dosed = pl.col("USUBJID").is_in(several["USUBJID"].implode())
    return joined.with_columns((~is_dosed).alias("never dosed"))


def _visit_numbers(protocol: Protocol, trial_data: TrialData) -> pl.DataFrame:
    """The number of each visit of each subject (USUBJID, VISIT, VISITNUM).

    It is the one recorded; else that of the same visit of others; else the place in the protocol's schedule; else one
    after all of these, in the order of names.
    """
    visits = trial_data[Visit].select(
        pl.col("subject").alias("USUBJID"), pl.col("visit").alias("VISIT"), pl.col("order").alias("VISITNUM")
    )
    said = [
        frame.select(pl.col("subject").alias("USUBJID"), pl.col("visit").alias("VISIT"))
        for frame in trial_data.frames.values()
        if {"subject", "visit"} <= set(frame.columns)
    ]
    every = pl.concat(said).drop_nulls().unique(maintain_order=True)
    recorded = visits.drop_nulls().unique(["USUBJID", "VISIT"], keep="first", maintain_order=True)
    numbers = general_numbers(protocol, trial_data)
    general = pl.col("VISIT").replace_strict(numbers, default=None, return_dtype=pl.Float64)
    joined = every.join(recorded, on=["USUBJID", "VISIT"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("VISITNUM", general).alias("VISITNUM"), _trimmed("VISIT"))


def general_numbers(protocol: Protocol, trial_data: TrialData) -> dict[str, float]:
    """The number of each visit that goes for all subjects, recorded or planned."""
    visits = trial_data[Visit]
    counts = visits.filter(pl.col("order").is_not_null()).group_by("visit").agg(pl.col("order").mode().min())
    numbers: dict[str, float] = dict(counts.sort("order").iter_rows())
    planned = protocol.schedule.every_visit if protocol.schedule else ()
    taken = set(numbers.values())
    for place, visit in enumerate(planned, start=1):
        if visit.id not in numbers and float(place) not in taken:
            numbers[visit.id] = float(place)
            taken.add(float(place))
    named = [
        frame["visit"].drop_nulls().unique()
        for frame in trial_data.frames.values()
        if {"subject", "visit"} <= set(frame.columns)
    ]
    lacking = [visit.id for visit in planned if visit.id not in numbers]
    others = sorted(set(pl.concat(named).to_list()) - numbers.keys() - set(lacking))
    following = int(max([*taken, len(planned)])) + 1
    return numbers | {name: float(number) for number, name in enumerate([*lacking, *others], following)}


def _trimmed(name: str) -> pl.Expr:
    """A text as it is written."""
    return pl.col(name).str.strip_chars_end(" ")
