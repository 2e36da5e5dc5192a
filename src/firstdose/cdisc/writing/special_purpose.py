"""DM, SE and SV: the people, the elements of the trial that they went through, and their visits."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.cdisc.nonstandard import qualifiers_of
from firstdose.cdisc.terms import COUNTRIES
from firstdose.cdisc.writing.arms import GIVEN_LEVEL, PLANNED_LEVEL, WHAT_WAS_GIVEN, arms_of_levels
from firstdose.cdisc.writing.drafts import Draft, draft, supplement_text, supplements, where
from firstdose.cdisc.writing.timing import FOLLOW_UP, SCREENING, TREATMENT, Timing, was_given
from firstdose.cdisc.writing.trial_design import ELEMENTS, arm_codes
from firstdose.protocol import Protocol
from firstdose.records import Death, Disposition, Dosing, Subject, TrialData, Visit, columns_of

SCREEN_FAILURE = "SCREEN FAILURE"
NOT_ASSIGNED, NOT_TREATED = "NOT ASSIGNED", "ASSIGNED, NOT TREATED"
UNPLANNED = "UNPLANNED TREATMENT"
REASONS = {
    SCREEN_FAILURE: SCREEN_FAILURE,
    NOT_ASSIGNED: NOT_ASSIGNED,
    "NOT TREATED": NOT_TREATED,
    UNPLANNED: UNPLANNED,
}
"""What older data have in the place of an arm, and the reason that it means."""
YEARS = "YEARS"
OCCURRED = {"done": "Y", "partly_done": "Y", "missed": "N"}
"""Whether a visit took place, by its state; one of which only a part was done did."""
CODES = {name: code for code, name in COUNTRIES.items()}


def demographics(protocol: Protocol, trial_data: TrialData, timing: Timing) -> Draft:
    """DM: one row a person, deaths included."""
    people = draft(Subject, "DM", trial_data[Subject])
    deaths = draft(Death, "DM", trial_data[Death])
    known = deaths.frame.select("USUBJID", "DTHDTC", pl.lit("Y").alias("DTHFL"))
    joined = people.frame.join(known, on="USUBJID", how="left", maintain_order="left")
    doses = timing.doses.select("USUBJID", "first dose", "last dose")
    joined = joined.join(doses, on="USUBJID", how="left", maintain_order="left")
    levels = arms_of_levels(protocol, trial_data)
    joined = joined.join(levels, on="USUBJID", how="left", maintain_order="left").with_columns(
        pl.coalesce("ARM", PLANNED_LEVEL).alias("ARM"), pl.coalesce("ACTARM", GIVEN_LEVEL).alias("ACTARM")
    )
    arms = arm_codes(protocol)
    frame = joined.with_columns(
        pl.col("USUBJID").alias("SUBJID"),
        pl.col("first dose").alias("RFSTDTC"),
        pl.col("last dose").alias("RFENDTC"),
        pl.col("first dose").alias("RFXSTDTC"),
        pl.col("last dose").alias("RFXENDTC"),
        pl.when(pl.col("AGE").is_not_null()).then(pl.lit(YEARS)).alias("AGEU"),
        _code_of("ARM", arms).alias("ARMCD"),
        _code_of("ACTARM", arms).alias("ACTARMCD"),
        pl.col("COUNTRY").replace(CODES),
        *(pl.when(_reason(name).is_null()).then(name).alias(name) for name in ("ARM", "ACTARM")),
        pl.coalesce(_reason("ARM"), _reason("ACTARM"), _reason_without_arm(trial_data)).alias("ARMNRS"),
    )
    is_unplanned = (pl.col("ARMNRS") == UNPLANNED) & pl.col("ACTARM").is_null()
    frame = frame.with_columns(pl.when(is_unplanned).then(WHAT_WAS_GIVEN).alias("ACTARMUD"))
    in_demographics = pl.col("USUBJID").is_in(frame["USUBJID"].implode())
    of_deaths = tuple(each.filter(in_demographics) for each in deaths.supplements)
    return Draft("DM", frame, (*people.supplements, *of_deaths))


def subject_elements(dm: Draft) -> Draft:
    """SE: screening, treatment and follow-up, with the dates that are recorded."""
    elements = dict(zip((SCREENING, TREATMENT, FOLLOW_UP), ELEMENTS, strict=True))
    first, last, end = pl.col("RFXSTDTC"), pl.col("RFXENDTC"), pl.col("RFPENDTC")
    spans = {SCREENING: (pl.col("RFICDTC"), pl.coalesce(first, end)), TREATMENT: (first, last), FOLLOW_UP: (last, end)}
    rows = [
        dm.frame.filter(start.is_not_null()).select(
            "USUBJID",
            pl.lit(elements[epoch].code).alias("ETCD"),
            pl.lit(elements[epoch].name).alias("ELEMENT"),
            pl.lit(order, pl.Int64).alias("TAETORD"),
            pl.lit(epoch).alias("EPOCH"),
            start.alias("SESTDTC"),
            finish.alias("SEENDTC"),
        )
        for order, (epoch, (start, finish)) in enumerate(spans.items(), start=1)
    ]
    together = pl.concat(rows).sort("USUBJID", "TAETORD")
    return Draft("SE", together.with_columns(_within_subject().alias("SESEQ")))


def subject_visits(trial_data: TrialData) -> Draft:
    """SV: the visits, those that were missed included."""
    visits = draft(Visit, "SV", trial_data[Visit], apart=("state", "unscheduled"))
    is_planned = ~pl.col("unscheduled")
    said = pl.col("state").replace_strict(OCCURRED, default=None, return_dtype=pl.String)
    day = pl.col("planned_day")
    frame = visits.frame.with_columns(
        pl.when(is_planned).then(pl.lit("Y")).alias("SVPRESP"),
        pl.when(is_planned).then(said).alias("SVOCCUR"),
        (day + (day >= 0).cast(pl.Int64)).alias("VISITDY"),
    )
    return Draft("SV", frame, (*visits.supplements, *_states(frame)))


def _states(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What SVPRESP and SVOCCUR do not say of visits."""
    qualifiers, columns = qualifiers_of(Visit, "SV"), columns_of(Visit)
    is_whole = frame["state"].is_in(["done", "missed"]) & frame["SVOCCUR"].is_not_null()
    unsaid = {"state": ~is_whole.fill_null(False), "unscheduled": frame["SVPRESP"].is_null()}
    for name, is_unsaid in unsaid.items():
        values = where(supplement_text(columns[name], frame[name]), is_unsaid)
        yield supplements("SV", frame, qualifiers[name], values)


