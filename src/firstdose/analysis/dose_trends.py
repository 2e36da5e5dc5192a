"""Trend of one value a person over ordered doses, by tests that are exact in small groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import FloatArray
from firstdose.methods._conditional_sums import TooManyArrangements
from firstdose.methods.correlation_interval import spearman_interval
from firstdose.methods.trend import (
    Trend,
    jonckheere_terpstra,
    simulated_jonckheere_terpstra,
    simulated_spearman,
    spearman,
)
from firstdose.records.results import Result

PERMUTATIONS = 999
ONE_DOSE = "values are known at one dose only, so nothing can be said of a trend"
NO_VALUE = "nobody has a value and a known dose, so nothing can be said of a trend"

Exact = Callable[[FloatArray, FloatArray], Trend]
TESTS: dict[str, tuple[Exact, Callable[..., Any]]] = {
    "jonckheere_terpstra": (jonckheere_terpstra, simulated_jonckheere_terpstra),
    "spearman": (spearman, simulated_spearman),
}
"""Each test: exact, and simulated where that is too much work."""


def dose_trends(
    frame: Frame, values: FloatArray, doses: FloatArray, *, seed: int, warning: str = "", **where: Any
) -> Iterator[Result]:
    """Both tests on the people whose value and dose are known (not nan); arrays have shape (people,).

    Higher values at higher doses make the statistics high. ``where`` holds the other fields of the results; the name
    of the test goes into ``within``. Both two-sided conventions are given.
    """
    known = np.isfinite(values) & np.isfinite(doses)
    value, dose = values[known], doses[known]
    for name in TESTS:
        if np.unique(dose).size < 2:
            reason = ONE_DOSE if dose.size else NO_VALUE
            yield Result(**where, within=name, statistic="p_doubled", format="p_value", warning=reason)
        elif np.unique(value).size < 2 and name == "spearman":
            same = "every value is the same, so there is no correlation"
            yield Result(**where, within=name, statistic="p_doubled", format="p_value", warning=same)
        else:
            yield from _figures(frame, name, value, dose, seed, {**where, "within": name, "warning": warning})


def _figures(
    frame: Frame, name: str, value: FloatArray, dose: FloatArray, seed: int, where: dict[str, Any]
) -> Iterator[Result]:
    """The statistic of one test and its two-sided probabilities."""
    found, error = tested(name, value, dose, seed)
    method = f"{name}_exact" if error is None else f"{name}_simulated"
    same = {**where, "method": method}
    if name == "spearman":
        yield _correlation(frame, found.statistic, len(value), same)
    else:
        pairs = float(sum((dose > one).sum() for one in dose))
        yield Result(**same, statistic="pairs_in_order", value=found.statistic, of=pairs)
    yield Result(**same, statistic="people", value=float(len(value)), format="count", unit="people")
    for convention in ("p_doubled", "p_distance"):
        yield Result(**same, statistic=convention, value=getattr(found, convention), format="p_value")
    if error is not None:
        yield Result(**same, statistic="monte_carlo_error", value=error)


def _correlation(frame: Frame, correlation: float, people: int, same: dict[str, Any]) -> Result:
    """The correlation with its approximate interval, which very few people do not have."""
    limits = spearman_interval(correlation, people, frame.certainty)
    if limits is None:
        return Result(**same, statistic="correlation", value=correlation)
    fields = {**same, "method": "bonett_wright", "confidence": frame.certainty}
    return Result(**fields, statistic="correlation", value=correlation, lower=limits[0], upper=limits[1])


def tested(name: str, value: FloatArray, dose: FloatArray, seed: int) -> tuple[Any, float | None]:
    """The test, exact or else simulated, with its Monte Carlo error where there is one."""
    exact, simulated = TESTS[name]
    try:
        return exact(value, dose), None
    except TooManyArrangements:
        found = simulated(value, dose, permutations=PERMUTATIONS, seed=seed)
        return found, found.error
