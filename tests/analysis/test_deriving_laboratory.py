"""Laboratory results: one unit, baseline, grades; the pilot's results are graded again here by the published words."""

import csv
import gzip
import io
from collections import defaultdict
from typing import Any

import polars as pl
import pytest

from firstdose.analysis.deriving.derive import derive
from firstdose.cdisc import read_sdtm
from firstdose.records import LabResult, TrialData
from firstdose.records.derived import AnalysisNote, LabAnalysis
from tests.analysis.trial_records import EXAMPLES, at, day, pilot_protocol, reference_protocol, trial


def result(number: int = 1, **fields: Any) -> LabResult:
    usual: dict[str, Any] = {
        "subject": "P1",
        "number": number,
        "test": "ALT",
        "result": 30.0,
        "unit": "U/L",
        "drawn": day(-7),
    }
    return LabResult(**usual | fields)


def derived(*records: LabResult) -> list[dict[str, Any]]:
    return derive(reference_protocol(), trial(*records))[LabAnalysis].rows(named=True)


POTASSIUM = {"test": "K", "unit": "mmol/L", "result": None, "range_low": 3.5, "range_high": 5.1}
"""Graded in both directions."""


@pytest.mark.parametrize(
    ("fields", "value", "unit", "low", "high", "text"),
    [
        ({"range_low": 10, "range_high": 50}, 30.0, "U/L", 10.0, 50.0, None),
        (
            {
                "standard_result": 0.5,
                "standard_unit": "ukat/L",
                "standard_range_high": 0.8,
                "range_low": 10,
                "range_high": 50,
            },
            0.5,
            "ukat/L",
            None,  # the lower limit is known in another unit only
            0.8,
            None,
        ),
        ({"standard_result": 30, "standard_unit": "U/L", "range_high": 50}, 30.0, "U/L", None, 50.0, None),
        ({"result": None, "result_text": "<5"}, None, "U/L", None, None, "<5"),
        ({"result": None, "result_text": "< 5", "standard_text": "<5"}, None, "U/L", None, None, "<5"),
    ],
)
def test_a_result_is_standard_in_all_or_as_reported(
    fields: dict[str, Any], value: Any, unit: str, low: Any, high: Any, text: Any
) -> None:
    (found,) = derived(result(**fields))
    assert [found[name] for name in ("value", "unit", "range_low", "range_high", "text")] == [
        value,
        unit,
        low,
        high,
        text,
    ]


def test_the_baseline_is_the_last_number_before_treatment() -> None:
    rows = derived(
        result(1, result=10.0, drawn=day(-90)),
        result(2, result=20.0, drawn=day(0, "08:00")),
        result(3, result=30.0, drawn=day(0, "12:00")),
        result(4, result=None, result_text="haemolysed", drawn=day(0, "08:30")),
        result(5, result=40.0, drawn=at("2026-03")),
        result(6, result=50.0, drawn=day(-1), unit="ukat/L"),
        result(7, result=60.0, drawn=day(-1), test="AST"),
        result(8, result=70.0, drawn=day(30)),
    )
    assert [row["is_baseline"] for row in rows] == [False, True, False, False, False, True, True, False]
    assert [row["baseline"] for row in rows] == [20.0] * 5 + [50.0, 60.0, 20.0]
    assert [row["day"] for row in rows] == [-90, 0, 0, 0, None, -1, -1, 30]


def test_the_later_number_of_a_day_is_the_baseline() -> None:
    rows = derived(result(1, drawn=day(-1, "15:00"), result=3.0), result(2, drawn=day(-1, "08:00"), result=2.0))
    assert [row["is_baseline"] for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("visit", "is_baseline", "is_noted"), [("M0", True, False), ("D0", True, True), ("M1", False, False)]
)
def test_a_draw_on_the_day_of_treatment_counts_by_its_planned_visit(
    visit: str, is_baseline: bool, is_noted: bool
) -> None:
    data = trial(result(drawn=day(0), visit=visit))
    found = derive(reference_protocol(), data)
    assert found[LabAnalysis]["is_baseline"].to_list() == [is_baseline]
    assert bool(found[AnalysisNote].filter(what="baseline").height) is is_noted


