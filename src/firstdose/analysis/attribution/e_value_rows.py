"""The E-value of the highest dose against the lowest, a contrast of its own beside the slope over all doses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.analysis.attribution import e_value
from firstdose.analysis.attribution.comparisons import place_of
from firstdose.analysis.attribution.periods import Changes, Periods
from firstdose.analysis.frame import Frame
from firstdose.records.results import Result

TABLE = "e_values"
CONTRAST = "highest against lowest dose"
CONTRAST_AFTER = f"{CONTRAST}, after the drug"
CONVERSION = "risk ratio taken as exp(0.91 d), d the difference of means in pooled standard deviations"


def e_value_rows(frame: Frame, found: Periods, changes: Changes, contrast: str = CONTRAST) -> Iterator[Result]:
    """The E-value of the difference of people's changes in one period, highest against lowest dose."""
    place: dict[str, Any] = place_of(found, TABLE, contrast)
    known = np.isfinite(changes.value) & (found.outcome.dose > 0)
    dose, used = found.outcome.dose[known], changes.of(known)
    if np.unique(dose).size < 2:
        warning = "values are known at one dose only" if dose.size else "nobody has a value"
        yield Result(**place, statistic="e_value", warning=warning)
        return
    lowest, highest = used.of(dose == dose.min()), used.of(dose == dose.max())
    yield Result(
        **place, statistic="people", value=float(lowest.value.size + highest.value.size), of=float(known.sum()),
        format="count", unit="people", text=f"{dose.max():g} against {dose.min():g} {frame.protocol.dose_levels.unit}",
    )  # fmt: skip
    try:
        difference = e_value.standardised_difference(
            lowest.value, highest.value, certainty=frame.certainty, runs=np.vstack([lowest.runs, highest.runs])
        )
    except ValueError as refusal:
        yield Result(**place, statistic="e_value", warning=f"not estimable: {refusal}")
        return
    found_e = e_value.of_difference(difference)
    same = {**place, "confidence": frame.certainty, "method": "e_value"}
    yield Result(
        **same, statistic="standardised_difference", value=difference.estimate, lower=difference.lower,
        upper=difference.upper, unit="pooled standard deviations",
    )  # fmt: skip
    yield Result(
        **same, statistic="risk_ratio", value=found_e.risk_ratio, lower=found_e.lower, upper=found_e.upper,
        warning=CONVERSION,
    )  # fmt: skip
    same["confidence"] = None
    yield Result(**same, statistic="e_value", value=found_e.of_estimate)
    yield Result(**same, statistic="e_value_of_limit", value=found_e.of_limit)
