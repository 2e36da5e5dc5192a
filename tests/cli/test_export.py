"""The command `export`: what it writes, tells and refuses."""

import re
import shutil
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from firstdose.records import AdverseEvent, Cohort, Subject, TrialData, write_folder
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, WRONG_USAGE, Ran, run

PROTOCOL = EXAMPLES / "nsc-spms" / "protocol.yaml"
PILOT = EXAMPLES / "cdisc-pilot"
CREATED = ("--created", "2026-03-31T12:00:00")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return trial(tmp_path / "data", "fever")


def trial(folder: Path, term: str) -> Path:
    person = Subject(subject="P1", centre="01", sex="female", country="Italy")
    event = AdverseEvent(subject="P1", number=1, term=term, preferred_term="Pyrexia")
    return write_folder(TrialData.of([person, event, Cohort(cohort="1", dose_level=1)]), folder)


def export(data: Path, out: Path, *options: str) -> Ran:
    return run("export", PROTOCOL, data, "--to", "sdtm", "--out", out, *CREATED, *options)


def test_it_is_told_that_metabolites_are_not_in_sdtm(data: Path, tmp_path: Path) -> None:
    assert "metabolites" not in export(data, tmp_path / "without").err
    shutil.copytree(EXAMPLES / "metabolites", data / "metabolites")
    assert "metabolites stand in no SDTM dataset; --to adam" in export(data, tmp_path / "out").err


@pytest.mark.parametrize(("file_format", "ending"), [("xpt", "xpt"), ("csv", "csv"), ("dataset-json", "json")])
def test_each_format_is_written_and_what_is_not_held_is_told(
    data: Path, tmp_path: Path, file_format: str, ending: str
) -> None:
    ran = export(data, tmp_path / "out", "--format", file_format)
    assert ran.status == DONE, ran.err
    assert (tmp_path / "out" / f"ae.{ending}").is_file()
    assert "not in SDTM as it is written here: cohorts (1)" in ran.err
    assert "0 findings" in ran.out


def test_what_cannot_be_written_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    ran = export(trial(tmp_path / "data", "Übelkeit"), tmp_path / "out")
    assert ran.status == WRONG_INPUT
    assert 'AE, row 1, AETERM, "Übelkeit"' in ran.err
    assert "no dataset was written" in ran.err
    assert not list((tmp_path / "out").glob("*.xpt"))


def test_datasets_are_replaced_only_if_asked_for(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(data, out).status == DONE
    again = export(data, out)
    assert (again.status, "--overwrite" in again.err) == (WRONG_INPUT, True)
    (out / "suppzz.csv").write_text("not ours")
    assert export(data, out, "--overwrite", "--format", "csv").status == DONE
    assert not list(out.glob("*.xpt"))
    assert (out / "suppzz.csv").is_file()


def test_sdtm_that_was_read_can_be_written(tmp_path: Path) -> None:
    ran = run("export", PILOT / "protocol.yaml", PILOT / "sdtm", "--out", tmp_path, *CREATED)
    assert ran.status == DONE, ran.err
    columns, about = pyreadstat.read_xport(tmp_path / "ae.xpt", output_format="dict")
    assert (about.number_rows, len(set(columns["USUBJID"])) > 10) == (161, True)


def test_the_lines_of_the_page_read_an_export(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "export-sdtm.md"
    (code,) = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert export(data, tmp_path / "sdtm").status == DONE
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(code, found)
    events = found["events"]
    assert events["AETERM"].to_list() == ["fever"]
    assert events["AESTDTC"].to_list() == [""], "a missing text is empty"
    assert events["AESEQ"].to_list() == [1.0]
    assert str(events.schema["AELLTCD"]) == "Null", "a number that nobody has"
    assert found["labels"]["AETERM"] == "Reported Term for the Adverse Event"


def test_wrong_options_are_explained(data: Path, tmp_path: Path) -> None:
    assert export(data, tmp_path / "out", "--format", "sas7bdat").status == WRONG_USAGE
    ran = run("export", PROTOCOL, data, "--out", tmp_path / "out", "--created", "yesterday")
    assert (ran.status, "--created" in ran.err) == (WRONG_INPUT, True)
    assert export(data, data).status == WRONG_INPUT
    (tmp_path / "letter.txt").write_text("", encoding="utf-8")
    ran = export(data, tmp_path / "letter.txt", "--format", "all")
    assert (ran.status, "letter.txt is a file; name a folder" in ran.err) == (WRONG_INPUT, True)


def test_what_bears_a_time_to_come_is_told_of_it(data: Path, tmp_path: Path) -> None:
    ran = run("export", PROTOCOL, data, "--out", tmp_path / "out", "--created", "2999-01-01T12:00:00")
    assert "note: --created 2999-01-01T12:00:00 is in the future; the files will bear that time" in ran.err
    assert "in the future" not in export(data, tmp_path / "past").err


def test_a_day_before_everybody_is_told(data: Path, tmp_path: Path) -> None:
    (data / "subjects.csv").write_text("subject,consent\nP1,2024-02-01\n", encoding="utf-8")
    for command in ("export", "analyse", "report"):
        only = ("--only", "html") if command == "report" else ()
        ran = run(command, PROTOCOL, data, "--as-of", "1924-03-01", "--out", tmp_path / command, *only)
        assert (ran.status, "Nobody is among the records up to 1924-03-01: nobody counts" in ran.out) == (DONE, True)
        ran = run(command, PROTOCOL, data, "--as-of", "2024-03-01", "--out", tmp_path / command, "--overwrite", *only)
        assert "No dosing is recorded for anybody up to 2024-03-01: nobody counts as treated" in ran.out
    for page in ("analyse/summary.html", "report/trial-report.html"):
        assert "recorded for anybody up to 2024-03-01" in (tmp_path / page).read_text("utf-8")


def test_one_finding_is_one(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "subjects.csv").write_text("subject\n", encoding="utf-8")
    ran = run("export", PROTOCOL, tmp_path / "data", "--out", tmp_path / "out")
    assert "1 finding of the checks, listed in " in ran.err


def test_terms_are_held_against_a_file_of_terminology(data: Path, tmp_path: Path) -> None:
    headings = ("Code", "Codelist Code", "Codelist Extensible (Yes/No)", "Codelist Name", "CDISC Submission Value")
    rows = (("C66731", "", "No", "Sex", "SEX"), ("C20197", "C66731", "", "Sex", "M"))
    text = "\n".join("\t".join(row) for row in (headings, *rows))
    dated, undated = tmp_path / "SDTM Terminology 2026-06-26.txt", tmp_path / "SDTM Terminology.txt"
    dated.write_text(text, encoding="utf-8")
    undated.write_text(text, encoding="utf-8")
    ran = export(data, tmp_path / "out", "--terminology", str(dated))
    assert ran.status == DONE, ran.err
    assert 'DM, row 1, SEX, "F"' in ran.err
    assert "2026-06-26" in (tmp_path / "out" / "define.xml").read_text("utf-8")
    refused = export(data, tmp_path / "other", "--terminology", str(undated))
    assert (refused.status, "has no date" in refused.err) == (WRONG_INPUT, True)
    assert export(data, tmp_path / "none", "--terminology", str(tmp_path / "none.txt")).status == WRONG_INPUT
    elsewhere = run("export", PROTOCOL, data, "--to", "adam", "--out", tmp_path / "adam", "--terminology", dated)
    assert elsewhere.status == WRONG_USAGE
