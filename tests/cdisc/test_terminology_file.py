"""A package of controlled terminology in the NCI's layout: read, held against values, and named in the definition."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from firstdose.cdisc.define import write_define
from firstdose.cdisc.terminology_file import TerminologyError, read_terminology
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.protocol import read_protocol
from firstdose.records import AdverseEvent, LabResult, Subject, TrialData
from tests.cdisc.define_reading import DEF, ODM, Read

PROTOCOL = read_protocol(Path(__file__).parents[2] / "examples" / "nsc-spms" / "protocol.yaml")
CREATED = datetime(2026, 3, 31)
HEADINGS = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
    "CDISC Definition",
    "NCI Preferred Term",
)
ROWS = (
    ("C66731", "", "No", "Sex", "SEX", "Sex", 'Of a "person".', "CDISC SDTM Sex of Individual Terminology"),
    ("C16576", "C66731", "", "Sex", "F", "Female", "A woman.", "Female"),
    ("C20197", "C66731", "", "Sex", "M", "Male", "A man", "Male"),
    ("C66742", "", "No", "No Yes Response", "NY", "No Yes Response", "An answer.", "CDISC SDTM Yes No Terminology"),
    ("C49488", "C66742", "", "No Yes Response", "Y", "Yes", '"Yes', "Yes"),
    ("C49487", "C66742", "", "No Yes Response", "N", "No", "No.", "No"),
    ("C66768", "", "Yes", "Outcome of Event", "OUT", "Outcome", "An outcome.", "CDISC SDTM AE Outcome Terminology"),
    ("C9999", "C66768", "", "Outcome of Event", "FATAL", "Death", "Death.", "Fatal"),
)
NAME = "SDTM Terminology 2026-06-26"


def text_file(folder: Path, name: str = f"{NAME}.txt", headings: tuple[str, ...] = HEADINGS) -> Path:
    path = folder / name
    path.write_text("\n".join("\t".join(row) for row in (headings, *ROWS)) + "\n", encoding="utf-8")
    return path


def export(folder: Path, terminology: Path | None, *records: object) -> tuple[Export, Read]:
    package = read_terminology(terminology) if terminology else None
    data = TrialData.of(records)
    made = export_sdtm(PROTOCOL, data, folder, created=CREATED, file_format="csv", terminology=package)
    write_define(PROTOCOL, made.datasets, folder, created=CREATED, file_format="csv", terminology=package)
    return made, Read.file(folder / "define.xml")


def person(sex: str) -> Subject:
    return Subject(subject="P1", centre="01", sex=sex, country="Italy")  # type: ignore[arg-type]


def test_lists_and_terms_are_those_of_the_file(tmp_path: Path) -> None:
    found = read_terminology(text_file(tmp_path))
    assert found.package == "2026-06-26"
    assert list(found.lists) == ["SEX", "NY", "OUT"]
    assert found.lists["SEX"].terms == {"F": "C16576", "M": "C20197"}
    assert [each.is_extensible for each in found.lists.values()] == [False, False, True]
    assert (found.lists["NY"].code, found.lists["NY"].name) == ("C66742", "No Yes Response")


def test_a_file_with_commas_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "SDTM_CT_2026-06-26.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([(*HEADINGS, "Standard and Date"), *((*row, "SDTM CT") for row in ROWS)])
    assert read_terminology(path) == read_terminology(text_file(tmp_path))


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TerminologyError, match="no date"):
        read_terminology(text_file(tmp_path, "SDTM Terminology.txt"))
    with pytest.raises(TerminologyError, match="no column CDISC Submission Value"):
        read_terminology(text_file(tmp_path, headings=(*HEADINGS[:4], "Term", *HEADINGS[5:])))
    orphan = text_file(tmp_path)
    orphan.write_text(orphan.read_text("utf-8") + "C1\tC404\t\tX\tX\t\t\t\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match="C404"):
        read_terminology(orphan)
    orphan.write_text("\t".join(HEADINGS), encoding="utf-8")
    with pytest.raises(TerminologyError, match="no list"):
        read_terminology(orphan)
    orphan.write_bytes("\t".join(HEADINGS).encode() + b"\n\xff\xfe")
    with pytest.raises(TerminologyError, match="UTF-8"):
        read_terminology(orphan)


def test_values_are_held_against_the_lists_of_the_package(tmp_path: Path) -> None:
    event = AdverseEvent(subject="P1", number=1, term="fever", preferred_term="Pyrexia", outcome="recovered")
    records = (person("undifferentiated"), event)
    without, _ = export(tmp_path, None, *records)
    assert not without.findings
    held, _ = export(tmp_path, text_file(tmp_path), *records)
    found = {(each.dataset, each.row, each.variable, each.value) for each in held.findings}
    assert found == {("DM", 1, "SEX", "INTERSEX"), ("AE", 1, "AEOUT", "RECOVERED/RESOLVED")}
    assert not held.is_refused
    (open_list,) = (each for each in held.findings if each.dataset == "AE")
    assert "terms may be added" in open_list.rule


def drawn(number: int, unit: str, specimen: str, test: str = "ALT") -> LabResult:
    return LabResult(subject="P1", number=number, test=test, result=5.0, unit=unit, specimen=specimen)


def test_units_in_other_letters_are_told_and_words_are_written_as_terms(tmp_path: Path) -> None:
    """Without a package only what is a known term in other letters is told; each value once, at its first row."""
    results = (drawn(1, "U/L", "serum"), drawn(2, "u/l", "Serum", "AST"), drawn(3, "u/l", "tears", "AST"))
    made, _ = export(tmp_path, None, person("female"), *results)
    assert [(each.row, each.variable, each.value) for each in made.findings] == [
        (2, "LBORRESU", "u/l"),
        (2, "LBSTRESU", "u/l"),
    ]
    assert "U/L" in made.findings[0].rule
    (frame,) = (each.frame for each in made.datasets if each.name == "LB")
    assert frame["LBSPEC"].to_list() == ["SERUM", "SERUM", "tears"]


def test_with_a_package_units_specimens_and_tests_are_held_against_it(tmp_path: Path) -> None:
    rows = (
        ("C71620", "", "Yes", "Unit", "UNIT", "", "", ""),
        ("C67456", "C71620", "", "Unit", "U/L", "", "", ""),
        ("C78734", "", "Yes", "Specimen Type", "SPECTYPE", "", "", ""),
        ("C13325", "C78734", "", "Specimen Type", "SERUM", "", "", ""),
        ("C65047", "", "Yes", "Laboratory Test Code", "LBTESTCD", "", "", ""),
        ("C64433", "C65047", "", "Laboratory Test Code", "ALT", "", "", ""),
    )
    path = tmp_path / f"{NAME}.txt"
    path.write_text("\n".join("\t".join(row) for row in (HEADINGS, *rows)) + "\n", encoding="utf-8")
    made, read = export(tmp_path, path, person("female"), drawn(1, "U/L", "serum"), drawn(2, "bushel", "tears", "OWN"))
    found = {(each.variable, each.value) for each in made.findings if each.dataset == "LB"}
    assert found == {
        ("LBORRESU", "bushel"),
        ("LBSTRESU", "bushel"),
        ("LBSPEC", "tears"),
        ("LBTESTCD", "OWN"),
    }
    terms = {each.attrib["CodedValue"]: each for each in read.terms(read.item("LB", "LBORRESU")) or []}
    assert terms["bushel"].get(f"{DEF}ExtendedValue") == "Yes"
    assert terms["U/L"].get(f"{DEF}ExtendedValue") is None


def test_the_definition_names_the_package_and_has_its_codes(tmp_path: Path) -> None:
    event = AdverseEvent(
        subject="P1", number=1, term="x", preferred_term="X", outcome="fatal", serious=True, severity="mild"
    )
    _, read = export(tmp_path, text_file(tmp_path), person("female"), event)
    (package,) = (each for each in read.root.iter(f"{DEF}Standard") if each.attrib["Type"] == "CT")
    assert package.attrib["Version"] == "2026-06-26"

    def codes(group: str, variable: str) -> dict[str, str | None]:
        terms = read.terms(read.item(group, variable)) or []
        aliases = {each.attrib["CodedValue"]: each.find(f"{ODM}Alias") for each in terms}
        return {value: None if alias is None else alias.attrib["Name"] for value, alias in aliases.items()}

    assert codes("DM", "SEX") == {"F": "C16576"}
    assert codes("AE", "AEOUT") == {"FATAL": "C9999"}
    assert codes("AE", "AESER") == {"Y": "C49488"}
    assert codes("AE", "AESEV") == {"MILD": None}  # a list that the file does not have is one of this trial
    _, own = export(tmp_path, None, person("female"), event)
    (kept,) = (each for each in own.root.iter(f"{DEF}Standard") if each.attrib["Type"] == "CT")
    assert kept.attrib["Version"] == "2025-03-28"
