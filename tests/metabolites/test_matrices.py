"""CSV matrices with their sheets, made here; the virtual trial's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.metabolites import Abundances, are_concentrations, read_abundances, read_metabolites_folder
from firstdose.records import Problems

MATRIX = "name,S1,S2,S3,QC1\npalmitoylcarnitine,1,2,3,4\noleic acid,5,6,,8\n"
SHEET = (
    "sample,subject,visit,dose,batch,run_order,fluid,kind,site\nS1,P01,M0,5,R1,2,CSF,study,A\nS2,P01,M3,5,R1,3,csf,,A\n"
    "S3,P02,M0,1e1,R2,2,Cerebrospinal fluid,study,B\nQC1,,,,R1,1,,pooled QC,\n"
)


def read(
    tmp_path: Path,
    matrix: str | bytes = MATRIX,
    sheet: str | bytes | None = SHEET,
    features: str | None = None,
    **options: Any,
) -> Abundances:
    paths: dict[str, Path] = {}
    for name, content in (("matrix", matrix), ("samples", sheet), ("features", features)):
        if content is not None:
            paths[name] = tmp_path / f"{name}.csv"
            paths[name].write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_abundances(paths["matrix"], paths.get("samples"), paths.get("features"), **options)


def rules(found: Abundances) -> dict[str, int]:
    return found.problems.by_rule()


def test_a_matrix_with_its_sheet(tmp_path: Path) -> None:
    found = read(tmp_path)
    np.testing.assert_array_equal(found.values, [[1, 5], [2, 6], [3, np.nan], [4, 8]])
    assert found.metabolite_names == ("palmitoylcarnitine", "oleic acid")
    samples = found.samples
    assert samples["subject"].to_list() == ["P01", "P01", "P02", None]
    assert samples["dose"].to_list() == [5.0, 5.0, 10.0, None]
    assert samples["run_order"].to_list() == [2, 3, 2, 1]
    assert samples["kind"].to_list() == ["study", "study", "study", "pooled_qc"]
    assert samples["site"].to_list() == ["A", "A", "B", None]
    assert found.fluid == "cerebrospinal_fluid"
    assert rules(found) == {}
    assert samples.filter(kind="pooled_qc")["sample"].to_list() == ["QC1"]
    assert found.units is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_line_ends_and_encodings(tmp_path: Path, delimiter: str, newline: str, encoding: str) -> None:
    matrix, sheet = (text.replace(",", delimiter).replace("\n", newline).encode(encoding) for text in (MATRIX, SHEET))
    found = read(tmp_path, matrix, sheet)
    np.testing.assert_array_equal(found.values, [[1, 5], [2, 6], [3, np.nan], [4, 8]])
    assert rules(found) == {}


def test_a_header_without_a_name_for_the_first_column(tmp_path: Path) -> None:
    found = read(tmp_path, "S1,S2\na,1,2\nb,3,4\n")
    np.testing.assert_array_equal(found.values, [[1, 3], [2, 4]])
    assert found.sample_names == ("S1", "S2")
    assert any("no name for the first column" in note for note in found.notes)


def test_samples_in_rows_are_seen_by_their_names(tmp_path: Path) -> None:
    turned = "id,palmitoylcarnitine,oleic acid\nS1,1,5\nS2,2,6\nS3,3,\nQC1,4,8\n"
    found = read(tmp_path, turned)
    np.testing.assert_array_equal(found.values, read(tmp_path).values)
    assert found.metabolite_names == ("palmitoylcarnitine", "oleic acid")
    alone = read(tmp_path, turned.replace("id,", "sample,"), sheet=None)
    np.testing.assert_array_equal(alone.values, found.values)


def test_without_a_sheet_names_say_what_is_a_control(tmp_path: Path) -> None:
    found = read(tmp_path, sheet=None)
    assert found.samples["kind"].to_list() == ["study", "study", "study", "pooled_qc"]
    assert found.samples["subject"].null_count() == 4
    assert any("QC1 as pooled_qc" in note for note in found.notes)


def test_repeated_names_are_kept_apart(tmp_path: Path) -> None:
    found = read(tmp_path, "name,S1,S1,S2\na,1,2,3\na,4,5,6\nb,1,2,3\n")
    assert found.sample_names == ("S1", "S1 (2)", "S2")
    assert found.metabolite_names == ("a", "a (2)", "b")
    assert rules(found)["the name of a sample must occur once"] == 1
    assert rules(found)["the name of a metabolite must occur once"] == 1
    assert rules(found)["has the values of another metabolite in every sample"] == 1
    assert found.samples["subject"].to_list() == ["P01", "P01", "P01"]


def test_negative_intensities_and_empty_metabolites(tmp_path: Path) -> None:
    found = read(tmp_path, "name,S1,S2,S3,QC1\na,-1,2,3,4\nb,,NA,-,\nc,1,2,3,4\n")
    assert np.isnan(found.values[0, 0])
    problem = next(each for each in found.problems if each.value == "-1")
    assert (problem.file, problem.row, problem.identity, problem.field) == ("matrix.csv", 2, "a", "S1")
    assert problem.effect == "left empty"
    assert "logarithms" in problem.fix
    assert next(each for each in found.problems if "no value in any" in each.rule).identity == "b"
    assert read(tmp_path, "name,S1\na,-1\n", scale="log2").values[0, 0] == -1


def test_samples_without_partners(tmp_path: Path) -> None:
    found = read(tmp_path, "name,S1,S9\na,1,2\n")
    listed = {each.identity: each.rule for each in found.problems}
    assert listed["S9"] == "has no row in the sheet of samples"
    assert listed["S3"] == "is in the sheet of samples but was not measured"
    assert found.values.shape == (2, 1)


def test_decimal_commas_only_where_they_can_be_nothing_else(tmp_path: Path) -> None:
    found = read(tmp_path, "name;S1;S2\na;1,5;2,25\nb;3;10,1\n")
    np.testing.assert_array_equal(found.values, [[1.5, 3], [2.25, 10.1]])
    assert any("decimal comma" in note for note in found.notes)
    mixed = read(tmp_path, "name;S1;S2\na;1,5;2.25\n")
    assert np.isnan(mixed.values[0, 0])
    assert mixed.values[1, 0] == 2.25
    thousands = read(tmp_path, "name;S1;S2\na;1,500;2,250\n")
    assert np.isnan(thousands.values).all()
    assert rules(thousands)["must be a number with a decimal point"] == 2


def test_rows_of_another_width(tmp_path: Path) -> None:
    found = read(tmp_path, "name,S1,S2\na,1,2,3\nb,4\n,5,6\n")
    np.testing.assert_array_equal(found.values, [[1, 4, 5], [2, np.nan, 6]])
    assert found.metabolite_names == ("a", "b", "row 4")
    assert next(each for each in found.problems if each.identity == "a").value == "3"
    assert "must begin with a name; it is called row 4 here" in rules(found)


def test_a_sheet_that_repeats_itself(tmp_path: Path) -> None:
    rows = ("S1,P01,M0,5", "S1,P01,M3,5", "S2,P01,M3,5", "S2,P01,M3,5", ",P09,M0,5", "S3,P02,M0,-5", "QC1,,,lots")
    sheet = "\n".join(("sample,subject,visit,dose", *rows))
    found = read(tmp_path, sheet=sheet)
    first = found.samples.row(0, named=True)
    assert (first["subject"], first["visit"], first["dose"]) == ("P01", None, 5)
    assert found.samples.row(1, named=True)["visit"] == "M3"
    assert found.samples["dose"].to_list()[2:] == [None, None]
    assert rules(found)["must name a sample"] == 1
    assert rules(found)["a dose must be a number of 0 or more"] == 2


def test_words_for_columns(tmp_path: Path) -> None:
    found = read(
        tmp_path, sheet="Sample ID;Participant;Time point;Dose;Run\nS1;P01;M0;5;R1\nS2;P01;M3;5;R1\n".replace(";", ",")
    )
    assert found.samples["subject"].to_list()[:2] == ["P01", "P01"]
    assert found.samples["visit"].to_list()[:2] == ["M0", "M3"]
    assert found.samples["batch"].to_list()[:2] == ["R1", "R1"]
    assert sum("was read as" in note for note in found.notes) == 3


def test_a_sheet_without_samples_is_not_used(tmp_path: Path) -> None:
    found = read(tmp_path, sheet="subject,dose\nP01,5\n")
    assert "the column sample is required" in rules(found)
    assert found.samples["subject"].null_count() == 4


def test_a_sheet_of_features(tmp_path: Path) -> None:
    features = "metabolite,class,detection_limit,pathway\noleic acid,free_fatty_acids,0.5,\nabsent,x,1,\n"
    found = read(tmp_path, features=features)
    assert found.features["detection_limit"].to_list() == [None, 0.5]
    assert found.features["class"].to_list() == [None, "free_fatty_acids"]
    listed = {each.identity: each.rule for each in found.problems}
    assert listed == {
        "palmitoylcarnitine": "has no row in the sheet of features",
        "absent": "is in the sheet of features but was not measured",
    }


def test_files_that_are_missing_or_empty(tmp_path: Path) -> None:
    assert len(read_abundances(tmp_path / "nothing.csv").problems)
    assert "the file holds no table" in rules(read(tmp_path, ""))
    assert read(tmp_path, "name,S1,S2\n").values.shape == (2, 0)
    assert read(tmp_path, "name\na\nb\n", sheet=None).values.shape == (0, 2)
    found = read_abundances(tmp_path / "matrix.csv", tmp_path / "no-sheet.csv")
    assert any("readable" in rule for rule in rules(found))


def test_zeros_and_possible_logarithms_are_noted(tmp_path: Path) -> None:
    assert any("2 values are zero" in note for note in read(tmp_path, "name,S1,S2\na,0,0\nb,500,600\n").notes)
    assert any("logarithms" in note for note in read(tmp_path, "name,S1,S2\na,12.5,14\nb,20.1,19\n").notes)
    assert not any("logarithms" in note for note in read(tmp_path, "name,S1,S2\na,1200.5,140\n").notes)


def test_log2_makes_zeros_missing_and_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, "name,S1,S2\na,0,8\nb,4,2\n").as_log2()
    np.testing.assert_array_equal(found.values, [[np.nan, 2], [3, 1]])
    assert found.scale == "log2"
    assert "1 values of zero" in found.notes[-1]
    assert found.as_log2() is found


def test_the_matrix_cannot_be_changed_and_must_fit(tmp_path: Path) -> None:
    found = read(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0] = 1
    with pytest.raises(ValueError, match="shape"):
        Abundances(found.values.T, found.samples, found.features, None, "raw", (), Problems.of(()))
    twice = found.samples.with_columns(pl.lit("S1").alias("sample"))
    with pytest.raises(ValueError, match="identifier of its own"):
        Abundances(found.values, twice, found.features, None, "raw", (), Problems.of(()))
    with pytest.raises(ValueError, match="missing or of another type"):
        Abundances(found.values, found.samples.drop("dose"), found.features, None, "raw", (), Problems.of(()))
    with pytest.raises(ValueError, match="mask"):
        found.take(samples=[True, False])
    part = found.take(samples=[0, 2], metabolites=[False, True])
    np.testing.assert_array_equal(part.values, [[5], [np.nan]])


@pytest.mark.parametrize(
    ("units", "told"),
    [("µM", True), ("pg/ml", True), ("nmol/L", True), ("ng/mg tissue", True), ("umol/g", True), ("Peak Area", False),
     ("peak height", False), ("normalized ion counts", False), ("relative abundance", False), ("", None), (None, None),
     ("units", None)],
)  # fmt: skip
def test_units_of_concentrations(units: str | None, told: bool | None) -> None:
    assert are_concentrations(units) is told


def test_the_folder_of_a_virtual_trial(tmp_path: Path) -> None:
    folder = tmp_path / "metabolites"
    folder.mkdir()
    (folder / "abundances.csv").write_text("sample,CAR 16:0,FA 18:1\r\nQC-1-01,5,6\r\nP01-M0-CSF,7,\r\n")
    (folder / "features.csv").write_text(
        "name,class,detection_limit\r\nCAR 16:0,acyl_carnitines,1.5\r\nFA 18:1,free_fatty_acids,2\r\n"
    )
    (folder / "runs.csv").write_text("sample,kind,run,run_order\r\nQC-1-01,pooled_qc,R1,1\r\nP01-M0-CSF,study,R1,2\r\n")
    for source in (tmp_path, folder):
        found = read_metabolites_folder(source)
        np.testing.assert_array_equal(found.values, [[5, 6], [7, np.nan]])
        assert found.samples["kind"].to_list() == ["pooled_qc", "study"]
        assert found.samples["batch"].to_list() == ["R1", "R1"]
        assert found.features["detection_limit"].to_list() == [1.5, 2.0]
        assert rules(found) == {}
        assert read_abundances(source).sample_names == found.sample_names


CELLS = st.text(st.sampled_from("0123456789.,;-eEnaNA<>\"' \tx\r\n"), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=5), max_size=6), st.binary(max_size=20))
def test_arbitrary_tables_never_raise(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "m.csv").write_bytes("\n".join(",".join(row) for row in rows).encode() + noise)
    (folder / "s.csv").write_bytes(b"sample,dose\n" + "\n".join(",".join(row[:2]) for row in rows).encode())
    found = read_abundances(folder / "m.csv", folder / "s.csv", folder / "m.csv")
    assert found.values.shape == (found.samples.height, found.features.height)
