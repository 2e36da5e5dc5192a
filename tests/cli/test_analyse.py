"""`firstdose analyse`: what it reads, writes and prints, and what it says of wrong input."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from firstdose.records import (
    AdverseEvent,
    Dosing,
    LabResult,
    Medication,
    PartialDate,
    PartialDateTime,
    Subject,
    TrialData,
    Visit,
    write_folder,
)
from firstdose.records.results import read_results
from tests.cli.running import (
    DONE,
    EXAMPLES,
    MINIMAL,
    NOBODY_READ,
    WRONG_INPUT,
    WRONG_USAGE,
    Ran,
    command_line,
    protocol_text,
    run,
    shell,
)
from tests.patience import PATIENCE_SECONDS

REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
PILOT = EXAMPLES / "cdisc-pilot"
WRITTEN = ("problems.csv", "rejected_rows.csv", "results.csv", "results.parquet", "provenance.json", "summary.html")


def moment(year: int, month: int, day: int, hour: int | None = None) -> PartialDateTime:
    return PartialDateTime(PartialDate(year, month, day), hour, None if hour is None else 0)


def records_of(subject: str, level: int, dose: float, day: int) -> list[object]:
    """A person with one dose, three visits, an adverse event, laboratory results and a trough."""
    drawn = {"M0": moment(2025, 2, day), "M1": moment(2025, 4, day, 9), "M3": moment(2025, 6, day)}
    return [
        Subject(subject=subject, consent=moment(2025, 1, day), age_years=48.0, sex="female"),
        Dosing(
            subject=subject, number=1, level_assigned=level, dose_assigned=dose, dose_given=dose, given="full",
            dose_unit="million cells", procedure_start=moment(2025, 3, day, 9), product_start=moment(2025, 3, day, 10),
        ),
        *(Visit(subject=subject, visit=visit, start=when, state="done") for visit, when in drawn.items()),
        AdverseEvent(
            subject=subject, number=1, term="Headache", start=moment(2025, 3, day + 2), grade=1, serious=False,
        ),
        *(
            LabResult(
                subject=subject, number=number, test="ALT", name="Alanine aminotransferase", result=20.0 + 40 * number,
                unit="U/L", range_low=7.0, range_high=40.0, drawn=when, visit=visit,
            )
            for number, (visit, when) in enumerate(drawn.items(), start=1)
        ),
        LabResult(
            subject=subject, number=9, test="TACRO", category="trough", analyte="tacrolimus", result=6.5, unit="ng/mL",
            drawn=moment(2025, 4, day, 9), last_intake=moment(2025, 4, day - 1, 21), visit="M1",
        ),
        Medication(
            subject=subject, number=1, drug="tacrolimus", background_treatment="tacrolimus", start=moment(2025, 3, day),
            ongoing=True,
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people at two dose levels, in the package's own layout."""
    records = [*records_of("P01", 1, 5.0, 3), *records_of("P02", 2, 10.0, 10)]
    return write_folder(TrialData.of(records), tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def analysed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    out = tmp_path_factory.mktemp("out") / "made" / "by the command"
    return run("analyse", REFERENCE, data, "--out", out), out


def test_everything_is_written_and_named(analysed: tuple[Ran, Path]) -> None:
    ran, out = analysed
    assert ran.status == DONE, ran.err
    assert sorted(path.name for path in out.iterdir()) == sorted(WRITTEN)
    named = {line.removeprefix("wrote ") for line in ran.out.splitlines() if line.startswith("wrote ")}
    assert named == {str(out / name) for name in WRITTEN if name not in ("problems.csv", "rejected_rows.csv")}
    assert "No problem was found in the data.\n" in ran.out
    assert "own layout" in ran.out
    assert "seed 1" in ran.out


def test_key_figures_are_printed_with_intervals(analysed: tuple[Ran, Path]) -> None:
    ran, _ = analysed
    figures = [line for line in ran.out.splitlines() if line.startswith("  ")]
    assert 3 <= len(figures) <= 6
    assert any("[" in line for line in figures)


def test_results_are_whole_and_say_what_they_were_made_from(analysed: tuple[Ran, Path], data: Path) -> None:
    _, out = analysed
    results = read_results(out)
    origin = results.provenance
    assert origin.protocol_hash == hashlib.sha256(REFERENCE.read_bytes()).hexdigest()
    assert origin.data_hash == json.loads((data / "trial_data.json").read_text("utf-8"))["content_hash"]
    assert (origin.trial, origin.seed, origin.as_of) == ("NCT03282760", 1, None)
    assert results.one(chapter="troughs", table="troughs", statistic="mean_of_person_means", group="all").value == 6.5
    with (out / "results.csv").open(encoding="utf-8", newline="") as stream:
        assert sum(1 for _ in csv.DictReader(stream)) == results.frame.height
    page = (out / "summary.html").read_text("utf-8")
    assert origin.data_hash in page
    assert origin.protocol_hash in page


def test_the_same_seed_gives_the_same_files(analysed: tuple[Ran, Path], data: Path, tmp_path: Path) -> None:
    assert run("analyse", REFERENCE, data, "--out", tmp_path, "--seed", "1").status == DONE
    for name in ("results.csv", "summary.html", "provenance.json"):
        assert (tmp_path / name).read_bytes() == (analysed[1] / name).read_bytes()


@pytest.mark.skipif(shutil.which("head") is None, reason="there is no head here")
def test_a_reader_that_goes_away_leaves_every_file_whole(
    analysed: tuple[Ran, Path], data: Path, tmp_path: Path
) -> None:
    """As ``firstdose analyse ... | head -1`` in a shell, of which both commands are told apart."""
    command = command_line("analyse", REFERENCE, data, "--out", tmp_path / "out")
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ours,
        subprocess.Popen(["head", "-1"], stdin=ours.stdout, stdout=subprocess.PIPE) as theirs,
    ):
        assert ours.stdout is not None
        ours.stdout.close()  # only head reads now
        shown, _ = theirs.communicate(timeout=PATIENCE_SECONDS)
        assert ours.stderr is not None
        told = ours.stderr.read()
    assert shown.startswith(b"read ")
    assert (ours.returncode, told) == (NOBODY_READ, b"")
    written, whole = tmp_path / "out", analysed[1]
    assert sorted(path.name for path in written.iterdir()) == sorted(path.name for path in whole.iterdir())
    for name in ("results.csv", "summary.html", "provenance.json"):
        assert (written / name).read_bytes() == (whole / name).read_bytes()


