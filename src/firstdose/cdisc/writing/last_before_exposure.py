"""The flag of the last observation before exposure (--LOBXFL), from recorded dates as study days and epochs are.

One result of each test of a subject has it: the last with a value that came before the first administration of the
product. Only results dated to the day have it; where a date known in part leaves open which result was the last, none
has. On the day of the first administration two times decide; where one is not known, the result counts as before it,
unless its visit is planned for a later day. That is the rule of the analysis for baselines.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from firstdose.cdisc.writing.drafts import Draft
from firstdose.cdisc.writing.metadata import domain_of
from firstdose.cdisc.writing.timing import Timing, day_of
from firstdose.records.partial_date_frames import earliest_day, earliest_moment, is_moment_before, latest_day

SAME_TEST = ("USUBJID", "--TESTCD", "--CAT", "--SPEC", "--POS", "--LOC", "analyte")
"""What results have in common that are of one test; `analyte` is the field beside the variables."""
FLAG = "--LOBXFL"
DAY_OF_DOSE = 0


def with_last_before_exposure(draft: Draft, timing: Timing) -> Draft:
    """A draft with the flag, if its domain has it."""
    name = FLAG.replace("--", draft.domain)
    if name not in domain_of(draft.domain).variables:
        return draft
    date, number = f"{draft.domain}DTC", f"{draft.domain}SEQ"
    test = [key for each in SAME_TEST if (key := each.replace("--", draft.domain)) in draft.frame.columns]
    joined = draft.frame.join(timing.doses, on="USUBJID", how="left", maintain_order="left")
    has_value = pl.any_horizontal(pl.col(f"{draft.domain}{end}").is_not_null() for end in ("ORRES", "STRESC"))
    is_value = has_value & pl.col(f"{draft.domain}STAT").is_null()
    on, text, exposed = day_of(pl.col(date)), pl.col(date), day_of(pl.col("first dose"))
    may_be_before = (earliest_day(text) <= exposed) & on.is_null()
    judged = joined.with_columns(
        (is_value & _precedes(text, on, timing.planned_days)).fill_null(False).alias("is before"),
        pl.when(is_value & may_be_before).then(latest_day(text)).max().over(test).alias("open until"),
    )
    last = judged.filter("is before").sort(earliest_moment(text), number).unique(test, keep="last", maintain_order=True)
    known = last.filter((pl.col("open until") < on).fill_null(pl.col("open until").is_null()))
    keys = ["USUBJID", number]
    flags = known.select(*keys, pl.lit("Y").alias(name)).unique(keys)
    return draft.with_frame(draft.frame.join(flags, on=keys, how="left", maintain_order="left"))


def _precedes(text: pl.Expr, on: pl.Expr, planned_days: Mapping[str, int]) -> pl.Expr:
    """Whether a result dated to the day came before the first administration; nothing where that is not known."""
    planned = pl.col("visit").replace_strict(planned_days, default=DAY_OF_DOSE, return_dtype=pl.Int64)
    by_times = is_moment_before(text, pl.col("first dose"))
    exposed = day_of(pl.col("first dose"))
    return (
        pl.when(on < exposed)
        .then(pl.lit(True))
        .when(on > exposed)
        .then(pl.lit(False))
        .when(on == exposed)
        .then(pl.coalesce(by_times, planned.fill_null(DAY_OF_DOSE) <= DAY_OF_DOSE))
    )
