"""What is derived from the records of virtual trials is what was true in them."""

import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.measures import MEASURES
from firstdose.records import Assessment, LabResult
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, LabAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.safety.periods import Period
from firstdose.simulation.virtual_trial import VirtualTrial, read_scenario, virtual_trial
from tests.analysis.trial_records import EXAMPLES, reference_protocol

PERIODS = {
    "early": Period.EARLY,
    "on_treatment": Period.IMMUNOSUPPRESSION,
    "withdrawal": Period.WITHDRAWAL,
    "later": Period.LATER,
}
Pair = tuple[VirtualTrial, AnalysisData]


@pytest.fixture(scope="module", params=[1, 2])
def pair(request: pytest.FixtureRequest) -> Pair:
    scenario = read_scenario(EXAMPLES / "nsc-spms" / "scenario.yaml")
    made = virtual_trial(reference_protocol(), scenario, seed=20260310, number=request.param)
    return made, derive(reference_protocol(), made.trial_data)


def test_people_are_at_their_levels_with_their_outcomes(pair: Pair) -> None:
    made, found = pair
    people = made.truth.people.join(found[SubjectAnalysis], on="subject", how="left", suffix="_found")
    assert people.height == found[SubjectAnalysis].filter("is_treated").height
    tolerated = people.filter(pl.col("level_found") != pl.col("level"))
    assert tolerated["level_reason"].null_count() == 0
    assert (people["dose_given"] == people["dose_given_found"]).all()
    assert (people["dosed"] == people["treatment_start"].str.slice(0, 10)).all()
    assert people["has_dlt"].equals(people["has_dlt_found"])
    assert (people["outcome"] != "-").equals(people["is_dlt_evaluable"])
    assert (people["followed_to_day"] <= people["last_day_of_data"]).all()
    left = people.filter(pl.col("leaves_on_day") <= pl.col("last_day_of_data"))
    assert left["left_because"].null_count() == 0
    stopped = people.filter(pl.col("background_stop_day") < pl.col("last_day_of_data"))
    assert stopped.height
    assert (stopped["background_stop_day"] == stopped["background_last_day"]).all()


def test_events_are_on_their_days_and_in_their_periods(pair: Pair) -> None:
    made, found = pair
    events = made.truth.events.join(found[EventAnalysis], on=["subject", "number"], suffix="_found")
    assert events.height == made.truth.events.height > 50
    for first, last, day in (("first_day", "last_day", "start_day"), ("end_first_day", "end_last_day", "end_day")):
        known = events.drop_nulls([first, last, day])
        assert known.height > 30
        assert known.filter(~pl.col(day).is_between(first, last)).is_empty()
    assert events["is_dlt"].equals(events["is_dlt_found"])
    dated = events.filter((pl.col("first_day") == pl.col("last_day")) & (pl.col("start_day") >= 0))
    assert (dated["is_emergent"]).all()
    words = {name: period.value for name, period in PERIODS.items()}
    assert dated["period"].replace_strict(words).equals(dated["period_found"])


def test_every_occasion_has_a_score_or_a_reason(pair: Pair) -> None:
    made, found = pair
    scores = found[ScoreAnalysis].filter(part="score")
    assert set(scores["measure"]) <= set(MEASURES)
    assert scores.filter((pl.col("state") != "score") & pl.col("reason").is_null()).is_empty()
    numbers = found[ScoreAnalysis].select(
        "subject", number=pl.col("record_numbers").str.split(";").list.eval(pl.element().filter(pl.element() != ""))
    )
    used = numbers.explode("number").drop_nulls().select("subject", pl.col("number").cast(pl.Int64)).unique()
    treated = found[SubjectAnalysis].filter("is_treated").select("subject")
    recorded = made.trial_data[Assessment].join(treated, on="subject", how="semi")
    assert used.height == recorded.height


def test_every_result_drawn_has_a_day(pair: Pair) -> None:
    made, found = pair
    treated = found[SubjectAnalysis].filter("is_treated").select("subject")
    results = found[LabAnalysis].join(treated, on="subject", how="semi")
    assert results.height
    assert results["day"].null_count() == 0
    assert found[LabAnalysis].height == made.trial_data[LabResult].height
