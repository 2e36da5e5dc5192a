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

WHOLE_DATE = r"^\d{4}-\d{2}-\d{2}"
SCREENING, TREATMENT, FOLLOW_UP = "SCREENING", "TREATMENT", "FOLLOW-UP"
EPOCH_BY = ("--STDTC", "--DTC")
DAYS = {"--DTC": "--DY", "--STDTC": "--STDY", "--ENDTC": "--ENDY"}


@dataclass(frozen=True)
class Timing:
    """When each subject was first and last given the product, and the numbers and planned days of visits.

    `doses` has USUBJID, first dose and last dose, as recorded; `planned_days` are days from dosing.
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


def was_given(frame: pl.DataFrame) -> pl.DataFrame:
    """The dosings at which anything may have been given."""
    return frame.filter((pl.col("given") != "none").fill_null(True))


def with_timing(draft: Draft, timing: Timing) -> Draft:
    """A draft with the visit numbers, study days and epochs that its domain has."""
    described = domain_of(draft.domain).variables
    frame = draft.frame
    if "VISITNUM" in described and "VISITNUM" not in frame.columns and "VISIT" in frame.columns:
        frame = frame.join(timing.visit_numbers, on=["USUBJID", "VISIT"], how="left", maintain_order="left")
    frame = frame.join(timing.doses, on="USUBJID", how="left", maintain_order="left")
    first, last = day_of(pl.col("first dose")), day_of(pl.col("last dose"))
    for date, day in DAYS.items():
        source, target = date.replace("--", draft.domain), day.replace("--", draft.domain)
        if target in described and source in frame.columns:
            away = (day_of(pl.col(source)) - first).dt.total_days()
            frame = frame.with_columns((away + (away >= 0).cast(pl.Int64)).alias(target))
    sources = [name for each in EPOCH_BY if (name := each.replace("--", draft.domain)) in frame.columns]
    if "EPOCH" in described and sources and "EPOCH" not in frame.columns:
        on = pl.coalesce(day_of(pl.col(name)) for name in sources[:1])
        epoch = (
            pl.when(on < first)
            .then(pl.lit(SCREENING))
            .when(on.is_between(first, last))
            .then(pl.lit(TREATMENT))
            .when(on > last)
            .then(pl.lit(FOLLOW_UP))
            .when(pl.col("first dose").is_null() & pl.col("never dosed") & on.is_not_null())
            .then(pl.lit(SCREENING))
        )
        frame = frame.with_columns(epoch.alias("EPOCH"))
    return draft.with_frame(frame.drop("first dose", "last dose", "never dosed"))


def _doses(trial_data: TrialData) -> pl.DataFrame:
    """The first start and the last end of each subject; nothing where a date leaves it open which that is."""
    given = was_given(trial_data[Dosing]).rename({"subject": "USUBJID"})

    def known(name: str) -> pl.Expr:
        return day_of(pl.col(name)).is_not_null().all()

    several = given.group_by("USUBJID", maintain_order=True).agg(
        pl.when(known("product_start")).then(pl.col("product_start").min()).alias("first dose"),
        pl.when(known("product_end")).then(pl.col("product_end").max()).alias("last dose"),
    )
    people = trial_data[Subject].select(pl.col("subject").alias("USUBJID")).unique(maintain_order=True)
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
