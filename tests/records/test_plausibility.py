"""Values that no living person has, and wrong units, are listed and kept; values of living people are not.

The values of living people are those of textbooks and the real ones of the pilot excerpt; the implausible ones are
typical slips: a digit too many, a scale or a unit other than the label says.
"""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.cdisc import read_sdtm
from firstdose.records import (
    NAMES,
    LabResult,
    Problem,
    Subject,
    TrialData,
    VitalSign,
    check_trial_data,
    read_folder,
    write_folder,
)
from firstdose.records.plausible_limits import plausible_limits
from firstdose.records.units import convert, known_unit
from firstdose.safety.laboratory_tests import laboratory_tests

PILOT = Path(__file__).resolve().parents[2] / "examples" / "cdisc-pilot" / "sdtm"

IMPLAUSIBLE = [
    (VitalSign, "SYSBP", 1200, "mmHg"),
    (VitalSign, "SYSBP", 16, "mmHg"),  # kPa
    (VitalSign, "DIABP", 800, "mmHg"),
    (VitalSign, "DIABP", 0, "mmHg"),
    (VitalSign, "PULSE", 0, "beats/min"),
    (VitalSign, "HR", 720, "/min"),
    (VitalSign, "RESP", 1400, "breaths/min"),
    (VitalSign, "TEMP", 370, "C"),
    (VitalSign, "TEMP", 98.6, "C"),  # Fahrenheit
    (VitalSign, "TEMP", 37, "F"),  # Celsius
    (VitalSign, "TEMP", 310, "C"),  # kelvin
    (VitalSign, "WEIGHT", 7000, "kg"),
    (VitalSign, "WEIGHT", -70, "kg"),
    (VitalSign, "HEIGHT", 1.72, "cm"),  # metres
    (VitalSign, "HEIGHT", 172, "IN"),  # centimetres
    (VitalSign, "OXYSAT", 980, "%"),
    (VitalSign, "OXYSAT", 0.98, "%"),  # a fraction
    (LabResult, "K", 42, "mmol/L"),
    (LabResult, "K", 0.4, "mmol/L"),
    (LabResult, "SODIUM", 14, "mmol/L"),
    (LabResult, "HGB", 0.1, "g/dL"),
    (LabResult, "HGB", 140, "g/dL"),  # g/L
    (LabResult, "HGB", 14, "g/L"),  # g/dL
    (LabResult, "GLUC", 95, "mmol/L"),  # mg/dL
    (LabResult, "GLUC", 5.2, "mg/dL"),  # mmol/L
    (LabResult, "CREAT", 80, "mg/dL"),  # umol/L
    (LabResult, "CREAT", 0.9, "umol/L"),  # mg/dL
    (LabResult, "CHOL", 200, "mmol/L"),  # mg/dL
    (LabResult, "CA", 9.5, "mmol/L"),  # mg/dL
    (LabResult, "CA", 2.3, "mg/dL"),  # mmol/L
    (LabResult, "WBC", 6000, "10^9/L"),  # cells/mm3
    (LabResult, "PLAT", 250_000, "10^9/L"),  # cells/mm3
    (LabResult, "ALB", 42, "g/dL"),  # g/L
    (LabResult, "HCT", 42, "1"),  # %
    (LabResult, "ALT", 0.4, "U/L"),  # ukat/L
    (LabResult, "TACRO", 6500, "ng/mL"),  # ng/L
    (LabResult, "TRIG", 150, "mmol/L"),  # mg/dL
]
OF_THE_LIVING = [
    (VitalSign, "SYSBP", 250, "mmHg"),
    (VitalSign, "SYSBP", 16, "kPa"),
    (VitalSign, "DIABP", 30, "mmHg"),
    (VitalSign, "PULSE", 30, "BEATS/MIN"),
    (VitalSign, "PULSE", 220, "bpm"),
    (VitalSign, "TEMP", 98.6, "F"),
    (VitalSign, "TEMP", 41.5, "°C"),
    (VitalSign, "TEMP", 310, "K"),
    (VitalSign, "WEIGHT", 250, "kg"),
    (VitalSign, "WEIGHT", 154, "LB"),
    (VitalSign, "WEIGHT", 3200, "g"),
    (VitalSign, "HEIGHT", 1.72, "m"),
    (VitalSign, "OXYSAT", 100, "%"),
    (LabResult, "K", 9.5, "mEq/L"),
    (LabResult, "SODIUM", 105, "mmol/L"),
    (LabResult, "HGB", 4.5, "g/dL"),
    (LabResult, "HGB", 8.7, "mmol/L"),
    (LabResult, "GLUC", 900, "mg/dL"),
    (LabResult, "CREAT", 22, "mg/dL"),
    (LabResult, "ALT", 15_000, "U/L"),
    (LabResult, "ALT", 0.4, "ukat/L"),
    (LabResult, "CK", 350_000, "U/L"),
    (LabResult, "WBC", 400, "10^9/L"),
    (LabResult, "WBC", 0, "10^9/L"),
    (LabResult, "PLAT", 3, "GI/L"),
    (LabResult, "HCT", 42, "%"),
    (LabResult, "SOMETHING", 1e9, "mmol/L"),
]


