"""Laboratory results and vital signs: figures worked out by hand, and by a naive count over generated results."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.laboratory.results import laboratory
from firstdose.analysis.laboratory.troughs import troughs
from firstdose.analysis.visit_summaries import mean_interval
from firstdose.records import Dosing, PartialDate, PartialDateTime, VitalSign
from firstdose.records.derived import LabAnalysis
from firstdose.records.results import Results
from tests.analysis.laboratory_frames import START, gathered, make_frame, person, result
from tests.records.strategies import records

HIGH, LOW = "Alanine aminotransferase increased", "Anemia"


def alt(subject: str, number: int, value: float | None, day: int | None, grade: int | None, **more: Any) -> LabAnalysis:
    given = {"name": "Alanine aminotransferase", "unit": "U/L", "range_low": 7.0, "range_high": 40.0, **more}
    return result(subject, number, "ALT", value, day, term_high=HIGH, grade_high=grade, **given)


@pytest.fixture
def three() -> Results:
    """P1 and P2 at level 1, P3 at level 2, P4 never treated."""
    people = [person("P1"), person("P2"), person("P3", 2), person("P4", None, is_treated=False)]
    results = [
        alt("P1", 1, 20.0, -1, 0, visit="M0", is_baseline=True, baseline=20.0),
        alt("P1", 2, 130.0, 30, 2, visit="M1", baseline=20.0),
        alt("P1", 3, 26.0, 60, 0, visit="M2", baseline=20.0),
        alt("P2", 1, 50.0, -1, 1, visit="M0", is_baseline=True, baseline=50.0),
        alt("P2", 2, 250.0, 31, 3, visit="M1", baseline=50.0),
        alt("P2", 3, None, 60, None, visit="M2", text="<5", not_graded="no number"),
        alt("P3", 1, 30.0, 30, None, visit="M1", not_graded="baseline value not given"),
        alt("P4", 1, 900.0, 30, 4, visit="M1"),
        result("P1", 9, "ZINC", 8.0, -1, range_low=10.0, range_high=18.0, unit="umol/L", is_baseline=True),
        result("P1", 10, "ZINC", 20.0, 30, range_low=10.0, range_high=18.0, unit="umol/L"),
        result("P1", 11, "ZINC", 9.0, 30, range_low=10.0, range_high=18.0, unit="umol/L"),
        result("P2", 9, "ZINC", 12.0, 30),
    ]
    return gathered(laboratory, make_frame(people, results))


def cell(results: Results, **columns: str) -> float | None:
    return results.one(chapter="laboratory", **columns).value


def test_summary_by_visit(three: Results) -> None:
    at = {"table": "results_by_visit", "what": "ALT", "when": "M1"}
    assert cell(three, **at, group="1", statistic="n") == 2
    assert cell(three, **at, group="1", statistic="mean") == 190
    assert cell(three, **at, group="1", statistic="sd") == pytest.approx(84.8528137)
    assert cell(three, **at, group="all", statistic="median") == 130
    assert cell(three, **at, group="all", statistic="minimum") == 30
    assert cell(three, **at, group="all", statistic="maximum") == 250
    assert three.one(**at, group="2", statistic="n").records == ("lab_results:P3/1",)


def test_change_is_after_the_start_and_has_its_interval(three: Results) -> None:
    changes = three.frame.filter(pl.col("table") == "change_by_visit")
    assert set(changes["when"]) == {"M1", "M2"}
    mean = three.one(table="change_by_visit", what="ALT", when="M1", group="all", statistic="mean")
    assert mean.value == 155
    assert (mean.lower, mean.upper) == pytest.approx((155 - 571.779, 155 + 571.779), abs=0.01)  # 12.7062 x 45
    assert (mean.method, mean.confidence) == ("student_t", 0.95)


def test_interval_of_a_mean_is_that_of_students_sleep_data() -> None:
    """Student 1908: differences in hours of sleep; R prints t.test's interval as 0.7001142 to 2.4598858."""
    hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    limits = mean_interval(10, statistics.mean(hours), statistics.stdev(hours), 0.95)
    assert (limits["lower"], limits["upper"]) == pytest.approx((0.7001142, 2.4598858), abs=1e-7)
    assert mean_interval(1, 3.0, None, 0.95) == {}
    assert mean_interval(5, 3.0, 0.0, 0.95) == {}


def test_shift_of_grades(three: Results) -> None:
    shift = three.frame.filter(pl.col("table") == "worst_grade_against_baseline", pl.col("group") == "all")
    assert {(row["when"], row["value"], row["of"]) for row in shift.iter_rows(named=True)} == {
        ("baseline grade 0, worst grade 2", 1.0, 3.0),
        ("baseline grade 1, worst grade 3, some not graded", 1.0, 3.0),
        ("baseline no result, worst not graded", 1.0, 3.0),
    }
    worst = three.one(
        table="worst_grade_against_baseline", when="baseline grade 1, worst grade 3, some not graded", group="all"
    )
    assert worst.records == ("lab_results:P2/2",)


