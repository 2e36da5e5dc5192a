"""`firstdose report`: what it writes, that it repeats itself, and what it says of wrong input."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstdose.records import AdverseEvent, Dosing, PartialDate, PartialDateTime, Subject, TrialData, write_folder
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, WRONG_USAGE, run

REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
PILOT = EXAMPLES / "cdisc-pilot"
ON = PartialDateTime(PartialDate(2025, 3, 4), 9, 0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two people dosed, one with an event."""
    people = [
        record
        for subject in ("P1", "P2")
        for record in (
            Subject(subject=subject, consent=PartialDateTime(PartialDate(2025, 1, 4))),
            Dosing(
                subject=subject, number=1, level_assigned=1, dose_assigned=5.0, dose_given=5.0, given="full",
                dose_unit="million cells", procedure_start=ON, product_start=ON,
            ),
        )
    ]  # fmt: skip
    event = AdverseEvent(
        subject="P1", number=1, term="Headache", start=PartialDateTime(PartialDate(2025, 3, 6)), grade=1
    )
    write_folder(TrialData.of([*people, event]), tmp_path / "data", "csv")
    return tmp_path / "data"


def test_everything_is_written(data: Path, tmp_path: Path) -> None:
    ran = run("report", REFERENCE, data, "--out", tmp_path / "out", "--dated", "2026-01-31")
    assert ran.status == DONE, ran.err
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"trial-report.html", "trial-report.pdf", "tables.docx", "committee-pack.pdf", "results.parquet"} <= written
    assert {path.suffix for path in (tmp_path / "out" / "figures").iterdir()} == {".svg", ".png", ".csv"}
    assert all(line.startswith(("wrote ", "read ", "note: ")) for line in ran.out.splitlines() if "No " not in line)


def test_a_missing_file_of_events_is_told_on_every_page(data: Path, tmp_path: Path) -> None:
    (data / "adverse_events.csv").unlink()
    ran = run("report", REFERENCE, data, "--out", tmp_path / "out", "--only", "html", "--only", "pack")
    assert ran.status == DONE, ran.err
    assert "No adverse event is recorded for anybody" in ran.out
    for name in ("trial-report.html", "committee-pack.html"):
        assert "No adverse event is recorded for anybody" in (tmp_path / "out" / name).read_text("utf-8")


def test_one_part_alone(tmp_path: Path) -> None:
    ran = run("report", PILOT / "protocol.yaml", PILOT / "sdtm", "--out", tmp_path, "--only", "figures")
    assert ran.status == DONE, ran.err
    assert not list(tmp_path.glob("*.html"))
    drawn = [path.read_text("utf-8") for path in (tmp_path / "figures").glob("*.svg")]
    assert drawn
    assert not any("mathdefault" in svg for svg in drawn)


def test_wrong_input_is_told(data: Path, tmp_path: Path) -> None:
    assert run("report", REFERENCE, data, "--out", tmp_path / "o", "--only", "poster").status == WRONG_USAGE
    ran = run("report", REFERENCE, data, "--out", tmp_path / "o", "--dated", "tomorrow")
    assert ran.status == WRONG_INPUT
    assert "--dated 'tomorrow' is no date" in ran.err
    assert run("report", REFERENCE, tmp_path / "nowhere", "--out", tmp_path / "o").status == WRONG_INPUT


def test_a_date_to_come_is_told(data: Path, tmp_path: Path) -> None:
    ran = run("report", REFERENCE, data, "--out", tmp_path / "out", "--only", "pack", "--dated", "2199-01-01")
    assert ran.status == DONE
    assert ran.err.startswith("note: --dated 2199-01-01 is in the future; the report will bear that date\n")


def test_the_pack_alone_at_an_earlier_date_writes_no_results(data: Path, tmp_path: Path) -> None:
    """On the day before the dosing nobody has been dosed; no event of later days is told."""
    ran = run("report", REFERENCE, data, "--out", tmp_path / "out", "--only", "pack", "--as-of", "2025-03-03")
    assert ran.status == DONE, ran.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "committee-pack.html", "committee-pack.pdf", "problems.csv",
    } | {path.name for path in (tmp_path / "out").glob("rejected_rows.csv")}  # fmt: skip
    page = (tmp_path / "out" / "committee-pack.html").read_text("utf-8")
    assert "Nobody has been dosed yet." in page
    assert "Headache" not in page


def test_a_style_is_applied_to_every_page(data: Path, tmp_path: Path) -> None:
    style = tmp_path / "style.yaml"
    style.write_text("wording: {sponsor: Example Foundation, report: Study report}\n", "utf-8")
    parts = ("--only", "html", "--only", "pack", "--only", "people")
    ran = run("report", REFERENCE, data, "--out", tmp_path / "out", "--style", style, *parts)
    assert ran.status == DONE, ran.err
    for name in ("trial-report.html", "committee-pack.html", "people/P1.html"):
        assert "Example Foundation" in (tmp_path / "out" / name).read_text("utf-8")
    assert "Study report" in (tmp_path / "out" / "trial-report.html").read_text("utf-8")


def test_a_wrong_style_is_told_before_anything_is_read(data: Path, tmp_path: Path) -> None:
    style = tmp_path / "style.yaml"
    style.write_text("colours: {accent: '#eeeeee'}\n", "utf-8")
    ran = run("report", REFERENCE, data, "--out", tmp_path / "out", "--style", style)
    assert ran.status == WRONG_INPUT
    assert f"{style}:1: colours.accent" in ran.err
    assert not (tmp_path / "out").exists()
