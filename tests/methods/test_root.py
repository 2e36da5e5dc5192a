"""The root of a function between two points, against roots that are known and against `scipy.optimize.brentq`."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from firstdose.methods.root import root_between

FUNCTIONS = {
    "exponential": (lambda x: math.exp(x) - 5.0, -40.0, 60.0, math.log(5.0)),
    "steep at the end": (lambda x: x**9 - 1e-9, 0.0, 10.0, 0.1),
    "flat at the root": (lambda x: (x - 0.3) ** 3, -1.0, 7.0, 0.3),
    "wave": (lambda x: math.cos(x) - x, 0.0, 2.0, 0.7390851332151607),
    "a jump": (lambda x: 1.0 if x > 2 / 3 else -1.0, 0.0, 1.0, 2 / 3),
    "falling": (lambda x: 1.0 / (1.0 + x) - 0.125, 0.0, 1e9, 7.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("turned", [False, True])
def test_finds_a_root_that_is_known(name: str, turned: bool) -> None:
    function, lower, upper, root = FUNCTIONS[name]
    ends = (upper, lower) if turned else (lower, upper)
    assert root_between(function, *ends, absolute=1e-12, relative=1e-12) == pytest.approx(root, abs=3e-12, rel=3e-12)


@given(st.floats(-5.0, 5.0), st.floats(0.1, 4.0), st.floats(0.5, 30.0), st.floats(0.5, 30.0))
def test_agrees_with_brents_method(middle: float, slope: float, below: float, above: float) -> None:
    def function(x: float) -> float:
        return math.tanh(slope * (x - middle)) + 0.1 * (x - middle) ** 3

    expected = brentq(function, middle - below, middle + above, xtol=1e-12, rtol=1e-12)
    found = root_between(function, middle - below, middle + above, absolute=1e-12, relative=1e-12)
    assert found == pytest.approx(expected, abs=2e-11, rel=1e-11)


def test_needs_few_steps() -> None:
    asked: list[float] = []

    def function(x: float) -> float:
        asked.append(x)
        return math.exp(x) - 5.0

    root_between(function, -4.0, 6.0, absolute=1e-12, relative=0.0)
    assert len(asked) < 20, "halving alone would take more than 40"


def test_an_end_may_be_the_root() -> None:
    assert root_between(lambda x: x, 0.0, 1.0, absolute=1e-9, relative=0.0) == 0.0
    assert root_between(lambda x: x - 1.0, 0.0, 1.0, absolute=1e-9, relative=0.0) == 1.0


def test_refuses_ends_of_one_sign() -> None:
    with pytest.raises(ValueError, match="one sign"):
        root_between(lambda x: x**2 + 1.0, -1.0, 1.0, absolute=1e-9, relative=0.0)
