"""On virtual trials: slopes that were planted are found on the drug and after it, and the rank statement holds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.analysis.attribution.chapter import attribution
from firstdose.analysis.attribution.sources import AS_MEASURED, RELATIVE_TO_STABLE
from firstdose.analysis.frame import Frame
from firstdose.analysis.metabolism.chapter import analysed_fluid, fluids_for_classes, prepared_fluids
from firstdose.cli.metabolite_folder import matched_by, with_abundances
from firstdose.records import read_folder
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Result
from firstdose.simulation.virtual_trial import VirtualTrial, read_scenario, virtual_trial, write_virtual_trial
from tests.analysis.small_trials import PROTOCOL, Figures

TRIALS = (1, 2, 3)
PLANTED = ("acyl_carnitines", "free_fatty_acids")
Pair = tuple[VirtualTrial, Figures]


Trial = tuple[VirtualTrial, AnalysisData]


@pytest.fixture(scope="module", params=TRIALS)
def derived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    scenario = read_scenario(Path("examples/nsc-spms/scenario.yaml"))
    made = virtual_trial(PROTOCOL, scenario, seed=20260311, number=request.param)
    folder = write_virtual_trial(made, tmp_path_factory.mktemp("virtual"))
    reading = with_abundances(read_folder(folder), folder, PROTOCOL)
    data = replace(derive(PROTOCOL, reading.trial_data), abundances=matched_by(reading, reading.trial_data))
    return made, data


@pytest.fixture(scope="module")
def pair(derived: Trial) -> Pair:
    made, data = derived
    return made, Figures(attribution(Frame(PROTOCOL, data, 1)))


def slope(found: Figures, outcome: str, comparison: str) -> Result:
    return found.one(table="comparisons", within=outcome, what=comparison, statistic="estimate")


@pytest.mark.parametrize("outcome", PLANTED)
def test_planted_slopes_are_found_on_the_drug_and_after_it(pair: Pair, outcome: str) -> None:
    made, found = pair
    planted = made.truth.metabolites.filter(pl.col("class") == outcome)["slope_per_doubling"].mean()
    assert isinstance(planted, float)
    reached = made.truth.figures["share_of_metabolite_effects_reached"]
    for comparison, visit in (("dose_slope_on_drug", "M3"), ("dose_slope_after_drug", "M12")):
        here = slope(found, outcome, comparison)
        assert here.lower is not None
        assert here.upper is not None
        assert here.lower > 0
        margin = (here.upper - here.lower) / 2  # twice the half-width of the interval on either side
        assert here.lower - margin < planted * reached[visit] < here.upper + margin


def test_the_visit_effect_is_not_said_to_be_the_cells(pair: Pair) -> None:
    """A person who stopped the drug more than the withdrawal window before month 3 may tell cells and drug apart."""
    made, found = pair
    stopped = made.truth.people.filter(pl.col("background_stop_day") + 28 < 91 + 7).height
    for outcome in PLANTED:
        free, fixed = found.where(table="identified", what="cells_on_drug", within=outcome)
        assert free.text == "no"
        assert fixed.text == "no" or stopped
        assert slope(found, outcome, "visit_effect_on_drug").value is not None
    assert found.one(table="needs", what="visit_effect_on_drug", statistic="separates").text == "no"


@pytest.mark.parametrize("outcome", PLANTED)
def test_slopes_before_normalisation_are_those_of_an_analysis_without_it(derived: Trial, outcome: str) -> None:
    """Of the same metabolites: without normalisation none is left out for its variation, as none may be with it.

    Where too few metabolites seem stable, classes are not normalised at all, and there is no second slope.
    """
    _, data = derived
    plan = replace(PROTOCOL.metabolism or pytest.fail("no plan"), most_variation=1000, most_missing=100)
    raw_plan = replace(plan, normalise="none")
    with_it = Figures(attribution(Frame(replace(PROTOCOL, metabolism=plan), data, 1)))
    without = Figures(attribution(Frame(replace(PROTOCOL, metabolism=raw_plan), data, 1)))
    told = " ".join(each.warning for each in with_it.where(within=outcome, statistic="people"))
    assert (AS_MEASURED in told) != (RELATIVE_TO_STABLE in told)
    assert any(AS_MEASURED in each.warning for each in without.where(within=outcome, statistic="people"))
    for comparison in ("dose_slope_on_drug", "dose_slope_after_drug"):
        plain, main = slope(without, outcome, comparison), slope(with_it, outcome, comparison)
        assert not without.where(table="comparisons", what=f"{comparison}_not_normalised")
        is_raw = AS_MEASURED in told
        raw = main if is_raw else slope(with_it, outcome, f"{comparison}_not_normalised")
        assert (raw.value, raw.lower, raw.upper) == pytest.approx((plain.value, plain.lower, plain.upper))
        assert is_raw or raw.value != pytest.approx(main.value)


def test_classes_have_the_values_of_their_tests(derived: Trial) -> None:
    """The samples are those of the model of the tests of classes, made by the chapter on metabolism itself."""
    _, data = derived
    frame = Frame(PROTOCOL, data, 1)
    fluids = prepared_fluids(frame)
    for number, (prepared, other) in enumerate(zip(fluids, fluids_for_classes(frame, fluids), strict=True)):
        tested = analysed_fluid(frame, prepared, number).basis.fitted.prepared
        np.testing.assert_array_equal(other.values, tested.values)
        assert not np.allclose(other.factors, prepared.factors)