def test_what_has_no_grade_is_counted_with_its_reason(three: Results) -> None:
    at = {"table": "results_without_grade", "what": HIGH, "group": "all"}
    assert cell(three, **at, when="no number", statistic="results") == 1
    assert cell(three, **at, when="baseline value not given", statistic="people") == 1
    no_term = {"table": "results_without_grade", "what": "ZINC", "group": "2", "when": "no reason recorded"}
    assert not three.frame.filter(**no_term).height
    assert cell(three, **{**no_term, "group": "1"}, statistic="results") == 4


def test_severe_grades_have_an_interval_and_name_what_is_open(three: Results) -> None:
    severe = three.one(table="grade_3_or_more", what=HIGH, group="all")
    assert (severe.value, severe.of) == (1, 2)
    assert (severe.lower, severe.upper) == pytest.approx((0.0125791, 0.9874209), abs=1e-7)  # exact, 1 of 2
    assert severe.records == ("lab_results:P2/2",)
    assert "1 of the other people had results that could not be graded" in severe.warning
    nobody = three.one(table="grade_3_or_more", what=HIGH, group="2")
    assert nobody.value is None
    assert nobody.warning
    assert cell(three, table="grade_3_or_more", what="any term", group="all") == 1


def test_range_shift_where_there_is_no_grade(three: Results) -> None:
    shift = three.frame.filter(pl.col("table") == "worst_against_normal_range", pl.col("group") == "all")
    assert {(row["what"], row["when"], row["value"]) for row in shift.iter_rows(named=True)} == {
        ("ZINC", "baseline low, worst low and high", 1.0),
        ("ZINC", "baseline no result, worst no range", 1.0),
    }


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ([(12.0, 10.0, 18.0)], "normal"),
        ([(12.0, 10.0, None)], "not known"),  # above the lower limit: it may be high
        ([(12.0, None, 18.0)], "not known"),
        ([(9.0, 10.0, None)], "low"),
        ([(19.0, None, 18.0)], "high"),
        ([(12.0, None, None)], "no range"),
        ([(12.0, 10.0, 18.0), (12.0, None, 18.0)], "not known"),
        ([(12.0, 10.0, 18.0), (12.0, None, None)], "not known"),
        ([(12.0, None, None), (12.0, None, 18.0)], "not known"),
        ([(9.0, 10.0, 18.0), (12.0, 10.0, 18.0)], "low"),
        ([(9.0, 10.0, 18.0), (12.0, 10.0, None)], "low, some not known"),
        ([(19.0, 10.0, 18.0), (12.0, None, None)], "high, some not known"),
        ([(9.0, 10.0, 18.0), (19.0, 10.0, 18.0), (12.0, None, None)], "low and high"),
        ([(10.0, 10.0, 18.0), (18.0, 10.0, 18.0)], "normal"),  # the limits belong to the range
    ],
)
def test_a_result_is_normal_only_between_two_known_limits(
    results: list[tuple[float, float | None, float | None]], words: str
) -> None:
    rows = [
        result("P1", number, "ZINC", value, 30 + number, range_low=low, range_high=high)
        for number, (value, low, high) in enumerate(results, start=1)
    ]
    first = results[0]
    rows.append(result("P1", 9, "ZINC", first[0], -1, range_low=first[1], range_high=first[2], is_baseline=True))
    shift = gathered(laboratory, make_frame([person("P1")], rows)).one(table="worst_against_normal_range", group="all")
    before, after = shift.when.split(", ", 1)
    assert after == f"worst {words}"
    if len(results) == 1:
        assert before == f"baseline {words}"


def test_what_results_lack_is_told(three: Results) -> None:
    text = three.one(table="results_recorded", what="ALT", statistic="as_text")
    assert (text.value, text.of, text.text, text.records) == (1, 7, "<5", ("lab_results:P2/3",))
    assert three.one(table="results_recorded", what="ZINC", statistic="without_unit").value == 1
    assert three.one(table="results_recorded", what="ZINC", statistic="without_range").warning
    assert "none of 1 treated person" in three.one(table="results_recorded", what="ZINC", statistic="people").warning


def test_a_person_never_treated_is_in_no_figure(three: Results) -> None:
    assert not any("P4" in record for records in three.frame["records"] for record in records)


def test_units_are_not_mixed() -> None:
    rows = [
        result("P1", 1, "GLUC", 5.0, 30, unit="mmol/L", visit="M1"),
        result("P2", 1, "GLUC", 90.0, 30, unit="mg/dL", visit="M1"),
    ]
    found = gathered(laboratory, make_frame([person("P1"), person("P2")], rows))
    assert "mg/dL, mmol/L" in found.one(table="results_recorded", what="GLUC", statistic="results").warning
    means = found.frame.filter(
        pl.col("table") == "results_by_visit", pl.col("statistic") == "mean", pl.col("group") == "all"
    )
    assert dict(zip(means["unit"], means["value"], strict=True)) == {"mg/dL": 90.0, "mmol/L": 5.0}


