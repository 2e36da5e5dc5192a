"""A large file is read in parts: the memory it needs beyond the records themselves does not grow with it."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from firstdose.records import LabResult, delimited, read_folder

HEADER = "subject,number,test,result,unit,drawn\n"


@pytest.fixture
def many_rows(tmp_path: Path) -> Path:
    rows = (f"P{n % 15},{n + 1},ALT,{n % 97 + 1},U/L,2026-0{n % 9 + 1}-14T10:30\n" for n in range(40_000))
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


READ = """
import resource, sys
from firstdose.records import read_folder
reading = read_folder(sys.argv[1])
reading.write_problems(sys.argv[2])
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print(reading.trial_data.frames["lab_results"].height, reading.rejected.height, len(reading.problems), peak)
"""
PROBLEMS_IN_EACH_ROW = 5


def read_in_a_process_of_its_own(folder: Path, rows: int) -> int:
    """The peak of the memory in bytes, for a file in which one row in a hundred is rejected and all others are bad."""
    folder.mkdir()
    lines = (
        f"P{n % 15},{n},ALT,{n}x,U/L,2026-{n % 9 + 1}-14T10:30,wild\n" if n % 100 else f"P1,{n},ALT\n"
        for n in range(1, rows + 1)
    )
    (folder / "lab_results.csv").write_text("subject,number,test,result,unit,drawn,flag\n" + "".join(lines), "utf-8")
    command = [sys.executable, "-c", READ, str(folder), str(folder / "out")]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    used, rejected, problems, peak = map(int, answer.split())
    assert (used, rejected) == (rows - rows // 100, rows // 100)
    assert problems == used * PROBLEMS_IN_EACH_ROW + rejected
    with (folder / "out" / "problems.csv").open("rb") as stream:
        assert sum(1 for _ in stream) == 1 + problems
    with (folder / "out" / "rejected_rows.csv").open("rb") as stream:
        assert sum(1 for _ in stream) == 1 + rejected
    return peak


def test_problems_need_no_memory_however_many_there_are(tmp_path: Path) -> None:
    """Held in memory, five problems in each row took some 1,800 bytes a row; the records take about 100."""
    few, many = (read_in_a_process_of_its_own(tmp_path / str(rows), rows) for rows in (150_000, 300_000))
    assert (many - few) / 150_000 < 450
