"""The whole assessment: sample sizes against formulas, assurance against averages of power, workers, phase I data."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from firstdose.protocol import read_protocol
from firstdose.records import TrialData
from firstdose.records.analysis_data import AnalysisData
from firstdose.simulation.machines import place_to_run
from firstdose.simulation.next_trial import assess, assurance_of, power_of, sample_size
from firstdose.simulation.next_trial.phase_one import with_phase_one
from firstdose.simulation.next_trial.phase_one_classes import CLASS_VALUES
from firstdose.simulation.next_trial.table import rows_of
from firstdose.simulation.next_trial.truths import benefit
from tests.simulation.next_trials import (
    STOPPING,
    TWO_ARMS,
    TWO_DOSES,
    change,
    example,
    metabolites,
    number,
    plan_of,
    settings_of,
    worsening,
)

STAYING = {"accrual_per_month": number(10), "leaving_per_year": number(0), "missed_visit": number(0)}


def sized(endpoint: dict[str, Any], trials: int = 2000, **changed: Any) -> Any:
    settings = settings_of(endpoint, **changed)
    return sample_size(settings, settings.designs[0], settings.endpoints[0], trials, 3)


def test_the_sample_size_of_a_change_is_that_of_the_formula() -> None:
    """N = 4 (z + z)^2 / d^2, and about z^2 / 2 people more for the t distribution and one for the baseline."""
    found = sized(change(0.5, correlation=0.0), conduct=STAYING)
    formula = 4 * (norm.isf(0.025) + norm.isf(0.2)) ** 2 / 0.25 + norm.isf(0.025) ** 2 / 2 + 1
    assert found.participants % 2 == 0
    # Near the formula the power rises by less than 0.3 points with each person.
    assert found.participants == pytest.approx(formula, abs=3 * found.standard_error / 0.0022)
    assert found.power == pytest.approx(0.8, abs=3 * math.sqrt(2) * found.standard_error)


def test_an_effect_of_nothing_needs_no_number() -> None:
    found = sized(worsening(1.0), trials=500)
    assert found.participants is None
    assert "leave no difference between the arms, so no number of people would do" in found.words


def test_an_effect_for_the_worse_is_told() -> None:
    found = sized(worsening(2.5), trials=500)
    assert found.participants is None
    assert "the effects as stated are for the worse, so no number of people would do" in found.words
    assert "for the worse" in sized(metabolites(0.3), trials=200).words  # lower is better there


def test_benefit_is_what_the_effects_make_of_the_arms() -> None:
    drug_alone = plan_of(settings_of(change(0.0, drug=0.5), TWO_ARMS))
    assert benefit(drug_alone) == 0
    assert benefit(plan_of(settings_of(change(0.5), TWO_ARMS))) == pytest.approx(0.5)
    assert benefit(plan_of(settings_of(worsening(0.5), TWO_ARMS))) == pytest.approx(math.log(2))
    # Going on with a drug that doubles the rate: months 6 to 24 of 24 at twice the rate.
    going_on = {**STOPPING, "comparisons": STOPPING["comparisons"][1:]}
    found = benefit(plan_of(settings_of(worsening(1.0, drug=2.0), going_on)))
    assert found == pytest.approx(-math.log((24 * 2) / (6 * 2 + 18)))


def test_too_many_people_are_estimated() -> None:
    found = sized(change(0.25, correlation=0.0), conduct=STAYING)
    assert found.participants is None
    formula = 4 * (norm.isf(0.025) + norm.isf(0.2)) ** 2 / 0.25**2
    said = int(found.words.split("; about ")[1].split(" ")[0].replace(",", ""))
    assert said == pytest.approx(formula, rel=0.12)


PRIOR = {
    "elicited_from": "somebody",
    "no_effect": number(0.4),
    "cells": {"median": 0.6, "lower": 0.2, "upper": 1.0, "source": "assumed"},
    "lower_doses": {"lowest": 1, "highest": 1, "source": "assumed"},
    "drug": {"median": 0.0, "lower": -0.1, "upper": 0.1, "source": "assumed"},
}


def test_assurance_is_power_averaged_over_the_prior() -> None:
    """By quadrature over the normal prior of the effect, with the closed form of power."""
    settings = settings_of(change(0.6, correlation=0.0, prior=PRIOR), conduct=STAYING)
    found = assurance_of(plan_of(settings, 120), 5000, 7)
    effects = norm.ppf((np.arange(2000) + 0.5) / 2000, 0.6, 0.4 / norm.ppf(0.95))
    power = norm.sf(norm.isf(0.025) - effects / math.sqrt(4 / 118)).mean()
    assert found.if_effect is not None
    assert found.if_none is not None
    assert found.effect_if_shown is not None
    assert found.if_effect.value == pytest.approx(power, abs=3 * found.if_effect.error + 0.005)
    assert found.if_none.value == pytest.approx(0.025, abs=3 * math.sqrt(0.025 * 0.975 / 2000))
    assert found.first.value == pytest.approx(0.6 * power + 0.4 * 0.025, abs=3 * found.first.error + 0.005)
    expected = 0.6 * power / (0.6 * power + 0.4 * 0.025)
    assert found.effect_if_shown.value == pytest.approx(expected, abs=0.01)


def test_workers_and_the_rest_of_the_work_change_nothing() -> None:
    settings = settings_of(change(0.6, prior=PRIOR), TWO_ARMS, TWO_DOSES, looks={"information": [0.5, 1]})
    alone = assess(settings, trials=200, seed=5)
    with place_to_run(workers=2, worth_seconds=0) as run:
        shared = assess(settings, trials=200, seed=5, run=run)
    assert alone == shared
    assert json.loads(json.dumps(alone.as_json(), allow_nan=False))["seed"] == 5
    again = power_of(plan_of(settings, 60), 200, 5)
    assert alone.powers[0] == again
    table = list(rows_of(alone))
    assert {row.kind for row in table} == {"power", "ended", "course", "assurance", "sample_size", "identified"}
    shown = [row for row in table if row[:5] == ("power", "two_arms", "brain_volume", 60, "high")]
    assert shown[0].value == again.shown["high"].value


LOWER_FIFTH_OF_3, LOWER_FIFTH_OF_4 = 1.005174, 1.648777
"""Quantiles at 0.2 of the chi-square distribution, as in printed tables (1.005 and 1.649)."""


def data(people: pl.DataFrame, scores: pl.DataFrame, visits: pl.DataFrame) -> AnalysisData:
    return AnalysisData({"subjects": people, "scores": scores}, TrialData({"visits": visits}))


def phase_one_data(left: bool) -> AnalysisData:
    """Six people of two doses, seen for a year but one; yearly changes of brain volume that are known by hand."""
    names = [f"P{number}" for number in range(6)]
    people = pl.DataFrame(
        {
            "subject": names,
            "level": [1, 1, 1, 2, 2, 2],
            "dose_given": [10.0, 10.0, 10.0, 20.0, 20.0, 20.0],
            "is_enrolled": True,
            "is_treated": True,
            "is_per_protocol": True,
            "background_taken": True,
            "is_dlt_evaluable": True,
            "has_dlt": [False] * 5 + [True],
            "followed_to_day": [365, 365, 365, 365, 365, 100 if left else 365],
            "left_day": pl.Series([None] * 5 + [100 if left else None], dtype=pl.Int64),
        }
    )
    yearly = [-1.0, -0.5, 0.0, -0.2, 0.2, 0.6]
    scores = pl.concat(
        pl.DataFrame(
            {
                "subject": names, "measure": "brain_volume", "part": part, "day": 365, "state": "score",
                "value": values, "is_baseline": False, "record_numbers": "1",
            }
        )
        for part, values in (("percentage_change", yearly), ("years", [1.0] * 6))
    )  # fmt: skip
    visits = pl.DataFrame(
        {
            "subject": [name for name in names for _ in range(2)],
            "visit": ["M3", "M12"] * 6,
            "planned_day": pl.Series([90, 365] * 6, dtype=pl.Int64),
            "state": ["done", "missed"] + ["done", "done"] * 5,
        }
    )
    return data(people, scores, visits)


def test_spread_leaving_and_missed_visits_come_from_the_trial_before() -> None:
    settings, taken = with_phase_one(example(), phase_one_data(left=True))
    by_key = {each.key: each for each in taken if each.key}
    years = (5 * 365 + 100) / 365.25
    assert settings.conduct.leaving_per_year.value == pytest.approx(1 / years)
    assert settings.conduct.missed_visit.value == pytest.approx(1 / 11)  # P5 had left before month 12
    # Within doses: squares 0.5 and 0.32 over four degrees of freedom; times two years. The careful value is used.
    change_of_volume = settings.endpoints[2].change
    assert change_of_volume is not None
    assert by_key["endpoints[3].change.sd"].value == pytest.approx(2 * math.sqrt(0.82 / 4))
    assert change_of_volume.sd.value == pytest.approx(2 * math.sqrt(0.82 / LOWER_FIFTH_OF_4))
    assert "its upper one-sided 80 % limit, not 0.906 itself" in change_of_volume.sd.source
    assert by_key["endpoints[3].change.sd"].people == 6
    assert all(by_key[key].warning for key in by_key), "six people are few for each of them"
    assert by_key["endpoints[3].change.sd"].stated == 1.0
    assert "the trial before: yearly changes of 6 people" in change_of_volume.sd.source
    informed = {each.what: each for each in taken if not each.key}
    assert informed["slope of brain volume on the dose, beside the drug"].value == pytest.approx(0.7)
    assert informed["people with a dose-limiting toxicity"].rests_on == "1 of 6 people"
    assert settings.endpoints[0] == example().endpoints[0]


def test_slopes_of_the_analysis_are_told_and_not_used() -> None:
    results = pl.DataFrame(
        {
            "table": ["class_slopes", "class_slopes", "worsening_by_dose", "class_slopes"],
            "statistic": ["slope of the class", "slope of the class", "odds_ratio_per_doubling", "adjusted p"],
            "what": ["acyl_carnitines", "fatty_acids", "worsening_24_weeks", "acyl_carnitines"],
            "when": ["M12", "M12", "", "M12"],
            "within": ["", "", "edss", ""],
            "value": [0.34, 0.5, 1.2, 0.01],
            "lower": [0.28, 0.4, 0.3, None],
            "upper": [0.40, 0.6, 8.7, None],
            "unit": ["log2 per doubling", "log2 per doubling", None, ""],
        }
    )
    without, _ = with_phase_one(example(), phase_one_data(left=True))
    settings, taken = with_phase_one(example(), phase_one_data(left=True), results)
    told = {each.what: each for each in taken if "dose" in each.what and not each.is_used}
    assert settings == without
    assert told["slope on the dose, beside the drug and after it: acyl carnitines, M12"].value == 0.34
    assert told["odds ratio per doubling of the dose, EDSS: worsening 24 weeks"].upper == 8.7
    assert not any("fatty" in what for what in told)


def test_the_spread_of_a_class_comes_from_its_values() -> None:
    names = [f"P{number}" for number in range(5)]
    baseline, end = [1.0, 2.0, 3.0, 4.0, 5.0], [1.2, 2.4, 3.0, 4.9, 5.5]
    rows = [
        ("acyl_carnitines", name, 1 if place < 3 else 2, day, values[place])
        for place, name in enumerate(names)
        for day, values in ((-91, [9.0] * 5), (-1, baseline), (91, [8.0] * 5), (365, end))
    ]
    rows += [("fatty_acids", name, 1, day, float(day)) for name in names for day in (-1, 365)]
    rows += [("acyl_carnitines", "P9", 2, 365, 7.0), ("acyl_carnitines", "P8", 2, 365, float("nan"))]
    table = pl.DataFrame(rows, schema=CLASS_VALUES, orient="row")
    settings, taken = with_phase_one(example(), phase_one_data(left=True), None, table)
    # Changes 0.2, 0.4, 0 and 0.9, 0.5: squares 0.08 and 0.08 over three degrees of freedom.
    change_of_class = settings.endpoints[3].change
    assert change_of_class is not None
    assert change_of_class.sd.value == pytest.approx(math.sqrt(0.16 / LOWER_FIFTH_OF_3))
    (told,) = [each for each in taken if each.key == "endpoints[4].change.sd"]
    assert told.value == pytest.approx(math.sqrt(0.16 / 3))
    assert told.people == 5
    assert "changes of 5 people within doses (3 degrees of freedom)" in told.rests_on
    assert "day 365" in told.rests_on
    far, _ = with_phase_one(example(), phase_one_data(left=True), None, table.filter(pl.col("day") != 365))
    assert far.endpoints[3].change == example().endpoints[3].change


def test_nobody_leaving_is_no_rate_of_nothing() -> None:
    settings, taken = with_phase_one(example(), phase_one_data(left=False))
    leaving = next(each for each in taken if each.key == "conduct.leaving_per_year")
    assert leaving.lower == 0
    assert settings.conduct.leaving_per_year.value == pytest.approx(0.5 / (6 * 365 / 365.25))
    assert "half an event" in leaving.rests_on


def test_a_trial_before_without_data_changes_nothing() -> None:
    empty = data(pl.DataFrame(), pl.DataFrame(), pl.DataFrame())
    settings, taken = with_phase_one(example(), empty)
    assert taken == ()
    assert replace(settings, places=example().places) == example()


def test_protocol_of_the_example_has_the_doses_of_its_next_trial() -> None:
    protocol = read_protocol(str(next(iter(_protocols()))))
    doses = {each.dose for endpoint in example().endpoints for each in endpoint.effects.cells}
    assert doses <= set(protocol.dose_levels.values)


def _protocols() -> list[Any]:
    from tests.simulation.next_trials import EXAMPLE

    return [EXAMPLE.parent / "protocol.yaml"]