@pytest.mark.parametrize(
    ("fields", "low", "high", "reason"),
    [
        ({"range_high": 40}, None, 0, None),
        ({"range_high": 40, "result": 50.0}, None, None, "baseline value not given"),
        ({"result": 50.0}, None, None, "upper limit of normal, baseline value not given"),
        (
            {"test": "CREAT", "unit": "umol/L", "result": 200.0, "range_high": 100},
            None,
            None,
            "baseline value not given; at least grade 2",
        ),
        (
            {"test": "URATE", "unit": "umol/L", "result": 500.0, "range_high": 400},
            None,
            None,
            "grade 1 or 3, which depends on physiologic consequences",
        ),
        ({"test": "k", "unit": "mmol/L", "result": 6.1, "range_low": 3.5, "range_high": 5.1}, 0, 3, None),
        ({"test": "K", "unit": "mmol/L", "result": 2.9, "range_low": 3.5, "range_high": 5.1}, 3, 0, None),
        ({"test": "K", "unit": "drops", "result": 2.9}, None, None, "the unit drops"),
        ({"test": "TACRO"}, None, None, "the criteria have no term for this test"),
        ({"test": "CA", "unit": "mmol/L"}, None, None, "the criteria grade calcium corrected for albumin"),
        ({"test": "WBC", "specimen": "CSF"}, None, None, "the criteria have no term for this test in csf"),
        (
            {"test": "GLUC", "category": "URINALYSIS"},
            None,
            None,
            "the criteria have no term for this test in urinalysis",
        ),
        ({"test": "PH", "result": 7.2}, None, None, "the specimen is not recorded"),
        ({"result": None, "result_text": "<5", "range_high": 40}, None, 0, None),
        ({"result": None, "result_text": "< 5.0", "range_high": 40}, None, 0, None),
        ({**POTASSIUM, "result_text": ">4"}, 0, None, "the result is not a number"),
        ({**POTASSIUM, "result_text": ">0"}, None, None, "the result is not a number"),
        ({**POTASSIUM, "result_text": "<6.1"}, None, None, "the result is not a number"),
        ({"result": None, "result_text": "trace", "range_high": 40}, None, None, "the result is not a number"),
        ({"result": None, "performed": "not_done", "reason": "clotted"}, None, None, "not done: clotted"),
    ],
)
def test_grades_and_why_there_is_none(fields: dict[str, Any], low: Any, high: Any, reason: str | None) -> None:
    """By CTCAE 5.0, which the protocol names; nobody here has a baseline."""
    (found,) = derived(result(drawn=day(30), **fields))
    assert (found["grade_low"], found["grade_high"]) == (low, high)
    assert (found["not_graded"] or "").startswith(reason or "")
    assert (found["not_graded"] is None) is (reason is None)


def test_a_grade_against_an_abnormal_baseline_counts_in_multiples_of_it() -> None:
    """ALT by CTCAE 5.0: grade 1 is up to 3 times the limit, or 1.5 to 3 times a baseline that was above the limit."""
    abnormal, later = derived(
        result(1, result=80.0, range_high=40), result(2, result=130.0, range_high=40, drawn=day(30))
    )
    assert (abnormal["grade_high"], later["grade_high"]) == (1, 1)
    normal, later = derived(
        result(1, result=30.0, range_high=40), result(2, result=130.0, range_high=40, drawn=day(30))
    )
    assert (normal["grade_high"], later["grade_high"]) == (0, 2)


@pytest.mark.parametrize(
    ("drawn", "intake", "hours"),
    [
        (day(30, "08:30"), day(29, "20:00"), 12.5),
        (day(30, "08:30"), day(30, "09:00"), None),
        (day(30), day(29, "20:00"), None),
        (day(30, "08:30"), None, None),
        (day(19, "08:00"), day(18, "20:00"), 11.0),  # the clocks went forward in between
    ],
)
def test_hours_since_the_last_intake(drawn: Any, intake: Any, hours: float | None) -> None:
    data = trial(result(test="TACRO", drawn=drawn, last_intake=intake))
    found = derive(reference_protocol(), data)
    assert found[LabAnalysis]["hours_since_intake"].to_list() == [hours]
    is_noted = bool(found[AnalysisNote].filter(what="hours_since_intake").height)
    assert is_noted is (intake is not None and hours is None)


def test_a_trial_without_results_has_none() -> None:
    assert not derived()


