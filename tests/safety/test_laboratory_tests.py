"""Every test maps to an analyte that a version of the criteria grades, and only in the specimen that it means."""

from typing import Any

import pytest

from firstdose.safety.laboratory import VERSIONS, Version, laboratory_criteria
from firstdose.safety.laboratory_tests import NO_CRITERIA, Measured, analytes_of, laboratory_tests

ANALYTES = {term.analyte for version in VERSIONS for term in laboratory_criteria(version).terms}


def test_every_analyte_of_the_table_has_a_term() -> None:
    table = laboratory_tests()
    assert {*table.blood.values(), *table.urine.values(), *table.fasting.values()} <= ANALYTES
    assert not table.not_graded.keys() & {*table.blood, *table.urine}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("code", [*laboratory_tests().blood, *laboratory_tests().urine])
def test_an_analyte_is_given_where_the_version_has_a_term(code: str, version: Version) -> None:
    specimen = "URINE" if code in laboratory_tests().urine else "BLOOD"
    found = analytes_of(code, version, specimen=specimen)
    graded = {term.analyte for term in laboratory_criteria(version).terms}
    assert set(found.analytes) <= graded
    assert (found.why_not is None) is bool(found.analytes)


@pytest.mark.parametrize(
    ("test", "fields", "analytes"),
    [
        ("ALT", {}, ("alanine aminotransferase",)),
        (" alt ", {"specimen": "SERUM OR PLASMA"}, ("alanine aminotransferase",)),
        ("GLUC", {"category": "CHEMISTRY"}, ("glucose",)),
        ("GLUC", {"category": "URINALYSIS"}, ()),
        ("GLUC", {"specimen": "CSF"}, ()),
        ("GLUC", {"specimen": "SERUM", "category": "URINALYSIS"}, ("glucose",)),  # the specimen decides
        ("PH", {}, ()),
        ("PH", {"specimen": "ARTERIAL BLOOD"}, ("pH",)),
        ("PROTCRT", {}, ("protein to creatinine ratio in urine",)),
        ("PROTCRT", {"specimen": "SERUM"}, ()),
        ("CA", {}, ()),
        ("XYZ", {}, ()),
    ],
)
def test_the_specimen_decides(test: str, fields: dict[str, Any], analytes: tuple[str, ...]) -> None:
    found = analytes_of(test, "6.0", **fields)
    assert found.analytes == analytes
    assert (found.why_not is None) is bool(analytes)


def test_fasting_glucose_is_graded_as_such_where_the_criteria_say_so() -> None:
    assert analytes_of("GLUC", "6.0", fasting=True).analytes == ("glucose", "glucose, fasting")
    assert analytes_of("GLUC", "6.0", fasting=False).analytes == ("glucose",)
    assert analytes_of("GLUC", "5.0", fasting=True).analytes == ("glucose",)


def test_no_term_is_said_as_such() -> None:
    assert analytes_of("BUN", "5.0") == Measured((), NO_CRITERIA)
    assert "total calcium" in (analytes_of("CA", "5.0").why_not or "")
