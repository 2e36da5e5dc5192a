"""Which samples an analysis of metabolites uses, and why the others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

NO_SUBJECT = "its subject is not known"
NO_VISIT = "its visit is not known"
OTHER_VISIT = "its visit is not one of the analysis"
NO_DOSE = "the dose of its subject is not known"
NO_VALUE = "no value of it can be used"
TWO_DOSES = "its subject has more than one dose; give the assigned dose in every row of a subject"

COLUMN_OF = {NO_SUBJECT: "subject", NO_VISIT: "visit", OTHER_VISIT: "visit", NO_DOSE: "dose", TWO_DOSES: "dose"}
"""The column of the sheet of samples that each reason is about; `NO_VALUE` is about the values."""


@dataclass(frozen=True)
class LeftOut:
    """A study sample that no model uses, and the reason, which is one of those above."""

    sample: str
    reason: str


def with_doses_of_people(samples: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Samples whose dose is not given have the one of their person's other samples, if these agree; and which they are.

    A dose belongs to a person: one cell that is empty does not take the sample out.
    """
    known = pl.col("dose").drop_nulls()
    of_person = pl.when(known.n_unique().over("subject") == 1).then(known.first().over("subject"))
    filled = samples.with_columns(
        pl.when(pl.col("subject").is_null())
        .then(pl.col("dose"))
        .otherwise(pl.coalesce("dose", of_person))
        .alias("dose")
    )
    return filled, samples["dose"].is_null() & filled["dose"].is_not_null()


def choose_samples(
    samples: pl.DataFrame, fluid: str, visits: Sequence[str] = ()
) -> tuple[NDArray[np.int64], tuple[LeftOut, ...]]:
    """Places of the study samples of a fluid whose person, visit and dose are known; the others with the reason.

    Without `visits` all visits are used. A person with several doses is left out as a whole.
    """
    of_fluid = samples.with_row_index("place").filter((pl.col("kind") == "study") & (pl.col("fluid") == fluid))
    doses = pl.col("dose").drop_nulls().n_unique().over("subject")
    reason = (
        pl.when(pl.col("subject").is_null())
        .then(pl.lit(NO_SUBJECT))
        .when(pl.col("visit").is_null())
        .then(pl.lit(NO_VISIT))
        .when((~pl.col("visit").is_in(list(visits))) & pl.lit(bool(visits)))
        .then(pl.lit(OTHER_VISIT))
        .when(pl.col("dose").is_null())
        .then(pl.lit(NO_DOSE))
        .when(doses > 1)
        .then(pl.lit(TWO_DOSES))
    )
    judged = of_fluid.with_columns(reason.alias("reason"))
    left = judged.filter(pl.col("reason").is_not_null()).select("sample", "reason").iter_rows()
    kept = judged.filter(pl.col("reason").is_null())["place"].to_numpy().astype(np.int64)
    return kept, tuple(LeftOut(sample, why) for sample, why in left)