def excerpt(name: str) -> list[dict[str, str]]:
    (path,) = (EXAMPLES / "cdisc-pilot" / "sdtm").glob(f"{name}.csv*")
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def below(value: float, lower: float, *edges: float) -> int:
    """The grade of a value that is worse when lower: 0 at the limit or above, then one more below each edge."""
    return 0 if value >= lower else 1 + sum(value < edge for edge in edges)


def above(value: float, *edges: float) -> int:
    """The grade of a value that is worse when higher."""
    return sum(value > edge * (1 + 1e-9) for edge in edges)


def transaminase(value: float, limit: float, baseline: float | None, is_baseline: bool) -> int | None:
    """ALT and AST by CTCAE 5.0."""
    if is_baseline or (baseline is not None and baseline <= limit):
        return above(value, limit, 3 * limit, 5 * limit, 20 * limit)
    if baseline is None:
        return None
    if value < 1.5 * baseline * (1 - 1e-9):
        return 0
    return 1 + above(value, 3 * baseline, 5 * baseline, 20 * baseline)


@pytest.fixture(scope="module")
def pilot() -> TrialData:
    return read_sdtm(EXAMPLES / "cdisc-pilot" / "sdtm").trial_data


def test_the_pilots_grades_are_those_of_the_published_words(pilot: TrialData) -> None:
    """CTCAE 5.0, programmed here from its words, on the files: platelets, albumin, glucose, ALT and AST."""
    started: dict[str, str] = {}
    for row in excerpt("ex"):
        started[row["USUBJID"]] = min(row["EXSTDTC"], started.get(row["USUBJID"], "9"))
    rows = [row for row in excerpt("lb") if row["LBSTRESN"]]
    baselines: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        key = row["USUBJID"], row["LBTESTCD"]
        if row["LBDTC"][:10] <= started.get(row["USUBJID"], "0"):
            baselines[key] = max(baselines.get(key, ("", "")), (row["LBDTC"], row["LBSEQ"]))
    values = {(row["USUBJID"], row["LBTESTCD"], row["LBSEQ"]): float(row["LBSTRESN"]) for row in rows}
    found = {
        (row["subject"], row["number"]): row for row in derive(pilot_protocol(), pilot)[LabAnalysis].rows(named=True)
    }
    graded: dict[str, set[Any]] = defaultdict(set)
    expected: int | None
    for row in rows:
        value, test = float(row["LBSTRESN"]), row["LBTESTCD"]
        derived_row = found[row["USUBJID"], int(row["LBSEQ"])]
        baseline_of = baselines.get((row["USUBJID"], test))
        is_baseline = baseline_of is not None and baseline_of[1] == row["LBSEQ"]
        assert derived_row["is_baseline"] is is_baseline
        baseline = values[row["USUBJID"], test, baseline_of[1]] if baseline_of else None
        assert derived_row["baseline"] == baseline
        if not row["LBSTNRLO"] or not row["LBSTNRHI"]:
            continue
        lower, upper = float(row["LBSTNRLO"]), float(row["LBSTNRHI"])
        match test:
            case "PLAT":
                side, expected = "low", below(value, lower, 75, 50, 25)
            case "ALB":
                side, expected = "low", below(value, lower, 30, 20)
            case "GLUC":
                side, expected = "low", below(value, lower, 3, 2.2, 1.7)
            case "ALT" | "AST":
                side, expected = "high", transaminase(value, upper, baseline, is_baseline)
            case _:
                continue
        assert derived_row[f"grade_{side}"] == expected, (row, derived_row)
        graded[test].add(expected)
    assert {test: max(each - {None}) for test, each in graded.items()} == {
        "PLAT": 0,
        "ALB": 1,
        "GLUC": 2,
        "ALT": 1,
        "AST": 1,
    }


def test_every_result_of_the_pilot_has_a_grade_or_a_reason(pilot: TrialData) -> None:
    found = derive(pilot_protocol(), pilot)[LabAnalysis]
    assert found.height == pilot[LabResult].height
    lacks = pl.any_horizontal(
        pl.col(f"term_{side}").is_not_null() & pl.col(f"grade_{side}").is_null() for side in ("low", "high")
    )
    without_term = pl.col("term_low").is_null() & pl.col("term_high").is_null()
    assert found.filter((lacks | without_term) & pl.col("not_graded").is_null()).is_empty()
    assert found.filter(~lacks & ~without_term & pl.col("not_graded").is_not_null()).is_empty()
