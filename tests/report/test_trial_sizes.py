"""Reports of trials of nobody, one, fifteen and three hundred people, and of one without events: bounded, complete."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from firstdose.records import TrialData, write_folder
from firstdose.report.committee.pack import Decision, committee_document
from firstdose.report.committee.pdf import MOST_PAGES, body_pages
from firstdose.report.trial.files import write_report
from tests.report.reference_trial import DAY, REFERENCE, analysed, protocol, raw, records

EVENTS = ("adverse_events", "grade_changes", "dlt_adjudications", "relapses", "deaths")
OWN_NAMES = ("subject", "sample", "cohort", "replaces", "earlier_subject")
MOST_SECONDS, MOST_MEGABYTES, MOST_PAGE_BYTES = 60, 1_000, 12_000_000
WRITTEN = {"html", "people", "pack"}
MEASURED = """
import re, sys, time
from pathlib import Path
from firstdose.cli import main
try:
    main(sys.argv[1:])
finally:
    own = Path("/proc/self/status")  # not what resource tells: that counts the memory of the process before it, too
    peak = re.search(r"VmHWM:\\s+(\\d+)", own.read_text())[1] if own.exists() else 0
    print(time.process_time(), peak, file=sys.stderr)
"""


def first_people(count: int) -> TrialData:
    dosed = list(dict.fromkeys(row["subject"] for row in raw("dosings")))[:count]
    frames = {
        name: frame.filter(pl.col("subject").is_in(dosed)) if "subject" in frame.columns else frame
        for name, frame in records().frames.items()
    }
    return TrialData(frames, records().as_of)


def copies(count: int) -> TrialData:
    """The trial so many times over, each with people, samples and cohorts of its own; one measure, one test."""
    frames = {**records().frames}
    frames["assessments"] = frames["assessments"].filter(measure="edss")
    frames["lab_results"] = frames["lab_results"].filter(pl.col("test").is_in(["ALT", "TACRO"]))
    frames["vital_signs"] = frames["vital_signs"].clear()
    for name, frame in frames.items():
        if "subject" in frame.columns or name == "cohorts":
            named = [column for column in OWN_NAMES if column in frame.columns]
            frames[name] = pl.concat(
                [frame.with_columns(pl.col(column) + f"-{copy:02}" for column in named) for copy in range(count)]
            )
    return TrialData(frames, records().as_of)


@pytest.mark.parametrize("count", [0, 1, 15])
def test_small_trials_have_every_part(count: int, tmp_path: Path) -> None:
    trial_data = TrialData() if count == 0 else first_people(count)
    data, results = analysed(protocol(), trial_data)
    write_report(protocol(), data, results, tmp_path, DAY, WRITTEN)
    assert (tmp_path / "trial-report.html").stat().st_size > 10_000
    pages = {path.stem for path in tmp_path.glob("people/*.html")} - {"index"}
    assert pages == set(trial_data.frames["dosings"]["subject"])
    document = committee_document(Decision.of(protocol(), data, results), DAY)
    assert body_pages(document) <= MOST_PAGES


def test_a_trial_without_any_event_says_so(tmp_path: Path) -> None:
    quiet = records().replace({name: records().frames[name].clear() for name in EVENTS})
    data, results = analysed(protocol(), quiet)
    write_report(protocol(), data, results, tmp_path, DAY, WRITTEN)
    assert "No death, serious or dose-limiting event is recorded." in (tmp_path / "committee-pack.html").read_text(
        "utf-8"
    )
    pages = [page.read_text("utf-8") for page in (tmp_path / "people").glob("*.html")]
    assert not [page for page in pages if "Adverse event" in page]


def test_three_hundred_people_are_reported_in_bounded_time_and_memory(tmp_path: Path) -> None:
    """In a process of its own, from files to report; the limits are of that process alone."""
    dosed = len({row["subject"] for row in raw("dosings")})
    trial_data = copies(-(-300 // dosed))
    write_folder(trial_data, tmp_path / "data", "parquet")
    only = [word for part in sorted(WRITTEN) for word in ("--only", part)]
    out = tmp_path / "out"
    command = ["report", str(REFERENCE / "protocol.yaml"), str(tmp_path / "data"), "--out", str(out), *only]
    done = subprocess.run([sys.executable, "-c", MEASURED, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seconds, kibibytes = map(float, done.stderr.split()[-2:])
    assert seconds < MOST_SECONDS
    assert kibibytes / 1024 < MOST_MEGABYTES
    assert (out / "trial-report.html").stat().st_size < MOST_PAGE_BYTES
    pages = list((out / "people").glob("*.html"))
    assert len(pages) >= 301
    assert max(page.stat().st_size for page in pages) < 200_000
