"""Real mwTab files, read completely: against a naive reading in this file, and against the mwtab package."""

from __future__ import annotations

import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from firstdose.metabolites import differences, read_abundances, with_classes

FOLDER = Path(__file__).with_name("mwtab")
SEALS, STEROIDS, STEROIDS_JSON = (
    FOLDER / name for name in ("ST000048_AN000084.txt.gz", "ST000122_AN000204.txt", "ST000122_AN000204.json")
)


def text_of(path: Path) -> str:
    return (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8")


def naive(path: Path) -> tuple[list[str], list[str], np.ndarray[Any, Any]]:
    """Samples, metabolites and values of a text file, by splitting its lines."""
    lines = text_of(path).splitlines()
    start, end = lines.index("MS_METABOLITE_DATA_START"), lines.index("MS_METABOLITE_DATA_END")
    samples = lines[start + 1].split("\t")[1:]
    rows = [line.split("\t") for line in lines[start + 3 : end]]
    values = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows]).T
    return samples, [row[0] for row in rows], values


@pytest.mark.parametrize(("path", "shape"), [(SEALS, (117, 162)), (STEROIDS, (42, 14))], ids=["ST000048", "ST000122"])
def test_every_value_of_the_text_form_is_read(path: Path, shape: tuple[int, int]) -> None:
    found, (samples, metabolites, values) = read_abundances(path), naive(path)
    assert found.values.shape == shape
    assert found.samples["label"].to_list() == samples
    assert found.features["label"].to_list() == metabolites
    np.testing.assert_array_equal(found.values, values)


def test_every_value_of_the_json_form_is_read() -> None:
    data = json.loads(STEROIDS_JSON.read_text("utf-8"))["MS_METABOLITE_DATA"]["Data"]
    found = read_abundances(STEROIDS_JSON)
    for column, row in enumerate(data):
        assert found.features["label"][column] == row.pop("Metabolite")
        assert dict(zip(found.sample_names, found.values[:, column], strict=True)) == {
            k: float(v) for k, v in row.items()
        }


