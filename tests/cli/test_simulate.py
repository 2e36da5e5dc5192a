"""`firstdose simulate`: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from firstdose.protocol import read_protocol
from firstdose.records import read_folder
from firstdose.simulation.virtual_trial import read_scenario, virtual_trial
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, WRONG_USAGE, Ran, run

REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
SCENARIO = EXAMPLES / "nsc-spms" / "scenario.yaml"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    folder = tmp_path_factory.mktemp("simulate") / "made" / "by the command"
    return run("simulate", REFERENCE, "--seed", "8", "--out", folder), folder


def test_it_writes_records_metabolites_and_truth(simulated: tuple[Ran, Path]) -> None:
    ran, folder = simulated
    assert ran.status == DONE, ran.err
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"metabolites", "truth"}
    assert {path.name for path in (folder / "metabolites").iterdir()} == {"abundances.csv", "features.csv", "runs.csv"}
    truth = {path.name for path in (folder / "truth").iterdir()}
    assert truth == {
        "figures.json", "scenario.json", "levels.csv", "people.csv", "edss.csv", "events.csv", "metabolites.csv",
        "errors.csv",
    }  # fmt: skip
    figures = json.loads((folder / "truth" / "figures.json").read_text("utf-8"))
    assert (figures["seed"], figures["number"], figures["protocol"]) == (8, 0, "NCT03282760")
    assert figures["outcomes"] in ran.out


def test_the_records_are_read_back_and_are_those_of_the_seed(simulated: tuple[Ran, Path]) -> None:
    reading = read_folder(simulated[1])
    assert list(reading.problems) == []
    assert reading.notes == ()
    trial = virtual_trial(read_protocol(REFERENCE), read_scenario(SCENARIO), seed=8)
    assert reading.trial_data == trial.trial_data
    abundances = pl.read_csv(simulated[1] / "metabolites" / "abundances.csv")
    assert abundances.equals(trial.abundances)


def test_it_says_what_it_made_and_where(simulated: tuple[Ran, Path]) -> None:
    ran, folder = simulated
    assert ran.err == ""
    dosed = read_folder(folder).trial_data.frames["dosings"].height
    assert f"{dosed} participants dosed" in ran.out
    assert ran.out.splitlines()[-1] == f"wrote records, metabolites/ and truth/ to {folder}"


def test_the_truth_is_not_among_the_records(simulated: tuple[Ran, Path]) -> None:
    folder = simulated[1]
    for path in folder.glob("*.csv"):
        assert "frailty" not in path.read_text("utf-8").partition("\n")[0]
    assert (folder / "metabolites" / "features.csv").read_text("utf-8").startswith("name,class,detection_limit")


def test_several_trials_go_into_folders_of_their_own(tmp_path: Path) -> None:
    ran = run("simulate", REFERENCE, "--seed", "8", "--trials", "2", "--format", "parquet", "--out", tmp_path / "out")
    assert ran.status == DONE, ran.err
    folders = sorted((tmp_path / "out").iterdir())
    assert [folder.name for folder in folders] == ["trial-0", "trial-1"]
    found = [read_folder(folder).trial_data for folder in folders]
    assert found[0] == virtual_trial(read_protocol(REFERENCE), read_scenario(SCENARIO), seed=8).trial_data
    assert len({data.content_hash for data in found}) == 2
    assert "2 virtual trials" in ran.out


def test_a_folder_that_holds_something_is_refused_unless_it_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    first = ("simulate", REFERENCE, "--seed", "1", "--out", tmp_path)
    ran = run(*first)
    assert ran.status == WRONG_INPUT
    assert "--overwrite" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert run(*first, "--overwrite", "--format", "parquet").status == DONE
    assert run("simulate", REFERENCE, "--seed", "2", "--out", tmp_path, "--overwrite").status == DONE
    assert not list(tmp_path.glob("*.parquet"))
    reading = read_folder(tmp_path)
    assert reading.trial_data == virtual_trial(read_protocol(REFERENCE), read_scenario(SCENARIO), seed=2).trial_data
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


def test_errors_are_put_in_on_request_and_told(tmp_path: Path) -> None:
    ran = run("simulate", REFERENCE, "--seed", "5", "--with-errors", "--out", tmp_path / "out")
    assert ran.status == DONE, ran.err
    errors = pl.read_csv(tmp_path / "out" / "truth" / "errors.csv", infer_schema_length=0)
    assert errors.height > 0
    assert f"{errors.height} errors were put into the records" in ran.out
    assert len(read_folder(tmp_path / "out").problems) > 0


def test_another_protocol_with_a_named_scenario(tmp_path: Path) -> None:
    protocol = EXAMPLES / "car-t-boin" / "protocol.yaml"
    ran = run("simulate", protocol, "--scenario", SCENARIO, "--seed", "1", "--out", tmp_path / "out")
    assert ran.status == DONE, ran.err
    assert "not simulated: images, since no visit of the protocol yields it" in ran.out
    assert list(read_folder(tmp_path / "out").problems) == []


WRONG: dict[str, tuple[list[str], str]] = {
    "no such protocol": (["none.yaml", "--seed", "1", "--out", "out"], "there is no such file"),
    "no scenario beside it": (
        [str(EXAMPLES / "crm" / "protocol.yaml"), "--seed", "1", "--out", "out"],
        "scenario.yaml",
    ),
    "a protocol as scenario": (
        [str(REFERENCE), "--scenario", str(REFERENCE), "--seed", "1", "--out", "out"],
        "this is a protocol; a scenario file has the keys",
    ),
    "no DLT": (
        [str(EXAMPLES / "minimal" / "protocol.yaml"), "--scenario", str(SCENARIO), "--seed", "1", "--out", "out"],
        "a virtual trial needs the definition of a DLT",
    ),
    "no rule": (
        [str(EXAMPLES / "cdisc-pilot" / "protocol.yaml"), "--scenario", str(SCENARIO), "--seed", "1", "--out", "out"],
        "there is no escalation rule",
    ),
    "a file as folder": ([str(REFERENCE), "--seed", "1", "--out", "taken"], "taken"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_wrong_input_is_told_and_writes_nothing(mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("", "utf-8")
    arguments, words = WRONG[mistake]
    ran = run("simulate", *arguments)
    assert ran.status == WRONG_INPUT
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_without_a_scenario_it_says_how_to_get_one() -> None:
    ran = run("simulate", EXAMPLES / "crm" / "protocol.yaml", "--seed", "1", "--out", "out")
    (line,) = ran.err.splitlines()
    assert line.startswith(str(EXAMPLES / "crm" / "scenario.yaml"))
    assert "name one with --scenario FILE" in line
    shipped = Path(line.partition("a copy of ")[2].partition(", that")[0])
    assert shipped.read_text("utf-8") == SCENARIO.read_text("utf-8")


def test_a_trial_that_never_ends_is_told(tmp_path: Path) -> None:
    text = SCENARIO.read_text("utf-8").replace("withdrawal_per_year: {value: 0.04", "withdrawal_per_year: {value: 400")
    (tmp_path / "scenario.yaml").write_text(text, "utf-8")
    ran = run("simulate", REFERENCE, "--scenario", tmp_path / "scenario.yaml", "--seed", "1", "--out", tmp_path / "out")
    assert ran.status == WRONG_INPUT
    assert "places of the trial are still open" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["--seed", "-1"], ["--seed", "1", "--trials", "0"], ["--seed", "one"]])
def test_wrong_usage(arguments: list[str], tmp_path: Path) -> None:
    assert run("simulate", REFERENCE, *arguments, "--out", tmp_path / "out").status == WRONG_USAGE


def test_frames_are_not_imported_for_help() -> None:
    code = (
        "import sys; from firstdose.cli import main\n"
        "try: main(['simulate', '--help'])\n"
        "except SystemExit: print('polars' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "False"
