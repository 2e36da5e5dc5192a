"""`--cluster` and `--workers`: the same figures and files wherever trials are simulated, and refusals in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstdose.simulation.machines import place_to_run
from firstdose.simulation.virtual.parts import files_of_trials, write_files
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials, write_virtual_trial
from tests.cli.running import DONE, EXAMPLES, MINIMAL, WRONG_INPUT, WRONG_USAGE, run
from tests.cli.test_oc import TRUTH, in_time
from tests.simulation.virtual_trials import SCENARIO, protocol


def test_a_cluster_gives_the_document_that_this_process_gives(tmp_path: Path) -> None:
    calendar = ("oc", in_time(tmp_path), "--method", "calendar", "--accrual", "6", "--trials", "300", "--truth", TRUTH)
    here = run(*calendar, "--json", "--workers", "1").document()
    assert run(*calendar, "--json", "--cluster", "local", "--workers", "2").document() == here


def test_a_precision_that_was_asked_for_is_told(tmp_path: Path) -> None:
    call = ("oc", in_time(tmp_path), "--method", "calendar", "--accrual", "6", "--truth", TRUTH)
    document = run(*call, "--precision", "0.015", "--json").document()
    assert document["precision"]["ended_by"] == "precision"
    assert document["trials"] < 10_000
    reached = run(*call, "--precision", "0.015")
    assert "0.015 was asked for" in reached.out
    stopped = run(*call, "--precision", "0.015", "--trials", "100")
    assert stopped.status == DONE
    assert "stopped after 100 trials a scenario, the most that --trials allows" in stopped.out
    assert "precision" not in run(*call, "--trials", "100", "--json").document()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--precision", "0.01"), "--precision is for trials in time"),
        (("--conditions", "conditions.yaml"), "--conditions is for trials in time"),
        (("--cluster", "local"), "the exact engine needs none"),
        (("--method", "monte-carlo", "--cluster", "tcp://127.0.0.1:1", "--workers", "2"), "has workers of its own"),
        (("--method", "monte-carlo", "--cluster", "pigeon://a:1"), "no Dask scheduler could be reached"),
    ],
)
def test_options_that_do_not_go_together_are_refused_in_words(arguments: tuple[str, ...], words: str) -> None:
    refused = run("oc", MINIMAL, *arguments)
    assert refused.status == WRONG_INPUT
    assert words in refused.err
    assert not refused.out


def test_comparisons_know_the_options_too() -> None:
    assert "the exact engine needs none" in run("compare", MINIMAL, "--cluster", "local").err
    call = ("compare", MINIMAL, "--designs", "boin", "--method", "monte-carlo", "--trials", "50", "--truth", TRUTH)
    assert run(*call, "--workers", "2").out == run(*call, "--workers", "1").out
    assert run(*call, "--workers", "0").status == WRONG_USAGE


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_files_made_by_other_processes_are_those_written_here(tmp_path: Path, file_format: str) -> None:
    scenario, numbers = read_scenario(SCENARIO), [4, 1]
    with place_to_run(workers=2, worth_seconds=0) as machines:
        made = files_of_trials(
            protocol(), scenario, seed=9, numbers=numbers, file_format=file_format, run=machines  # type: ignore[arg-type]
        )  # fmt: skip
        for place, files in made:
            write_files(files, tmp_path / "there" / str(numbers[place]))
    for number, trial in zip(numbers, virtual_trials(protocol(), scenario, seed=9, numbers=numbers), strict=True):
        here = tmp_path / "here" / str(number)
        write_virtual_trial(trial, here, file_format, scenario)  # type: ignore[arg-type]
        there = tmp_path / "there" / str(number)
        names = {path.relative_to(here) for path in here.rglob("*") if path.is_file()}
        assert names == {path.relative_to(there) for path in there.rglob("*") if path.is_file()}
        assert all((here / name).read_bytes() == (there / name).read_bytes() for name in names)


def test_many_virtual_trials_replace_earlier_ones(tmp_path: Path) -> None:
    call = ("simulate", EXAMPLES / "nsc-spms" / "protocol.yaml", "--trials", "2", "--out", tmp_path / "out")
    assert run(*call, "--seed", "1", "--format", "parquet").status == DONE
    assert run(*call, "--seed", "2", "--overwrite", "--workers", "1").status == DONE
    assert run("simulate", *call[1:2], "--trials", "2", "--out", tmp_path / "new", "--seed", "2").status == DONE
    names = {path.relative_to(tmp_path / "new"): path.read_bytes() for path in (tmp_path / "new").rglob("*.*")}
    assert names == {path.relative_to(tmp_path / "out"): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
