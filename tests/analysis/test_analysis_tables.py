"""The rows that tables are made of: dates, exposure, times and marks, on small trials counted by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.analysis.tables.making import analysis_tables
from firstdose.records import Batch, Death, LabResult, VitalSign
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.analysis_tables import (
    TABLES,
    AnalysisTables,
    EventRow,
    ExposureRow,
    LabRow,
    MetaboliteRow,
    PeriodRow,
    PersonRow,
    TimeRow,
    VitalSignRow,
)
from tests.analysis.trial_records import any_trial, at, day, dosing, event, reference_protocol, trial


def tables(*records: Any, as_of: date | None = None) -> AnalysisTables:
    protocol = reference_protocol()
    return analysis_tables(protocol, derive(protocol, trial(*records, as_of=as_of)))


def test_day_0_is_that_of_the_sites_calendar() -> None:
    late = dosing(procedure_start=at("2026-03-10T23:30Z"), product_start=None, product_end=None)
    assert tables(late)[PersonRow]["day_0"].to_list() == ["2026-03-11"]
    assert tables(replace(late, zone=None))[PersonRow]["day_0"].to_list() == ["2026-03-10"]


def test_a_start_that_is_known_in_part_gives_no_day_0() -> None:
    partly = dosing(procedure_start=at("2026-03"), product_start=None, product_end=None)
    found = tables(partly, event(start=at("2026-04-02"), end=at("2026-05")))
    assert found[PersonRow]["day_0"].to_list() == [None]
    row = found[EventRow].row(0, named=True)
    assert (row["start"], row["start_imputed"]) == ("2026-04-02", None)
    assert (row["end"], row["end_imputed"]) == ("2026-05-31", "D")


def test_the_time_at_risk_is_split_into_periods() -> None:
    rows = tables(event(start=day(200)))[PeriodRow].rows()
    assert rows[0] == ("P1", "days 0 to 30", 0, 30)
    assert [row[2] for row in rows[1:]] == [row[3] + 1 for row in rows[:-1]]


def test_whoever_a_record_tells_has_died_has_died() -> None:
    assert tables(Death(subject="P1"))[PersonRow]["has_died"].to_list() == [True]
    assert tables(event(outcome="fatal"))[PersonRow]["has_died"].to_list() == [True]
    assert tables(event(outcome="recovered"))[PersonRow]["has_died"].to_list() == [False]


def test_exposure_is_told_of_each_administration_and_of_the_person() -> None:
    first = dosing(number=1, volume_ml=1.0, viability_percent=80, batch="B1", interrupted=False, dose_given=5.0)
    second = dosing(number=2, volume_ml=2.0, viability_percent=90, batch="B2", interrupted=True, dose_given=5.0)
    later = replace(second, product_start=day(7, "11:00"), product_end=day(7, "11:20"), procedure_start=day(7, "09:00"))
    batches = [Batch(batch=name, viability_percent=95.0) for name in ("B1", "B2")]
    rows = tables(first, later, *batches)[ExposureRow]
    told = {
        (extent, what, number): value if value is not None else text
        for extent, what, number, value, text in rows.select("extent", "what", "number", "value", "text").iter_rows()
    }
    assert told["administration", "volume_ml", 1] == 1.0
    assert told["administration", "volume_ml", 2] == 2.0
    assert told["person", "volume_ml", None] == 1.5
    assert told["person", "viability_percent", None] == 85.0
    assert told["person", "released_viability", None] == 95.0
    assert told["administration", "interrupted", 2] == "yes"
    assert told["person", "interrupted", None] == "yes"
    assert told["person", "days_of_treatment", None] == 8
    assert told["person", "share", None] == 100
    assert [told["person", "batch", number] for number in (1, 2)] == ["B1", "B2"]


def test_times_of_an_event_are_those_between_its_days() -> None:
    found = tables(event(start=day(3), end=day(10), outcome="recovered"), event(2, start=day(20)))[TimeRow]
    resolution = found.filter(pl.col("kind") == "resolution_of_adverse_event").sort("number")
    assert resolution.select("number", "start_day", "day", "time", "ending").rows() == [
        (1, 3, 10, 7, "event"),
        (2, 20, 20, 0, "censored"),
    ]
    first = found.filter((pl.col("kind") == "first_adverse_event") & (pl.col("about") == "any adverse event"))
    assert first.select("number", "day", "time", "ending").rows() == [(1, 3, 4, "event")]
    serious = found.filter((pl.col("kind") == "first_adverse_event") & (pl.col("about") == "serious"))
    assert serious.select("number", "ending", "is_open").rows() == [(None, "censored", True)]  # nobody said whether


def test_the_last_result_of_a_visit_is_the_one_that_summaries_show() -> None:
    def result(number: int, drawn: int, value: float, visit: str | None) -> LabResult:
        return LabResult(
            subject="P1", number=number, test="ALT", unit="U/L", range_low=7, range_high=45,
            drawn=day(drawn, "08:00"), result=value, visit=visit,
        )  # fmt: skip

    rows = tables(
        result(1, -1, 20, "M0"), result(2, 30, 30, "M1"), result(3, 31, 50, "M1"), result(4, 40, 90, None)
    )[LabRow]  # fmt: skip
    assert rows["is_summarised"].to_list() == [True, False, True, False]
    assert rows["is_after"].to_list() == [False, True, True, True]
    assert rows["change"].to_list() == [None, 10, 30, 70]
    assert rows["against_range"].to_list() == ["normal", "normal", "high", "high"]
    assert rows["is_worst_high"].to_list() == [False, False, True, False]  # the first of two of grade 1


def test_a_baseline_of_the_day_of_treatment_is_not_on_treatment() -> None:
    drawn = [day(0, "08:00"), day(0, "12:00"), None]
    results = [
        LabResult(subject="P1", number=number, test="ALT", unit="U/L", result=20.0 + number, drawn=when)
        for number, when in enumerate(drawn, start=1)
    ]
    rows = tables(*results)[LabRow]
    assert rows["is_after"].to_list() == [False, True, False]
    assert rows["change"].to_list() == [None, 1, None]


def test_vital_signs_have_the_last_value_before_treatment_as_baseline() -> None:
    def sign(number: int, measured: int, value: float) -> VitalSign:
        return VitalSign(
            subject="P1", number=number, test="SYSBP", unit="mmHg", result=value, measured=day(measured), visit="M1"
        )

    rows = tables(sign(1, -5, 120), sign(2, -1, 130), sign(3, 30, 150))[VitalSignRow]
    assert rows["is_baseline"].to_list() == [False, True, False]
    assert rows["baseline"].to_list() == [130, 130, 130]
    assert rows["change"].to_list() == [None, None, 20]


def test_what_is_not_there_has_no_rows() -> None:
    assert not tables()[MetaboliteRow].height


@pytest.mark.parametrize("seed", range(3))
def test_every_kind_of_row_fits_its_schema_and_has_one_identity(seed: int) -> None:
    protocol = reference_protocol()
    derived = derive(protocol, any_trial(seed))
    found = analysis_tables(protocol, derived)
    assert isinstance(found.data, AnalysisData)
    keys = {PersonRow: ["subject"], EventRow: ["subject", "number"], LabRow: ["subject", "number"]}
    for kind in TABLES:
        rows = found[kind]
        if kind in keys:
            assert rows.select(keys[kind]).is_unique().all()
    assert found[PersonRow].height == derived.frames["subjects"].height
    assert found[EventRow].height == derived.frames["events"].height
