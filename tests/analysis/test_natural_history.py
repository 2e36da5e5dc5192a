"""What was seen beside natural history: figures by random draws and by every way, and what each simplification does."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from firstdose.analysis import derive
from firstdose.analysis.disability.chapter import disability
from firstdose.analysis.frame import Frame
from firstdose.protocol.analysis_plan import NaturalHistory, NaturalHistoryRate
from firstdose.records.results import Result
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials
from tests.analysis.disability_courses import edss
from tests.analysis.made_scores import REFERENCE, Value, one, protocol_with, rows, steps

RATES = (
    NaturalHistoryRate(lowest=6.0, highest=6.5, yearly_probability=0.237, based_on_participants=30),
    NaturalHistoryRate(lowest=7.0, highest=7.5, yearly_probability=0.195),
)
BENCHMARK = NaturalHistory(id="elsewhere", measure="edss", event="a whole step", source="made up", rates=RATES)
YEARS = (183 - -1) / 365.25


def compared(*courses: dict[str, Value]) -> list[Result]:
    frame = edss(*courses, protocol=protocol_with(natural_history=(BENCHMARK,)))
    return [each for each in disability(frame) if each.table.startswith("natural_history")]


def test_natural_history_of_nobody_worsening_against_random_draws() -> None:
    """Each person's own rate and time, the first rate drawn from Beta(30 x 0.237, 30 x 0.763) for all who share it."""
    results = compared(steps(6.5), steps(6.0), steps(7.0), steps(7.5), steps(8.5))
    draw = np.random.default_rng(4)
    shared = draw.beta(30 * 0.237, 30 * (1 - 0.237), size=200_000)
    free = (1 - shared) ** (2 * YEARS) * (1 - 0.195) ** (2 * YEARS)
    found = one(results, statistic="compatibility")
    assert found.value == pytest.approx(free.mean(), abs=4 * free.std() / np.sqrt(len(free)))
    assert found.of == 4
    assert one(results, statistic="years_in_which_an_onset_could_be_seen").value == pytest.approx(4 * YEARS)
    for caution in (
        "not a test",
        "regression to the mean",
        "1 of 2 rates are taken as known",
        "no rate covers the baseline of P05",
    ):
        assert caution in found.warning
    assert found.method == "natural_course"


def test_natural_history_of_some_worsening_by_going_through_all_ways() -> None:
    """Known rates; the person who worsened is watched as long as the others."""
    results = compared(steps(7.0, {"M1": 8.0}), steps(7.5), steps(7.0))
    p = 1 - (1 - 0.195) ** YEARS
    naive = sum(
        np.prod([p if had else 1 - p for had in who]) for who in product((True, False), repeat=3) if sum(who) <= 1
    )
    assert one(results, statistic="compatibility").value == pytest.approx(naive)
    assert one(results, statistic="expected").value == pytest.approx(3 * p)
    assert (one(results, statistic="people").value, one(results, statistic="people").of) == (1, 3)


def test_each_figure_of_natural_history_leads_to_its_scores() -> None:
    """P01 worsens at month 1 (day 30) and month 7 confirms; onsets could be seen until month 6 (day 183)."""
    results = compared(steps(7.0, {"M1": 8.0}), steps(7.5))
    people = one(results, table="natural_history", statistic="people")
    assert people.records == tuple(f"scores:P01/edss/score/{day}" for day in (-1, 30, 213))
    assert (people.lower is not None, people.upper is not None, people.method) == (True, True, "clopper_pearson")
    watched = tuple(f"scores:{who}/edss/score/{day}" for who in ("P01", "P02") for day in (-1, 183))
    for statistic in ("years_in_which_an_onset_could_be_seen", "expected"):
        assert one(results, statistic=statistic).records == watched
    assert set(one(results, statistic="compatibility").records) == {*watched, *people.records}
    nobody = one(compared(*[steps(7.0)] * 15), statistic="people")
    assert (nobody.value, nobody.of, nobody.records) == (0, 15, ())
    assert nobody.upper == pytest.approx(1 - 0.05 ** (1 / 15))


def test_every_simplification_says_which_way_it_moves_the_comparison() -> None:
    results = compared(steps(6.5), steps(7.0), {"M0": 7.0})
    found = rows(results, table="natural_history_simplifications")
    direction = {each.what: each.text.split(":")[0] for each in found if each.statistic == "makes_the_compatibility"}
    assert direction == {
        "regression to the mean": "too small",
        "selection": "either way",
        "people not seen": "too small",
        "confirmation": "too small",
        "number of scores": "too large",
        "size of the change": "either way",
        "time at risk": "too small",
        "rates taken as known": "too small",
    }
    words = {each.what: each.text for each in found if each.statistic == "simplification"}
    assert set(words) == set(direction)
    assert words["people not seen"].startswith("not evaluable and left out: 1 of 3 people")
    assert "the benchmark counts a whole step, here counts a change of 0.5" in words["size of the change"]
    assert words["rates taken as known"].startswith("1 of 2 rates")
    some = rows(compared(steps(7.0, {"M1": 8.0})), statistic="makes_the_compatibility", what="rates taken as known")
    assert [each.text.split(":")[0] for each in some] == ["either way"]
    known = replace(BENCHMARK, rates=RATES[:1])
    frame = edss(steps(6.5), protocol=protocol_with(natural_history=(known,)))
    names = {each.what for each in rows(disability(frame), table="natural_history_simplifications")}
    assert names == set(direction) - {"people not seen", "rates taken as known"}


def test_taking_rates_as_known_makes_the_compatibility_too_small() -> None:
    """The direction that the words give, in figures: the same rate, known and resting on ever fewer people."""
    values = []
    for based_on in (None, 100.0, 10.0, 1.0):
        rate = NaturalHistoryRate(lowest=6.0, highest=8.0, yearly_probability=0.3, based_on_participants=based_on)
        frame = edss(*[steps(7.0)] * 6, protocol=protocol_with(natural_history=(replace(BENCHMARK, rates=(rate,)),)))
        values.append(one(disability(frame), table="natural_history", statistic="compatibility").value)
    assert None not in values
    assert sorted(values) == values  # type: ignore[type-var]
    assert len(set(values)) == 4


def test_without_any_effect_more_worsen_in_virtual_trials_than_the_rates_expect() -> None:
    """What the page on natural history says of 200 trials, in a few: there the simplifications work against the cells.

    The simulator's transitions are the rates of the protocol, and nothing else changes the course.
    """
    scenario = read_scenario(Path("examples/nsc-spms/scenario.yaml")).without_dose_effects()
    more = []
    for trial in virtual_trials(REFERENCE, scenario, seed=31, numbers=range(10)):
        frame = Frame(REFERENCE, derive(REFERENCE, trial.trial_data), 1)
        found = {each.statistic: each.value for each in rows(disability(frame), table="natural_history")}
        more.append((found["people"] or 0) - (found["expected"] or 0))
        assert (found["compatibility"] or 0) > 0.05
    assert sum(more) > 0


def test_natural_history_without_anybody_to_compare() -> None:
    assert one(compared(steps(9.0)), statistic="compatibility").value is None
    assert one(compared({"M0": 6.5}), statistic="compatibility").value is None


def test_the_reference_protocols_assumption_is_repeated() -> None:
    results = list(disability(edss(steps(7.0))))
    assert (
        "assumed: the transitions are not verified"
        in one(results, table="natural_history", statistic="compatibility").warning
    )
