"""Define-XML of ADaM datasets, read by the standard library and held against the files and the metadata."""

import csv
from datetime import datetime
from pathlib import Path

import pyreadstat
import pytest

from firstdose.cdisc.adam.metadata import AnalysisVariable, adam_datasets
from firstdose.cdisc.writing.exporting import Export
from tests.cdisc.define_reading import DEF, HREF, ODM, Read, text_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "nsc-spms"
CREATED = datetime(2026, 3, 31, 12, 5, 6)


@pytest.fixture(scope="module")
def exported(adam_export: Export) -> Export:
    return adam_export


@pytest.fixture(scope="module")
def folder(adam_export: Export) -> Path:
    return adam_export.files[0].parent


@pytest.fixture(scope="module")
def read(exported: Export, folder: Path) -> Read:
    return Read.file(folder / "define.xml")


def test_each_dataset_is_the_file_as_another_reader_sees_it(read: Read, exported: Export, folder: Path) -> None:
    assert [group.attrib["Name"] for group in read.groups()] == [path.stem.upper() for path in exported.files]
    for group in read.groups():
        leaf = group.find(f"{DEF}leaf")
        assert leaf is not None
        _, about = pyreadstat.read_xport(folder / leaf.attrib[HREF], encoding="ASCII", output_format="dict")
        items = read.items(group)
        assert [item.attrib["Name"] for item in items] == about.column_names
        assert [text_of(item) for item in items] == about.column_labels
        formats = about.original_variable_types
        for item in items:
            shown = item.get(f"{DEF}DisplayFormat")
            assert (shown == "DATE9.") == (formats[item.attrib["Name"]] or "").startswith("DATE")


def test_origins_sources_and_methods_are_the_metadata(read: Read) -> None:
    described = 0
    for group in read.groups():
        domain = adam_datasets()[group.attrib["Name"]]
        assert group.attrib["Purpose"] == "Analysis"
        its_class = group.find(f"{DEF}Class")
        assert its_class is not None
        assert its_class.attrib["Name"] == domain.observation_class
        subclass = its_class.find(f"{DEF}SubClass")
        assert (subclass is not None) == (group.attrib["Name"] == "ADTTE")
        for reference, item in zip(read.references(group), read.items(group), strict=True):
            variable = domain.variables.get(item.attrib["Name"])
            if not isinstance(variable, AnalysisVariable):
                continue  # a further part of a long text
            origin = item.find(f"{DEF}Origin")
            assert origin is not None
            assert origin.attrib["Type"] == variable.origin
            if variable.origin == "Predecessor":
                assert text_of(origin) == variable.source
            elif variable.origin == "Derived":
                assert text_of(read.by_identifier[reference.attrib["MethodOID"]]) == variable.source
            elif variable.source:
                assert text_of(read.by_identifier[item.attrib[f"{DEF}CommentOID"]]) == variable.source
            described += 1
    assert described > 150


def test_what_must_be_there_and_may_be_empty_is_not_mandatory(read: Read) -> None:
    group = read.group("ADSL")
    items = {item.attrib["Name"]: ref for ref, item in zip(read.references(group), read.items(group), strict=True)}
    assert (items["RACE"].attrib["Mandatory"], items["RACE"].get(f"{DEF}HasNoData")) == ("No", "Yes")
    assert (items["ARM"].attrib["Mandatory"], items["USUBJID"].attrib["Mandatory"]) == ("No", "Yes")


def test_values_are_described_parameter_by_parameter(read: Read, folder: Path) -> None:
    with (folder / "adlb.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    by_parameter = read.by_test(read.item("ADLB", "AVAL"))
    named = {row["PARAMCD"]: row["PARAM"] for row in rows if row["AVAL"]}
    assert {code: text_of(item) for (_, code), item in by_parameter.items()} == named
    for (variable, code), item in by_parameter.items():
        values = [row["AVAL"].removesuffix(".0") for row in rows if row["PARAMCD"] == code and row["AVAL"]]
        assert variable == "PARAMCD"
        assert item.attrib["DataType"] == "float"
        assert int(item.attrib["Length"]) == max(map(len, values))
        assert int(item.attrib["SignificantDigits"]) == max(len(text.partition(".")[2]) for text in values)


def test_numbers_with_terms_have_a_list_of_numbers(read: Read) -> None:
    censored = read.item("ADTTE", "CNSR")
    reference = censored.find(f"{ODM}CodeListRef")
    assert reference is not None
    element = read.by_identifier[reference.attrib["CodeListOID"]]
    assert element.attrib["DataType"] == "integer"
    assert {term.attrib["CodedValue"] for term in read.terms(censored) or ()} <= {"0", "1", "2"}


def test_everything_referred_to_is_there_once(read: Read) -> None:
    assert len(read.identifiers) == len(read.by_identifier)
    referred = {
        value
        for element in read.root.iter()
        for name, value in element.attrib.items()
        if name.removeprefix(DEF).endswith("OID") and name not in ("OID", "FileOID")
    }
    assert referred | {group.attrib["OID"] for group in read.groups()} == set(read.by_identifier)


def test_what_the_last_day_of_the_analysis_leaves_out_is_said(read: Read, folder: Path, sdtm_export: Export) -> None:
    """The reference protocol looks at 12 months with the window of their visit: 379 days from day 0."""
    groups = {group.attrib["Name"]: group for group in read.groups()}
    texts = {each.attrib["OID"]: text_of(each) for each in read.root.iter(f"{DEF}CommentDef")}
    for name in ("ADSL", "ADAE", "ADLB", "ADQS", "ADVS"):
        assert "study day 380" in texts[groups[name].attrib[f"{DEF}CommentOID"]]
    assert f"{DEF}CommentOID" not in groups["ADEX"].attrib
    recorded = next(each.frame.height for each in sdtm_export.datasets if each.name == "AE")
    analysed = pyreadstat.read_xport(folder / "adae.xpt", output_format="dict")[0]["AESEQ"]
    assert len(analysed) < recorded