def test_unscheduled_and_repeated_results_are_told_of() -> None:
    rows = [
        result("P1", 1, "GLUC", 5.0, 30, visit="M1"),
        result("P1", 2, "GLUC", 7.0, 31, visit="M1"),
        result("P1", 3, "GLUC", 9.0, 33, visit="UNSCHEDULED 1.1"),
        result("P1", 4, "GLUC", 9.0, 40),
    ]
    found = gathered(laboratory, make_frame([person("P1")], rows))
    assert found.one(table="results_by_visit", what="GLUC", group="all", statistic="mean").value == 7
    for what in ("repeated at a visit", "unscheduled visit", "without a visit"):
        assert found.one(table="not_in_results_by_visit", what=what).value == 1


LIVER = {
    "ALT": "alanine aminotransferase",
    "AST": "aspartate aminotransferase",
    "BILI": "bilirubin",
    "ALP": "alkaline phosphatase",
}


def liver(subject: str, **peaks: float | None) -> list[LabAnalysis]:
    """One draw on day 30, in multiples of an upper limit of 10."""
    named = [(test, peaks[test]) for test in LIVER if test in peaks]
    return [
        result(subject, number, test, None if peak is None else 10 * peak, 30, range_high=10.0, analyte=LIVER[test])
        for number, (test, peak) in enumerate(named, start=1)
    ]


def test_quadrants_and_who_is_to_be_reviewed() -> None:
    people = [person(f"P{number}") for number in range(1, 9)]
    results = [
        *liver("P1", ALT=1.0, BILI=0.5),
        *liver("P2", ALT=2.99, AST=3.0, BILI=2.0),
        *liver("P3", ALT=2.9, BILI=2.1),
        *liver("P4", ALT=8.0, BILI=2.1, ALP=1.9),
        *liver("P5", AST=8.0, BILI=5.0, ALP=2.0),
        *liver("P6", ALT=8.0, BILI=5.0),
        *liver("P7", ALT=8.0),
    ]
    found = gathered(laboratory, make_frame(people, results))
    quadrants = found.frame.filter(pl.col("table") == "liver_quadrants", pl.col("group") == "all")
    assert dict(zip(quadrants["what"], quadrants["value"], strict=True)) == {
        "neither raised": 1,
        "ALT or AST raised alone": 1,
        "bilirubin raised alone": 1,
        "both raised": 3,
    }
    assert set(quadrants["of"]) == {6}
    told = "2 of 8 people lack a peak with an upper limit (ALT or AST: 1, bilirubin: 2)"
    assert all(told in warning for warning in quadrants["warning"])
    review = found.one(table="liver_review", group="all")
    assert review.value == 2
    assert {record.split(":")[1][:2] for record in review.records} == {"P4", "P6"}
    assert "alkaline phosphatase on that day is not known" in review.warning
    peak = found.one(table="liver_peaks", what="P2", statistic="peak_of_alt_or_ast")
    assert (peak.value, peak.unit, peak.group, peak.records) == (3.0, "x ULN", "1", ("lab_results:P2/2",))
    assert found.one(table="liver_peaks", what="P2", statistic="quadrant").text == "ALT or AST raised alone"
    assert found.one(table="liver_peaks", what="P7", statistic="peak_of_bilirubin").value is None
    assert "diagnos" not in " ".join(found.frame["what"]).lower()


def test_peaks_before_the_start_do_not_count() -> None:
    before = [result("P1", 1, "ALT", 500.0, -5, range_high=10.0, is_baseline=True, analyte=LIVER["ALT"])]
    found = gathered(laboratory, make_frame([person("P1")], before))
    assert found.one(table="liver_peaks").warning


def blood_pressure(
    subject: str, number: int, when: PartialDateTime | None, value: float | None, visit: str
) -> VitalSign:
    return VitalSign(
        subject=subject, number=number, test="SYSBP", name="Systolic blood pressure", result=value, unit="mmHg",
        measured=when, visit=visit,
    )  # fmt: skip


