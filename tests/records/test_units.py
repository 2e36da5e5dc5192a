"""Units: spellings, families, scales with another zero, and the passage between mass, substance and charge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.records.units import conversion_factor, convert, known_unit, table

UNITS = sorted(table().family)
ANALYTES = sorted({*table().molar_mass, *table().charge, "albumin"})


@pytest.mark.parametrize(
    ("value", "source", "target", "analyte", "expected"),
    [
        (90, "mg/dL", "mmol/L", "glucose", 4.996),
        (1, "mg/dL", "umol/L", "creatinine", 88.4),
        (1, "mg/dL", "umol/L", "bilirubin", 17.1),
        (200, "mg/dL", "mmol/L", "cholesterol", 5.17),
        (150, "mg/dL", "mmol/L", "triglycerides", 1.694),
        (10, "mg/dL", "mmol/L", "calcium, corrected", 2.495),
        (2, "mEq/L", "mmol/L", "magnesium", 1),
        (14, "g/dL", "mmol/L", "hemoglobin", 8.69),
        (1500, "/mm3", "10^9/L", "neutrophils", 1.5),
        (1, "ukat/L", "U/L", "alanine aminotransferase", 60),
        (3, "K/uL", "cells/mm3", "leukocytes", 3000),
        (7, "mg/dL", "µmol/L", "urate", 416.4),
        (98.6, "F", "°C", "", 37),
        (37, "C", "F", "", 98.6),
        (310.15, "K", "F", "", 98.6),
        (120, "mmHg", "kPa", "", 16.0),
        (70, "IN", "cm", "", 177.8),
        (154, "LB", "kg", "", 69.85),
    ],
)
def test_familiar_conversions(value: float, source: str, target: str, analyte: str, expected: float) -> None:
    assert convert(value, source, target, analyte) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("source", "target", "analyte"),
    [
        ("mg/dL", "mmol/L", "albumin"),
        ("g/L", "U/L", "glucose"),
        ("", "g/L", "glucose"),
        ("g/L", "stones", "glucose"),
        ("C", "F", ""),
        ("mmHg", "C", ""),
    ],
)
def test_there_is_no_way_between_some_units(source: str, target: str, analyte: str) -> None:
    assert conversion_factor(source, target, analyte) is None


def test_spellings_are_those_of_one_unit() -> None:
    assert known_unit(" GI/L ") == known_unit("10^3/uL") == "10^9/L"
    spelled = [*table().spelled]
    assert len(set(spelled)) == len(spelled)


@given(st.sampled_from(UNITS), st.sampled_from(UNITS), st.sampled_from(ANALYTES))
def test_there_and_back_is_the_same_value(source: str, target: str, analyte: str) -> None:
    there, back = conversion_factor(source, target, analyte), conversion_factor(target, source, analyte)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there * back == pytest.approx(1, rel=1e-12)


@given(st.sampled_from(["C", "F", "K"]), st.sampled_from(["C", "F", "K"]), st.floats(-100, 400))
def test_temperatures_come_back(source: str, target: str, value: float) -> None:
    there = convert(value, source, target)
    assert there is not None
    assert convert(there, target, source) == pytest.approx(value, abs=1e-9)
