"""The error that simulated means over curves share, against simulating again with other people and other curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from firstdose.designs.building import build_design
from firstdose.simulation.calendar import Calendar, Site, characteristics_in_time, outcomes_in_the_end, simulate_in_time
from firstdose.simulation.monte_carlo import monte_carlo, simulate
from firstdose.simulation.scenarios import listed, random_monotone, true_mtds
from firstdose.simulation.tuning import Engines, Part, evaluate, families
from firstdose.simulation.tuning.common_people import CommonPeople, common_people, trial_figures
from firstdose.simulation.tuning.evaluation import rows_of
from firstdose.simulation.tuning.families import kinds_of
from firstdose.simulation.tuning.measures import FIGURES, figures_of
from firstdose.simulation.tuning.plan import Curves
from firstdose.simulation.tuning.scoring import Known
from tests.simulation.tunings import protocol_of

TARGET = 0.25
CURVES = [[0.05, 0.25, 0.5], [0.4, 0.5, 0.6], [0.01, 0.05, 0.2]]


@pytest.mark.parametrize("lost", [0.0, 0.2])
@pytest.mark.parametrize("expansion", [0, 4])
def test_figures_of_trials_have_the_means_that_the_engine_gives(lost: float, expansion: int) -> None:
    rule = build_design(protocol_of(expansion_participants=expansion))
    rows = monte_carlo(rule, listed(CURVES, 3), trials=300, seed=5, not_evaluable=lost).scenarios
    for truth, row in zip(np.array(CURVES), rows, strict=True):
        states, dosed = simulate(rule, truth, range(300), 5, lost)
        found = trial_figures(rule, states, dosed, truth, int(true_mtds(truth[None, :], TARGET)[0]), lost)
        for name, value in figures_of(row).items():
            assert found[name].mean() == pytest.approx(value, abs=1e-12), name


def test_figures_of_trials_in_time_have_the_means_that_the_engine_gives() -> None:
    rule = build_design(protocol_of(design="tite_boin"))
    calendar = Calendar(window_days=28, sites=(Site(4.0),), leaving=0.1)
    rows = characteristics_in_time(rule, calendar, listed(CURVES, 3), trials=300, seed=5).characteristics.scenarios
    for truth, row in zip(np.array(CURVES), rows, strict=True):
        clocks = simulate_in_time(rule, calendar, truth, range(300), 5)
        states, dosed = outcomes_in_the_end(clocks), clocks.people.dosed_at
        found = trial_figures(rule, states, dosed, truth, int(true_mtds(truth[None, :], TARGET)[0]), 0.0)
        for name, value in figures_of(row).items():
            assert found[name].mean() == pytest.approx(value, abs=1e-12), name


def people_of(departures: Any) -> CommonPeople:
    """Departures of one figure, the same for all, in one group."""
    values = np.repeat(np.asarray(departures, dtype=float)[:, :, None], len(FIGURES), axis=2)
    every = np.ones(len(values), dtype=bool)
    return CommonPeople(values, {"all": every, "with_mtd": every, "too_toxic": ~every}, values.shape[1])


def test_what_trials_have_in_common_is_the_mean_covariance_of_two_curves() -> None:
    drawn = np.random.default_rng(3)
    values = drawn.normal(size=(6, 400)) + 0.7 * drawn.normal(size=400)
    covariance = np.cov(values)
    pairs = [covariance[one, other] for one in range(6) for other in range(one)]
    assert people_of(values).variance("mean_dlts", "all") == pytest.approx(np.mean(pairs) / 400)
    assert people_of(values[:1]).variance("mean_dlts", "all") == pytest.approx(covariance[0, 0] / 400)
    apart = people_of(values).minus(people_of(values))
    assert apart.variance("mean_dlts", "all") == 0


def test_the_error_is_that_of_drawing_curves_and_people_again() -> None:
    """Brute force: 80 families of 16 curves, 50 trials a curve, everything drawn anew each time."""
    rule, drawn, trials = build_design(protocol_of()), 80, 50
    curves = Curves(random=12, too_toxic=4)
    kinds = kinds_of(curves)
    means: dict[str, list[float]] = {name: [] for name in FIGURES}
    told: dict[str, list[float]] = {name: [] for name in FIGURES}
    for seed in range(drawn):
        seen = families(Curves(random=12, too_toxic=4, seed=seed), Curves(random=1, seed=9_999), 3, TARGET).seen
        part = Part(rule, seen, Engines(states=1, trials=trials, seed=1_000 + seed), kinds=kinds)
        known = Known(rows_of(part), common_people(part))
        for name in FIGURES:
            summary = known.rows.summaries()["all"][name]
            error = known.standard_error(name, "all")
            assert error is not None
            means[name].append(summary.mean)
            told[name].append(error**2)
    for name in ("correct_selection", "mean_dlts", "share_with_dlt", "mean_participants", "participants_above_mtd"):
        apart = np.std(means[name], ddof=1)  # known to 1 / sqrt(160), 8 %
        assert np.sqrt(np.mean(told[name])) == pytest.approx(apart, rel=0.24), name


@pytest.mark.parametrize("design", ["boin", "tite_boin"])
def test_an_evaluation_has_the_errors_of_the_scores(design: str) -> None:
    """Every simulated setting of a search, and with it the file of all settings, not the winner alone."""
    rule, curves = build_design(protocol_of(design=design)), random_monotone(3, TARGET, 8, 4)
    calendar = Calendar(window_days=28, sites=(Site(4.0),)) if rule.design.needs_time else None
    part = Part(rule, curves, Engines(states=1, trials=60, seed=6), calendar)
    found, known = evaluate(part), Known(rows_of(part), common_people(part))
    assert known.people is not None
    for over, figures in found.figures.items():
        for name in FIGURES:
            spread = known.rows.summaries()[over][name].standard_error
            assert figures[name].standard_error == known.standard_error(name, over)  # type: ignore[arg-type]
            if spread is not None and known.people.variance(name, over):  # type: ignore[arg-type]
                assert (figures[name].standard_error or 0) > spread
    exact = Part(build_design(protocol_of()), curves)
    assert evaluate(exact).figures == rows_of(exact).summaries()


def test_under_equal_curves_it_is_the_error_of_the_simulation_alone() -> None:
    """The same people do the same under equal curves, so that nothing is spread between these."""
    rule, curves = build_design(protocol_of()), listed([CURVES[0]] * 6, 3)
    part = Part(rule, curves, Engines(states=1, trials=400, seed=6))
    known = Known(rows_of(part), common_people(part))
    assert known.rows.summaries()["all"]["correct_selection"].standard_error == pytest.approx(0, abs=1e-12)
    (row,) = monte_carlo(rule, listed(CURVES[:1], 3), trials=400, seed=6).scenarios
    assert row.standard_errors is not None
    for name in ("correct_selection", "none_selected", "share_above_mtd"):
        assert known.standard_error(name, "all") == pytest.approx(row.standard_errors[name])


def test_only_some_curves_and_trials_are_looked_at() -> None:
    part = Part(
        build_design(protocol_of()), random_monotone(3, TARGET, 50, 4), Engines(states=1, trials=5_000, seed=2)
    )  # fmt: skip
    found = common_people(part)
    assert found.departures.shape == (20, 2_000, len(FIGURES))
    assert found.trials == 5_000
    np.testing.assert_allclose(found.departures.mean(axis=1), 0.0, atol=1e-12)
