"""Bad input becomes a list of problems with file, row, field, value and rule; nothing entered is lost."""

from pathlib import Path

import polars as pl
import pytest

from firstdose.records import AdverseEvent, LabResult, Reading, Subject, read_folder

EVENTS = "subject,number,term,start,end,grade,serious\r\n"


def read(tmp_path: Path, encodings: dict[str, str] | None = None, **files: str | bytes) -> Reading:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / f"{name}.csv").write_bytes(data)
    return read_folder(tmp_path, encodings=encodings)


def listed(reading: Reading) -> list[tuple[str | None, int | None, str | None, str | None, str, str]]:
    return [(p.file, p.row, p.field, p.value, p.rule, p.effect) for p in reading.problems]


def events(reading: Reading) -> pl.DataFrame:
    return reading.trial_data[AdverseEvent]


SUBJECTS = "subject\nP1\nP2\n"


def test_a_value_that_cannot_be_read_is_left_empty_and_listed_in_full(tmp_path: Path) -> None:
    text = EVENTS + 'P1,1,fever,2026-02-30,"14,5",7,perhaps\r\n'
    reading = read(tmp_path, subjects=SUBJECTS, adverse_events=text)
    assert events(reading).select("term", "start", "end", "grade", "serious").rows() == [("fever", None, None, 7, None)]
    file = "adverse_events.csv"
    assert listed(reading) == [
        (file, 2, "start", "2026-02-30", "must be a date that exists: this month has 28 days", "left empty"),
        (file, 2, "end", "14,5", "must be a date", "left empty"),
        (file, 2, "grade", "7", "should be from 1 to 5", "kept"),
        (file, 2, "serious", "perhaps", "must be yes or no", "left empty"),
    ]


@pytest.mark.parametrize("number", ["nan", "NaN", "inf", "-Infinity", "1e999", "NA", "3,8", "<0.2", "5 mg/L", "0x10"])
def test_what_is_no_finite_number_is_left_empty(tmp_path: Path, number: str) -> None:
    labs = f'subject;number;test;result;reason\nP1;1;ALT;"{number}";\n'
    reading = read(tmp_path, subjects=SUBJECTS, lab_results=labs)
    assert reading.trial_data[LabResult]["result"].to_list() == [None]
    found = listed(reading)[0]
    assert found[2:] == ("result", number, "must be a finite number", "left empty")


def test_a_row_without_what_it_needs_is_rejected_with_its_text(tmp_path: Path) -> None:
    text = EVENTS + 'P1,1,fever,,,,\r\nP1,x,"head,\nache",2026,,2,\r\nP1,3,cough,,,,\r\n'
    reading = read(tmp_path, subjects=SUBJECTS, adverse_events=text)
    assert events(reading)["number"].to_list() == [1, 3]
    assert reading.rejected.rows() == [("adverse_events.csv", 3, 'P1,x,"head,\nache",2026,,2,')]
    assert {problem.effect for problem in reading.problems} == {"rejected"}


def test_a_row_with_too_many_cells_is_rejected_with_its_text(tmp_path: Path) -> None:
    reading = read(tmp_path, subjects="subject,centre\nP1,01,surplus\nP2,01\nP3\n")
    assert reading.trial_data[Subject]["subject"].to_list() == ["P2"]
    assert [row[1:] for row in reading.rejected.rows()] == [(2, "P1,01,surplus"), (4, "P3")]


def test_a_quotation_mark_left_open_costs_one_row_only(tmp_path: Path) -> None:
    rows = "".join(f"P{n},01\n" for n in range(3, 200))
    reading = read(tmp_path, subjects='subject,centre\nP1,"01\nP2,01\n' + rows)
    assert reading.trial_data[Subject].height == 198
    assert reading.rejected["text"].to_list() == ['P1,"01\n']


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('P1,"open', "a quotation mark is not closed"),
        ('P1,"a"b', "text follows a closing quotation mark"),
        ("P1,a\rb", "a carriage return stands inside a cell without quotation marks"),
        (f"P1,{'x' * 1_000_001}", "a cell has more than 1,000,000 characters"),
    ],
)
def test_why_a_row_cannot_be_separated_is_told_without_words_of_python(tmp_path: Path, row: str, words: str) -> None:
    (problem,) = read(tmp_path, deaths=f"subject,cause\n{row}").problems
    assert problem.rule == f"must be separable into cells: {words}"
    assert "make sure that it is a CSV table" in problem.fix


def test_lines_in_windows_1252_are_read_with_a_note(tmp_path: Path) -> None:
    text = EVENTS + "P1,1,fever,,,,\n" + "P1,2,Übelkeit – stark,,,,\n"
    reading = read(tmp_path, subjects=SUBJECTS, adverse_events=text.encode("cp1252"))
    assert events(reading)["term"].to_list() == ["fever", "Übelkeit – stark"]
    assert reading.notes == ("adverse_events.csv: 1 line is not UTF-8 and was read as Windows-1252: 3",)
    assert not len(reading.problems)


