"""Grades of laboratory values: limits, baselines, units, and what is missing."""

import pytest

from firstdose.safety.grading import DependsOn, Graded, GradeOfValue, NotGraded, grade_for_each_term
from firstdose.safety.laboratory import Version
from firstdose.safety.marks import LaboratoryValue


def graded(version: Version, analyte: str, term: str, value: float, unit: str, **more: float | bool) -> GradeOfValue:
    """The grade of one value for one term."""
    measured = LaboratoryValue(value, unit, **more)  # type: ignore[arg-type]
    return grade_for_each_term(version, analyte, measured)[term]


@pytest.mark.parametrize(("value", "grade"), [(12.0, 0), (11.9, 1), (10.0, 1), (9.9, 2), (8.0, 2), (7.9, 3), (1.0, 3)])
def test_a_bound_belongs_to_the_lower_grade(value: float, grade: int) -> None:
    assert graded("5.0", "hemoglobin", "Anemia", value, "g/dL", lower_limit=12.0) == Graded(grade)


@pytest.mark.parametrize(
    ("value", "unit"), [(9.9, "g/dL"), (99, "g/L"), (6.1, "mmol/L"), (99, "mg/mL"), (9900, "mg/dL")]
)
def test_units_are_those_of_the_criteria_or_are_converted(value: float, unit: str) -> None:
    assert graded("6.0", "hemoglobin", "Anemia", value, unit, lower_limit=value * 1.2) == Graded(2)


def test_a_unit_without_a_way_to_the_criteria_gives_no_grade() -> None:
    found = graded("5.0", "hemoglobin", "Anemia", 7.0, "furlongs", lower_limit=12.0)
    assert found == NotGraded("the unit furlongs of hemoglobin cannot be converted to g/dL or mmol/L or g/L")
    assert isinstance(graded("5.0", "potassium", "Hypokalemia", 2.0, "mg/dL", lower_limit=3.5), NotGraded)
    assert graded("5.0", "potassium", "Hypokalemia", 2.0, "mEq/L") == Graded(4)


def test_multiples_of_a_limit_need_no_unit() -> None:
    assert graded("5.0", "lactate dehydrogenase", "Blood lactate dehydrogenase increased", 3, "?", upper_limit=2) == (
        Graded(1)
    )


def test_a_limit_that_does_not_matter_may_be_missing() -> None:
    term = "Hyperkalemia"
    assert graded("5.0", "potassium", term, 5.7, "mmol/L") == Graded(2)
    assert graded("5.0", "potassium", term, 5.3, "mmol/L") == NotGraded("upper limit of normal not given", 0)


ALT = "Alanine aminotransferase increased"


@pytest.mark.parametrize(
    ("version", "value", "baseline", "expected"),
    [
        ("5.0", 121, 30, Graded(2)),
        ("5.0", 121, 80, Graded(1)),
        ("5.0", 119, 80, Graded(0)),
        ("5.0", 241, 80, Graded(2)),
        ("5.0", 1601, 80, Graded(4)),
        ("5.0", 50, 10, Graded(1)),
        ("6.0", 121, 80, Graded(2)),
        ("6.0", 80, 80, Graded(1)),
        ("6.0", 79, 80, Graded(0)),
        ("6.0", 161, 80, Graded(3)),
        ("6.0", 321, 80, Graded(4)),
        ("6.0", 601, 300, NotGraded("between 2 and 4 times a baseline above 5 x ULN no grade is defined", 2)),
        ("6.0", 1201, 300, Graded(4)),
    ],
)
def test_an_abnormal_baseline_takes_the_place_of_the_limit(
    version: Version, value: float, baseline: float, expected: GradeOfValue
) -> None:
    found = graded(version, "alanine aminotransferase", ALT, value, "U/L", upper_limit=40, baseline=baseline)
    assert found == expected


def test_without_a_baseline_only_what_no_baseline_could_change_is_graded() -> None:
    assert graded("5.0", "alanine aminotransferase", ALT, 40, "U/L", upper_limit=40) == Graded(0)
    found = graded("5.0", "alanine aminotransferase", ALT, 130, "U/L", upper_limit=40)
    assert found == NotGraded("baseline value not given", 0)
    assert graded("5.0", "alanine aminotransferase", ALT, 130, "U/L", upper_limit=40, is_baseline=True) == Graded(2)


