"""What every analysis dataset shares: the people's variables, study days, dates and flags."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from firstdose.cdisc.writing.terminology import NO, YES
from firstdose.cdisc.writing.timing import general_numbers
from firstdose.protocol import Protocol
from firstdose.records import keys_of
from firstdose.records.analysis_tables import AnalysisTables

ISO_DAY = "%Y-%m-%d"
TREATMENTS = {"TRT01P": "TRTP", "TRT01PN": "TRTPN", "TRT01A": "TRTA", "TRT01AN": "TRTAN"}
"""Treatments of the one period as the record-level treatments of the other datasets."""
SHARED = ("SITEID", "AGE", "SEX", "ENRLFL", "SAFFL", "DLTEVFL", "PPROTFL", "TRTSDT")


@dataclass(frozen=True, eq=False)
class Source:
    """What analysis datasets are made of: the protocol, the rows of the analysis, and ADSL (variables as columns)."""

    protocol: Protocol
    tables: AnalysisTables
    people: pl.DataFrame

    def recorded(self, record_type: type) -> pl.DataFrame:
        """The records of a kind, one of each identity."""
        rows = self.tables.data.trial_data[record_type]
        return rows.unique(list(keys_of(record_type)), keep="first", maintain_order=True)

    @cached_property
    def visit_numbers(self) -> dict[str, float]:
        """The number of each visit, as SDTM's datasets have it."""
        return general_numbers(self.protocol, self.tables.data.trial_data)

    def with_people(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows that have ``subject``, with the variables of ADSL that every dataset has."""
        shared = self.people.select("USUBJID", *SHARED, *(pl.col(name).alias(to) for name, to in TREATMENTS.items()))
        return rows.rename({"subject": "USUBJID"}).join(shared, on="USUBJID", how="left", maintain_order="left")

    def visits(self) -> list[pl.Expr]:
        """Analysis visit and its number, of rows that have ``visit``."""
        number = pl.col("visit").replace_strict(self.visit_numbers, default=None, return_dtype=pl.Float64)
        return [pl.col("visit").str.strip_chars_end(" ").alias("AVISIT"), number.alias("AVISITN")]


def study_day(day: str | pl.Expr) -> pl.Expr:
    """A day of the trial, whose day 0 is that of treatment, as a study day, which has no day 0."""
    number = pl.col(day) if isinstance(day, str) else day
    return number + (number >= 0).cast(pl.Int64)


def dated(day: str | pl.Expr, day_0: str = "TRTSDT") -> pl.Expr:
    """The date of a day of the trial; nothing where that of day 0 is not known."""
    number = pl.col(day) if isinstance(day, str) else day
    return pl.col(day_0) + pl.duration(days=number)


def as_date(text: str) -> pl.Expr:
    """A whole date in text as a date."""
    return pl.col(text).str.to_date(ISO_DAY)


def answer(name: str) -> pl.Expr:
    """Y or N; nothing where that is not known."""
    return pl.when(pl.col(name)).then(pl.lit(YES)).when(~pl.col(name)).then(pl.lit(NO))


def flag(name: str | pl.Expr) -> pl.Expr:
    """Y where something is the case, else nothing."""
    value = pl.col(name) if isinstance(name, str) else name
    return pl.when(value).then(pl.lit(YES))


def against_baseline() -> list[pl.Expr]:
    """How a measured value stands to the baseline, and whether it counts: the same variables of every such dataset."""
    return [
        flag("is_baseline").alias("ABLFL"),
        pl.col("baseline").alias("BASE"),
        pl.col("change").alias("CHG"),
        flag("is_after").alias("ONTRTFL"),
        flag("is_summarised").alias("ANL01FL"),
    ]


def term(name: str) -> pl.Expr:
    """A code in capitals, with blanks."""
    return pl.col(name).str.replace_all("_", " ", literal=True).str.to_uppercase()
