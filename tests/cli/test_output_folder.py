"""Where commands write: nothing is replaced unasked, no wrong place costs time, and files stand whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from firstdose.cli.inputs import InputError
from firstdose.cli.output_folder import check_file, check_folder, is_same, placed, told_in_short, whole_or_not
from tests.cli.running import DONE, EXAMPLES, MINIMAL, WRONG_INPUT, run

REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
NEXT = EXAMPLES / "nsc-spms" / "next_trial.yaml"
PILOT = EXAMPLES / "cdisc-pilot"
METABOLITES = EXAMPLES / "metabolites"
ABUNDANCES = (METABOLITES / "abundances.csv", "--samples", METABOLITES / "samples.csv")
PILOTS = (PILOT / "protocol.yaml", PILOT / "sdtm")
WRITING: dict[str, tuple[tuple[str | Path, ...], str]] = {
    "analyse": (PILOTS, "results.csv"),
    "report": ((*PILOTS, "--only", "pdf"), "trial-report.pdf"),
    "design": ((MINIMAL,), "design-report.pdf"),
    "next": ((NEXT, "--trials", "100"), "next-trial.html"),
    "metabolites": (ABUNDANCES, "classes.csv"),
    "tune": ((MINIMAL, "--plan", EXAMPLES / "nsc-spms" / "tuning.yaml"), "best.yaml"),
    "validate": ((), "certificate.txt"),
    "demo": ((), "virtual-trial"),
    "simulate": ((REFERENCE, "--seed", "1"), "subjects.csv"),
}
"""Commands with a folder, and a file that each would replace."""


@pytest.mark.parametrize("command", WRITING)
def test_what_is_there_is_not_replaced_unasked(command: str, tmp_path: Path) -> None:
    arguments, name = WRITING[command]
    held = tmp_path / name
    held.write_text("mine", encoding="utf-8")
    ran = run(command, *arguments, "--out", tmp_path)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "add --overwrite to replace" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert held.read_text("utf-8") == "mine"


@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize("below", [False, True])
def test_a_file_in_the_place_of_the_folder_is_told_at_once(command: str, below: bool, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    ran = run(command, *WRITING[command][0], "--out", taken / "inner" if below else taken)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert f"{taken} is a file; name a folder" in ran.err
    assert taken.read_text("utf-8") == "mine"


def test_with_overwrite_it_is_replaced_and_nothing_else_touched(tmp_path: Path) -> None:
    for name in ("summary.html", "notes.txt"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    assert run("analyse", *PILOTS, "--out", tmp_path, "--overwrite").status == DONE
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"
    assert (tmp_path / "summary.html").read_text("utf-8") != "mine"
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_parts_of_a_report_that_are_not_written_are_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "trial-report.html").write_text("mine", encoding="utf-8")
    ran = run("report", REFERENCE, PILOT / "sdtm", "--only", "pack", "--out", tmp_path)
    assert "add --overwrite" not in ran.err
    assert (tmp_path / "trial-report.html").read_text("utf-8") == "mine"


def test_a_folder_without_rights_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are asked of the system, which allows everything to its owner: here it answers no."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match=r"^--out .*new: .* may not be written to; name another folder$"):
        check_folder(tmp_path / "new")
    monkeypatch.undo()
    check_folder(tmp_path / "new" / "inner")
    assert list(tmp_path.iterdir()) == []


def test_a_single_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    held = tmp_path / "picture.svg"
    held.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="there is a file already; name another one, or add --overwrite"):
        check_file("--picture", held)
    check_file("--picture", held, overwrite=True)
    check_file("--picture", tmp_path / "new" / "picture.svg")
    with pytest.raises(InputError, match="this is a folder; name the file in it"):
        check_file("--picture", tmp_path)
    with pytest.raises(InputError, match="is a file; name a folder"):
        check_file("--picture", held / "picture.svg")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("is_there", [False, True])
def test_after_an_error_nothing_has_changed(error: BaseException, is_there: bool, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if is_there:
        out.mkdir()
        (out / "table.csv").write_text("whole", encoding="utf-8")

    def begin() -> None:
        with whole_or_not(out) as made:
            (made / "table.csv").write_text("ha", encoding="utf-8")
            raise error

    with pytest.raises(type(error)):
        begin()
    left = {path.name: path.read_text("utf-8") for path in out.iterdir()} if out.exists() else None
    assert left == ({"table.csv": "whole"} if is_there else None)


def test_files_and_folders_are_put_in_place(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "old.svg").write_text("old", encoding="utf-8")
    (tmp_path / "page.html").write_text("old", encoding="utf-8")
    with whole_or_not(tmp_path) as made:
        (made / "figures").mkdir()
        written = [made / "page.html", made / "figures" / "new.svg"]
        for path in written:
            path.write_text("new", encoding="utf-8")
    assert placed(written, made, tmp_path) == [tmp_path / "page.html", tmp_path / "figures" / "new.svg"]
    found = {str(path.relative_to(tmp_path)): path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {
        "page.html": "new",
        os.path.join("figures", "new.svg"): "new",
        os.path.join("figures", "old.svg"): "old",
    }


def test_links_that_lead_in_a_circle_are_told(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    for data, out in ((circle, tmp_path / "out"), (PILOT / "sdtm", circle)):
        ran = run("analyse", PILOT / "protocol.yaml", data, "--out", out)
        assert (ran.status, ran.out.partition(":")[0]) == (WRONG_INPUT, f"read {data}" if out == circle else "")
    (tmp_path / "link").symlink_to(PILOT / "sdtm")
    assert is_same(tmp_path / "link", PILOT / "sdtm")
    assert not is_same(tmp_path / "link", tmp_path)


def test_records_that_were_not_simulated_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "subjects.csv").write_text("subject\nA-1\n", encoding="utf-8")
    ran = run("simulate", REFERENCE, "--seed", "1", "--out", tmp_path, "--overwrite")
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert "the folder holds subjects.csv and no truth/: records that were not simulated are not replaced" in ran.err
    assert (tmp_path / "subjects.csv").read_text("utf-8") == "subject\nA-1\n"


def test_many_files_of_a_folder_are_told_on_one_line(tmp_path: Path) -> None:
    tables, few = tmp_path / "tables", tmp_path / "few"
    many = [tables / f"{number}.csv" for number in range(7)]
    alone = [tmp_path / f"{number}.html" for number in range(7)]
    assert told_in_short([alone[0], *many, few / "a", few / "b", *alone[1:]], tmp_path) == [
        f"wrote {alone[0]}",
        f"wrote 7 files to {tables}",
        f"wrote {few / 'a'}",
        f"wrote {few / 'b'}",
        *(f"wrote {path}" for path in alone[1:]),
    ]
