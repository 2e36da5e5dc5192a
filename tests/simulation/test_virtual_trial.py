"""Virtual trials: the same whatever else is made, without contradiction, and as the scenario says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from firstdose.protocol import Protocol
from firstdose.records import (
    NAMES,
    AdverseEvent,
    Assessment,
    Dosing,
    TrialData,
    Visit,
    check_trial_data,
    cut,
    read_folder,
)
from firstdose.records.frames import schema_of
from firstdose.simulation.virtual_trial import (
    Scenario,
    TrialNeverEnds,
    VirtualTrial,
    virtual_trial,
    virtual_trials,
    write_virtual_trial,
)
from tests.simulation.virtual_records import KINDS, SEED, trials
from tests.simulation.virtual_trials import changed, default, eventful, protocol


def visit_names(of: Protocol) -> list[str]:
    return [visit.id for visit in of.schedule.every_visit] if of.schedule else []


def print_of(trial: VirtualTrial) -> tuple[str, ...]:
    """Everything in a trial, as text that shows every bit."""
    frames = (trial.abundances, trial.features, trial.runs, *trial.truth.frames().values())
    return (trial.trial_data.content_hash, *(frame.write_csv() for frame in frames), repr(trial.truth.figures))


def prints(numbers: list[int], seed: int = SEED) -> list[tuple[str, ...]]:
    """What several trials hold; a function of its own, so that other processes can call it."""
    return [print_of(each) for each in virtual_trials(protocol(), eventful(), seed=seed, numbers=numbers)]


def test_a_trial_is_the_same_alone_in_any_order_and_in_another_process() -> None:
    together = prints([0, 1, 2])
    assert [print_of(virtual_trial(protocol(), eventful(), seed=SEED, number=2))] == together[2:]
    assert prints([2, 0, 1]) == [together[2], together[0], together[1]]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(prints, [1]).result() == together[1:2]


def test_other_numbers_and_seeds_are_other_trials() -> None:
    found = [*prints([0, 1]), *prints([0], SEED + 1)]
    assert len({each[0] for each in found}) == 3
    for seed, number in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="at least 0"):
            virtual_trial(protocol(), default(), seed=seed, number=number)


def test_frames_come_with_the_schema_of_their_records() -> None:
    record_types: dict[str, Any] = {name: record_type for record_type, name in NAMES.items()}
    for name, frame in trials("nsc-spms", 1)[0].trial_data.frames.items():
        assert frame.schema == schema_of(record_types[name]), name


OWN_NAMES = ("subject", "batch", "cohort", "sample", "replaces", "made_for")
OWN_NUMBERS = ("decision",)


def together(several: Iterable[VirtualTrial]) -> TrialData:
    """Trials as one, each with its own identifiers, so that many are checked in the time of one."""
    parts: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for number, trial in enumerate(several):
        for name, frame in trial.trial_data.frames.items():
            own = {each: pl.lit(f"{number}-") + pl.col(each) for each in OWN_NAMES if each in frame.columns}
            own |= {each: pl.col(each) + 1000 * number for each in OWN_NUMBERS if each in frame.columns}
            parts[name].append(frame.with_columns(**own))
    return TrialData({name: pl.concat(frames) for name, frames in parts.items()})


@pytest.mark.parametrize(("kind", "count"), [("default", 50), ("eventful", 25)])
def test_many_trials_hold_no_contradiction(kind: str, count: int) -> None:
    scenario = eventful() if kind == "eventful" else default()
    several = (virtual_trial(protocol(), scenario, seed=seed) for seed in range(count))
    assert list(check_trial_data(together(several), visit_names(protocol()))) == []


@pytest.mark.parametrize("name", KINDS[1:])
def test_nor_do_trials_of_other_protocols(name: str) -> None:
    assert list(check_trial_data(together(trials(name, 12)), visit_names(protocol(name)))) == []


def test_joined_trials_would_show_a_contradiction() -> None:
    trial = trials("nsc-spms", 12)[0]
    late = trial.trial_data[AdverseEvent].with_columns(end=pl.lit("1999-01-01"))
    broken = replace(trial, trial_data=trial.trial_data.replace({"adverse_events": late}))
    rules = check_trial_data(together([trial, broken])).by_rule()
    assert rules["should not be before start"] == late.height


@pytest.mark.parametrize("days", [0, 20])
def test_the_data_end_with_the_cut(days: int) -> None:
    scenario = changed(eventful(), conduct__cut_days_after_last_dosing=days)
    for trial in virtual_trials(protocol(), scenario, seed=SEED, numbers=range(3)):
        data = trial.trial_data
        assert data.as_of is not None
        last = data[Dosing]["product_start"].str.slice(0, 10).max()
        assert data.as_of == date.fromisoformat(str(last)) + timedelta(days=days)
        assert cut(data, data.as_of) == data


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_what_is_written_is_read_back_without_a_problem(file_format: Any, tmp_path: Path) -> None:
    trial = trials("nsc-spms", 12)[3]
    write_virtual_trial(trial, tmp_path / "trial", file_format, eventful())
    reading = read_folder(tmp_path / "trial", visits=visit_names(protocol()))
    assert list(reading.problems) == []
    assert reading.notes == ()
    assert reading.trial_data == trial.trial_data
    written = pl.read_csv(tmp_path / "trial" / "metabolites" / "abundances.csv")
    assert written.equals(trial.abundances)
    assert pl.read_csv(tmp_path / "trial" / "truth" / "people.csv").height == trial.truth.people.height
    assert (tmp_path / "trial" / "truth" / "scenario.json").is_file()


def test_a_trial_for_which_nobody_comes_is_an_error() -> None:
    scenario = changed(default(), attendance__withdrawal_per_year=400)
    with pytest.raises(TrialNeverEnds, match="places of the trial are still open"):
        virtual_trial(protocol(), scenario, seed=1)


def test_a_protocol_without_a_schedule_has_no_visits() -> None:
    trial = trials("sentinel-3plus3", 12)[0]
    assert trial.trial_data[Visit].height == trial.trial_data[Assessment].height == 0
    assert trial.abundances.height == trial.runs.height == 0
    assert trial.runs.schema == trials("nsc-spms", 1)[0].runs.schema
    assert "images" in trial.truth.figures["not_in_the_protocol"]
    assert trial.trial_data[AdverseEvent].height


def test_a_scenario_by_level_has_those_rates() -> None:
    from firstdose.simulation.virtual.scenario_safety import RatesByLevel

    rates = RatesByLevel(values=(0.0, 0.0, 1.0, 1.0), source="assumed")
    scenario: Scenario = replace(default(), toxicity=replace(default().toxicity, rates_by_level=rates))
    scenario = changed(scenario, attendance__withdrawal_per_year=0, attendance__death_per_year=0, product__short_dose=0)
    scenario = replace(
        scenario, product=replace(scenario.product, given_ratio=replace(scenario.product.given_ratio, mean=1.0, sd=0.0))
    )
    trial = virtual_trial(protocol(), scenario, seed=3)
    assert trial.truth.figures["outcomes"] == "1NNN 2NNN 3TTT 2NNN"
    assert trial.truth.levels["dlt_probability"].to_list() == [0.0, 0.0, 1.0, 1.0]
