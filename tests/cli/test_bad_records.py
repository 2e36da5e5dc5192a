"""`firstdose analyse` on a virtual trial into which mistakes of every kind were planted.

Each plant says by itself in which file and row it stands and which rule it breaks; the account of rows counts the lines
of the spoilt files, not what the program says of them.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from firstdose.records import RECORDS, keys_of, read_folder
from firstdose.records.results import read_results
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, Ran, run

PROTOCOL = EXAMPLES / "nsc-spms" / "protocol.yaml"
KEPT = "row kept and used as it stands"
LEFT_OUT = "row kept, this value left out"
ASIDE = "row set aside in rejected_rows.csv"
ONE_USED = "row kept; of the rows with this identity an analysis uses one"
OF_NOBODY = "row kept; counts for nobody, since the subject is not known"
LIVING = "in a living person"


class Expected(NamedTuple):
    """A line that problems.csv must have; of the rule, words that stand in it."""

    file: str
    row: int
    field: str
    value: str
    rule: str
    effect: str


@dataclass
class Table:
    """One CSV file of the trial while it is spoilt."""

    path: Path
    rows: list[list[str]] = field(default_factory=list)
    given: set[int] = field(default_factory=lambda: {1})

    @classmethod
    def of(cls, folder: Path, name: str) -> Table:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return cls(folder / f"{name}.csv", list(csv.reader(stream)))

    def write(self) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(self.rows)

    def place(self, name: str) -> int:
        return self.rows[0].index(name)

    def find(self, **values: str) -> int:
        """The row, counted from 1 for the header, of the first that holds these values and was not given out yet."""
        for number, row in enumerate(self.rows, start=1):
            if number not in self.given and all(row[self.place(name)] == value for name, value in values.items()):
                self.given.add(number)
                return number
        raise AssertionError(f"no such row: {values}")

    def set(self, number: int, /, **values: str) -> None:
        for name, value in values.items():
            if name not in self.rows[0]:
                self.rows[0].append(name)
                for row in self.rows[1:]:
                    row.append("")
            self.rows[number - 1][self.place(name)] = value

    def get(self, number: int, name: str) -> str:
        return self.rows[number - 1][self.place(name)]

    def add(self, **values: str) -> int:
        """One more row with these values alone; its number."""
        self.rows.append([values.get(name, "") for name in self.rows[0]])
        self.given.add(len(self.rows))
        return len(self.rows)


IMPLAUSIBLE = (
    ("vital_signs", "SYSBP", "1200", "mmHg"),
    ("vital_signs", "DIABP", "5", "mmHg"),
    ("vital_signs", "PULSE", "0", "beats/min"),
    ("vital_signs", "TEMP", "370", "C"),
    ("vital_signs", "TEMP", "98.6", "C"),
    ("vital_signs", "WEIGHT", "7000", "kg"),
    ("lab_results", "K", "42", "mmol/L"),
    ("lab_results", "HGB", "0.1", "g/dL"),
    ("lab_results", "GLUC", "95", "mmol/L"),
    ("lab_results", "CREAT", "0.9", "umol/L"),
    ("lab_results", "PLAT", "250000", "10^9/L"),
    ("lab_results", "ALT", "-20", "U/L"),
)
DEATH, BEFORE_DEATH = "2019-05-01", "2019-06-01"


def implausible_values(folder: Path) -> list[Expected]:
    expected = []
    tables = {name: Table.of(folder, name) for name in ("vital_signs", "lab_results")}
    for name, test, value, unit in IMPLAUSIBLE:
        row = tables[name].find(test=test, performed="") if name == "lab_results" else tables[name].find(test=test)
        tables[name].set(row, result=value, unit=unit)
        expected.append(Expected(f"{name}.csv", row, "result", value, LIVING, KEPT))
    for table in tables.values():
        table.write()
    return expected


def other_mistakes_in_laboratory_results(folder: Path) -> list[Expected]:
    labs, file = Table.of(folder, "lab_results"), "lab_results.csv"
    unit, kind, nan, comma, moment, visit = (labs.find(test="AST", performed="") for _ in range(6))
    labs.set(unit, unit="ukat/L", result="0.5")
    labs.set(kind, unit="mmHg")
    labs.set(nan, result="NaN")
    labs.set(comma, result="23,5")
    labs.set(moment, drawn="2018-13-01")
    labs.set(visit, visit="M77")
    number, subject = labs.find(test="MG", performed=""), labs.find(test="MG", performed="")
    labs.set(number, number="")
    labs.set(subject, subject="NSC-98")
    labs.write()
    return [
        Expected(file, unit, "unit", "ukat/L", "should be in the unit of most others, U/L", KEPT),
        Expected(file, kind, "unit", "mmHg", "should be a unit of this test", KEPT),
        Expected(file, nan, "result", "NaN", "must be a finite number", LEFT_OUT),
        Expected(file, comma, "result", "23,5", "must be a finite number", LEFT_OUT),
        Expected(file, moment, "drawn", "2018-13-01", "a month is from 01 to 12", LEFT_OUT),
        Expected(file, visit, "visit", "M77", "must be a visit that the subject had", KEPT),
        Expected(file, number, "number", "", "must not be empty", ASIDE),
        Expected(file, subject, "subject", "NSC-98", "must be one of the subjects", OF_NOBODY),
    ]


def mistakes_about_people(folder: Path) -> list[Expected]:
    """The subject of the first dosing is entered twice, was treated before consent, and died before an event ended."""
    dosings, subjects, visits = (Table.of(folder, name) for name in ("dosings", "subjects", "visits"))
    treated = dosings.get(2, "subject")
    dosings.set(2, product_start="2016-02-01T10:00")
    again = subjects.add(subject=treated, consent="2018-02-01", centre="09")
    planned = visits.find(subject=treated, visit="M1")
    visits.set(planned, visit="M99")
    day = visits.find(subject=treated, visit="M2")
    visits.set(day, start="2018-02-30")
    events = Table.of(folder, "adverse_events")
    ends = events.find(subject=treated)
    events.set(ends, start="2019-04-20", end=BEFORE_DEATH)
    for table in (dosings, subjects, visits, events):
        table.write()
    (folder / "deaths.csv").write_text(f"subject,died,cause\n{treated},{DEATH},accident\n", "utf-8")
    return [
        Expected("dosings.csv", 2, "product_start", "2016-02-01T10:00", "must not be before consent", KEPT),
        Expected("subjects.csv", again, "subject", treated, "must be unique", ONE_USED),
        Expected("visits.csv", planned, "visit", "M99", "must be a visit that the protocol plans", KEPT),
        Expected("visits.csv", day, "start", "2018-02-30", "this month has 28 days", LEFT_OUT),
        Expected("adverse_events.csv", ends, "end", BEFORE_DEATH, "must not end after death", KEPT),
    ]


def mistakes_in_events(folder: Path) -> list[Expected]:
    """Among them a serious event of somebody who is not known; the last three are no rows that could be read."""
    events, file = Table.of(folder, "adverse_events"), "adverse_events.csv"
    before, answer, grade = (events.find(grade="1", serious="no") for _ in range(3))
    start = events.get(before, "start")
    events.set(before, end="2016-01-01")
    events.set(answer, serious="perhaps")
    events.set(grade, grade="9")
    copy = events.add(**dict(zip(events.rows[0], events.rows[1], strict=True)))
    nobody = events.add(subject="NSC-99", number="1", term="fever", start=start, serious="yes", serious_hospital="yes")
    utf8 = events.add(subject=events.get(2, "subject"), number="901", term="Übelkeit", start=start)
    coded = events.add(subject=events.get(2, "subject"), number="902", term="Erköltung", start=start)
    long = events.add(subject=events.get(2, "subject"), number="903", term="cough", start=start)
    events.rows[long - 1].append("surplus")
    events.write()
    text = events.path.read_bytes().replace("Erköltung".encode(), "Erkältung".encode("cp1252"))
    assert "Übelkeit".encode() in text
    quoted = long + 1
    events.path.write_bytes(text + f'{events.get(2, "subject")},904,"open\r\n'.encode())
    assert utf8 < coded
    return [
        Expected(file, before, "end", "2016-01-01", "should not be before start", KEPT),
        Expected(file, answer, "serious", "perhaps", "must be yes or no", LEFT_OUT),
        Expected(file, grade, "grade", "9", "should be from 1 to 5", KEPT),
        Expected(file, copy, "number", events.get(copy, "number"), "must be unique", ONE_USED),
        Expected(file, nobody, "subject", "NSC-99", "must be one of the subjects", OF_NOBODY),
        Expected(file, coded, "", "", "this line was read as Windows-1252", KEPT),
        Expected(file, long, "", "", "as the header has", ASIDE),
        Expected(file, quoted, "", "", "must be separable into cells", ASIDE),
    ]


PLANTS: tuple[Callable[[Path], list[Expected]], ...] = (
    implausible_values,
    other_mistakes_in_laboratory_results,
    mistakes_about_people,
    mistakes_in_events,
)


@dataclass(frozen=True)
class Spoilt:
    """The spoilt trial, what must be listed, and what the command did with it."""

    clean: Path
    folder: Path
    out: Path
    expected: list[Expected]
    ran: Ran

    def problems(self) -> list[dict[str, str]]:
        return rows_of(self.out / "problems.csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("virtual") / "data"
    assert run("simulate", PROTOCOL, "--seed", "20231127", "--out", folder).status == DONE
    return folder


@pytest.fixture(scope="module")
def spoilt(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Spoilt:
    folder = tmp_path_factory.mktemp("spoilt") / "data"
    out = folder.parent / "out"
    shutil.copytree(clean, folder)
    expected = [each for plant in PLANTS for each in plant(folder)]
    return Spoilt(clean, folder, out, expected, run("analyse", PROTOCOL, folder, "--out", out))


def test_the_clean_trial_has_no_problem(clean: Path, tmp_path: Path) -> None:
    ran = run("analyse", PROTOCOL, clean, "--out", tmp_path)
    assert ran.status == DONE
    assert rows_of(tmp_path / "problems.csv") == rows_of(tmp_path / "rejected_rows.csv") == []
    assert "problem" not in ran.err


def test_each_mistake_is_listed_with_file_row_field_value_rule_and_what_became_of_it(spoilt: Spoilt) -> None:
    assert len(spoilt.expected) == 33
    problems = spoilt.problems()
    for each in spoilt.expected:
        at_place = [p for p in problems if (p["file"], p["row"]) == (each.file, str(each.row))]
        alike = [p for p in at_place if p["field"] == each.field and each.rule in p["rule"]]
        assert alike, (each, at_place)
        assert (alike[0]["value"], alike[0]["effect"]) == (each.value, each.effect)
        assert alike[0]["fix"]


def test_other_rows_are_listed_only_for_what_follows_from_a_mistake(spoilt: Spoilt) -> None:
    """A death makes later records of that person doubtful, and a visit under another name is missed by its results."""
    planted = {(each.file, str(each.row)) for each in spoilt.expected}
    follows = ("must not be after death", "must not end after death", "must be a visit that the subject had")
    for problem in spoilt.problems():
        if (problem["file"], problem["row"]) not in planted:
            assert problem["rule"] in follows, problem


def test_every_row_is_among_the_records_or_set_aside(spoilt: Spoilt) -> None:
    """Counted by line; and by identity, what was set aside is what is missing from the records."""
    trial_data = read_folder(spoilt.folder).trial_data
    aside = rows_of(spoilt.out / "rejected_rows.csv")
    set_aside = Counter(row["file"] for row in aside)
    assert set_aside == {"adverse_events.csv": 2, "lab_results.csv": 1}
    for name, record_type in RECORDS.items():
        path = spoilt.folder / f"{name}.csv"
        lines = path.read_bytes().count(b"\n") - 1 if path.is_file() else 0
        assert trial_data.frames[name].height + set_aside[path.name] == lines, name
        if path.is_file():
            texts = path.read_bytes().decode("cp1252").splitlines()
            for row in aside:
                assert (
                    row["file"] != path.name or row["text"].split(",")[:2] == texts[int(row["row"]) - 1].split(",")[:2]
                )
            table = csv.DictReader(texts)
            read = Counter(trial_data.frames[name].select(keys_of(record_type)).cast(pl.String).iter_rows())
            dropped = {int(row["row"]) for row in aside if row["file"] == path.name}
            kept = (row for number, row in enumerate(table, start=2) if number not in dropped)
            assert read == Counter(tuple(row[key] for key in keys_of(record_type)) for row in kept), name


def test_the_trial_is_analysed_and_the_status_is_that_of_success(spoilt: Spoilt) -> None:
    """Mistakes that leave records are no failure; rows of nobody are in no figure but that of what is not counted."""
    assert spoilt.ran.status == DONE
    frame = read_results(spoilt.out).frame
    assert frame.height > 1_000
    of_nobody = {
        (row["table"], record)
        for row in frame.select("table", "records").iter_rows(named=True)
        for record in row["records"]
        if "NSC-98" in record or "NSC-99" in record
    }
    assert of_nobody == {("not_counted", "adverse_events:NSC-99/1")}


def test_the_command_tells_how_many_where_the_first_are_and_where_all_are(spoilt: Spoilt) -> None:
    told = spoilt.ran.err.splitlines()
    problems = spoilt.problems()
    assert f"{len(problems)} problems in the data; all are listed in {spoilt.out / 'problems.csv'}" in told
    assert f"3 rows cannot be used and are set aside, with their text, in {spoilt.out / 'rejected_rows.csv'}" in told
    counts = Counter(problem["rule"] for problem in problems)
    shown = [line for line in told if line.startswith("  ") and " x " in line]
    assert len(shown) == min(8, len(counts))
    for line, (_, count) in zip(shown, counts.most_common(8), strict=True):
        assert line.startswith(f"  {count} x ")
        rule = line.split(" x ", 1)[1]
        first = next(p for p in problems if rule.startswith(f"{p['rule']}: "))
        assert f": {first['file']}, row {first['row']}" in rule
        assert not first["value"] or f'"{first["value"]}"' in rule


def test_one_is_one(clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(clean, folder)
    with (folder / "relapses.csv").open("ab") as stream:
        stream.write(b"NSC-01\r\n")
    ran = run("analyse", PROTOCOL, folder, "--out", tmp_path / "out")
    assert ran.status == DONE
    assert "1 problem in the data" in ran.err
    assert "1 row cannot be used and is set aside" in ran.err
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "1 problem was found" in page
    assert "1 row set aside" in page
    assert "the records have been changed" not in ran.err


def test_changed_records_are_told_of_in_plain_words(spoilt: Spoilt) -> None:
    (note,) = [line for line in spoilt.ran.err.splitlines() if "trial_data.json" in line]
    assert note.startswith("note: the records have been changed since they were written by this program")


def test_nothing_usable_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "subjects.csv").write_text("subject,centre\n,01\n,02\n", "utf-8")
    ran = run("analyse", PROTOCOL, tmp_path / "data", "--out", tmp_path / "out")
    assert ran.status == WRONG_INPUT
    assert [row["text"] for row in rows_of(tmp_path / "out" / "rejected_rows.csv")] == [",01", ",02"]
    assert {row["effect"] for row in rows_of(tmp_path / "out" / "problems.csv")} == {ASIDE}
