"""The BLRM's posterior: prior cases, properties of all counts, and its own convergence."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit, ndtr

from firstdose.methods._counts import IntArray
from firstdose.methods.logistic_model import TwoParameterPosterior

DOSES = np.array([5.0, 10.0, 16.0, 24.0])
RATIOS = tuple(np.log(DOSES / 16).tolist())
BLRM = TwoParameterPosterior(RATIOS, prior_mean=(-0.85, 0.4), prior_sd=(2.0, 0.9), prior_correlation=-0.2)
WIDE = replace(BLRM, prior_sd=(3.0, 3.0), prior_correlation=0.0)
NARROW = replace(BLRM, prior_mean=(-3.0, 0.0), prior_sd=(0.3, 0.3))


@st.composite
def states(draw: st.DrawFn) -> tuple[IntArray, IntArray]:
    """One state of four levels, up to 30 participants at each; no and all DLTs are common."""
    n = draw(st.lists(st.integers(0, 30), min_size=4, max_size=4))
    dlts = [draw(st.one_of(st.just(0), st.just(each), st.integers(0, each))) for each in n]
    return np.array([n]), np.array([dlts])


def test_without_data_the_prior_answers() -> None:
    """At the reference dose the log odds are log_alpha, so the prior is a normal distribution."""
    cuts = ndtr((logit([0.16, 0.33]) + 0.85) / 2.0)
    probabilities = BLRM.interval_probabilities([0] * 4, [0] * 4)
    np.testing.assert_allclose(probabilities[0, 2], np.diff([0, *cuts, 1]), atol=1e-9)


@given(states())
def test_intervals_are_probabilities_and_overdosing_rises_with_the_dose(
    state: tuple[IntArray, IntArray],
) -> None:
    probabilities = BLRM.interval_probabilities(*state)
    assert probabilities.shape == (1, 4, 3)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    np.testing.assert_allclose(probabilities.sum(axis=2), 1, rtol=1e-12)
    assert (np.diff(probabilities[..., 2]) >= 0).all()
    means = BLRM.mean_rates(*state)
    assert (np.diff(means) > 0).all()
    assert ((means > 0) & (means < 1)).all()


@pytest.mark.parametrize("posterior", [BLRM, WIDE, NARROW], ids=["usual", "wide", "narrow"])
def test_nothing_changes_when_the_nodes_double(posterior: TwoParameterPosterior) -> None:
    random = np.random.default_rng(5)
    participants = random.integers(0, 31, (60, 4)) * random.integers(0, 2, (60, 4))
    dlts = random.binomial(participants, np.sort(random.random((60, 4)), axis=1))
    dlts[:10], dlts[10:20] = 0, participants[10:20]
    dlts[20:25, 2:], dlts[20:25, :2] = participants[20:25, 2:], 0
    finer = replace(posterior, refinement=2)
    for ask in (TwoParameterPosterior.interval_probabilities, TwoParameterPosterior.mean_rates):
        change = np.abs(ask(posterior, participants, dlts) - ask(finer, participants, dlts))
        assert change.max() < 2e-6


def test_a_state_does_not_depend_on_its_neighbours() -> None:
    random = np.random.default_rng(8)
    participants = random.integers(0, 12, (600, 4))
    dlts = random.binomial(participants, 0.3)
    together = BLRM.interval_probabilities(participants, dlts)
    for row in (0, 300, 599):
        alone = BLRM.interval_probabilities(participants[row], dlts[row])
        np.testing.assert_allclose(together[[row]], alone, rtol=0, atol=1e-12)


def test_data_far_from_the_prior_are_followed() -> None:
    """30 of 30 where the prior expects a few per cent: about 5 prior standard deviations away."""
    posterior = NARROW.interval_probabilities([30, 0, 0, 0], [30, 0, 0, 0])
    finer = replace(NARROW, refinement=2).interval_probabilities([30, 0, 0, 0], [30, 0, 0, 0])
    np.testing.assert_allclose(posterior, finer, atol=2e-6)


def test_data_that_no_prior_reaches_are_refused() -> None:
    certain = replace(BLRM, prior_mean=(-9.0, 0.0), prior_sd=(0.05, 0.05))
    with pytest.raises(ValueError, match=r"\[0, 0, 0, 400\] DLTs .* contradict the prior"):
        certain.interval_probabilities([0, 0, 0, 400], [0, 0, 0, 400])


def test_thresholds_may_be_many_or_none() -> None:
    none = replace(BLRM, thresholds=())
    assert (none.interval_probabilities([3, 3, 0, 0], [0, 1, 0, 0]) == 1).all()
    four = replace(BLRM, thresholds=(0.1, 0.16, 0.33, 0.6))
    probabilities = four.interval_probabilities([3, 3, 0, 0], [0, 1, 0, 0])
    merged = np.add.reduceat(probabilities, [0, 2, 3], axis=2)
    np.testing.assert_allclose(merged, BLRM.interval_probabilities([3, 3, 0, 0], [0, 1, 0, 0]), atol=1e-6)


def test_no_states_give_no_rows() -> None:
    empty = np.empty((0, 4), dtype=int)
    assert BLRM.interval_probabilities(empty, empty).shape == (0, 4, 3)
    assert BLRM.mean_rates(empty, empty).shape == (0, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: replace(BLRM, log_dose_ratios=(0.0, 0.0)), "log_dose_ratios"),
        (lambda: replace(BLRM, log_dose_ratios=()), "log_dose_ratios"),
        (lambda: replace(BLRM, prior_mean=(0.0, float("nan"))), "prior_mean"),
        (lambda: replace(BLRM, prior_sd=(1.0, 0.0)), "prior_sd"),
        (lambda: replace(BLRM, prior_sd=(1.0, 11.0)), "prior_sd"),
        (lambda: replace(BLRM, prior_correlation=1.0), "prior_correlation 1.0"),
        (lambda: replace(BLRM, thresholds=(0.33, 0.16)), "thresholds"),
        (lambda: replace(BLRM, refinement=0.0), "refinement 0.0"),
        (lambda: BLRM.mean_rates([3, 3], [0, 0]), r"need \(states, 4\)"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
