"""`firstdose check`: every problem in one line each; nothing to complain of in the examples."""

import json
from pathlib import Path

import pytest

from tests.cli.running import BROKEN, DONE, EXAMPLES, MINIMAL, PROTOCOLS, WRONG_INPUT, protocol_text, run, shell


@pytest.mark.parametrize("file", PROTOCOLS, ids=lambda file: str(file.parent.relative_to(EXAMPLES)))
def test_examples_have_no_problem(file: Path) -> None:
    ran = run("check", file)
    assert (ran.status, ran.err) == (DONE, "")
    assert ran.out.startswith(f"{file}: no problem found.\n")


def test_what_is_assumed_is_told() -> None:
    assert "\nassumed: escalation.design: " in run("check", EXAMPLES / "nsc-spms" / "protocol.yaml").out


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_broken_files_are_refused_with_their_place(file: Path) -> None:
    ran = run("check", file)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    *problems, last = ran.err.splitlines()
    assert problems
    assert all(line.startswith((f"{file}:", str(file))) and line.isprintable() for line in problems)
    assert last.startswith(f"{len(problems)} problem")
    assert "Traceback" not in ran.err


def test_no_two_broken_files_get_the_same_message() -> None:
    messages = {run("check", file).err.replace(str(file), "") for file in BROKEN}
    assert len(messages) == len(BROKEN)


def test_most_broken_files_get_a_line() -> None:
    """Some have none: what is wrong with them is what they leave out."""
    with_line = [file for file in BROKEN if run("check", file).err.startswith(f"{file}:")]
    assert len(with_line) >= 60


def test_problems_as_json() -> None:
    file = next(file for file in BROKEN if file.stem == "several_at_once")
    ran = run("check", file, "--json")
    problems = json.loads(ran.out)["problems"]
    assert (ran.status, ran.err) == (WRONG_INPUT, "")
    assert len(problems) > 1
    for problem in problems:
        assert set(problem) == {"file", "line", "key", "value", "rule", "fix"}
        assert problem["file"] == str(file)
        assert problem["rule"]
        assert problem["fix"]


def test_a_value_that_is_absent_is_null_as_json() -> None:
    """What a file leaves out has no value; an empty value has the word for it."""
    for stem, key in (("doses_missing", "dose_levels.values"), ("escalation_missing", "escalation")):
        file = next(file for file in BROKEN if file.stem == stem)
        problems = json.loads(run("check", file, "--json").out)["problems"]
        assert [problem["value"] for problem in problems if problem["key"] == key] == [None]
    for file in BROKEN:
        assert "ABSENT" not in run("check", file, "--json").out


def test_no_problem_as_json() -> None:
    assert run("check", MINIMAL, "--json").document() == {"problems": []}


def test_settings_are_checked_against_their_design(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_text(protocol_text(settings={"p_toks": 0.4}, guards=[{"no_skiping": {}}]), encoding="utf-8")
    ran = run("check", file)
    assert ran.status == WRONG_INPUT
    assert "did you mean `p_tox`?" in ran.err
    assert "did you mean `no_skipping`?" in ran.err
    assert ran.err.endswith("2 problems; mend them and run the command again\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (bytes(range(256)) * 8, "text in UTF-8"),
        ("trial: {title: café}".encode("latin-1"), "text in UTF-8"),
        ("trial: {}".encode("utf-16"), "text in UTF-8"),
        (b"\x00" * 4096, "protocol.yaml"),
        (b"[" * 100_000, "protocol.yaml"),
        (b"- " * 100_000, "protocol.yaml"),
        (b"a: " + b"9" * 100_000, "protocol.yaml"),
    ],
    ids=["empty", "binary", "latin-1", "utf-16", "zeros", "brackets", "dashes", "long number"],
)
@pytest.mark.parametrize("command", ["check", "oc", "decide", "pathways", "compare"])
def test_files_that_are_no_protocol(command: str, content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_bytes(content)
    ran = run(command, file)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    missing, folder = run("check", tmp_path / "absent.yaml"), run("check", tmp_path)
    assert (missing.status, folder.status) == (WRONG_INPUT, WRONG_INPUT)
    assert "absent.yaml: there is no such file" in missing.err
    assert "this is a folder" in folder.err


def test_exit_status_and_streams_of_the_process() -> None:
    good, bad = shell("check", MINIMAL), shell("check", BROKEN[0])
    assert (good.status, good.err) == (DONE, "")
    assert (bad.status, bad.out) == (WRONG_INPUT, "")
    assert "Traceback" not in bad.err


@pytest.mark.parametrize("key", ["title", "id"])
@pytest.mark.parametrize("text", ["red \x1b[31m", "bell \x07", "turned \u202e", "title \x9b31m"])
def test_nothing_reaches_the_terminal_that_it_would_act_upon(key: str, text: str, tmp_path: Path) -> None:
    document = json.loads(protocol_text())
    document["trial"][key] = text
    file = tmp_path / "protocol.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    for command in ("check", "oc", "decide", "pathways"):
        ran = run(command, file)
        assert ran.status == WRONG_INPUT
        assert all(line.isprintable() for line in ran.err.splitlines())


def test_a_file_name_that_a_terminal_would_act_upon(tmp_path: Path) -> None:
    file = tmp_path / "red\x1b[31m.yaml"
    file.write_text(protocol_text(), encoding="utf-8")
    for ran in (run("check", file), run("check", f"{file}x")):
        assert all(line.isprintable() for line in (ran.out + ran.err).splitlines())
        assert "red\\x1b[31m.yaml" in ran.out + ran.err


def test_a_measure_that_is_not_known_is_named_with_its_line(tmp_path: Path) -> None:
    text = (EXAMPLES / "nsc-spms" / "protocol.yaml").read_text(encoding="utf-8")
    file = tmp_path / "protocol.yaml"
    file.write_text(text.replace("measure: edss}", "measure: edsss}", 1), encoding="utf-8")
    line = 1 + text[: text.index("measure: edss}")].count("\n")
    ran = run("check", file)
    assert ran.status == WRONG_INPUT
    assert ran.err.startswith(f"{file}:{line}: schedule.activities")
    assert "did you mean `edss`?" in ran.err


def test_a_window_before_and_after_a_visit_says_how_it_is_written(tmp_path: Path) -> None:
    text = (EXAMPLES / "nsc-spms" / "protocol.yaml").read_text("utf-8")
    changed = text.replace("day: 30, window: [7, 7]", "day: 30, window: [-3, 3]")
    assert changed != text
    file = tmp_path / "protocol.yaml"
    file.write_text(changed, encoding="utf-8")
    ran = run("check", file)
    (problem, _) = ran.err.splitlines()
    assert "window[1]: -3: " in problem
    assert problem.endswith("write the days before and the days after, both positive, as [3, 3]")
