"""How much a class of metabolites differs between people: from the values that the trial before tested classes on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from firstdose.simulation.next_trial.plan import MONTHS
from firstdose.simulation.next_trial.settings import NextTrialSettings
from firstdose.simulation.next_trial.spread import spread_within
from firstdose.simulation.next_trial.taken import Taken

DAYS_IN_MONTH = 365.25 / MONTHS
NEAR_MONTHS = 1.5
"""A visit so near to the endpoint's month may stand for it."""
CLASS_VALUES: dict[str, type[pl.DataType]] = {
    "class_name": pl.String,
    "subject": pl.String,
    "level": pl.Int64,
    "day": pl.Int64,
    "value": pl.Float64,
}
"""One row a person, visit and class: the mean of its metabolites, log2; the day is the planned one of the visit."""


def class_spread(settings: NextTrialSettings, values: pl.DataFrame) -> Iterator[Taken]:
    """For each endpoint that is a class: the spread of changes within doses, and how they follow the baseline.

    A class is that whose name is the identifier of the endpoint; the change is from the last visit before dosing.
    """
    for number, endpoint in enumerate(settings.endpoints, start=1):
        if endpoint.measure != "metabolite_class" or endpoint.change is None:
            continue
        changes = _changes(values.filter(pl.col("class_name") == endpoint.id), endpoint.at_month)
        found = spread_within(changes["change"].to_numpy(), changes["level"].to_numpy())
        if found is None:
            continue
        yield Taken(
            f"spread of {endpoint.name}", found.value, endpoint.change.unit, found.lower, found.upper,
            f"changes of {found.people} people within doses ({found.degrees_of_freedom} degrees of freedom), from the "
            f"last visit before dosing to day {changes['day'][0]}; as the analysis normalises and averages the class",
            f"endpoints[{number}].change.sd", endpoint.change.sd.value, found.careful, found.people,
        )  # fmt: skip


def _changes(values: pl.DataFrame, month: float) -> pl.DataFrame:
    """Each person's change up to the visit that is nearest to a month; nothing where none is near."""
    nothing = pl.DataFrame(schema={"subject": pl.String, "level": pl.Int64, "day": pl.Int64, "change": pl.Float64})
    known = values.drop_nulls().filter(pl.col("value").is_finite())
    after = known.filter(pl.col("day") > 0)
    if not after.height:
        return nothing
    away = (after["day"] / DAYS_IN_MONTH - month).abs()
    nearest = int(after["day"].to_list()[int(np.argmin(away.to_numpy()))])
    if float(away.to_numpy().min()) > NEAR_MONTHS:
        return nothing
    before = known.filter(pl.col("day") <= 0).sort("day").group_by("subject", maintain_order=True).last()
    at_end = after.filter(pl.col("day") == nearest)
    both = at_end.join(before.select("subject", baseline="value"), on="subject", how="inner")
    return both.select("subject", "level", "day", change=pl.col("value") - pl.col("baseline"))
