"""The samples of a trial with the dose of the level that each person counts at, and the cohort they were dosed in."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.records.abundances import Abundances
from firstdose.records.dosing import Slot

POPULATION = "treated"


def with_doses(frame: Frame, abundances: Abundances) -> Abundances:
    """The abundances of the treated: samples of others have no subject, so that they are listed as left out.

    Cohorts come from the slots that were dosed; a person in none, or in several, is in the cohort of their dose.
    """
    people = frame.people(POPULATION).select("subject", "level")
    doses = people.with_columns(
        pl.Series("dose", [None if level is None else frame.dose(level) for level in people["level"]], dtype=pl.Float64)
    ).select("subject", "dose")
    slots = frame.data.trial_data[Slot].filter((pl.col("state") == "dosed") & pl.col("subject").is_not_null())
    alone = slots.filter(pl.col("subject").is_unique())
    cohorts = alone.select("subject", pl.format("cohort {}", pl.col("cohort")).alias("cohort"))
    samples = abundances.samples
    joined = (
        samples.drop("dose", "cohort", strict=False)
        .with_columns(pl.when(pl.col("subject").is_in(people["subject"].implode())).then(pl.col("subject")))
        .join(doses, on="subject", how="left", maintain_order="left")
        .join(cohorts, on="subject", how="left", maintain_order="left")
    )
    return replace(abundances, samples=joined.select(*dict.fromkeys([*samples.columns, "cohort"])))
