"""Intervals of one rate against the figures of papers."""

import numpy as np
import pytest

from firstdose.methods.binomial import clopper_pearson, largest_undetected_rate, wilson


@pytest.mark.parametrize(
    ("events", "participants", "exact", "score"),
    [
        (81, 263, (0.2527, 0.3676), (0.2553, 0.3662)),
        (15, 148, (0.0578, 0.1617), (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1684), (0.0000, 0.1611)),
        (1, 29, (0.0009, 0.1776), (0.0061, 0.1718)),
    ],
)
def test_intervals_of_newcombe(
    events: int, participants: int, exact: tuple[float, float], score: tuple[float, float]
) -> None:
    """Newcombe, Stat Med 1998;17:857, table I: methods 5 (Clopper-Pearson) and 3 (Wilson)."""
    np.testing.assert_array_equal(np.round(clopper_pearson(participants, events), 4), exact)
    np.testing.assert_array_equal(np.round(wilson(participants, events), 4), score)


def test_rule_of_three() -> None:
    """Hanley and Lippman-Hand, JAMA 1983;249:1743: from 30 on, 3/n is close to the limit and above it."""
    participants = np.arange(30, 1000)
    excess = 3 / participants - largest_undetected_rate(participants)
    assert (excess > 0).all()
    assert excess.max() < 0.005