def measured(kind: type, test: str, value: float | None, unit: str | None, number: int = 1, **more: object) -> object:
    return kind(subject="P1", number=number, test=test, result=value, unit=unit, **more)


def problems_of(*records: object) -> list[Problem]:
    return list(check_trial_data(TrialData.of([Subject(subject="P1"), *records])))


@pytest.mark.parametrize(("kind", "test", "value", "unit"), IMPLAUSIBLE)
def test_an_implausible_value_is_kept_and_listed(
    kind: type, test: str, value: float, unit: str, tmp_path: Path
) -> None:
    """In the check of records that were made, and with file and row on reading."""
    record = measured(kind, test, value, unit)
    (problem,) = problems_of(record)
    data = TrialData.of([Subject(subject="P1"), record])
    reading = read_folder(write_folder(data, tmp_path))
    (read,) = reading.problems
    assert (read.file, read.row, read.field) == (f"{NAMES[kind]}.csv", 2, "result")
    assert float(read.value or "") == value
    assert (problem.rule, problem.value, problem.fix) == (read.rule, read.value, read.fix)
    assert read.rule == "should be a value that occurs in a living person"
    assert read.fix.endswith(f" {known_unit(unit)}")
    assert read.effect == "kept"
    assert reading.trial_data[kind]["result"].to_list() == [value]


@pytest.mark.parametrize(("kind", "test", "value", "unit"), OF_THE_LIVING)
def test_a_value_of_a_living_person_is_not_listed(kind: type, test: str, value: float, unit: str) -> None:
    assert problems_of(measured(kind, test, value, unit)) == []


def test_the_standard_result_is_judged_too() -> None:
    lab = LabResult(
        subject="P1", number=1, test="GLUC", result=95.0, unit="mg/dL", standard_result=95.0, standard_unit="mmol/L"
    )
    (problem,) = problems_of(lab)
    assert (problem.field, problem.value) == ("standard_result", "95")


@pytest.mark.parametrize(("value", "is_listed"), [(37.0, False), (98.6, False), (370.0, True), (3.7, True)])
def test_without_a_unit_a_value_is_listed_if_no_unit_makes_it_plausible(value: float, is_listed: bool) -> None:
    assert bool(problems_of(measured(VitalSign, "TEMP", value, None))) is is_listed


@pytest.mark.parametrize(
    ("kind", "test", "unit", "is_listed"),
    [
        (VitalSign, "TEMP", "kg", True),
        (VitalSign, "SYSBP", "beats/min", True),
        (LabResult, "LYM", "%", True),
        (LabResult, "ALT", "mmol/L", True),
        (LabResult, "K", "mg/dL", False),  # a concentration, though there is no way to mmol/L here
        (VitalSign, "TEMP", "degrees", False),  # not known: a note tells of it
    ],
)
def test_a_unit_of_something_else_is_listed(kind: type, test: str, unit: str, is_listed: bool) -> None:
    problems = problems_of(measured(kind, test, 30.0, unit))
    assert [(p.field, p.value) for p in problems] == ([("unit", unit)] if is_listed else [])


def test_a_unit_that_is_not_known_is_told_of(tmp_path: Path) -> None:
    data = TrialData.of([Subject(subject="P1"), *(measured(VitalSign, "TEMP", 3700.0, "degrees", n) for n in (1, 2))])
    (note,) = read_folder(write_folder(data, tmp_path)).notes
    assert "TEMP in degrees (values: 2)" in note


