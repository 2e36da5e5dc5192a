"""The chapter, on a virtual trial whose slopes are known, and where there is little or nothing to analyse."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.analysis.frame import Frame
from firstdose.analysis.metabolism.chapter import metabolism
from firstdose.analysis.named_methods import METHODS
from firstdose.cli.metabolite_folder import matched_by, with_abundances
from firstdose.protocol import read_protocol
from firstdose.protocol.plan import Protocol
from firstdose.records import Reading, Sample, cut, read_folder
from firstdose.records.results import TYPES, Result, frame_of_results
from firstdose.simulation.virtual.writing import write_virtual_trial
from firstdose.simulation.virtual_trial import VirtualTrial, read_scenario, virtual_trial
from tests.cli.running import DONE, run

PROTOCOL = read_protocol("examples/nsc-spms/protocol.yaml")
LOOK = "2019-09-03"
SCENARIO = read_scenario(Path("examples/nsc-spms/scenario.yaml"))


@cache
def trial() -> VirtualTrial:
    return virtual_trial(PROTOCOL, SCENARIO, seed=20231127)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder = tmp_path_factory.mktemp("virtual")
    write_virtual_trial(trial(), folder, "csv", SCENARIO)
    return with_abundances(read_folder(folder), folder, PROTOCOL)


def frame(reading: Reading, protocol: Protocol = PROTOCOL) -> Frame:
    data = derive(protocol, reading.trial_data)
    return Frame(protocol, replace(data, abundances=matched_by(reading, reading.trial_data)), 1)


@pytest.fixture(scope="module")
def results(reading: Reading) -> list[Result]:
    return list(metabolism(frame(reading)))


@pytest.fixture(scope="module")
def table(results: list[Result]) -> pl.DataFrame:
    return frame_of_results(results)


def test_planted_slopes_are_found_and_classes_without_any_are_not_called(table: pl.DataFrame) -> None:
    truth = trial().truth.metabolites
    found = table.filter((pl.col("table") == "metabolite_slopes") & (pl.col("when") == "M12"))
    slopes = found.filter(pl.col("statistic") == "change of the dose slope")
    joined = slopes.join(truth, left_on="what", right_on="name")
    assert joined.height == slopes.height > 190
    for name in ("acyl_carnitines", "free_fatty_acids"):
        here = joined.filter(pl.col("class") == name)
        assert here["value"].mean() == pytest.approx(here["slope_per_doubling"].mean(), abs=0.12)
    inside = pl.col("slope_per_doubling").is_between("lower", "upper", closed="none")
    assert 0.85 < joined.filter(inside).height / joined.height < 0.99
    tests = table.filter(
        (pl.col("table") == "class_slopes") & (pl.col("when") == "M12") & (pl.col("statistic") == "adjusted p")
    )
    called = set(tests.filter(pl.col("value") < 0.05)["what"].to_list())
    assert called == {"acyl_carnitines", "free_fatty_acids"}


@pytest.mark.parametrize("visit", ["M3", "M12"])
def test_metabolites_that_the_drug_moves_are_not_called_effects_of_the_dose(table: pl.DataFrame, visit: str) -> None:
    """Those with the largest effects of tacrolimus and no planted slope; the drug's own effect is in the visits."""
    truth = trial().truth.metabolites.filter(pl.col("slope_per_doubling") == 0)
    effect = pl.col("effect_on_treatment").abs()
    moved = truth.filter(effect > 0.1)["name"].implode()
    adjusted = table.filter(statistic="adjusted p", when=visit).filter(pl.col("what").is_in(moved))
    slopes = adjusted.filter(table="metabolite_slopes")["value"]
    assert slopes.len() >= 20
    assert slopes.min() > 0.05  # type: ignore[operator]
    if visit == "M3":
        assert adjusted.filter(pl.col("table") == "metabolite_visit_changes", pl.col("value") < 0.05).height > 0


def test_each_figure_can_be_found_and_names_a_method_with_tests(results: list[Result], table: pl.DataFrame) -> None:
    keys = ["table", "what", "within", "when", "statistic", "group"]
    assert table.select(keys).is_duplicated().sum() == 0
    assert {each.method for each in results} - {""} <= METHODS.keys()
    for method in {each.method for each in results} - {""}:
        assert all(Path(test.partition("::")[0]).is_file() for test in METHODS[method].tests), method
    assert all(each.value is not None or each.text or each.warning for each in results)
    assert table.columns == list(TYPES)


