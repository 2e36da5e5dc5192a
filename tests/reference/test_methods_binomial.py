"""Intervals and posterior tails against R (binom, exactci); calls and versions stand beside the figures."""

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from firstdose.methods.binomial import (
    clopper_pearson,
    jeffreys,
    largest_undetected_rate,
    probability_above,
    wilson,
)

FIGURES = json.loads(files("firstdose").joinpath("validation/figures/exact_tests/binomial.json").read_text("utf-8"))


@pytest.mark.parametrize("row", FIGURES["intervals"], ids=lambda row: f"{row['x']} of {row['n']}")
def test_intervals(row: dict[str, Any]) -> None:
    n, x, certainty, result = row["n"], row["x"], row["level"], row["result"]
    for interval, name in (
        (clopper_pearson, "clopper_pearson"),
        (wilson, "wilson"),
        (jeffreys, "jeffreys_equal_tailed"),
    ):
        np.testing.assert_allclose(interval(n, x, certainty=certainty), result[name], rtol=1e-8, atol=1e-15)
    _, upper = clopper_pearson(n, x, certainty=certainty, side="upper")
    np.testing.assert_allclose(upper, result["upper_one_sided"], rtol=1e-8)
    if x == 0:
        np.testing.assert_allclose(largest_undetected_rate(n, certainty), result["upper_one_sided"], rtol=1e-8)


@pytest.mark.parametrize("row", FIGURES["monitoring"], ids=lambda row: row["call"])
def test_smallest_number_of_dlts_that_stops(row: dict[str, Any]) -> None:
    n = np.array(row["result"]["n"])
    grid = np.arange(n.max() + 1)[:, None]
    above = probability_above(row["target"], n, np.minimum(grid, n), tuple(row["prior"]))
    stops = (above >= row["cut"]) & (grid <= n)
    first = [int(column.argmax()) if column.any() else None for column in stops.T]
    assert first == row["result"]["stop_at"]
