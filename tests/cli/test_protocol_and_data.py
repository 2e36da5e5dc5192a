"""Data that cannot be of the protocol's trial are told: levels, doses and units beside those planned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from firstdose.cdisc import read_sdtm
from firstdose.cli.data_folder import read_data
from firstdose.protocol import Protocol, read_protocol
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, protocol_text, run
from tests.simulation.next_trials import change, text

PILOT = EXAMPLES / "cdisc-pilot"


def protocol_with(folder: Path, unit: str, *values: float) -> Protocol:
    text = json.loads(protocol_text()) | {"dose_levels": {"unit": unit, "values": list(values)}}
    path = folder / "protocol.yaml"
    path.write_text(json.dumps(text), encoding="utf-8")
    return read_protocol(path)


def data_of(folder: Path, **dosing: Any) -> Path:
    """One person dosed."""
    made = folder / "data"
    made.mkdir()
    subjects = {"subject": ["A"], "consent": ["2024-01-01"]}
    given = {"subject": ["A"], "number": [1], "product_start": ["2024-02-01"]}
    pl.DataFrame(subjects).write_csv(made / "subjects.csv")
    pl.DataFrame(given | {name: [value] for name, value in dosing.items()}).write_csv(made / "dosings.csv")
    return made


def told(folder: Path, unit: str = "million cells", **dosing: Any) -> list[tuple[str, str]]:
    reading, _ = read_data(data_of(folder, **dosing), protocol_with(folder, unit, 1, 3))
    return [(each.field or "", each.rule) for each in reading.problems if "protocol" in each.rule]


@pytest.mark.parametrize(
    ("dosing", "expected"),
    [
        ({"level_assigned": 2, "dose_assigned": 3, "dose_unit": "million cells"}, []),
        ({"level_assigned": 2, "dose_assigned": 3.0000001, "dose_unit": "million  cells"}, []),
        ({"level_assigned": 0, "dose_assigned": 0, "dose_unit": "million cells"}, []),
        ({"dose_given": 2.4, "dose_unit": "million cells"}, []),
        ({"level_assigned": 1, "dose_assigned": 1, "dose_given": 0.5, "dose_unit": "million cells"}, []),
        (
            {"level_assigned": 2, "dose_assigned": 10, "dose_unit": "million cells"},
            [("dose_assigned", "in the protocol the dose of level 2 is 3 million cells")],
        ),
        (
            {"level_assigned": 3, "dose_assigned": 10, "dose_unit": "million cells"},
            [("level_assigned", "the protocol has levels 1 to 2")],
        ),
        (
            {"level_assigned": 2, "dose_assigned": 3, "dose_unit": "mg"},
            [("dose_unit", "the protocol has doses in million cells")],
        ),
    ],
)
def test_levels_doses_and_units_are_those_of_the_protocol(
    dosing: dict[str, Any], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert told(tmp_path, **dosing) == expected


def test_a_trial_of_its_own_protocol_is_not_doubted() -> None:
    reading, _ = read_data(PILOT / "sdtm", read_protocol(PILOT / "protocol.yaml"))
    assert not [each for each in reading.problems if "protocol" in each.rule]


def test_the_command_tells_it(tmp_path: Path) -> None:
    data = data_of(tmp_path, level_assigned=1, dose_assigned=10, dose_unit="million cells")
    protocol_with(tmp_path, "million cells", 1, 3)
    ran = run("analyse", tmp_path / "protocol.yaml", data, "--out", tmp_path / "out")
    assert ran.status == DONE
    assert "1 x in the protocol the dose of level 1 is 1 million cells: dosings.csv, row 2, A/1" in ran.err
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "found in the records and may bear on any figure" in page


def test_the_next_trial_tells_it_too(tmp_path: Path) -> None:
    data = data_of(tmp_path, level_assigned=1, dose_assigned=10, dose_unit="million cells")
    protocol_with(tmp_path, "million cells", 1, 3)
    settings = tmp_path / "next.yaml"
    settings.write_text(text(change(0.5), participants=[20]), encoding="utf-8")
    ran = run("next", settings, "--phase-one", data, "--protocol", tmp_path / "protocol.yaml", "--trials", "100")
    assert ran.status == DONE
    first, *others = ran.err.splitlines()
    assert first.endswith(" in the data; with --out FOLDER all are listed there")
    assert any("in the protocol the dose of level 1 is 1 million cells" in line for line in others)


@pytest.mark.parametrize(("options", "list_of"), [((), "the problems told above"), (("--out", "o"), "what o/problems")])
def test_the_next_trial_takes_nothing_from_data_that_hold_nothing(
    options: tuple[str, ...], list_of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    protocol_with(tmp_path, "million cells", 1, 3)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "subjects.csv").write_bytes(b'"\x93\x00 no table')
    settings = tmp_path / "next.yaml"
    settings.write_text(text(change(0.5), participants=[20]), encoding="utf-8")
    ran = run("next", settings, "--phase-one", "data", "--protocol", "protocol.yaml", "--trials", "100", *options)
    assert ran.status == WRONG_INPUT
    assert f"data: no record in it can be used; mend {list_of}" in ran.err
    assert not (tmp_path / "o" / "next-trial.html").exists()


def studies_told(trial: str) -> list[tuple[str | None, int | None, str | None, str]]:
    """Of which other studies the excerpt is told to be, under a protocol with this identifier."""
    protocol = read_protocol(PILOT / "protocol.yaml")
    reading, _ = read_data(PILOT / "sdtm", replace(protocol, trial=replace(protocol.trial, id=trial)))
    return [(each.file, each.row, each.value, each.rule) for each in reading.problems if each.field == "STUDYID"]


def test_datasets_of_another_study_are_told_once_each() -> None:
    told = studies_told("NCT03282760")
    assert ("dm.csv", 2, "CDISCPILOT01", "must be the trial of the protocol, NCT03282760") in told
    assert len(told) == len({file for file, *_ in told}) == len(list((PILOT / "sdtm").iterdir()))
    assert studies_told("CDISCPILOT01") == []


def test_a_second_study_among_the_rows_is_told_where_it_begins(tmp_path: Path) -> None:
    rows = "studyid,USUBJID\nONE,1\n ONE ,2\n,3\nTWO,4\nTWO,5\n"
    (tmp_path / "dm.csv").write_text(rows, encoding="utf-8")
    found = [(each.row, each.value) for each in read_sdtm(tmp_path, study="ONE").problems if each.field == "STUDYID"]
    assert found == [(5, "TWO")]
    assert not [each for each in read_sdtm(tmp_path).problems if each.field == "STUDYID"]


def test_tables_of_other_programs_are_told(tmp_path: Path) -> None:
    data = data_of(tmp_path, dose_unit="million cells")
    (data / "deaths.XLSX").write_bytes(b"")
    protocol_with(tmp_path, "million cells", 1, 3)
    ran = run("analyse", tmp_path / "protocol.yaml", data, "--out", tmp_path / "out")
    assert ran.status == DONE
    assert "note: deaths.XLSX: not read; save each sheet as CSV (UTF-8)" in ran.err
    for name in ("subjects.csv", "dosings.csv"):
        (data / name).unlink()
    ran = run("analyse", tmp_path / "protocol.yaml", data, "--out", tmp_path / "none")
    assert ran.status == WRONG_INPUT
    assert ran.err.endswith("; deaths.XLSX: not read; save each sheet as CSV (UTF-8)\n")


@pytest.mark.parametrize(("subjects", "words"), [("subject\n", "Nobody is among the records"),
                                                 ("subject\nA\n", "No dosing is recorded for anybody")])  # fmt: skip
def test_that_nobody_was_treated_is_told(subjects: str, words: str, tmp_path: Path) -> None:
    protocol_with(tmp_path, "million cells", 1, 3)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "subjects.csv").write_text(subjects, encoding="utf-8")
    ran = run("analyse", tmp_path / "protocol.yaml", tmp_path / "data", "--out", tmp_path / "out")
    assert ran.status == DONE
    assert f"{words}: nobody counts as treated, and figures of those treated are of no one." in ran.out
    assert words in (tmp_path / "out" / "summary.html").read_text("utf-8")
