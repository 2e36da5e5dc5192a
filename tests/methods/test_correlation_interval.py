"""The interval of Spearman's correlation: how often it holds the true correlation of normal variables."""

from __future__ import annotations

from math import asin, pi

import numpy as np
import pytest

from firstdose.methods.correlation_interval import spearman_interval
from firstdose.methods.trend import correlation_of_ranks


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8])
def test_it_holds_the_truth_as_often_as_it_says(correlation: float) -> None:
    """Of variables with Pearson's correlation r, Spearman's is 6/pi asin(r/2) (Pearson 1907); here 15 people."""
    truth = 6 / pi * asin(correlation / 2)
    draw = np.random.default_rng(20_260_301)
    trials, people = 4_000, 15
    x = draw.standard_normal((trials, people))
    y = correlation * x + (1 - correlation**2) ** 0.5 * draw.standard_normal((trials, people))
    held = 0
    for one, other in zip(x, y, strict=True):
        interval = spearman_interval(correlation_of_ranks(one, other), people)
        assert interval is not None
        held += interval[0] <= truth <= interval[1]
    assert 0.935 <= held / trials <= 0.975


def test_by_hand() -> None:
    """tanh(atanh(0.5) -+ 1.959964 sqrt(1.125 / 12)), worked out with a calculator."""
    assert spearman_interval(0.5, 15) == pytest.approx((-0.0508, 0.8176), abs=1e-4)


def test_where_there_is_none() -> None:
    assert spearman_interval(1.0, 15) is None
    assert spearman_interval(0.2, 4) is None
    with pytest.raises(ValueError, match="correlation"):
        spearman_interval(1.2, 15)
    with pytest.raises(ValueError, match="certainty"):
        spearman_interval(0.2, 15, 1.0)
