"""On virtual trials: slopes that were planted are found on the drug and after it, and the rank statement holds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.analysis.attribution.chapter import attribution
from firstdose.analysis.attribution.comparisons import slope_of
from firstdose.analysis.attribution.drug import drug_in_question, drug_taken
from firstdose.analysis.attribution.outcome import Outcome
from firstdose.analysis.attribution.periods import periods
from firstdose.analysis.attribution.sources import AS_MEASURED, RELATIVE_TO_STABLE, outcome_of
from firstdose.analysis.frame import Frame
from firstdose.analysis.metabolism.chapter import analysed_fluid, fluids_for_classes, prepared_fluids
from firstdose.cli.metabolite_folder import matched_by, with_abundances
from firstdose.methods.straight_line import Slope
from firstdose.protocol.attribution import AttributedOutcome
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
        tested = analysed_fluid(Frame(PROTOCOL, data, 1), prepared, number).basis.fitted.prepared
        np.testing.assert_array_equal(other.values, tested.values)
        assert analysed_fluid(frame, prepared, number).basis.fitted.prepared is other
        assert not np.allclose(other.factors, prepared.factors)


SHIFTED, SHIFT = "sphingolipids", 0.6


def with_a_run_of_high_doses(data: AnalysisData) -> AnalysisData:
    """The same with the last samples of the two highest doses measured in a run of their own, which shifts one class.

    That class has no slope, and without the run it would seem to rise with dose.
    """
    abundances = data.abundances
    assert abundances is not None
    prepared = prepared_fluids(Frame(PROTOCOL, data, 1))
    moved = {
        sample
        for each in prepared
        for sample, visit, dose in zip(each.samples, each.visits, each.doses, strict=True)
        if visit == "M12" and dose >= 16
    }
    is_moved = abundances.samples["sample"].is_in(list(moved))
    values = np.array(abundances.values)
    values[np.ix_(is_moved.to_numpy(), (abundances.features["main_class"] == SHIFTED).to_numpy())] *= 2**SHIFT
    samples = abundances.samples.with_columns(batch=pl.when(is_moved).then(pl.lit("R9")).otherwise(pl.col("batch")))
    return replace(data, abundances=replace(abundances, values=values, samples=samples))


@pytest.mark.parametrize("is_shifted", [False, True])
def test_attribution_and_metabolism_agree_on_the_slopes_of_classes(derived: Trial, is_shifted: bool) -> None:
    """Both hold the run of measurement: one as a term of its model, the other within the changes of people."""
    _, data = derived
    frame = Frame(PROTOCOL, with_a_run_of_high_doses(data) if is_shifted else data, 1)
    found = Figures(attribution(frame))
    fluids = prepared_fluids(frame)
    (modelled,) = (analysed_fluid(frame, each, number) for number, each in enumerate(fluids))
    compared = [each for each in modelled.classes if each.name != "others"]
    assert len(compared) == 16
    for each in compared:
        comparison = {"M3": "dose_slope_on_drug", "M12": "dose_slope_after_drug"}[each.term.visit]
        here = slope(found, each.name, comparison)
        assert here.value is not None
        assert here.lower is not None
        assert here.upper is not None
        assert here.lower < each.slope < here.upper, each.name
        if not is_shifted:
            assert here.value == pytest.approx(each.slope, abs=0.03), each.name
    run = found.one(table="beside_the_dose", what="run", when="M12", statistic="share_of_rank_variance")
    assert run.value is not None
    assert (run.value >= 0.5) == is_shifted


def test_a_shift_of_a_run_is_no_slope_of_attribution(derived: Trial) -> None:
    _, data = derived
    frame = Frame(PROTOCOL, with_a_run_of_high_doses(data), 1)
    fluids = prepared_fluids(frame)
    wanted = AttributedOutcome(kind="metabolite_class", name=SHIFTED)
    outcome = outcome_of(frame, wanted, fluids, fluids_for_classes(frame, fluids))
    treatment = drug_in_question(frame)
    assert treatment is not None
    assert isinstance(outcome, Outcome)
    held, ignored = (
        slope_of(frame, each, each.after)
        for each in (
            periods(frame, one, drug_taken(frame, treatment)) for one in (outcome, replace(outcome, runs=None))
        )
    )
    assert isinstance(held, Slope)
    assert isinstance(ignored, Slope)
    assert held.lower < 0 < held.upper
    assert ignored.lower > 0