def second_reader(path: Path, tmp_path: Path) -> Any:
    """The tables of a file as the mwtab package reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mwtab.mwtab import MWTabFile

        plain = tmp_path / path.name.removesuffix(".gz")
        plain.write_text(text_of(path), "utf-8", newline="")
        file = MWTabFile(str(plain))
        with plain.open(encoding="utf-8") as stream:
            file.read(stream)
    return file


@pytest.mark.parametrize("path", [SEALS, STEROIDS, STEROIDS_JSON], ids=["ST000048", "ST000122 text", "ST000122 JSON"])
def test_the_mwtab_package_reads_the_same(path: Path, tmp_path: Path) -> None:
    file, found = second_reader(path, tmp_path), read_abundances(path)
    section = file["MS_METABOLITE_DATA"]
    assert found.units == section["Units"]
    rows = section["Data"]
    assert len(rows) == found.features.height
    for column, row in enumerate(rows):
        assert row["Metabolite"] == found.features["label"][column]
        values = [float(row[name]) if row[name] else np.nan for name in found.samples["label"]]
        np.testing.assert_array_equal(found.values[:, column], values)
    described = {each["Sample ID"]: each for each in file["SUBJECT_SAMPLE_FACTORS"]}
    for sample in found.samples.iter_rows(named=True):
        theirs = described[sample["label"]]
        assert (sample["subject"] or "-") == theirs["Subject ID"]
        for factor, value in theirs["Factors"].items():
            assert sample[factor] == value
    ids = {each["Metabolite"]: each for each in section["Metabolites"]}
    for feature in found.features.iter_rows(named=True):
        if feature["name"] in ids and found.features["name"].to_list().count(feature["name"]) == 1:
            assert (feature["pubchem_id"] or "") == ids[feature["name"]]["pubchem_id"]


def test_what_the_seals_file_says_of_its_samples() -> None:
    found = read_abundances(SEALS)
    assert found.units == "Peak Area"
    assert found.scale == "raw"
    kinds = found.samples["kind"].value_counts()
    assert dict(kinds.iter_rows()) == {"study": 108, "pooled_qc": 9}
    assert found.samples["subject"].null_count() == 117  # the deposit has a dash for every subject
    row = found.samples.row(by_predicate=pl.col("label") == "A0530", named=True)
    assert (row["Treatment"], row["Minutes"]) == ("No GLP1/Late GTT", "30")


def test_what_is_wrong_with_the_seals_file_is_listed() -> None:
    found = read_abundances(SEALS)
    rules = found.problems.by_rule()
    assert rules["the name of a metabolite must occur once"] == 2
    assert rules["has the values of another metabolite in every sample"] == 17
    copies = {each.identity: each.value for each in found.problems if "values of another" in each.rule}
    assert copies["elaidic acid"] == "oleic acid"
    assert copies["cytidine (2)"] == "cytidine"
    assert {"cytidine", "cytidine (2)", "threonic acid", "threonic acid (2)"} <= set(found.metabolite_names)
    assert not any("are missing" in note for note in found.notes), "empty cells go without saying"
    assert int(np.isnan(found.values).sum()) == 12


def test_names_that_the_data_write_otherwise_are_matched_to_the_table_of_metabolites() -> None:
    found = read_abundances(STEROIDS)
    row = found.features.row(by_predicate=pl.col("label") == "Corticosterone_ DOC", named=True)
    assert row["name"] == "Corticosterone, DOC"
    assert row["pubchem_id"] is not None
    assert any("Corticosterone_ DOC as Corticosterone, DOC" in note for note in found.notes)
    assert found.features["inchi_key"].null_count() == 14


def test_the_fluid_is_that_of_the_factor() -> None:
    assert read_abundances(STEROIDS).fluid == "serum"


def test_text_and_json_of_one_deposit_agree_and_what_does_not_is_listed(tmp_path: Path) -> None:
    text, other = read_abundances(STEROIDS), read_abundances(STEROIDS_JSON)
    assert len(differences(text, other)) == 0
    changed = json.loads(STEROIDS_JSON.read_text("utf-8"))
    data = changed["MS_METABOLITE_DATA"]
    data["Units"] = "ng/ml"
    data["Data"][0][text.sample_names[2]] = "1.5"
    data["Data"][3]["Metabolite"] = "Androstenedione isomer"
    data["Metabolites"][5]["pubchem_id"] = "1"
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(changed))
    found = list(differences(text, read_abundances(path)))
    rules = [each.rule for each in found]
    assert rules.count("the units differ") == 1
    assert rules.count("the values differ") == 1
    assert next(each.value for each in found if each.rule == "the values differ") == "676.25 | 1.5"
    assert "the metabolite is in the first source only" in rules
    assert "the metabolite is in the second source only" in rules
    assert any(each.field == "pubchem_id" for each in found)


@pytest.mark.parametrize(("path", "least"), [(SEALS, 0.97), (STEROIDS, 1.0)], ids=["ST000048", "ST000122"])
def test_the_share_of_names_with_a_class(path: Path, least: float) -> None:
    found = with_classes(read_abundances(path))
    assert found.classification.share_mapped >= least
    columns = found.abundances.features
    assert columns["main_class"].null_count() == found.unmapped.height
    assert found.abundances.values.shape[1] == columns.height


def test_what_of_the_seals_names_is_not_mapped_and_why() -> None:
    found = with_classes(read_abundances(SEALS))
    reasons = dict(found.unmapped.select("name", "reason").iter_rows())
    assert set(reasons) == {"C00064", "C00122", "C01420", "41682 ~ ketodeoxyhexonate"}
    assert "KEGG" in reasons["C00064"]
    fatty = found.abundances.features.filter(found.abundances.features["main_class"] == "free_fatty_acids")
    assert set(fatty["label"]) == {
        "arachidic acid", "arachidonic acid", "behenic acid", "capric acid", "caprylic acid", "elaidic acid",
        "heptadecanoic acid", "isoheptadecanoic acid NIST", "lauric acid", "linoleic acid", "myristic acid",
        "oleic acid",
        "palmitic acid", "palmitoleic acid", "pelargonic acid", "stearic acid",
    }  # fmt: skip