def test_a_cut_off_leaves_out_what_came_later(data: Path, tmp_path: Path) -> None:
    ran = run("analyse", REFERENCE, data, "--out", tmp_path, "--as-of", "2025-05-01", "--seed", "3")
    assert ran.status == DONE, ran.err
    results = read_results(tmp_path)
    assert (results.provenance.as_of, results.provenance.seed) == (date(2025, 5, 1), 3)
    by_visit = results.frame.filter(table="results_by_visit")
    assert set(by_visit["when"]) == {"M0", "M1"}
    assert "1 May 2025" in (tmp_path / "summary.html").read_text("utf-8")


def test_a_cut_off_after_the_data_is_that_of_the_data(tmp_path: Path) -> None:
    gathered = write_folder(TrialData.of(records_of("P01", 1, 5.0, 3), date(2025, 7, 1)), tmp_path / "data")
    ran = run("analyse", REFERENCE, gathered, "--out", tmp_path / "out", "--as-of", "2026-01-01")
    assert ran.status == DONE
    assert "gathered up to 2025-07-01" in ran.err
    assert read_results(tmp_path / "out").provenance.as_of == date(2025, 7, 1)


def test_a_cut_off_to_come_is_refused_where_nobody_knows_so_much(data: Path, tmp_path: Path) -> None:
    ran = run("analyse", REFERENCE, data, "--out", tmp_path / "out", "--as-of", "2199-01-01")
    assert ran.status == WRONG_INPUT
    assert ran.err.splitlines()[-1] == "--as-of 2199-01-01 is in the future; name a day that is over, or none"
    assert not (tmp_path / "out" / "results.csv").exists()
    rehearsal = write_folder(TrialData.of(records_of("P01", 1, 5.0, 3), date(2199, 7, 1)), tmp_path / "rehearsal")
    assert run("analyse", REFERENCE, rehearsal, "--out", tmp_path / "out", "--as-of", "2199-01-01").status == DONE


