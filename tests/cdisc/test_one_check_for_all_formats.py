"""Checks made once for all formats, and numbers of a column written at once: the same as one by one."""

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.cdisc.adam.checking import check_analysis_datasets
from firstdose.cdisc.writing.checking import check_datasets, that_concern
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.files import write_dataset_json
from firstdose.cdisc.writing.metadata import domain_of

CREATED = datetime(2026, 3, 31)


def laboratory(texts: list[str], numbers: list[float | None]) -> Dataset:
    domain = domain_of("LB")
    names = ("STUDYID", "USUBJID", "LBSEQ", "LBORRES", "LBSTRESN")
    frame = pl.DataFrame(
        {
            "STUDYID": ["S"] * len(texts),
            "USUBJID": ["P1"] * len(texts),
            "LBSEQ": list(range(1, len(texts) + 1)),
            "LBORRES": texts,
            "LBSTRESN": pl.Series(numbers, dtype=pl.Float64),
        }
    )
    return Dataset("LB", domain, frame, tuple(domain.variables[name] for name in names))


def test_a_check_for_transport_files_holds_the_checks_for_the_others() -> None:
    datasets = [laboratory(["Ü", "ends ", "x" * 201, "5"], [1e300, float("inf"), 1e-300, 5.0])]
    for check in (check_datasets, check_analysis_datasets):
        found = check(datasets, "xpt")
        assert that_concern(found, "xpt") == tuple(found)
        for other in ("csv", "dataset-json"):
            assert that_concern(found, other) == tuple(check(datasets, other))
        assert len(found) - len(that_concern(found, "csv")) == 4, "a letter, and three numbers that are out of range"


@given(numbers=st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_are_written_as_python_writes_them(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    path = tmp_path_factory.mktemp("json") / "lb.json"
    write_dataset_json(laboratory(["5"] * len(numbers), [*numbers]), path, CREATED)
    lines = path.read_text("utf-8").split('"rows": [\n')[1].splitlines()[: len(numbers)]
    written = [line.rstrip(",").removesuffix("]").split(", ")[-1] for line in lines]
    assert written == ["null" if number is None else repr(number) for number in numbers]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_json_has_no_such_number(tmp_path: Path, number: float) -> None:
    with pytest.raises(ValueError, match="JSON has no number"):
        write_dataset_json(laboratory(["5", "6"], [None, number]), tmp_path / "lb.json", CREATED)


def test_a_column_without_numbers_is_empty_in_json(tmp_path: Path) -> None:
    write_dataset_json(laboratory(["5", "6"], [None, None]), tmp_path / "lb.json", CREATED)
    rows = json.loads((tmp_path / "lb.json").read_text("utf-8"))["rows"]
    assert [row[-1] for row in rows] == [None, None]
