"""A large file is read in parts: the memory it needs beyond the records themselves does not grow with it."""

import tracemalloc
from pathlib import Path

import pytest

from firstdose.records import LabResult, delimited, read_folder

HEADER = "subject,number,test,result,unit,drawn\n"


@pytest.fixture
def many_rows(tmp_path: Path) -> Path:
    rows = (f"P{n % 15},{n + 1},ALT,{n % 97},U/L,2026-0{n % 9 + 1}-14T10:30\n" for n in range(40_000))
    (tmp_path / "lab_results.csv").write_text(HEADER + "".join(rows), "utf-8")
    (tmp_path / "subjects.csv").write_text("subject\n" + "".join(f"P{n}\n" for n in range(15)), "utf-8")
    return tmp_path


def test_parts_bound_the_memory(many_rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "ROWS_AT_ONCE", 2_000)
    tracemalloc.start()
    reading = read_folder(many_rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reading.trial_data[LabResult].height == 40_000
    assert reading.trial_data[LabResult]["number"].to_list() == list(range(1, 40_001))
    assert not len(reading.problems)
    assert peak < 20_000_000
