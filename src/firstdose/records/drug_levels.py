"""Levels of drugs in blood, and whether the drug is recorded among the person's medications."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.records.examinations import LabResult
from firstdose.records.found_rows import Found, indexed, with_words
from firstdose.records.treatments import Medication
from firstdose.records.trial_data import TrialData

TROUGH = "trough"
NAMES_OF_DRUGS = ("drug", "standard_name", "background_treatment")
FIELDS = ("result", "result_text", "standard_result", "standard_text", "detection_limit", "performed", "drawn")


def is_below_detection() -> pl.Expr:
    """Whether a laboratory result says that nothing was found: 0, a text as "<0.2", or no more than the limit.

    Such a result is no sign that the drug was taken: it may well come from somebody who was not given it.
    """
    text = pl.coalesce("standard_text", "result_text").str.strip_chars()
    number = pl.coalesce("result", "standard_result")
    is_within_limit = pl.col("result") <= pl.col("detection_limit")
    return pl.any_horizontal(
        (number <= 0).fill_null(False),
        (number.is_null() & text.str.starts_with("<")).fill_null(False),
        is_within_limit.fill_null(False),
    )


def check_drug_levels(data: TrialData) -> Iterator[Found]:
    """A drug's level was measured, or blood drawn for it, in somebody of whom none of that drug is recorded.

    One row for each person and drug, the first. Where no medication of anybody is recorded, nothing is said. The drug
    is the analyte, or else a name or code of the test that is that of a recorded drug.
    """
    taken = _drugs_taken(data)
    if not taken.height:
        return
    drugs = taken["known"].unique().to_list()
    named = [pl.when(_plain(column).is_in(drugs)).then(_plain(column)) for column in ("name", "test")]
    drug = pl.coalesce(_plain("analyte"), *named)
    is_drawn = pl.col("drawn").is_not_null() | pl.col("result").is_not_null() | pl.col("result_text").is_not_null()
    is_done = pl.col("performed").is_in(["not_done", "unable_to_perform"]).fill_null(False).not_()
    is_level = (_plain("category") == TROUGH).fill_null(False) & is_drawn & is_done & ~is_below_detection()
    seen: set[tuple[str, str]] = set()
    for rows in indexed(data, LabResult, "subject", "category", "analyte", "name", "test", *FIELDS):
        levels = rows.filter(is_level).with_columns(known=drug).drop_nulls("known")
        lost = levels.join(taken, on=["subject", "known"], how="anti", maintain_order="left")
        first = lost.unique(["subject", "known"], keep="first", maintain_order=True)
        new = [key not in seen for key in first.select("subject", "known").iter_rows()]
        seen.update(first.select("subject", "known").iter_rows())
        rule = pl.format("a level of {} needs a record that this person took it, and there is none", "known")
        yield LabResult, "result", with_words(first.filter(pl.Series(new, dtype=pl.Boolean)), rule, FIX)


FIX = "add the medication, or correct the subject or the test"


def _drugs_taken(data: TrialData) -> pl.DataFrame:
    """Each person's drugs by every name that the records give them: columns subject and known."""
    rows = data[Medication].select("subject", *(_plain(name).alias(name) for name in NAMES_OF_DRUGS))
    return rows.unpivot(index="subject", value_name="known").select("subject", "known").drop_nulls().unique()


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()