def test_sdtm_is_recognised_and_analysed(tmp_path: Path) -> None:
    ran = run("analyse", PILOT / "protocol.yaml", PILOT / "sdtm", "--out", tmp_path)
    assert ran.status == DONE, ran.err
    assert "SDTM datasets" in ran.out
    assert {"laboratory", "troughs"} <= set(read_results(tmp_path).frame["chapter"])


def test_problems_are_listed_and_the_rest_is_analysed(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data")
    labs = tmp_path / "data" / "lab_results.csv"
    labs.write_text(labs.read_text("utf-8").replace("60.0", "sixty").replace("6.5", "NaN"), "utf-8")
    ran = run("analyse", REFERENCE, tmp_path / "data", "--out", tmp_path / "out")
    assert ran.status == DONE
    assert "problems in the data" in ran.err
    assert "problems.csv" in ran.err
    listed = (tmp_path / "out" / "problems.csv").read_text("utf-8")
    assert f"wrote {tmp_path / 'out' / 'problems.csv'}\n" in ran.out
    assert "No problem was found" not in ran.out
    assert "sixty" in listed
    assert read_results(tmp_path / "out").frame.height


def test_a_protocol_without_treatments_and_a_trial_without_people(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "subjects.csv").write_text("subject\r\n", "utf-8")
    (tmp_path / "protocol.yaml").write_text(protocol_text(), "utf-8")
    ran = run("analyse", tmp_path / "protocol.yaml", tmp_path / "data", "--out", tmp_path / "out")
    assert ran.status == DONE, ran.err
    assert (tmp_path / "out" / "summary.html").is_file()


def one_message(ran: Ran, *parts: str) -> None:
    assert ran.status == WRONG_INPUT
    assert "Traceback" not in ran.err
    for part in parts:
        assert part in ran.err


def test_nothing_that_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "subjects.csv").write_text("name\r\nP01\r\n", "utf-8")
    ran = run("analyse", MINIMAL, tmp_path / "data", "--out", tmp_path / "out")
    one_message(ran, "no record in it can be used", "problems.csv")
    assert (tmp_path / "out" / "problems.csv").is_file()
    assert not (tmp_path / "out" / "summary.html").exists()


def test_a_folder_without_data(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing", "utf-8")
    one_message(run("analyse", MINIMAL, tmp_path, "--out", tmp_path / "out"), str(tmp_path), "subjects.csv", "dm.xpt")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "part"), [("missing", "no such folder"), ("file.csv", "it is a file")])
def test_data_that_is_no_folder(name: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text("", "utf-8")
    one_message(run("analyse", MINIMAL, tmp_path / name, "--out", tmp_path / "out"), name, part)


def test_a_broken_protocol(data: Path, tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text("trial: {}", "utf-8")
    one_message(run("analyse", tmp_path / "protocol.yaml", data, "--out", tmp_path / "out"), "protocol.yaml")
    assert not (tmp_path / "out").exists()


def test_results_may_not_go_among_the_data(data: Path) -> None:
    one_message(run("analyse", REFERENCE, data, "--out", data), "holds the data")


def test_a_place_for_results_that_is_a_file(data: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    one_message(run("analyse", REFERENCE, data, "--out", tmp_path / "taken"), "taken")


def test_a_day_that_is_none(data: Path, tmp_path: Path) -> None:
    one_message(run("analyse", REFERENCE, data, "--out", tmp_path, "--as-of", "31.3.2026"), "--as-of", "2026-03-31")


def test_files_of_the_other_layout_are_named(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data")
    (tmp_path / "data" / "ae.csv").write_text("STUDYID,USUBJID\r\n", "utf-8")
    ran = run("analyse", REFERENCE, tmp_path / "data", "--out", tmp_path / "out")
    assert ran.status == DONE
    assert "not read, of another layout: ae.csv" in ran.err


def test_a_missing_argument_is_wrong_usage() -> None:
    assert run("analyse", REFERENCE).status == WRONG_USAGE


def test_a_process_of_its_own_leaves_clean_streams(data: Path, tmp_path: Path) -> None:
    ran = shell("analyse", REFERENCE, data, "--out", tmp_path)
    assert ran.status == DONE
    assert ran.err == ""
