"""Stopping boundaries against enumeration of every sequence of outcomes, in exact fractions."""

from fractions import Fraction
from itertools import product
from math import comb

import pytest

from firstdose.safety.stopping import bayesian_boundary, boundary_behaviour, sequential_boundary


def tail(events: int, participants: int, rate: Fraction) -> Fraction:
    """P(at least so many events)."""
    return sum(
        (comb(participants, k) * rate**k * (1 - rate) ** (participants - k) for k in range(events, participants + 1)),
        Fraction(0),
    )


def walk(fewest: tuple[int | None, ...], outcomes: tuple[int, ...]) -> int | None:
    """The participant after whom this sequence stops, if it does."""
    events = 0
    for number, outcome in enumerate(outcomes, start=1):
        events += outcome
        mark = fewest[number - 1]
        if mark is not None and events >= mark:
            return number
    return None


def chance_of_stopping(fewest: tuple[int | None, ...], rate: Fraction) -> tuple[Fraction, Fraction]:
    """The chance of ever stopping, and the expected number of participants, over every sequence."""
    stops, participants = Fraction(0), Fraction(0)
    for outcomes in product((0, 1), repeat=len(fewest)):
        events = sum(outcomes)
        chance = rate**events * (1 - rate) ** (len(outcomes) - events)
        stopped = walk(fewest, outcomes)
        stops += chance if stopped else 0
        participants += chance * (stopped or len(outcomes))
    return stops, participants


@pytest.mark.parametrize(("limit", "certainty"), [("1/4", "19/20"), ("3/10", "9/10"), ("1/5", "4/5")])
def test_the_bayesian_boundary_by_fractions(limit: str, certainty: str) -> None:
    """With a uniform prior P(rate > limit | t of n) is the chance of at most t events in n + 1 at the limit."""
    cut, sure = Fraction(limit), Fraction(certainty)
    expected = []
    for n in range(1, 16):
        enough = [t for t in range(n + 1) if 1 - tail(t + 1, n + 1, cut) > sure]
        expected.append(enough[0] if enough else None)
    assert bayesian_boundary(float(cut), float(sure), 15).fewest == tuple(expected)


@pytest.mark.parametrize("rate", ["1/10", "1/4", "2/3"])
def test_behaviour_by_enumeration(rate: str) -> None:
    boundary = bayesian_boundary(0.25, 0.9, 9)
    stops, participants = chance_of_stopping(boundary.fewest, Fraction(rate))
    found = boundary_behaviour(boundary, [float(Fraction(rate))])
    assert found.stops[0] == pytest.approx(float(stops), rel=1e-12)
    assert found.participants[0] == pytest.approx(float(participants), rel=1e-12)
    assert found.events[0] == pytest.approx(float(participants * Fraction(rate)), rel=1e-12)


@pytest.mark.parametrize(
    ("rate", "error", "looks"),
    [("1/5", "1/20", range(1, 9)), ("1/3", "1/10", range(1, 9)), ("1/4", "1/10", (3, 6, 8)), ("1/10", "1/5", (2, 8))],
)
def test_the_sequential_boundary_is_the_one_with_the_largest_level_that_keeps_the_error(
    rate: str, error: str, looks: range | tuple[int, ...]
) -> None:
    """Try every level at which some boundary changes."""
    theta, most = Fraction(rate), 8
    levels = sorted({tail(b, k, theta) for k in looks for b in range(1, k + 1)})
    best: tuple[int | None, ...] = (None,) * most
    for level in levels:
        fewest = tuple(
            next((b for b in range(1, k + 1) if tail(b, k, theta) <= level), None) if k in looks else None
            for k in range(1, most + 1)
        )
        if chance_of_stopping(fewest, theta)[0] <= Fraction(error):
            best = fewest
    assert sequential_boundary(float(theta), float(Fraction(error)), most, looks).boundary.fewest == best