def test_vital_signs_and_their_baseline() -> None:
    day = PartialDate(2026, 3, 1)
    signs = [
        blood_pressure("P1", 1, PartialDateTime(PartialDate(2026, 2, 20)), 150.0, "R3"),
        blood_pressure("P1", 2, PartialDateTime(day, 8, 0), 120.0, "D0"),
        blood_pressure("P1", 3, PartialDateTime(day, 11, 0), 90.0, "D0 after"),
        blood_pressure("P1", 4, PartialDateTime(PartialDate(2026, 3, 31)), 130.0, "M1"),
        blood_pressure("P1", 5, PartialDateTime(PartialDate(2026, 4)), 140.0, "M2"),
        blood_pressure("P1", 6, None, None, "M3"),
    ]
    given = Dosing(subject="P1", number=1, dose_given=5.0, procedure_start=START)
    found = gathered(laboratory, make_frame([person("P1")], records=[*signs, given]))
    changes = found.frame.filter(
        pl.col("table") == "vital_signs_change", pl.col("statistic") == "mean", pl.col("group") == "all"
    )
    assert dict(zip(changes["when"], changes["value"], strict=True)) == {"D0 after": -30.0, "M1": 10.0, "M2": 20.0}
    assert found.one(table="vital_signs", what="before or after treatment not known").value == 1
    assert found.one(table="vital_signs", what="no number").records == ("vital_signs:P1/6",)


@pytest.mark.parametrize("people", [[], [person("P1")], [person("P1", None)], [person("P1", 1, is_treated=False)]])
def test_nothing_recorded_is_a_row_with_a_warning(people: list[Any]) -> None:
    found = gathered(laboratory, make_frame(people))
    assert found.one(table="results_recorded").warning
    assert found.one(table="vital_signs").warning


grades = st.integers(0, 4) | st.none()
draws = st.lists(
    st.tuples(st.integers(1, 4), st.integers(-20, 60), st.booleans(), grades, st.integers(1, 500)), max_size=25
)


@given(draws)
def test_shift_tables_equal_a_naive_count(drawn: list[tuple[int, int, bool, int | None, int]]) -> None:
    people = [person(f"P{number}", 1 + number % 2) for number in range(1, 5)]
    first: set[int] = set()
    results = []
    for number, (who, day, wants_baseline, grade, value) in enumerate(drawn, start=1):
        is_baseline = wants_baseline and day <= 0 and who not in first
        first |= {who} if is_baseline else set()
        results.append(alt(f"P{who}", number, float(value), day, grade, is_baseline=is_baseline, visit=f"V{day}"))
    found = gathered(laboratory, make_frame(people, results))
    expected: Counter[tuple[str, str, str]] = Counter()
    for who in range(1, 5):
        own = [row for row in results if row.subject == f"P{who}"]
        baseline = [row.grade_high for row in own if row.is_baseline]
        after = [
            row.grade_high
            for row in own
            if row.day is not None and (row.day > 0 or (row.day == 0 and not row.is_baseline))
        ]
        if not baseline and not after:
            continue
        words = []
        for several in (baseline, after):
            known = [each for each in several if each is not None]
            some = ", some not graded" if several is after and None in after else ""
            words.append(f"grade {max(known)}{some}" if known else "not graded" if several else "no result")
        for group in (str(1 + who % 2), "all"):
            expected[group, *words] += 1  # type: ignore[index]
    shift = found.frame.filter(pl.col("table") == "worst_grade_against_baseline")
    counted = {
        (row["group"], *row["when"].removeprefix("baseline ").split(", worst ")): row["value"]
        for row in shift.iter_rows(named=True)
    }
    assert {key: value for key, value in counted.items() if value} == dict(expected)
    assert counted.keys() >= expected.keys()


@settings(max_examples=30)
@given(draws)
def test_the_order_of_the_data_does_not_matter(drawn: list[tuple[int, int, bool, int | None, int]]) -> None:
    people = [person(f"P{number}", 1 + number % 2) for number in range(1, 5)]
    results = [
        alt(f"P{who}", number, float(value), day, grade, visit=f"V{day // 10}", baseline=20.0)
        for number, (who, day, _, grade, value) in enumerate(drawn, start=1)
    ]
    one = gathered(laboratory, make_frame(people, results)).frame
    other = gathered(laboratory, make_frame(people[::-1], results[::-1])).frame
    assert one.equals(other)


anything = st.lists(
    st.builds(
        replace,
        records(LabAnalysis),
        subject=st.sampled_from(["P1", "P2", "P3"]),
        category=st.sampled_from(["trough", "donor_specific_antibody", "chemistry"]) | st.none(),
        analyte=st.sampled_from(["tacrolimus", *LIVER.values()]) | st.none(),
        unit=st.sampled_from(["ng/mL", "U/L", ""]) | st.none(),
    ),
    max_size=8,
    unique_by=lambda row: (row.subject, row.number),
)


@settings(max_examples=60)
@given(anything)
def test_no_result_whatever_stops_the_analysis(rows: list[LabAnalysis]) -> None:
    people = [person("P1"), person("P2", None, background_taken=False), person("P3", 4, background_last_day=0)]
    frame = make_frame(people, rows)
    shown = gathered(laboratory, frame).frame.height + gathered(troughs, frame).frame.height
    assert shown > 0
