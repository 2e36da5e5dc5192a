"""The command `export --to adam`: what it writes, tells and refuses."""

import csv
from pathlib import Path

import pyreadstat
import pytest

from tests.cli.one_dosed_person import trial
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, Ran, run

PROTOCOL = EXAMPLES / "nsc-spms" / "protocol.yaml"
PILOT = EXAMPLES / "cdisc-pilot"
CREATED = ("--created", "2026-03-31T12:00:00")


def export(data: Path, out: Path, *options: str) -> Ran:
    return run("export", PROTOCOL, data, "--to", "adam", "--out", out, *CREATED, *options)


@pytest.mark.parametrize(("file_format", "ending"), [("xpt", "xpt"), ("csv", "csv"), ("dataset-json", "json")])
def test_each_format_is_written(tmp_path: Path, file_format: str, ending: str) -> None:
    ran = export(trial(tmp_path / "data", "fever"), tmp_path / "out", "--format", file_format)
    assert ran.status == DONE, ran.err
    assert {path.stem for path in (tmp_path / "out").glob(f"ad*.{ending}")} == {"adsl", "adae", "adex", "adtte"}
    assert "0 findings" in ran.out
    assert "not in SDTM" not in ran.err


def test_an_imputed_date_carries_its_flag(tmp_path: Path) -> None:
    assert export(trial(tmp_path / "data", "fever"), tmp_path / "out", "--format", "csv").status == DONE
    with (tmp_path / "out" / "adae.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["AESTDTC"], row["ASTDT"], row["ASTDTF"], row["ASTDY"]) == ("2026-03", "2026-03-10", "D", "1")


def test_what_cannot_be_written_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    ran = export(trial(tmp_path / "data", "Übelkeit"), tmp_path / "out")
    assert ran.status == WRONG_INPUT
    assert 'ADAE, row 1, AETERM, "Übelkeit"' in ran.err
    assert not list((tmp_path / "out").glob("*.xpt"))


def test_datasets_are_replaced_only_if_asked_for(tmp_path: Path) -> None:
    data, out = trial(tmp_path / "data", "fever"), tmp_path / "out"
    assert export(data, out).status == DONE
    again = export(data, out)
    assert (again.status, "--overwrite" in again.err) == (WRONG_INPUT, True)
    assert export(data, out, "--overwrite", "--format", "csv").status == DONE
    assert not list(out.glob("*.xpt"))


def test_the_data_are_cut_at_a_day(tmp_path: Path) -> None:
    ran = export(trial(tmp_path / "data", "fever"), tmp_path / "out", "--as-of", "2026-02-01")
    assert ran.status == DONE, ran.err
    columns, _ = pyreadstat.read_xport(tmp_path / "out" / "adsl.xpt", output_format="dict")
    assert (columns["USUBJID"], columns["SAFFL"], "TRTSDT" in columns) == (["P1"], ["N"], False)
    assert not (tmp_path / "out" / "adae.xpt").exists()


def test_sdtm_that_was_read_can_be_analysed_and_written(tmp_path: Path) -> None:
    ran = run("export", PILOT / "protocol.yaml", PILOT / "sdtm", "--to", "adam", "--out", tmp_path, *CREATED)
    assert ran.status == DONE, ran.err
    columns, about = pyreadstat.read_xport(tmp_path / "adae.xpt", output_format="dict")
    assert (about.number_rows, about.table_name) == (161, "ADAE")
    assert set(columns["TRTA"]) == {"Placebo", *(t for t in columns["TRTA"] if t.startswith("Dose level"))}
