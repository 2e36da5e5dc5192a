"""mwTab as deposits really are, in files made here: what the reader survives, and what it says of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.metabolites import Abundances, read_abundances

HEAD = [
    "#METABOLOMICS WORKBENCH STUDY_ID:ST999999 ANALYSIS_ID:AN999999 PROJECT_ID:PR999999",
    "VERSION             \t1",
    "CREATED_ON          \t2024-01-01",
    "#PROJECT",
    "PR:PROJECT_TITLE                 \tA title that goes",
    "PR:PROJECT_TITLE                 \ton in a second line",
    "#SUBJECT_SAMPLE_FACTORS:         \tSUBJECT(optional)[tab]SAMPLE[tab]FACTORS(NAME:VALUE pairs separated by |)",
]
SAMPLES = [
    "SUBJECT_SAMPLE_FACTORS           \tP01\tS1\tDose:5 | Visit:M0\t"
    "RAW_FILE_NAME=a.raw; RAW_FILE_NAME=b.raw; RAW_FILE_NAME=c.raw",
    "SUBJECT_SAMPLE_FACTORS           \tP01\tS2\tDose:5 | Visit:M3\tRAW_FILE_NAME=d.raw",
    "SUBJECT_SAMPLE_FACTORS           \t-\tQC1\tDose:0 | Visit:pooled qc\t",
]
COLLECTION = ["#COLLECTION", "CO:SAMPLE_TYPE                   \tCerebrospinal fluid"]
DATA_HEAD = [
    "#MS_METABOLITE_DATA",
    "MS_METABOLITE_DATA:UNITS\tarea",
    "MS_METABOLITE_DATA_START",
    "Samples\tS1\tS2\tQC1",
]
FACTORS = ["Factors\tDose:5 | Visit:M0\tDose:5 | Visit:M3\tDose:0 | Visit:pooled qc"]
ROWS = ["2^_3^-Cyclic CMP\t1.5\t2.5\t3.5", "palmitoylcarnitine\t10\t20\t30", "palmitoylcarnitine\t11\t21\t31"]
DATA_END = ["MS_METABOLITE_DATA_END"]
TABLE = [
    "#METABOLITES",
    "METABOLITES_START",
    "metabolite_name\tpubchem_id\tinchi_key\tkegg_id",
    "2',3'-Cyclic CMP\t\t\t",
    "palmitoylcarnitine\t461\t\t",
    "METABOLITES_END",
]
END = ["#END"]


def text(
    samples: Sequence[str] = SAMPLES,
    rows: Sequence[str] = ROWS,
    factors: Sequence[str] = FACTORS,
    table: Sequence[str] = TABLE,
    head: Sequence[str] = HEAD,
    end: Sequence[str] = END,
    data_end: Sequence[str] = DATA_END,
    more: Sequence[str] = (),
) -> list[str]:
    return [*head, *samples, *COLLECTION, *DATA_HEAD, *factors, *rows, *data_end, *more, *table, *end]


def read(
    tmp_path: Path, lines: Sequence[str], newline: str = "\n", encoding: str = "utf-8", **options: Any
) -> Abundances:
    path = tmp_path / "deposit.txt"
    path.write_bytes(newline.join([*lines, ""]).encode(encoding))
    return read_abundances(path, **options)


def rules(found: Abundances) -> dict[str, int]:
    return found.problems.by_rule()


def check_usual(found: Abundances) -> None:
    assert found.sample_names == ("S1", "S2", "QC1")
    assert found.metabolite_names == ("2^_3^-Cyclic CMP", "palmitoylcarnitine", "palmitoylcarnitine (2)")
    np.testing.assert_array_equal(found.values, [[1.5, 10, 11], [2.5, 20, 21], [3.5, 30, 31]])
    assert found.samples["subject"].to_list() == ["P01", "P01", None]
    assert found.samples["dose"].to_list() == [5, 5, 0]
    assert found.samples["visit"].to_list() == ["M0", "M3", "pooled qc"]
    assert found.samples["kind"].to_list() == ["study", "study", "pooled_qc"]
    assert found.fluid == "cerebrospinal_fluid"


def test_the_usual_file(tmp_path: Path) -> None:
    found = read(tmp_path, text())
    check_usual(found)
    assert found.units == "area"
    assert found.samples["RAW_FILE_NAME"].to_list() == ["a.raw; b.raw; c.raw", "d.raw", None]
    assert found.features["name"].to_list() == ["2',3'-Cyclic CMP", "palmitoylcarnitine", "palmitoylcarnitine"]
    assert found.features["inchi_key"].null_count() == 3
    assert rules(found) == {"the name of a metabolite must occur once": 1}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_line_ends_and_encodings(tmp_path: Path, newline: str, encoding: str) -> None:
    lines = text(head=[*HEAD[:4], "PR:SUMMARY\tat 4 °C", *HEAD[4:]])
    check_usual(read(tmp_path, lines, newline, encoding))


def test_blank_lines_and_cells_behind_the_last_column(tmp_path: Path) -> None:
    lines = [part for line in text() for part in (line, "", "\t\t")]
    lines = [f"{line}\t\t" if line.startswith(("palm", "Samples", "2")) else line for line in lines]
    check_usual(read(tmp_path, lines))


def test_the_json_form_with_one_key_several_times(tmp_path: Path) -> None:
    samples = (
        '{"Subject ID": "P01", "Sample ID": "S1", "Factors": {"Dose": "5", "Visit": "M0"}, "Additional sample data": '
        '{"RAW_FILE_NAME": "a.raw", "RAW_FILE_NAME": "b.raw", "RAW_FILE_NAME": "c.raw"}},'
        '{"Subject ID": "P01", "Sample ID": "S2", "Factors": {"Dose": "5", "Visit": "M3"}},'
        '{"Subject ID": "-", "Sample ID": "QC1", "Factors": {"Dose": "0", "Visit": "pooled qc"}}'
    )
    data = [
        {"Metabolite": "2^_3^-Cyclic CMP", "S1": "1.5", "S2": 2.5, "QC1": "3.5"},
        {"Metabolite": "palmitoylcarnitine", "S1": "10", "S2": "20", "QC1": "30"},
        {"Metabolite": "palmitoylcarnitine", "QC1": "31", "S2": "21", "S1": "11"},
    ]
    names = [{"Metabolite": "2',3'-Cyclic CMP", "kegg_id": ""}, {"Metabolite": "palmitoylcarnitine", "kegg_id": None}]
    whole = (
        '{"METABOLOMICS WORKBENCH": {"STUDY_ID": "ST999999"}, "COLLECTION": {"SAMPLE_TYPE": "CSF"},'
        f'"SUBJECT_SAMPLE_FACTORS": [{samples}],'
        f'"MS_METABOLITE_DATA": {{"Units": "area", "Data": {json.dumps(data)}, "Metabolites": {json.dumps(names)}}}}}'
    )
    path = tmp_path / "deposit.json"
    path.write_text(whole)
    found = read_abundances(path)
    check_usual(found)
    assert found.samples["RAW_FILE_NAME"].to_list()[0] == "a.raw; b.raw; c.raw"
    path.write_text(f"[{whole}, {whole}]")
    again = read_abundances(path)
    check_usual(again)
    assert "the file holds 2 studies or analyses; only the first was read" in rules(again)


def test_cells_that_are_no_numbers_stay_missing_and_are_listed(tmp_path: Path) -> None:
    found = read(tmp_path, text(rows=["a\t<0.5\tND\t", "b\tnine\t-4\tinf", "c\t1e3\t 7 \t1,234.5", "d\tNA\tnan\tN/A"]))
    values = dict(zip(found.metabolite_names, found.values.T.tolist(), strict=True))
    assert values["c"][:2] == [1000.0, 7.0]
    assert int(np.isnan(found.values).sum()) == 10
    listed = {
        (each.identity, each.field): (each.value, each.rule) for each in found.problems if each.effect == "left empty"
    }
    assert listed["a", "S1"] == ("<0.5", "is below a limit and has no value")
    assert listed["b", "S1"] == ("nine", "must be a number")
    assert listed["b", "S2"] == ("-4", "an intensity must not be negative")
    assert listed["b", "QC1"] == ("inf", "must be finite")
    assert listed["c", "QC1"] == ("1,234.5", "must be a number with a decimal point")
    assert len(listed) == 5
    assert "has no value in any sample" in rules(found)
    assert any("5 values are missing" in note for note in found.notes)


def test_logarithms_may_be_negative(tmp_path: Path) -> None:
    found = read(tmp_path, text(rows=["a\t-1.5\t2\t3"]), scale="log2")
    assert found.values[0, 0] == -1.5
    assert found.scale == "log2"
    lines = [line.replace("UNITS\tarea", "UNITS\tlog2 peak area") for line in text(rows=["a\t-1.5\t2\t3"])]
    said = read(tmp_path, lines)
    assert said.scale == "log2"
    assert said.values[0, 0] == -1.5
    assert any("log2, since the units say" in note for note in said.notes)
    other = read(tmp_path, [line.replace("log2", "log10") for line in lines])
    assert "the units say that the values were transformed" in rules(other)


def test_the_extended_table_is_said_to_be_left_out(tmp_path: Path) -> None:
    extended = ["#EXTENDED_MS_METABOLITE_DATA", "EXTENDED_MS_METABOLITE_DATA_START", "metabolite_name\tsample_id\tsn",
                "palmitoylcarnitine\tS1\t7", "EXTENDED_MS_METABOLITE_DATA_END"]  # fmt: skip
    found = read(tmp_path, text(more=extended))
    check_usual(found)
    assert any("extended table" in note and "1 rows" in note for note in found.notes)


def test_repeated_samples_are_kept_apart_and_rows_of_another_width_are_listed(tmp_path: Path) -> None:
    lines = [
        line.replace("\tS1\tS2\tQC1", "\tS1\tS1\tQC1") for line in text(rows=["a\t1\t2\t3\t4", "b\t5"], factors=[])
    ]
    found = read(tmp_path, lines)
    assert found.sample_names == ("S1", "S1 (2)", "QC1")
    assert found.samples["subject"].to_list() == ["P01", "P01", None]
    assert "the name of a sample must occur once" in rules(found)
    beyond = next(each for each in found.problems if each.identity == "a")
    assert (beyond.value, beyond.effect) == ("4", "left empty")
    assert any(each.identity == "b" and "the others are missing" in each.rule for each in found.problems)
    np.testing.assert_array_equal(found.values, [[1, 5], [2, np.nan], [3, np.nan]])


def test_samples_without_partners_are_listed(tmp_path: Path) -> None:
    found = read(tmp_path, text(samples=[*SAMPLES[:1], *SAMPLES[2:], "SUBJECT_SAMPLE_FACTORS\tP09\tS9\tDose:5\t"]))
    listed = {each.identity: each.rule for each in found.problems}
    assert listed["S2"] == "has no row in the sheet of samples"
    assert listed["S9"] == "is in the sheet of samples but was not measured"
    assert found.samples["subject"].to_list() == ["P01", None, None]


def test_factors_that_disagree_and_samples_described_twice_are_listed(tmp_path: Path) -> None:
    factors = ["Factors\tDose:10 | Visit:M0\tVisit:M3|Dose:5\tDose:0 | Visit:pooled qc"]
    samples = [*SAMPLES, "SUBJECT_SAMPLE_FACTORS\tP02\tS1\tDose:5 | Visit:M0\t", SAMPLES[1]]
    found = read(tmp_path, text(factors=factors, samples=samples))
    check_usual(found)
    assert [each.identity for each in found.problems if "factors of a sample" in each.rule] == ["S1"]
    assert [each.identity for each in found.problems if "described once" in each.rule] == ["S1"]


def test_metabolites_without_partners_are_listed(tmp_path: Path) -> None:
    found = read(tmp_path, text(table=[*TABLE[:4], "another\t1\t\t", *TABLE[5:]]))
    listed = [(each.identity, each.rule) for each in found.problems if "table of metabolites" in each.rule]
    assert ("palmitoylcarnitine", "is not in the table of metabolites") in listed
    assert ("another", "is in the table of metabolites but has no values") in listed


def test_a_name_that_two_of_the_table_could_mean_stays_as_it_is(tmp_path: Path) -> None:
    table = [*TABLE[:4], "2'_3'-Cyclic CMP\t\t\t", *TABLE[4:]]
    found = read(tmp_path, text(table=table))
    assert found.features["name"][0] == "2^_3^-Cyclic CMP"


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (text(data_end=[], table=[], end=["#END"]), "must end with MS_METABOLITE_DATA_END"),
        ([*text(), *text()], "holds a second study"),
        (
            [*HEAD, *SAMPLES, "#MS", "MS:MS_RESULTS_FILE\tST1_results.txt UNITS:peak area", *END],
            "holds no table of values",
        ),
        ([*HEAD, *SAMPLES], "holds no table of values"),
        ([*text()[:-1], "a stray line", *END], "must be a key and its text"),
        (text(samples=["SUBJECT_SAMPLE_FACTORS\tP01\t\tDose:5\t"]), "must name a sample"),
        (
            text(more=["NMR_BINNED_DATA_START", "Bin range(ppm)\tS1", "1...2\t4", "NMR_BINNED_DATA_END"]),
            "must be one table of values",
        ),
    ],
)
def test_files_that_are_not_whole(tmp_path: Path, lines: Sequence[str], rule: str) -> None:
    found = read(tmp_path, lines)
    assert any(rule in each for each in rules(found)), rules(found)


def test_a_sheet_of_samples_takes_precedence(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,subject,visit,dose\nS1,A,M0,1\nS2,A,M3,1\n")
    found = read(tmp_path, text(), samples=sheet)
    assert found.samples["subject"].to_list() == ["A", "A", None]
    assert found.samples["dose"].to_list() == [1, 1, None]
    assert found.samples["kind"].to_list() == ["study", "study", "pooled_qc"]
    assert any("by their names: QC1 as pooled_qc" in note for note in found.notes)


def test_a_sheet_overrides_only_what_it_says(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    told = text()
    sheet.write_text("sample,subject,visit,dose\nS1,A,M0,1\nS2,A,M3,1\n")
    own = read(tmp_path, told)
    found = read(tmp_path, told, samples=sheet)
    assert found.samples["fluid"].to_list() == own.samples["fluid"].to_list()
    assert found.fluid == "cerebrospinal_fluid"
    assert found.samples["dose"].to_list() == [1, 1, None]
    sheet.write_text("sample,subject,visit,dose,fluid\nS1,A,M0,1,serum\nS2,A,M3,1,\n")
    mixed = read(tmp_path, told, samples=sheet)
    assert mixed.samples["fluid"].to_list() == ["serum", *["cerebrospinal_fluid"] * 2]
    sheet.write_text("sample,subject\nS1,A\nS2,B\n")
    without_doses = read(tmp_path, told, samples=sheet)
    assert without_doses.samples["dose"].to_list() == [5, 5, 0]
    assert without_doses.samples["subject"].to_list() == ["A", "B", None]


def test_json_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "deposit.json"
    for content in (
        "{",
        "{}",
        "[]",
        "[1, 2]",
        '{"METABOLOMICS WORKBENCH": 3}',
        '{"MS_METABOLITE_DATA": {"Data": "no"}}',
        "[" * 5000,
    ):
        path.write_text(content)
        found = read_abundances(path)
        assert found.values.size == 0
        assert len(found.problems)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_arbitrary_bytes_never_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = "\n".join(text()).encode()
    start = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 40))
    noise = data.draw(st.one_of(st.binary(max_size=60), st.text("\t\n\r:|_#S1,;\"'", max_size=60).map(str.encode)))
    path = tmp_path_factory.mktemp("bytes") / "deposit.txt"
    path.write_bytes(whole[:start] + noise + whole[start + cut :])
    found = read_abundances(path)
    assert found.values.shape == (found.samples.height, found.features.height)
