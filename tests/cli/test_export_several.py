"""The command `export` with several standards and formats: the files of single runs, their folders, what is refused."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import firstdose.analysis
import firstdose.cdisc.define
import firstdose.cdisc.writing.exporting as exporting
from firstdose.cli.export_writing import Stages
from tests.cli.one_dosed_person import trial
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, WRONG_USAGE, Ran, run

PROTOCOL = EXAMPLES / "nsc-spms" / "protocol.yaml"
CREATED = ("--created", "2026-03-31T12:00:00")
FORMATS = {"xpt": "xpt", "csv": "csv", "dataset-json": "json"}
OF_THE_DATA = {"problems.csv", "rejected_rows.csv"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return trial(tmp_path / "data", "fever")


def export(data: Path, out: Path, *options: str | Path) -> Ran:
    return run("export", PROTOCOL, data, "--out", out, *CREATED, *options)


def hashes(folder: Path) -> dict[str, str]:
    """Every file of a folder but those about the data that were read, by its place in it."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in OF_THE_DATA)
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def folders(out: Path) -> set[str]:
    return {Path(place).parent.as_posix() for place in hashes(out)}


def test_everything_in_one_run_is_what_single_runs_write(data: Path, tmp_path: Path) -> None:
    together, apart = tmp_path / "together", tmp_path / "apart"
    ran = export(data, together, "--to", "all", "--format", "all")
    assert ran.status == DONE, ran.err
    for standard in ("sdtm", "adam"):
        for form, ending in FORMATS.items():
            folder = apart / standard / form
            assert export(data, folder, "--to", standard, "--format", form).status == DONE
            assert len(list(folder.glob(f"*.{ending}"))) > 3
    assert run("export", PROTOCOL, "--to", "usdm", "--out", apart / "usdm").status == DONE
    assert hashes(together) == hashes(apart)
    assert (together / "problems.csv").is_file()
    assert ran.err.count("not in SDTM as it is written here") == 1


def test_a_standard_is_made_once_for_all_formats(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(module: Any, name: str) -> None:
        made = getattr(module, name)

        def call(*arguments: Any, **named: Any) -> Any:
            calls.append(name)
            return made(*arguments, **named)

        monkeypatch.setattr(module, name, call)

    counted(firstdose.analysis, "derive")
    counted(exporting, "sdtm_datasets")
    counted(exporting, "check_datasets")
    counted(firstdose.cdisc.define, "definition_of")
    assert export(data, tmp_path / "out", "--to", "all", "--format", "all").status == DONE
    assert sorted(calls) == ["check_datasets", "definition_of", "definition_of", "derive", "sdtm_datasets"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--to", "sdtm", "--format", "csv", "--format", "xpt"), {"xpt", "csv"}),
        (("--format", "csv", "--format", "csv"), {"."}),
        (("--to", "adam", "--to", "sdtm"), {"sdtm", "adam"}),
        (("--to", "adam", "--to", "usdm", "--format", "all"), {f"adam/{form}" for form in FORMATS} | {"usdm"}),
        (("--to", "all", "--to", "sdtm"), {"sdtm", "adam", "usdm"}),
    ],
)
def test_there_is_a_folder_for_each_where_there_are_several(
    data: Path, tmp_path: Path, options: tuple[str, ...], expected: set[str]
) -> None:
    out = tmp_path / "out"
    ran = export(data, out, *options)
    assert ran.status == DONE, ran.err
    assert folders(out) == expected


def test_what_one_format_cannot_hold_is_written_in_the_others(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = export(trial(tmp_path / "data", "Übelkeit"), out, "--to", "all", "--format", "all")
    assert ran.status == WRONG_INPUT
    assert 'AE, row 1, AETERM, "Übelkeit"' in ran.err
    assert 'ADAE, row 1, AETERM, "Übelkeit"' in ran.err
    assert (out / "usdm" / "usdm.json").is_file()
    for standard, dataset in (("sdtm", "ae"), ("adam", "adae")):
        assert {path.name for path in (out / standard / "xpt").iterdir()} == {"conformance.csv"}
        assert "ASCII" in (out / standard / "xpt" / "conformance.csv").read_text("utf-8")
        for form, ending in (("csv", "csv"), ("dataset-json", "json")):
            folder = out / standard / form
            assert "Übelkeit" in (folder / f"{dataset}.{ending}").read_text("utf-8")
            assert f"{dataset}.{ending}" in (folder / "define.xml").read_text("utf-8")
            assert "ASCII" not in (folder / "conformance.csv").read_text("utf-8")


def test_wrong_combinations_are_refused_in_words(data: Path, tmp_path: Path) -> None:
    out, terms = tmp_path / "out", tmp_path / "SDTM Terminology 2026-06-26.txt"
    terms.write_text("", encoding="utf-8")
    document = run("export", PROTOCOL, "--to", "usdm", "--format", "csv", "--out", out)
    assert (document.status, "only datasets have a format" in document.err) == (WRONG_USAGE, True)
    without = run("export", PROTOCOL, "--to", "all", "--out", out)
    assert (without.status, "name the folder of the trial's data" in without.err) == (WRONG_USAGE, True)
    needless = export(data, out, "--to", "adam", "--to", "usdm", "--terminology", terms)
    assert (needless.status, "only the export of SDTM takes it" in needless.err) == (WRONG_USAGE, True)
    unknown = export(data, out, "--format", "csv", "--format", "sas7bdat")
    assert (unknown.status, "sas7bdat" in unknown.err) == (WRONG_USAGE, True)
    assert not out.exists()


def test_nothing_is_removed_if_one_folder_is_in_the_way(data: Path, tmp_path: Path) -> None:
    out, both = tmp_path / "out", ("--to", "sdtm", "--to", "usdm")
    assert export(data, out, *both).status == DONE
    before = hashes(out)
    again = export(data, out, *both)
    assert (again.status, "--overwrite" in again.err) == (WRONG_INPUT, True)
    (out / "adam").write_text("a file where a folder is to be")
    assert export(data, out, "--to", "all", "--overwrite").status == WRONG_INPUT
    (out / "adam").unlink()
    assert hashes(out) == before
    (out / "usdm" / "usdm.json").write_text("older")
    assert export(data, out, *both, "--overwrite").status == DONE
    assert hashes(out) == before


def test_the_data_are_never_removed(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(data, out / "sdtm").status == DONE
    before = hashes(out)
    for options in (("--to", "sdtm"), ("--to", "sdtm", "--to", "adam")):
        place = out / "sdtm" if len(options) == 2 else out
        ran = export(out / "sdtm", place, *options, "--overwrite")
        assert (ran.status, "holds the data" in ran.err) == (WRONG_INPUT, True)
        assert hashes(out) == before


def test_the_bar_goes_on_from_stage_to_stage() -> None:
    told: list[tuple[int, int | None, str]] = []

    class Bar:
        def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
            told.append((done, total, note))

    stages = Stages(Bar(), 2)  # type: ignore[arg-type]
    first = stages.begin("sdtm")
    first(1, 4, "AE")
    stages.begin("usdm")(3, 3, "written")
    assert told == [(0, 200, "sdtm"), (25, 200, "sdtm AE"), (100, 200, "usdm"), (200, 200, "usdm written")]
