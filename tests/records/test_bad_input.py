"""A folder in which everything is wrong: what each reader says, and that every row is used or kept among the rejected.

The expected lists are written out by hand from the rules in the data dictionary; the accounts are kept by marks that
the test puts into every row.
"""

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.records import (
    RECORDS,
    AdverseEvent,
    Column,
    LabResult,
    Reading,
    Subject,
    columns_of,
    cut,
    problems,
    read_folder,
    write_folder,
)
from firstdose.records.conforming import plain_number, read_texts

FILES = {
    "subjects": """
        subject,centre,birth,consent,age_years
        P1,01,1970-05-05,2026-02-10T09:00,55
        P2,01,1970-05-05,2026-02-11,56
        P1,02,,2026-03-01,NaN
        ,01,1980,2026-02-12,45
    """,
    "dosings": """
        subject,number,dose_given,dose_unit,product_start
        P1,1,5,million cells,2026-02-10T08:59
        P2,1,5,million cells,2026-02
        P2,2,5000000,cells,2026-04-31
        P3,1,5,million cells,2026-05-01
    """,
    "visits": """
        subject,visit,start,unscheduled
        P1,M1,2026-03-10,no
        P1,M13,2026-04-10,no
        P1,extra,2026-05-10,yes
        P2,M1,2026-03-11,
    """,
    "deaths": """
        subject,died
        P2,2026-06-01
    """,
    "adverse_events": """
        subject,number,term,start,end
        P1,1,fever,2026-03-01,2026-02-28
        P2,1,headache,2026-05-20,2026-06-02
        P2,2,nausea,2026-05-20,2026-06
        P2,x,cough,2026-05-20,2026-06-02
    """,
    "lab_results": """
        subject,number,test,result,unit,drawn,visit
        P1,1,ALT,20,U/L,2026-03-10,M1
        P1,2,ALT,inf,U/L,2026-03T10:30,M1
        P1,3,ALT,"0,3",ukat/L,10/03/2026,M2
        P1,4,ALT,21,U/L,2026-03-10,M1,7
        P1,5,ALT,22,U/L,1026-03-10,M1
    """,
}
NO_TIME = "must be a time that exists: a time of day needs a complete date"
SAME_PERSON = "another subject of this centre has the same date of birth and sex"
LISTED = [
    ("adverse_events.csv", 2, "end", "2026-02-28", "should not be before start", "kept"),
    ("adverse_events.csv", 3, "end", "2026-06-02", "must not end after death", "kept"),
    ("adverse_events.csv", 5, "number", "x", "must be a whole number", "rejected"),
    ("dosings.csv", 2, "product_start", "2026-02-10T08:59", "must not be before consent", "kept"),
    ("dosings.csv", 4, "dose_unit", "cells", "should be in the unit of most others, million cells", "kept"),
    (
        "dosings.csv", 4, "product_start", "2026-04-31",
        "must be a date that exists: this month has 30 days", "left empty",
    ),
    ("dosings.csv", 5, "subject", "P3", "must be one of the subjects", "kept, of nobody"),
    ("lab_results.csv", 3, "drawn", "2026-03T10:30", NO_TIME, "left empty"),
    ("lab_results.csv", 3, "result", "inf", "must be a finite number", "left empty"),
    ("lab_results.csv", 3, "result", None, "should have an answer, or say that it was not done and why", "kept"),
    ("lab_results.csv", 4, "drawn", "10/03/2026", "must be a date", "left empty"),
    ("lab_results.csv", 4, "result", "0,3", "must be a finite number", "left empty"),
    ("lab_results.csv", 4, "result", None, "should have an answer, or say that it was not done and why", "kept"),
    ("lab_results.csv", 4, "unit", "ukat/L", "should be in the unit of most others, U/L", "kept"),
    ("lab_results.csv", 4, "visit", "M2", "must be a visit that the subject had", "kept"),
    ("lab_results.csv", 5, None, None, "must have 7 cells, as the header has; this row has 8", "rejected"),
    ("lab_results.csv", 6, "drawn", "1026-03-10", "must not be before consent", "kept"),
    ("lab_results.csv", 6, "drawn", "1026-03-10", "should be between 1900 and 2100", "kept"),
    ("subjects.csv", 3, "birth", "1970-05-05", SAME_PERSON, "kept"),
    ("subjects.csv", 4, "age_years", "NaN", "must be a finite number", "left empty"),
    ("subjects.csv", 4, "subject", "P1", "must be unique: an earlier subject has the same subject", "kept, one used"),
    ("subjects.csv", 5, "subject", None, "must not be empty", "rejected"),
    ("visits.csv", 3, "visit", "M13", "must be a visit that the protocol plans", "kept"),
]  # fmt: skip
REJECTED = [
    ("adverse_events.csv", 5, "P2,x,cough,2026-05-20,2026-06-02"),
    ("lab_results.csv", 5, "P1,4,ALT,21,U/L,2026-03-10,M1,7"),
    ("subjects.csv", 5, ",01,1980,2026-02-12,45"),
]


