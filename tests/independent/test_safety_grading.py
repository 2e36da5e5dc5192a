"""Grades of laboratory values against plain conditions, written from the published words of CTCAE 5.0 and 6.0."""

import numpy as np
import pytest

from firstdose.safety.grading import DependsOn, Graded, GradeOfValue, grade_for_each_term
from firstdose.safety.laboratory import Version
from firstdose.safety.marks import LaboratoryValue

LIMIT = 40.0


def enzyme_5(value: float, baseline: float) -> int:
    """Version 5.0, alanine aminotransferase."""
    if baseline <= LIMIT:
        times = value / LIMIT
        return 4 if times > 20 else 3 if times > 5 else 2 if times > 3 else 1 if times > 1 else 0
    times = value / baseline
    return 4 if times > 20 else 3 if times > 5 else 2 if times > 3 else 1 if times >= 1.5 else 0


def gamma_6(value: float, baseline: float) -> int:
    """Version 6.0, gamma-glutamyltransferase."""
    if baseline <= LIMIT:
        times = value / LIMIT
        return 4 if times > 20 else 3 if times > 5 else 2 if times > 2.5 else 1 if times > 1 else 0
    times = value / baseline
    return 4 if times > 10 else 3 if times > 3 else 2 if times > 1.5 else 1 if times >= 1 else 0


def bilirubin_6(value: float, baseline: float) -> int:
    """Version 6.0, bilirubin."""
    if baseline <= LIMIT:
        times = value / LIMIT
        return 4 if times > 10 else 3 if times > 3 else 2 if times > 1.5 else 1 if times > 1 else 0
    times = value / baseline
    return 4 if times > 10 else 3 if times > 2.5 else 2 if times > 1.5 else 1 if times >= 1 else 0


def creatinine_5(value: float, baseline: float) -> int:
    """Version 5.0, creatinine."""
    if value > 6 * LIMIT:
        return 4
    if value > 3 * baseline or value > 3 * LIMIT:
        return 3
    if value > 1.5 * baseline or value > 1.5 * LIMIT:
        return 2
    return 1 if value > LIMIT else 0


@pytest.mark.parametrize("baseline", [10.0, 39.0, 41.0, 80.0, 190.0])
@pytest.mark.parametrize(
    ("version", "analyte", "naive"),
    [
        ("5.0", "alanine aminotransferase", enzyme_5),
        ("5.0", "aspartate aminotransferase", enzyme_5),
        ("6.0", "gamma-glutamyltransferase", gamma_6),
        ("6.0", "bilirubin", bilirubin_6),
        ("5.0", "creatinine", creatinine_5),
    ],
)
def test_multiples(version: Version, analyte: str, naive: object, baseline: float) -> None:
    for value in np.geomspace(5, 4000, 150):
        measured = LaboratoryValue(float(value), "U/L", upper_limit=LIMIT, baseline=baseline)
        (found,) = grade_for_each_term(version, analyte, measured).values()
        assert isinstance(found, Graded)
        assert found.grade == naive(float(value), baseline)  # type: ignore[operator]


def sodium(value: float) -> tuple[int, ...]:
    """Version 5.0, too little sodium; lower limit 135."""
    if value < 120:
        return (4,)
    if value < 125:
        return (3,)
    if value < 130:
        return (2, 3)
    return (1,) if value < 135 else (0,)


def potassium(value: float) -> tuple[int, ...]:
    """Version 5.0, too little potassium; lower limit 3.5."""
    if value < 2.5:
        return (4,)
    if value < 3.0:
        return (3,)
    return (1, 2) if value < 3.5 else (0,)


def platelets(value: float) -> tuple[int, ...]:
    """Version 6.0, thrombocytopenia; lower limit 150."""
    if value < 10:
        return (4,)
    if value < 50:
        return (3,)
    if value < 75:
        return (2,)
    return (1,) if value < 150 else (0,)


def amylase(value: float) -> tuple[int, ...]:
    """Version 5.0, amylase; upper limit 100."""
    if value > 500:
        return (3, 4)
    if value > 200:
        return (2, 3)
    if value > 150:
        return (2,)
    return (1,) if value > 100 else (0,)


def grades(found: GradeOfValue) -> tuple[int, ...]:
    assert isinstance(found, Graded | DependsOn)
    return (found.grade,) if isinstance(found, Graded) else found.grades


@pytest.mark.parametrize(
    ("version", "analyte", "term", "unit", "limits", "values", "naive"),
    [
        ("5.0", "sodium", "Hyponatremia", "mmol/L", (135, 145), np.arange(110, 146, 0.5), sodium),
        ("5.0", "potassium", "Hypokalemia", "mmol/L", (3.5, 5.1), np.arange(1.5, 5.0, 0.05).round(2), potassium),
        ("6.0", "platelets", "Thrombocytopenia", "10^9/L", (150, 400), np.arange(1, 200), platelets),
        ("5.0", "amylase", "Serum amylase increased", "U/L", (30, 100), np.arange(50, 700, 5), amylase),
    ],
)
def test_ranges(
    version: Version,
    analyte: str,
    term: str,
    unit: str,
    limits: tuple[float, float],
    values: np.ndarray,
    naive: object,
) -> None:
    for value in values:
        found = grade_for_each_term(version, analyte, LaboratoryValue(float(value), unit, *limits))[term]
        assert grades(found) == naive(float(value)), value  # type: ignore[operator]
