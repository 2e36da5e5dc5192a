import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from firstdose.records import RECORDS, AdverseEvent, Subject, TrialData, delimited, parquet, read_folder, write_folder
from tests.records.strategies import LONGEST_TEXT, any_records

FORMATS = pytest.mark.parametrize("file_format", ["csv", "parquet"])


def check_round_trip(data: TrialData, file_format: Literal["csv", "parquet"]) -> None:
    """What is written is read back, each value the same, with nothing rejected or left empty."""
    with tempfile.TemporaryDirectory() as folder:
        reading = read_folder(write_folder(data, folder, file_format))
        assert not reading.notes
    assert not reading.rejected.height
    assert all(problem.effect.startswith(("kept", "not interpreted")) for problem in reading.problems)
    assert reading.trial_data == data
    for name, record_type in RECORDS.items():
        assert list(reading.trial_data.records(record_type)) == list(data.records(record_type)), name


@FORMATS
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(records=any_records)
def test_generated_records_come_back(file_format: Literal["csv", "parquet"], records: list[Any]) -> None:
    check_round_trip(TrialData.of(records, date(2026, 11, 22)), file_format)


@FORMATS
def test_the_longest_text_comes_back(file_format: Literal["csv", "parquet"]) -> None:
    event = AdverseEvent(subject="P1", number=1, term=LONGEST_TEXT, other_action='"' * 50_000 + "\r\n,;\t")
    check_round_trip(TrialData.of([event]), file_format)


@FORMATS
@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_files_are_read_in_parts(
    file_format: Literal["csv", "parquet"], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (delimited, parquet):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
    check_round_trip(TrialData.of(Subject(subject=f"P{number}") for number in range(count)), file_format)


@pytest.mark.parametrize("kind", [pl.Int32, pl.Float32, pl.String, pl.UInt64])
def test_parquet_of_other_types_is_read(tmp_path: Path, kind: type[pl.DataType]) -> None:
    frame = pl.DataFrame({"subject": ["P1"], "number": pl.Series([1]).cast(kind), "term": ["fever"]})
    frame.with_columns(start=pl.lit(date(2026, 3, 14)), serious=pl.lit(True)).write_parquet(
        tmp_path / "adverse_events.parquet"
    )
    (event,) = read_folder(tmp_path).trial_data.records(AdverseEvent)
    assert (event.number, str(event.start), event.serious) == (1, "2026-03-14", True)