def test_of_alternatives_the_higher_grade_counts() -> None:
    def creatinine(version: Version, value: float, baseline: float) -> GradeOfValue:
        more = {"upper_limit": 1.2, "lower_limit": 0.6, "baseline": baseline}
        return graded(version, "creatinine", "Creatinine increased", value, "mg/dL", **more)

    assert creatinine("5.0", 1.1, 0.7) == Graded(2, "the value lies within the laboratory's limits")
    assert creatinine("6.0", 1.1, 0.7) == Graded(0)
    assert creatinine("6.0", 1.1, 0.5) == Graded(2, "the value lies within the laboratory's limits")
    assert creatinine("5.0", 3.0, 0.7) == Graded(3)
    assert creatinine("5.0", 7.3, 0.7) == Graded(4)


def test_what_depends_on_symptoms_is_said_to() -> None:
    found = graded("5.0", "potassium", "Hypokalemia", 3.2, "mmol/L", lower_limit=3.5)
    assert found == DependsOn((1, 2), "symptoms or an intervention")
    assert graded("5.0", "lipase", "Lipase increased", 250, "U/L", upper_limit=100) == DependsOn(
        (2, 3), "signs or symptoms"
    )
    assert graded("6.0", "lipase", "Lipase increased", 250, "U/L", upper_limit=100) == Graded(2)
    assert graded("5.0", "sodium", "Hyponatremia", 127, "mmol/L", lower_limit=135) == DependsOn((2, 3), "symptoms")
    assert graded("5.0", "sodium", "Hyponatremia", 124.5, "mmol/L", lower_limit=135) == Graded(3)


def test_both_directions_are_graded() -> None:
    found = grade_for_each_term("5.0", "calcium, ionized", LaboratoryValue(0.85, "mmol/L", 1.1, 1.3))
    assert found == {"Hypercalcemia": Graded(0), "Hypocalcemia": Graded(3)}


def test_anticoagulation_changes_what_the_ratio_is_compared_with() -> None:
    def ratio(**more: float | bool) -> GradeOfValue:
        return graded("5.0", "international normalised ratio", "INR increased", 2.4, "", **more)

    assert ratio(on_anticoagulation=False) == Graded(2)
    assert ratio(on_anticoagulation=True, baseline=2.5) == Graded(0)
    assert ratio(on_anticoagulation=True, baseline=2.0) == Graded(1)
    assert ratio(on_anticoagulation=True) == NotGraded("baseline value not given", 0)
    assert ratio() == NotGraded("use of anticoagulation, baseline value not given", 0)


def test_fibrinogen_below_fifty_is_grade_4_whatever_the_baseline() -> None:
    more = {"lower_limit": 200.0, "baseline": 60.0}
    assert graded("5.0", "fibrinogen", "Fibrinogen decreased", 49, "mg/dL", **more) == Graded(4)
    assert graded("5.0", "fibrinogen", "Fibrinogen decreased", 59, "mg/dL", **more) == Graded(1)
    assert graded("5.0", "fibrinogen", "Fibrinogen decreased", 0.49, "g/L", lower_limit=2.0, baseline=3.0) == Graded(4)


def test_glucose_that_is_not_fasting_has_grades_from_3_only() -> None:
    more = {"upper_limit": 100.0, "lower_limit": 70.0}
    found = graded("6.0", "glucose", "Hyperglycemia", 200, "mg/dL", **more)
    assert found == NotGraded("grades 1 and 2 are defined for fasting glucose only", 0)
    assert graded("6.0", "glucose", "Hyperglycemia", 15.0, "mmol/L", upper_limit=5.6) == Graded(3)
    assert graded("6.0", "glucose, fasting", "Hyperglycemia", 200, "mg/dL", **more) == Graded(2)


def test_troponin_needs_the_manufacturers_level() -> None:
    more = {"upper_limit": 14.0}
    assert graded("5.0", "troponin T", "Cardiac troponin T increased", 10, "ng/L", **more) == Graded(0)
    assert isinstance(graded("5.0", "troponin T", "Cardiac troponin T increased", 20, "ng/L", **more), NotGraded)
    found = graded("5.0", "troponin T", "Cardiac troponin T increased", 52, "ng/L", **more, infarction_level=52)
    assert found == Graded(3)


def test_a_grade_within_the_limits_is_remarked_upon() -> None:
    found = graded("5.0", "hemoglobin", "Anemia", 9.8, "g/dL", lower_limit=9.5, upper_limit=15)
    assert found == Graded(2, "the value lies within the laboratory's limits")


def test_limits_the_wrong_way_round_give_no_grade() -> None:
    assert isinstance(
        graded("5.0", "sodium", "Hyponatremia", 140, "mmol/L", lower_limit=145, upper_limit=135), NotGraded
    )
