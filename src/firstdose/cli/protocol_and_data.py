"""Whether records can be of the trial that a protocol describes: their dose levels are those of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.records import TrialData
from firstdose.records.dosing import Cohort, Dosing
from firstdose.records.found_rows import Found, indexed, with_words

SAME_TRIAL = "make sure that the protocol and the data are of the same trial, then correct the record"
SAME_DOSE = 1e-6
"""Doses that differ by no more than this share of them are the same number."""
LEVELS_AND_DOSES = (
    (Cohort, "dose_level", "dose"),
    (Dosing, "level_assigned", "dose_assigned"),
)


def check_dose_levels(protocol: Protocol) -> Callable[[TrialData], Iterator[Found]]:
    """A check of records: levels that the protocol lacks, doses and units that are not those of their level."""
    doses = protocol.dose_levels
    levels = range(1, len(doses.values) + 1)
    planned = pl.DataFrame(
        {"level": levels, "planned": doses.values}, schema={"level": pl.Int64, "planned": pl.Float64}
    )
    in_words = planned.with_columns(
        in_words=pl.Series([doses.dose_with_unit(level) for level in levels], dtype=pl.String)
    )
    unit = " ".join(doses.unit.split())

    def check(data: TrialData) -> Iterator[Found]:
        for record_type, level, dose in LEVELS_AND_DOSES:
            for rows in indexed(data, record_type, level, dose, "dose_unit"):
                known = rows.rename({level: "level", dose: "dose"}).join(
                    in_words, on="level", maintain_order="left", how="left"
                )
                beyond = known.filter(pl.col("level") > len(levels))
                yield record_type, level, with_words(beyond, f"the protocol has levels 1 to {len(levels)}", SAME_TRIAL)
                written = pl.col("dose_unit").str.replace_all(r"\s+", " ").str.strip_chars()
                other_unit = known.filter((pl.col("level") > 0) & (written != unit))
                yield record_type, "dose_unit", with_words(other_unit, f"the protocol has doses in {unit}", SAME_TRIAL)
                differs = (pl.col("dose") - pl.col("planned")).abs() > SAME_DOSE * pl.col("planned")
                other_dose = known.filter(differs & (written.fill_null(unit) == unit))
                rule = pl.concat_str(
                    [pl.lit("in the protocol the dose of level "), "level", pl.lit(" is "), "in_words"]
                )
                yield record_type, dose, with_words(other_dose, rule, SAME_TRIAL)

    return check