@pytest.mark.parametrize(
    ("specimen", "category", "is_listed"),
    [
        (None, None, True),
        ("SERUM", None, True),
        ("Serum or Plasma", "CHEMISTRY", True),
        (None, "URINALYSIS", False),
        ("URINE", None, False),
        ("CEREBROSPINAL FLUID", "CHEMISTRY", False),
    ],
)
def test_limits_are_those_of_blood(specimen: str | None, category: str | None, is_listed: bool) -> None:
    lab = measured(LabResult, "PROT", 0.4, "g/L", specimen=specimen, category=category)
    assert bool(problems_of(lab)) is is_listed


def test_nothing_real_is_called_implausible() -> None:
    """The excerpt of the pilot: 29 people, blood and urine, in conventional and standard units."""
    reading = read_sdtm(PILOT)
    judged = reading.trial_data[VitalSign]["result"].len() + reading.trial_data[LabResult]["result"].len()
    assert judged > 5_000
    assert not [p for p in reading.problems if p.field in ("result", "unit", "standard_result", "standard_unit")]
    assert not [note for note in reading.notes if "plausible" in note]


TABLE = [(kind, test) for kind, tests in plausible_limits().by_test.items() for test in tests]


@pytest.mark.parametrize(("kind", "test"), TABLE)
def test_every_row_of_the_table_is_whole(kind: str, test: str) -> None:
    limits = plausible_limits().by_test[kind][test]
    assert limits.lowest < limits.highest
    assert known_unit(limits.unit) == limits.unit
    assert limits.source
    assert test == test.upper()


def test_blood_is_told_by_the_words_that_grading_uses_and_analytes_have_its_names() -> None:
    limits, graded = plausible_limits(), laboratory_tests()
    assert set(limits.blood_words) == set(graded.blood_words)
    assert set(limits.not_blood) == set(graded.not_blood)
    of_both = {test: row.analyte for test, row in limits.by_test["lab_results"].items() if test in graded.blood}
    assert of_both == {test: graded.blood[test] for test in of_both}


@given(
    place=st.sampled_from(TABLE),
    share=st.floats(-2, 3),
    unit=st.sampled_from(["C", "F", "K", "kPa", "g/dL", "mg/dL", "mmol/L"]),
)
def test_a_value_is_judged_alike_in_every_unit(place: tuple[str, str], share: float, unit: str) -> None:
    kind, test = place
    limits = plausible_limits().by_test[kind][test]
    value = limits.lowest + share * (limits.highest - limits.lowest)
    elsewhere = convert(value, limits.unit, unit, limits.analyte)
    if elsewhere is None or min(abs(share), abs(share - 1)) < 1e-6:
        return
    record_type = VitalSign if kind == "vital_signs" else LabResult
    for number, written in ((value, limits.unit), (elsewhere, unit)):
        assert bool(problems_of(measured(record_type, test, number, written))) is not (0 <= share <= 1)


def test_many_rows_are_judged_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstdose.records.frames.ROWS_AT_ONCE", 7)
    rows = [measured(VitalSign, "PULSE", 0.0 if n % 10 == 0 else 70.0, "/min", n) for n in range(1, 101)]
    found = check_trial_data(TrialData.of([Subject(subject="P1"), *rows])).frame
    assert found["identity"].to_list() == [f"P1/{n}" for n in range(10, 101, 10)]
    assert found.select(pl.col("record").unique()).item() == "vital_signs"


def test_every_reader_judges(tmp_path: Path) -> None:
    """Parquet and SDTM too; the value stays as typed."""
    data = TrialData.of([Subject(subject="P1"), measured(VitalSign, "TEMP", 98.6, "C")])
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "sdtm" / "dm.csv").write_text("USUBJID\nP1\n", "utf-8")
    vital_signs = "USUBJID,VSSEQ,VSTESTCD,VSORRES,VSORRESU\nP1,1,TEMP,98.6,C\n"
    (tmp_path / "sdtm" / "vs.csv").write_text(vital_signs, "utf-8")
    readings = {
        "vital_signs.parquet": read_folder(write_folder(data, tmp_path / "parquet", "parquet")),
        "vs.csv": read_sdtm(tmp_path / "sdtm"),
    }
    for file, reading in readings.items():
        (problem,) = reading.problems
        assert (problem.file, problem.row, problem.value) == (file, 2 if file == "vs.csv" else 1, "98.6")
        assert reading.trial_data[VitalSign]["result"].to_list() == [98.6]