def test_one_class_at_one_visit_is_primary_and_the_samples_lead_to_their_records(table: pl.DataFrame) -> None:
    primary = table.filter(pl.col("text") == "primary").select("what", "when").rows()
    assert primary == [("acyl_carnitines", "M12")]
    samples = table.filter((pl.col("what") == "samples analysed") & (pl.col("when") == "")).row(0, named=True)
    assert len(samples["records"]) == samples["value"] > 40
    assert samples["records"][0].startswith("samples:NSC-")


def test_the_same_seed_gives_the_same_rows(reading: Reading, results: list[Result]) -> None:
    assert list(metabolism(frame(reading))) == results


def test_without_abundances_a_row_says_so_if_the_protocol_plans_them(reading: Reading) -> None:
    bare = replace(reading, abundances=None)
    (row,) = metabolism(frame(bare))
    assert row.value is None
    assert "no abundances" in row.warning
    assert list(metabolism(frame(bare, replace(PROTOCOL, metabolism=None)))) == []


def test_a_cut_leaves_out_what_was_sampled_later(reading: Reading) -> None:
    day = reading.trial_data.as_of
    assert day is not None
    early = cut(reading.trial_data, day.replace(year=day.year - 2))
    found, whole = matched_by(reading, early), reading.abundances
    assert found is not None
    assert whole is not None
    assert 0 < found.samples.height < whole.samples.height
    data = replace(derive(PROTOCOL, early), abundances=found)
    rows = list(metabolism(Frame(PROTOCOL, data, 1)))
    assert rows
    assert data.data_hash != derive(PROTOCOL, early).data_hash
    nobody = cut(reading.trial_data, day.replace(year=2017))
    empty = replace(derive(PROTOCOL, nobody), abundances=matched_by(reading, nobody))
    (row,) = metabolism(Frame(PROTOCOL, empty, 1))
    assert "no sample can be matched" in row.warning


def test_an_interim_look_at_which_one_dose_has_reached_the_last_visit(tmp_path: Path) -> None:
    """The day after the first sample of month 12: the change of the slope at month 3 is told, and tested."""
    write_virtual_trial(trial(), tmp_path / "trial", "csv", SCENARIO)
    samples = trial().trial_data[Sample].filter(pl.col("fluid") == "cerebrospinal_fluid")
    assert samples.filter((pl.col("visit") == "M12") & (pl.col("taken") < LOOK))["subject"].n_unique() == 1
    ran = run(
        "analyse", "examples/nsc-spms/protocol.yaml", tmp_path / "trial", "--as-of", LOOK, "--out", tmp_path / "o"
    )
    assert ran.status == DONE, ran.err
    found = pl.read_parquet(tmp_path / "o" / "results.parquet").filter(pl.col("table") == "class_slopes")
    tests = found.filter((pl.col("statistic") == "p by permutation of doses") & (pl.col("when") == "M3"))
    assert tests.height > 3
    assert tests["value"].null_count() == 0
    last = found.filter((pl.col("statistic") == "slope of the class") & (pl.col("when") == "M12"))
    assert last["value"].null_count() == last.height > 3


def test_findings_say_whether_they_rest_on_the_normalisation(table: pl.DataFrame) -> None:
    rows = table.filter((pl.col("table") == "class_sensitivity") & (pl.col("statistic") == "normalisation"))
    told = {(row["what"], row["when"]): row for row in rows.iter_rows(named=True)}
    assert "classes are tested relative to" in told["classes", ""]["text"]
    for key, row in told.items():
        if key[1]:
            assert bool(row["text"]) != bool(row["warning"])
    for name in ("acyl_carnitines", "free_fatty_acids"):
        assert told[name, "M12"]["warning"] == ""
    beside = table.filter(pl.col("statistic") == "p by permutation without normalisation")
    assert beside.height == rows.height - 1


def test_samples_of_unknown_people_are_problems(reading: Reading, tmp_path: Path) -> None:
    write_virtual_trial(trial(), tmp_path, "csv", SCENARIO)
    for name in ("abundances.csv", "runs.csv"):
        path = tmp_path / "metabolites" / name
        path.write_text(path.read_text().replace("NSC-01-M3-CSF", "NSC-99-M3-CSF"))
    found = with_abundances(read_folder(tmp_path), tmp_path, PROTOCOL)
    told = [str(problem) for problem in found.problems]
    assert any("NSC-99-M3-CSF" in each and "must be in the records" in each for each in told)
    lines = (tmp_path / "metabolites" / "runs.csv").read_text("utf-8").splitlines()
    for problem in (each for each in found.problems if each.identity == "NSC-99-M3-CSF"):
        assert problem.effect == "not analysed"
        if problem.file == "runs.csv" and problem.row is not None:
            assert "NSC-99-M3-CSF" in lines[problem.row - 1]
    assert any("NSC-01-M3-CSF" in each and "has no abundances" in each for each in told)
