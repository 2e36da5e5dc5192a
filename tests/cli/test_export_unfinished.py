"""The command `export` when it cannot finish: nothing is left half-written, and what was there before stays."""

import errno
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import firstdose.cli.export_folders as export_folders
from firstdose.cdisc.writing.files import WRITERS
from firstdose.cli.export_folders import Standard, Target, unfinished
from firstdose.records import Cohort, Dosing, Subject, TrialData, read_partial_date_time, write_folder
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, Ran, run

PROTOCOL = EXAMPLES / "nsc-spms" / "protocol.yaml"
OF_THE_DATA = {"problems.csv", "rejected_rows.csv"}
INTERRUPTED = 130


@pytest.fixture
def data(tmp_path: Path) -> Path:
    person = Subject(subject="P1", centre="01", sex="female", country="Italy", age_years=50)
    dosing = Dosing(
        subject="P1", number=1, level_assigned=1, dose_assigned=5, dose_given=5, given="full",
        product_start=read_partial_date_time("2026-03-10T09:00"), zone="Europe/Rome",
    )  # fmt: skip
    return write_folder(TrialData.of([person, dosing, Cohort(cohort="1", dose_level=1)]), tmp_path / "data")


def export(data: Path, out: Path, *options: str) -> Ran:
    created = ("--created", "2026-03-31T12:00:00")
    return run("export", PROTOCOL, data, "--out", out, *created, "--to", "all", *options)


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in OF_THE_DATA)
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def fail_at_a_file(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> None:
    """Let the writer of ADaM's transport files fail before its nth file, with the first part of it written."""
    ending, write = WRITERS["xpt"]
    written: list[str] = []

    def failing(each: Any, path: Path, created: Any) -> None:
        if each.name.startswith("AD"):
            written.append(each.name)
            if len(written) == number:
                path.write_bytes(b"HEADER RECORD")
                raise error
        write(each, path, created)

    monkeypatch.setitem(WRITERS, "xpt", (ending, failing))


FAILURES = [(OSError(errno.ENOSPC, "No space left on device"), WRONG_INPUT), (KeyboardInterrupt(), INTERRUPTED)]


@pytest.mark.parametrize(("error", "status"), FAILURES)
def test_an_export_that_fails_leaves_no_folder_of_datasets(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    out = tmp_path / "out"
    fail_at_a_file(monkeypatch, 2, error)
    ran = export(data, out)
    assert ran.status == status
    assert "Traceback" not in ran.err
    assert not hashes(out)
    assert not [path for path in out.rglob("*") if path.is_dir()]


@pytest.mark.parametrize(("error", "status"), FAILURES)
def test_what_was_to_be_replaced_stays_until_the_new_is_whole(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    out = tmp_path / "out"
    assert export(data, out).status == DONE
    before = hashes(out)
    with monkeypatch.context() as patched:
        fail_at_a_file(patched, 2, error)
        assert export(data, out, "--overwrite").status == status
    assert hashes(out) == before
    (out / "sdtm" / "zz.txt").write_text("of somebody else")
    (out / "sdtm" / "suppae.xpt").write_text("of an older trial")
    assert export(data, out, "--overwrite").status == DONE
    assert hashes(out) == before | {"sdtm/zz.txt": sha256(b"of somebody else").hexdigest()}


def test_data_that_cannot_be_read_remove_nothing(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(data, out).status == DONE
    before = hashes(out)
    (data / "dosings.csv").write_bytes(b"\xff\xfe\x00 no table")
    (data / "subjects.csv").unlink()
    assert export(tmp_path / "nowhere", out, "--overwrite").status == WRONG_INPUT
    assert hashes(out) == before


def test_the_definition_goes_first_and_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(Standard.adam, "csv", tmp_path / "out")
    target.folder.mkdir()
    for name in ("adae.csv", "adsl.csv", "define.xml", "define.html"):
        (target.folder / name).write_text("old")
    seen: list[bool] = []
    listed = export_folders._written_before

    class Ended(Exception):
        pass

    def replace(path: Path, other: Path) -> None:
        seen.append((target.folder / "define.xml").exists())
        if path.name == "adsl.csv":
            raise Ended
        path.rename(other)

    def put() -> None:
        with unfinished(tmp_path / "out", [target]) as folders:
            folders[target].mkdir()
            for name in ("define.xml", "adae.csv", "adsl.csv"):
                (folders[target] / name).write_text("new")

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(Ended):
        put()
    assert seen == [False, False]
    assert [path.name for path in listed(target)] == ["adae.csv"]
    assert not list(tmp_path.glob("out/.*"))
