"""The spread of a few people, against statpsych's planning value of a variance, and how often its limits hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from firstdose.simulation.next_trial import Taken, spread
from firstdose.simulation.next_trial.spread import spread_within
from firstdose.simulation.next_trial.taken import SHARE

SD = "endpoints[1].change.sd"


def with_variance(variance: float, people: int) -> np.ndarray:
    values = np.arange(people, dtype=np.float64)
    return values * math.sqrt(variance / values.var(ddof=1))


@pytest.mark.parametrize(
    ("alpha", "variance", "people", "limit"), [(0.25, 15, 60, 17.23264), (0.10, 1.45, 100, 1.762447)]
)
def test_the_careful_value_is_the_planning_value_of_statpsych(
    monkeypatch: pytest.MonkeyPatch, alpha: float, variance: float, people: int, limit: float
) -> None:
    """The examples of `ci.var.upper` in the R package statpsych, which has other certainties."""
    monkeypatch.setattr(spread, "CAREFUL", 1 - alpha)
    found = spread_within(with_variance(variance, people), np.zeros(people, dtype=np.int64))
    assert found is not None
    assert found.value**2 == pytest.approx(variance)
    assert found.careful**2 == pytest.approx(limit, rel=1e-6)


def test_limits_and_careful_value_hold_the_truth_as_often_as_they_say() -> None:
    draws = np.random.default_rng(4).normal(size=(4000, 9)) * 0.3 + np.repeat([0.0, 5.0, 9.0], 3)
    groups = np.repeat([1, 2, 3], 3)
    found = [each for each in (spread_within(draw, groups) for draw in draws) if each is not None]
    assert {(each.people, each.degrees_of_freedom) for each in found} == {(9, 6)}
    for share, expected in (
        (np.mean([each.careful >= 0.3 for each in found]), 0.8),
        (np.mean([each.lower <= 0.3 <= each.upper for each in found]), 0.95),
        (np.mean([each.value < 0.3 for each in found]), stats.chi2.cdf(6, 6)),
    ):
        assert share == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 4000))


def test_one_a_group_has_no_spread() -> None:
    assert spread_within(np.array([1.0, 2.0]), np.array([1, 2])) is None


def taken(people: int, stated: float, **more: float) -> Taken:
    return Taken("spread of carnitines", 0.124, "log2", 0.09, 0.2, "", SD, stated, 0.16, people, **more)


def test_few_people_are_warned_of_and_what_follows_from_the_settings() -> None:
    words = taken(14, 0.4).warning
    assert words.startswith("spread of carnitines: 14 people are few, 70 are advised")
    assert "0.09 to 0.2 log2 would all go with the data, the 0.4 log2 of the settings not" in words
    assert "about 6.2 times as many people" in words, "(0.4 / 0.16)² = 6.25"
    assert "settings" not in taken(14, 0.15).warning
    assert taken(70, 0.4).warning == ""
    missed = Taken("missed visits", 0.0667, SHARE, None, None, "", "conduct.missed_visit", 0.05, people=59)
    assert missed.warning == "missed visits: 59 people are few, 60 are advised for such a figure"
    assert Taken("events", 0.1, SHARE, 0.0, 0.4, "").warning == ""


def test_shares_are_shown_in_percent_and_others_with_their_unit() -> None:
    event = Taken("events", 0.0667, SHARE, 0.001, 0.273, "")
    assert (event.shown(event.value), event.limits) == ("6.7 %", "0.1 % to 27.3 %")
    assert taken(14, 0.4).shown(0.124) == "0.124 log2"
    assert taken(14, 0.4).limits == "0.09 to 0.2 log2"
