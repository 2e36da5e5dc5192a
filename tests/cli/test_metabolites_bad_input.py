"""The command `metabolites` on odd and bad input: each problem is told, in its place, and the rest is analysed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.cli.metabolite_tables import Cells, command, figures, problems, tables
from tests.cli.running import DONE, WRONG_INPUT, run


def test_a_misspelt_subject_is_told_as_someone_of_one_visit(tmp_path: Path) -> None:
    matrix, sheet = tables()
    assert "of one visit only" not in command(tmp_path, matrix, sheet).err
    sheet[2][1] = "PO"
    assert f"of one visit only, unlike most: {sheet[1][1]}, PO;" in command(tmp_path, matrix, sheet).err


def test_bad_cells_and_names_are_listed_and_the_rest_is_analysed(tmp_path: Path) -> None:
    matrix, sheet = tables()
    matrix[1][1] = -4
    matrix[2][0] = "palmitoylcarnitine"
    matrix[3][1:] = ["NA"] * 18
    matrix[4][1:] = [500] * 18
    sheet[2][1] = ""
    sheet[4][3] = 10
    ran = command(tmp_path, matrix, sheet, "--normalise", "none")
    assert ran.status == DONE, ran.err
    listed = problems(tmp_path)
    for words in ("must not be negative", "must occur once", "no value in any sample", "its subject is not known",
                  "more than one dose"):  # fmt: skip
        assert words in listed
    quality = dict(pl.read_csv(tmp_path / "out" / "quality.csv").select("metabolite", "left_out").iter_rows())
    assert quality["acetylcarnitine"] == "never observed"
    assert quality["oleic acid"] == "all its measured values are the same"
    found = figures(tmp_path).filter(pl.col("term") == "dose_slope_change")
    assert found.filter(pl.col("p").is_null())["metabolite"].to_list() == ["acetylcarnitine", "oleic acid"]
    assert found["metabolite"].to_list()[:2] == ["palmitoylcarnitine", "palmitoylcarnitine (2)"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda matrix, sheet: sheet.__setitem__(slice(1, None), []), "no sample can be analysed"),
        (lambda matrix, sheet: sheet[0].__setitem__(3, "amount"), "the dose of its subject is not known"),
        (lambda matrix, sheet: matrix.clear(), "no abundances can be read"),
    ],
)
def test_what_cannot_be_analysed_at_all_is_one_message(change: object, told: str, tmp_path: Path) -> None:
    matrix, sheet = tables()
    change(matrix, sheet)  # type: ignore[operator]
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == WRONG_INPUT
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_why_nothing_can_be_read_is_told_of_that_file_alone(tmp_path: Path) -> None:
    _, sheet = tables()
    ran = command(tmp_path, [], sheet)
    first, second = ran.err.splitlines()
    assert first == f"{tmp_path / 'matrix.csv'}: no abundances can be read"
    assert second.startswith("  matrix.csv: the file holds no table; begin with a header")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    ran = run(
        "metabolites", str(tmp_path / "a.csv"), "--samples", str(tmp_path / "b.csv"), "--out", str(tmp_path / "o")
    )
    assert ran.status == WRONG_INPUT
    assert "no such file" in ran.err


def test_raw_values_said_to_be_logarithms_are_one_message(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(), "--scale", "log2")
    assert ran.status == WRONG_INPUT
    assert "logarithms to base 2" in ran.err
    assert "--scale raw" in ran.err
    assert "Traceback" not in ran.err


def test_one_value_that_is_no_logarithm_is_left_out(tmp_path: Path) -> None:
    matrix, sheet = tables()
    logs: Cells = [matrix[0], *([name, *np.log2(np.array(values, dtype=float))] for name, *values in matrix[1:])]
    logs[1][3] = 123456.0
    ran = command(tmp_path, logs, sheet, "--scale", "log2")
    assert ran.status == DONE, ran.err
    assert "is no logarithm to base 2 of an abundance" in problems(tmp_path)


def test_a_visit_that_nobody_has_is_an_error(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(), "--visits", "M0,M3,M99")
    assert ran.status == WRONG_INPUT
    assert "M99" in ran.err
    assert "M0, M3" in ran.err


def test_an_order_that_names_do_not_say_is_a_warning(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(visits=("late", "early")))
    assert "warning" in ran.err
    assert "the order used is late, early, and changes are from late" in ran.err
    assert "--visits" in ran.err
    known = command(tmp_path, *tables(visits=("post", "pre")))
    assert "changes from pre" in known.err
    assert "the order used" not in known.err


def test_decimal_commas_in_the_sheet_are_read(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for row in sheet[1:]:
        row[3] = f"{float(str(row[3])) / 10:.1f}".replace(".", ",")
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    assert "doses 0.5, 1, 2" in ran.err
    assert "dose: numbers are written with a decimal comma" in ran.err


def test_people_lost_for_how_their_dose_is_written_are_named(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for row in sheet[1:]:
        if row[1] == "P0":
            row[3] = "5 million"
    ran = command(tmp_path, matrix, sheet)
    assert "1 person takes no part" in ran.err
    assert "P0: the dose of its subject is not known" in ran.err


def test_one_dose_cell_may_be_empty_and_names_that_differ_in_capitals_are_told(tmp_path: Path) -> None:
    matrix, sheet = tables()
    sheet[2][3] = ""
    sheet[4][1] = "p1"
    sheet[6][2] = "m3"
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    told = "1 sample (P0-M3) has no dose of its own and has that of other samples of the same person"
    assert told in ran.err
    assert "P1 | p1" in problems(tmp_path)
    assert "M3 | m3" in problems(tmp_path)


def test_fluids_that_are_not_known_are_noted(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for row, fluid in zip(sheet, ["fluid", *["brain juice"] * 18], strict=True):
        row.append(fluid)
    ran = command(tmp_path, matrix, sheet)
    assert "brain juice (18 samples)" in ran.err


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "samples.csv").write_text("sample,subject,visit,dose\n")
    ran = run("metabolites", str(tmp_path), "--samples", str(tmp_path / "samples.csv"), "--out", str(tmp_path / "o"))
    assert ran.status == WRONG_INPUT
    assert "is a folder" in ran.err


def test_a_row_that_cannot_be_used_is_kept_with_its_text(tmp_path: Path) -> None:
    matrix, sheet = tables()
    sheet[3] = [*sheet[3], "one", "too many"]
    assert command(tmp_path, matrix, sheet).status == DONE
    assert "row set aside in rejected_rows.csv" in problems(tmp_path)
    kept = pl.read_csv(tmp_path / "out" / "rejected_rows.csv")
    assert kept.row(0)[:2] == ("samples.csv", 4)
    assert "too many" in kept["text"][0]


def test_a_sample_outside_the_sheet_is_one_problem(tmp_path: Path) -> None:
    matrix, sheet = tables()
    left = sheet.pop()
    command(tmp_path, matrix, sheet)
    listed = pl.read_csv(tmp_path / "out" / "problems.csv")
    assert listed.filter(pl.col("identity") == left[0]).height == 1


def test_each_problem_names_its_own_file_row_column_value_and_what_became_of_it(tmp_path: Path) -> None:
    """Against a list written by hand: the rows are those of the files that the test writes."""
    matrix, sheet = tables()
    sheet[3][2] = ""  # row 4 of the sheet: no visit
    sheet[5][3] = "5 million"  # row 6 and 7: a dose that is no number, and none at all
    sheet[6][3] = ""
    sheet[8][3] = 20  # row 8 and 9: two doses of one person
    sheet.append(["P99-M0", "P99", "M0", 5, "B1"])  # row 20: not measured
    matrix[0].append("P77-M0")
    for row in matrix[1:]:
        row.append(900.0)
    matrix[3][1:] = [""] * 19
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    out = "takes part in no analysis"
    found = pl.read_csv(tmp_path / "out" / "problems.csv", infer_schema=False)
    listed = set(found.select("file", "row", "identity", "field", "value", "effect").iter_rows())
    assert listed == {
        ("samples.csv", "4", "P1-M0", "visit", None, out),
        ("samples.csv", "6", "P2-M0", "dose", "5 million", "row kept, this value left out"),
        ("samples.csv", "6", "P2-M0", "dose", None, out),
        ("samples.csv", "7", "P2-M3", "dose", None, out),
        ("samples.csv", "8", "P3-M0", "dose", "10.0", out),
        ("samples.csv", "9", "P3-M3", "dose", "20.0", out),
        ("samples.csv", "20", "P99-M0", "sample", "P99-M0", out),
        ("matrix.csv", "1", "P77-M0", "P77-M0", "P77-M0", out),
        ("matrix.csv", "4", "acetylcarnitine", None, None, out),
    }
    texts = (tmp_path / "out" / "problems.csv").read_text()
    assert not [line for line in texts.splitlines() if "row kept" in line and "no analysis" in line]


def test_samples_in_rows_have_their_own_rows(tmp_path: Path) -> None:
    matrix, sheet = tables()
    matrix[1][3] = "many"
    turned = [list(row) for row in zip(*matrix, strict=True)]
    command(tmp_path, turned, sheet)
    (problem,) = pl.read_csv(tmp_path / "out" / "problems.csv").iter_rows(named=True)
    assert (problem["file"], problem["row"], problem["value"]) == ("matrix.csv", 4, "many")
    assert (problem["identity"], problem["field"]) == ("P1-M0", "palmitoylcarnitine")


def test_names_of_people_that_are_nearly_alike_are_told(tmp_path: Path) -> None:
    matrix, sheet = tables()
    assert "nearly alike" not in command(tmp_path, matrix, sheet).err
    for row in sheet[1:]:
        row[1] = f"P0{str(row[1])[1:]}"
    sheet[10][1] = "PO4"
    assert "names of people that are nearly alike: PO4 and P04;" in command(tmp_path, matrix, sheet).err


def test_names_that_a_spreadsheet_would_compute_are_marked_in_every_file(tmp_path: Path) -> None:
    matrix, sheet = tables()
    name = "=cmd|' /C calc'!A0"
    matrix[8][0] = name
    matrix[8][1] = -4
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    seen = 0
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if cell.startswith("=")], path
        seen += "'" + name in cells
    assert seen >= 5
    assert "-4" in problems(tmp_path)
    estimates = figures(tmp_path)["estimate"]
    assert estimates.dtype == pl.Float64
    assert (estimates < 0).any()
