"""`firstdose next`: what it prints and writes, what it takes from a trial's records, and what it refuses."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, WRONG_USAGE, Ran, run
from tests.simulation.next_trials import TWO_ARMS, TWO_DOSES, change, metabolites, number, text, worsening

REFERENCE = EXAMPLES / "nsc-spms"
PRIOR = {
    "elicited_from": "the authors",
    "no_effect": number(0.4),
    "cells": {"median": 0.5, "lower": 0.2, "upper": 0.9, "source": "assumed"},
    "lower_doses": {"lowest": 0.5, "highest": 1, "source": "assumed"},
    "drug": {"median": 0.0, "lower": -0.1, "upper": 0.1, "source": "assumed"},
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings that take little time."""
    path = tmp_path_factory.mktemp("settings") / "next.yaml"
    volume, carnitines = change(0.5, prior=PRIOR), {**metabolites(-0.3), "id": "acyl_carnitines"}
    path.write_text(text(volume, TWO_ARMS, TWO_DOSES, endpoints=[volume, carnitines]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before") / "records"
    assert run("simulate", REFERENCE / "protocol.yaml", "--seed", "8", "--out", folder).status == DONE
    return folder


@pytest.fixture(scope="module")
def written(small: Path, records: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    out = tmp_path_factory.mktemp("next") / "made"
    before: list[str | Path] = ["--phase-one", records, "--protocol", REFERENCE / "protocol.yaml"]
    return run("next", small, *before, "--trials", "200", "--out", out), out


def test_it_says_what_matters(written: tuple[Ran, Path]) -> None:
    ran, out = written
    assert (ran.status, ran.err) == (DONE, "")
    assert "gives no prior for efficacy" in ran.out
    assert "These data are simulated" in ran.out
    assert "in the place of conduct.leaving_per_year" in ran.out
    assert "in the place of endpoints[1].change.sd" in ran.out
    assert re.search(r"\nbrain volume:\ndesign +\d", ran.out), "endpoints have their own words"
    assert re.search(r"\ntwo_doses +\d", ran.out)
    assert "its upper one-sided 80 % limit, stands in the place of endpoints[1].change.sd" in ran.out
    assert re.search(r"visits that are missed \d+\.\d % \(", ran.out)
    assert len(re.findall(r"^few people: .* people are few, [67]0 are advised", ran.out, re.MULTILINE)) == 4
    assert f"wrote {out / 'next-trial.html'}" in ran.out


def test_page_document_and_table_hold_the_same_figures(written: tuple[Ran, Path]) -> None:
    _, out = written
    made = {"next-trial.html", "next-trial.json", "next-trial.csv"}
    assert {path.name for path in out.iterdir()} == {*made, "problems.csv", "rejected_rows.csv"}
    document = json.loads((out / "next-trial.json").read_text("utf-8"))
    first = document["power"][0]
    rows = list(csv.DictReader((out / "next-trial.csv").read_text("utf-8").splitlines()))
    shown = next(row for row in rows if row["kind"] == "power" and row["what"] == "high")
    assert float(shown["value"]) == first["power"]["high"]["value"]
    assert {each["key"] for each in document["from_phase_one"] if each["is_used"]} == {
        "conduct.leaving_per_year", "conduct.missed_visit", "endpoints[1].change.sd", "endpoints[2].change.sd",
    }  # fmt: skip
    (of_class,) = [each for each in document["from_phase_one"] if each["key"] == "endpoints[2].change.sd"]
    assert "as the analysis normalises and averages the class" in of_class["rests_on"]
    assert document["notices"][0].startswith("These data are simulated")
    page = (out / "next-trial.html").read_text("utf-8")
    assert f"{100 * first['power']['high']['value']:.1f}" in page
    assert "gives no prior for efficacy" in page
    assert "Of the data of the trial before: These data are simulated" in page
    assert "Of these, some rest on few people:" in page
    assert page.count("Few people: spread of") == 2, "beside the numbers of participants"


def test_json_is_one_document_and_depends_on_the_seed_alone(small: Path) -> None:
    one, same, other = (
        run("next", small, "--trials", "150", "--seed", seed, "--workers", workers, "--json").document()
        for seed, workers in (("3", "1"), ("3", "2"), ("4", "1"))
    )
    assert one == same
    assert one["power"] != other["power"]
    assert one["from_phase_one"] == []


def test_effects_of_nothing_are_told(tmp_path: Path) -> None:
    path = tmp_path / "nothing.yaml"
    path.write_text(text(worsening(1.0), participants=[60]), encoding="utf-8")
    ran = run("next", path, "--trials", "200")
    assert ran.status == DONE
    assert "no number of people would do" in ran.out


def test_problems_of_the_settings_are_told_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text(worsening(), participants=[120, 60], looks={"information": [0.5]}), encoding="utf-8")
    ran = run("next", path)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "participants: [120, 60]: must be in rising order" in ran.err
    assert "looks.information: [0.5]: the last look is at 1" in ran.err
    assert "2 problems" in ran.err


@pytest.mark.parametrize("options", [["--phase-one", "records"], ["--protocol", "protocol.yaml"]])
def test_data_and_protocol_go_together(small: Path, options: list[str]) -> None:
    ran = run("next", small, *options)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "--phase-one and --protocol go together" in ran.err


def test_a_file_in_the_place_of_the_folder_is_refused(small: Path) -> None:
    ran = run("next", small, "--out", small)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "is a file; name a folder" in ran.err


def test_the_records_stay_as_they_are(small: Path, records: Path) -> None:
    ran = run("next", small, "--phase-one", records, "--protocol", REFERENCE / "protocol.yaml", "--out", records)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "this folder holds the data" in ran.err


def test_missing_settings_and_wrong_usage() -> None:
    ran = run("next", "absent.yaml")
    assert ran.status == WRONG_INPUT
    assert ran.err.startswith("absent.yaml: there is no such file; check its name, or begin with a copy of ")
    shipped = Path(ran.err.partition("a copy of ")[2].partition(", that")[0])
    assert shipped.read_text("utf-8") == (REFERENCE / "next_trial.yaml").read_text("utf-8")
    assert run("next").status == WRONG_USAGE