def rows_of(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def write(folder: Path, files: dict[str, str], encoding: str = "utf-8") -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes("\n".join(rows_of(text)).encode(encoding))
    return folder


def listed(reading: Reading) -> list[tuple[str, int, str | None, str | None, str, str]]:
    found = [(p.file or "", p.row or 0, p.field, p.value, p.rule, p.effect) for p in reading.problems]
    return sorted(found, key=lambda problem: (*problem[:2], problem[2] or "", problem[3] or "~", problem[4]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_folder_in_which_everything_is_wrong(tmp_path: Path, encoding: str) -> None:
    reading = read_folder(write(tmp_path, FILES, encoding), visits=("M1", "M2", "M12"))
    assert listed(reading) == LISTED
    assert sorted(reading.rejected.rows()) == REJECTED
    for name, text in FILES.items():
        of_this_file = reading.rejected.filter(pl.col("file") == f"{name}.csv")
        assert reading.trial_data.frames[name].height + of_this_file.height == len(rows_of(text)) - 1


def test_an_end_that_may_be_before_death_is_not_called_wrong(tmp_path: Path) -> None:
    """The event of P2 that ended "in June" may have ended on the first, the day of the death."""
    reading = read_folder(write(tmp_path, FILES))
    assert not [p for p in reading.problems if p.file == "adverse_events.csv" and p.row == 4]
    ends = reading.trial_data[AdverseEvent]["end"].to_list()
    assert ends == ["2026-02-28", "2026-06-02", "2026-06"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2025-02-29", "this month has 28 days"),
        ("2024-02-30", "this month has 29 days"),
        ("2026-13-01", "a month is from 01 to 12"),
        ("2026-00-10", "a month is from 01 to 12"),
        ("2026-01-00", "this month has 31 days"),
        ("0000-01-01", "a year has four digits"),
        ("31-FOO-2026", "this is no month"),
        ("2026-03-14T24:00", "hour must be in 0..23"),
        ("2026-03-14T10:60", "minute must be in 0..59"),
        ("2026-03-14T10:30:61", "second must be in 0..59"),
        ("2026-03-14T10:30+15:00", "at most 14 hours"),
        ("2026-03T10:30", "a time of day needs a complete date"),
        ("14/03/2026", "must be a date"),
        ("03.04.26", "must be a date"),
        ("46095", "must be a date"),
        ("yesterday", "must be a date"),
        ("nan", "must be a date"),
    ],
)
def test_an_impossible_moment_is_left_empty_and_listed(tmp_path: Path, text: str, rule: str) -> None:
    write(tmp_path, {"subjects": "subject\nP1", "lab_results": f"subject,number,test,result,drawn\nP1,1,ALT,20,{text}"})
    reading = read_folder(tmp_path)
    assert reading.trial_data[LabResult]["drawn"].to_list() == [None]
    (problem,) = reading.problems
    assert (problem.file, problem.row, problem.field, problem.value) == ("lab_results.csv", 2, "drawn", text)
    assert rule in problem.rule
    assert problem.effect == "left empty"


CELLS = ["", "P1", "P2", "1", "-1", "1e400", "NaN", "U/L", "2026-02-30", "2026", "é", "x" * 60]
cells = st.lists(st.sampled_from(CELLS), min_size=3, max_size=6)


@settings(max_examples=40)
@given(rows=st.lists(cells, max_size=25), in_windows=st.sets(st.integers(0, 24)))
def test_every_row_is_used_or_rejected_once(
    rows: list[list[str]], in_windows: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each row carries a mark in a field that is text, so that no reading can change it."""
    folder = tmp_path_factory.mktemp("rows")
    lines = [",".join([f"mark{place}", *row]) for place, row in enumerate(rows)]
    coded = [line.encode("cp1252" if place in in_windows else "utf-8") for place, line in enumerate(lines)]
    header = b"laboratory,subject,number,test,result"
    (folder / "lab_results.csv").write_bytes(b"\n".join([header, *coded]))
    reading = read_folder(folder)
    used = reading.trial_data[LabResult]["laboratory"].to_list()
    rejected = {row - 2: text for _, row, text in reading.rejected.rows()}
    assert sorted([*used, *(text.split(",")[0] for text in rejected.values())]) == sorted(
        line.split(",")[0] for line in lines
    )
    assert all(text == lines[place] for place, text in rejected.items())
    told = {problem.row for problem in reading.problems if problem.effect == "rejected"}
    assert told >= {place + 2 for place in rejected}


@pytest.mark.parametrize("encoding", [None, "cp1252"])
def test_a_packed_file_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path, encoding: str | None) -> None:
    """A row that is cut by the break might look whole: it is kept as text, not used."""
    rows = [f"P{number},{number:060}\n" for number in range(60_000)]
    packed = gzip.compress(("subject,centre\n" + "".join(rows)).encode(), compresslevel=1)
    path = tmp_path / "subjects.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    reading = read_folder(tmp_path, encodings={path.name: encoding} if encoding else None)
    read = reading.trial_data[Subject].select("subject", "centre").rows()
    assert 20_000 < len(read) < 40_000
    assert read == [(f"P{number}", f"{number:060}") for number in range(len(read))]
    assert any("the file must be readable" in problem.rule for problem in reading.problems)
    if encoding is None:
        ((file, row, text),) = reading.rejected.rows()
        assert (file, row) == (path.name, None)
        assert rows[len(read)].startswith(text)


def test_a_packed_file_that_was_changed_is_a_problem(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"subject,centre\n" + b"".join(b"P%d,%06d\n" % (n, n) for n in range(9_000))))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40
    (tmp_path / "subjects.csv.gz").write_bytes(packed)
    (*_, last) = read_folder(tmp_path).problems
    assert last.file == "subjects.csv.gz"


@pytest.mark.parametrize("column", [columns_of(LabResult)[name] for name in ("number", "result", "subject", "drawn")])
@given(texts=st.lists(st.from_regex(r"[+-]?[0-9]{0,20}[.]?[0-9]{0,20}([eE][0-9]{1,3})?", fullmatch=True)))
def test_numbers_read_a_column_at_once_are_those_read_one_by_one(column: Column, texts: list[str]) -> None:
    plain = plain_number(column)
    assert (plain is None) == (column.kind not in (int, float))
    numbers = (
        None if plain is None else pl.DataFrame({column.name: texts}, {column.name: pl.String}).select(plain)[:, 0]
    )
    for text, number in zip(texts, [] if numbers is None else numbers.to_list(), strict=numbers is not None):
        readings = read_texts(column, [text], {})
        assert number is None or (not readings.doubtful and str(readings.values[text]) == str(number))


def many_problems(folder: Path) -> Path:
    rows = "".join(f"P1,{number},ALT,much,2026-02-30\n" for number in range(1, 101))
    text = "subject,number,test,result,drawn\n" + rows
    (folder / "lab_results.csv").write_text(text, "utf-8")
    return folder


def test_problems_beyond_what_memory_holds_are_all_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_folder(many_problems(tmp_path))
    assert len(expected.problems) == 4 * 100
    monkeypatch.setattr(problems, "MOST_HELD", 7)
    reading = read_folder(tmp_path)
    stored = [part for part in reading.problems.parts if not isinstance(part, pl.DataFrame)]
    assert stored
    assert len(reading.problems) == 4 * 100
    assert list(reading.problems) == list(expected.problems)
    assert reading.problems.by_rule() == expected.problems.by_rule()
    assert reading.problems.frame.equals(expected.problems.frame)
    written = [each.write_problems(tmp_path / name) for name, each in (("a", reading), ("b", expected))]
    assert written[0].read_bytes() == written[1].read_bytes()
    folder = stored[0].path.parent
    assert folder.is_dir()
    del reading, stored
    assert not folder.exists()


def test_problems_stay_in_memory_where_nothing_can_be_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "MOST_HELD", 7)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "absent"))

    def no_folder(**_: object) -> str:
        raise FileNotFoundError("no usable temporary folder")

    monkeypatch.setattr("firstdose.records.stored_frames.mkdtemp", no_folder)
    reading = read_folder(many_problems(tmp_path))
    assert len(list(reading.problems)) == 4 * 100


PARTIAL = {"2026": "2026", "2026-03": "2026-03", "UN-UNK-2026": "2026", "2026---14": "2026---14", "--03-14": "--03-14"}
DATED = [
    (name, field) for name, kind in RECORDS.items() for field, column in columns_of(kind).items() if column.is_date
]


@pytest.mark.parametrize("name", sorted({name for name, _ in DATED}))
def test_what_is_not_known_of_a_date_is_never_filled_in(tmp_path: Path, name: str) -> None:
    """In every field that holds a date: as entered after reading, checking, cutting and writing."""
    columns = columns_of(RECORDS[name])
    dates = [field for field, column in columns.items() if column.is_date]
    rows = []
    for number, text in enumerate(PARTIAL, start=1):
        required = {key: column for key, column in columns.items() if column.is_required and key not in dates}
        given = {key: example(column, number) for key, column in required.items()}
        rows.append({**given, **dict.fromkeys(dates, text)})
    pl.DataFrame(rows).write_csv(tmp_path / f"{name}.csv")
    reading = read_folder(tmp_path, as_of=date(2027, 1, 1))
    expected = list(PARTIAL.values())
    assert not reading.rejected.height
    write_folder(reading.trial_data, tmp_path / "out")
    again = read_folder(tmp_path / "out").trial_data
    for data in (reading.trial_data, cut(reading.trial_data, date(2026, 6, 1)), again):
        for field in dates:
            assert data.frames[name][field].to_list() == expected, field
    parts = [str(getattr(each, dates[0])) for each in reading.trial_data.records(RECORDS[name])]
    assert parts == expected


def example(column: Column, number: int) -> object:
    """A value of a field that must be filled in."""
    return next(iter(column.codes)) if column.codes else number if column.kind in (int, float) else f"X{number}"