def test_lines_in_windows_1252_among_utf_8_are_listed(tmp_path: Path) -> None:
    lines = [EVENTS.encode(), "P1,1,Übelkeit,,,,\n".encode(), "P1,2,Übelkeit – stark,,,,\n".encode("cp1252")]
    reading = read(tmp_path, subjects=SUBJECTS, adverse_events=b"".join(lines))
    assert events(reading)["term"].to_list() == ["Übelkeit", "Übelkeit – stark"]
    rule = "should be in the encoding of the other lines, UTF-8; this line was read as Windows-1252"
    assert listed(reading) == [("adverse_events.csv", 3, None, None, rule, "kept")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    reading = read(tmp_path, subjects="subject,centre\nP1,Lugano è 頭\n".encode(encoding))
    assert reading.trial_data[Subject]["centre"].to_list() == ["Lugano è 頭"]
    assert not reading.notes
    assert not len(reading.problems)


def test_a_declared_encoding_holds(tmp_path: Path) -> None:
    content = "subject,centre\nP1,Ž\n".encode("cp1250")
    reading = read(tmp_path, {"subjects.csv": "cp1250"}, subjects=content)
    assert reading.trial_data[Subject]["centre"].to_list() == ["Ž"]


def test_an_unknown_encoding_is_a_problem(tmp_path: Path) -> None:
    reading = read(tmp_path, {"subjects.csv": "klingon"}, subjects=SUBJECTS)
    assert listed(reading)[0][3:] == ("klingon", "must be an encoding", "not read")


def test_columns_and_files_that_are_not_known_are_listed(tmp_path: Path) -> None:
    reading = read(tmp_path, subjects="subject,center,subject\nP1,01,P1\n", adverse_event="subject\n", notes="a\n")
    found = {(p.file, p.field, p.rule): p.fix for p in reading.problems}
    assert found[("subjects.csv", "center", "there is no such field")] == "did you mean centre?"
    assert ("subjects.csv", "subject", "must differ from the names of the other columns") in found
    rule = "must have the name of a kind of record"
    assert found[("adverse_event.csv", None, rule)] == "did you mean adverse_events?"
    assert ("notes.csv", None, rule) in found


def test_a_missing_column_that_is_required_rejects_every_row(tmp_path: Path) -> None:
    reading = read(tmp_path, subjects=SUBJECTS, adverse_events="subject,number\nP1,1\nP2,1\n")
    assert not events(reading).height
    assert reading.rejected.height == 2


@pytest.mark.parametrize("content", ["", "\n", "subject\n", "\ufeff"])
def test_files_without_rows_are_read(tmp_path: Path, content: str) -> None:
    assert not read(tmp_path, subjects=content).trial_data[Subject].height


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert [p.rule for p in read_folder(tmp_path / "absent").problems] == ["must be a folder that exists"]


def test_problems_and_rejected_rows_are_written(tmp_path: Path) -> None:
    reading = read(tmp_path, subjects="subject,age_years\nP1,old\n,41\n")
    path = reading.write_problems(tmp_path / "out")
    written = pl.read_csv(path, infer_schema=False)
    assert written["value"].to_list() == ["old", None]
    assert written["row"].to_list() == ["2", "3"]
    assert written["effect"].to_list() == ["row kept, this value left out", "row set aside in rejected_rows.csv"]
    rejected = pl.read_csv(path.with_name("rejected_rows.csv"), infer_schema=False)
    assert rejected.rows() == [("subjects.csv", "3", ",41")]


def test_a_rejected_row_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    reading = read(tmp_path, subjects="subject,age_years\n=1+1,41,7\n")
    path = reading.write_problems(tmp_path / "out").with_name("rejected_rows.csv")
    assert pl.read_csv(path, infer_schema=False)["text"].to_list() == ["'=1+1,41,7"]


def test_a_summary_that_does_not_fit_is_noted(tmp_path: Path) -> None:
    (tmp_path / "trial_data.json").write_text('{"as_of": "2026-03-14", "content_hash": "0"}', "utf-8")
    reading = read(tmp_path, subjects=SUBJECTS)
    assert str(reading.trial_data.as_of) == "2026-03-14"
    assert len(reading.notes) == 1


def test_codes_are_read_in_any_case_and_with_spaces(tmp_path: Path) -> None:
    text = "subject,number,term,outcome,severity\nP1,1,fever,Not recovered,MILD\nP1,2,fever,better,mild\n"
    reading = read(tmp_path, subjects=SUBJECTS, adverse_events=text)
    assert events(reading)["outcome"].to_list() == ["not_recovered", None]
    assert events(reading)["severity"].to_list() == ["mild", "mild"]
    assert listed(reading)[0][3] == "better"


def test_a_problem_is_one_printable_line(tmp_path: Path) -> None:
    reading = read(tmp_path, subjects='subject,age_years\nP1,"o\x1b[31ld\n"\n')
    (line,) = map(str, reading.problems)
    assert line.isprintable()
    assert line.startswith("subjects.csv:2: subjects: P1: age_years: ")
