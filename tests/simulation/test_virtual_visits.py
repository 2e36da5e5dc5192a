"""What virtual trials record at visits: answers that agree and score, troughs, samples with their metabolites."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import polars as pl

from firstdose.measures import MEASURES, Missing
from firstdose.measures.recorded import answers_of
from firstdose.records import Assessment, Dosing, LabResult, Medication
from tests.simulation.virtual_records import earliest_of, rows, trials
from tests.simulation.virtual_trials import protocol


def test_recorded_answers_are_possible_agree_with_each_other_and_score() -> None:
    states: dict[tuple[str, str], int] = defaultdict(int)
    for trial in trials("nsc-spms", 12)[:3]:
        for (measure, _, _), answers in trial.trial_data[Assessment].group_by("measure", "subject", "visit"):
            of = MEASURES[str(measure)]
            given = answers_of(of, answers.iter_rows(named=True))
            assert of.check(given) == []
            result = of.score(given)
            states[of.name, type(result).__name__] += 1
            if isinstance(result, Missing):
                assert set(answers["performed"]) == {"not_done"}
    assert {name for name, _ in states} == set(MEASURES)
    assert states["timed_walk", "UnableToPerform"] > states["timed_walk", "Score"] > 0


def test_measures_are_recorded_where_the_protocol_plans_them() -> None:
    schedule = protocol().schedule
    assert schedule is not None
    measures = {activity.id: activity.measure for activity in schedule.activities if activity.measure}
    planned = {
        (visit.id, measures[each]) for visit in schedule.every_visit for each in visit.activities if each in measures
    }
    for trial in trials("nsc-spms", 12)[:3]:
        found = set(trial.trial_data[Assessment].select("visit", "measure").unique().iter_rows())
        assert found <= planned
    assert {measure for _, measure in found} == {measure for _, measure in planned}


def test_troughs_say_when_they_were_drawn_and_when_the_drug_was_taken() -> None:
    for trial in trials("nsc-spms", 12)[:3]:
        troughs = trial.trial_data[LabResult].filter(pl.col("category") == "trough")
        assert set(troughs["test"]) == {"TACRO"}
        assert set(troughs["analyte"]) == {"tacrolimus"}
        assert set(troughs["unit"]) == {"ng/mL"}
        times = troughs.select(pl.col("drawn", "last_intake").str.to_datetime("%Y-%m-%dT%H:%M"))
        hours = (times["drawn"] - times["last_intake"]).dt.total_minutes() / 60
        assert 8 < hours.min() < hours.max() < 16  # type: ignore[operator]
        stops = dict(trial.truth.people.select("subject", "background_stop_day").iter_rows())
        zero = {row["subject"]: earliest_of(row["procedure_start"]) for row in rows(trial.trial_data, Dosing)}
        for subject, drawn in troughs.select("subject", "drawn").iter_rows():
            assert (date.fromisoformat(drawn[:10]) - zero[subject]).days <= stops[subject]
        taken = trial.trial_data[Medication].filter(pl.col("background_treatment") == "tacrolimus")
        last = taken.drop_nulls("end").group_by("subject").agg(pl.col("end").max())
        for subject, end in last.iter_rows():
            assert (date.fromisoformat(end) - zero[subject]).days == stops[subject]


def test_metabolites_belong_to_samples_and_their_runs() -> None:
    trial = trials("nsc-spms", 12)[0]
    assert trial.abundances.columns == ["sample", *trial.features["name"]]
    assert trial.abundances["sample"].to_list() == trial.runs["sample"].to_list()
    assert trial.runs["sample"].is_unique().all()
    study = trial.runs.filter(pl.col("kind") == "study").sort("sample")
    samples = trial.trial_data.frames["samples"].sort("sample")
    assert study.select("sample", "run").equals(samples.select("sample", "run"))
    assert set(samples["visit"]) <= {"M0", "M3", "M12"}
    for _, run in trial.runs.group_by("run"):
        ordered = run.sort("run_order")
        assert ordered["run_order"].to_list() == list(range(1, run.height + 1))
        assert ordered["kind"][0] == ordered["kind"][-1] == "pooled_qc"
    limits = dict(trial.features.select("name", "detection_limit").iter_rows())
    for name in trial.features["name"]:
        lowest = trial.abundances[name].min()
        assert lowest is None or lowest >= limits[name] - 0.11
    truth = trial.truth.metabolites
    assert truth.select("name", "class").equals(trial.features.select("name", "class"))