def _code_of(arm: str, codes: dict[str, str]) -> pl.Expr:
    """The code of an arm that the protocol names."""
    return pl.col(arm).replace_strict(codes, default=None, return_dtype=pl.String)


def _reason(arm: str) -> pl.Expr:
    """The reason that stands in the place of an arm, if one does."""
    return (
        pl.col(arm).str.strip_chars().str.to_uppercase().replace_strict(REASONS, default=None, return_dtype=pl.String)
    )


def _reason_without_arm(trial_data: TrialData) -> pl.Expr:
    """Why there is no planned or no actual arm, as far as dispositions and dosings say."""
    dispositions = trial_data[Disposition]
    failures = dispositions.filter(pl.col("event").str.to_uppercase() == SCREEN_FAILURE)["subject"]
    is_dosed = pl.col("USUBJID").is_in(was_given(trial_data[Dosing])["subject"].implode())
    has_failed = pl.col("USUBJID").is_in(failures.implode())
    return (
        pl.when(is_dosed & pl.col("ACTARM").is_null())
        .then(pl.lit(UNPLANNED))
        .when(pl.col("ARM").is_null() & has_failed)
        .then(pl.lit(SCREEN_FAILURE))
        .when(pl.col("ARM").is_null())
        .then(pl.lit(NOT_ASSIGNED))
        .when(pl.col("ACTARM").is_null())
        .then(pl.lit(NOT_TREATED))
    )


def _within_subject() -> pl.Expr:
    """The number of a row among those of its subject."""
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID")
