"""The command as a process: what it loads, its help, its streams and its exit status."""

import contextlib
import json
import os
import pty
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firstdose.cli.command_words import IN_FEW_WORDS
from tests.cli.running import DONE, MINIMAL, NOBODY_READ, ROOT, WRONG_INPUT, WRONG_USAGE, command_line, run, shell
from tests.patience import PATIENCE_SECONDS

HEAVY = {"jinja2", "matplotlib", "numpy", "pydantic", "rich", "ruamel", "scipy", "typst"}
COMMANDS = {
    "check": ["PROTOCOL", "--json"],
    "oc": [
        "PROTOCOL",
        "--truth",
        "--family",
        "--curves",
        "--seed",
        "--not-evaluable",
        "--method",
        "--states",
        "--json",
    ],
    "metabolites": [
        "ABUNDANCE",
        "--samples",
        "--out",
        "--scale",
        "--normalise",
        "--dose-scale",
        "--moderation",
        "--seed",
    ],
    "compare": ["PROTOCOL", "--designs", "--truth", "--family", "--json"],
    "design": ["PROTOCOL", "--out"],
    "decide": ["PROTOCOL", "--outcomes", "1NNN 2NNT", "window", "--json"],
    "pathways": ["PROTOCOL", "--outcomes", "--cohorts", "--json"],
    "simulate": ["PROTOCOL", "--scenario", "--seed", "--out", "--trials", "--format", "--with-errors", "--overwrite"],
    "tune": [
        "PROTOCOL",
        "--plan",
        "--out",
        "--most-settings",
        "--seed",
        "--states",
        "--trials",
        "--workers",
        "--cluster",
        "tuning.csv",
        "--json",
    ],
    "next": ["SETTINGS", "--out", "--phase-one", "--protocol", "--trials", "--seed", "--workers", "--json"],
    "export": ["PROTOCOL", "DATA", "--to", "--out", "--format", "--as-of", "--created", "--overwrite"],
    "analyse": ["PROTOCOL", "DATA", "--out", "--seed", "--as-of"],
    "report": ["PROTOCOL", "DATA", "--out", "--only", "--seed", "--as-of", "--dated"],
    "ledger": ["create", "verify", "backup", "restore", "rebuild", "heads", "sealed", "key elsewhere"],
    "serve": ["PROTOCOL", "--demo", "--folder", "--host", "--port"],
    "demo": ["--out", "--overwrite"],
    "validate": ["--json", "--out"],
}


def test_help_names_every_command() -> None:
    ran = run("--help")
    assert ran.status == DONE
    for command in COMMANDS:
        assert f"\n  {command} " in ran.out
    assert "Exit status: 0 done, 1" in ran.out


@pytest.mark.parametrize("arguments", [["--help"], ["ledger", "--help"]])
def test_the_list_of_commands_is_whole_on_a_narrow_terminal(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    listed = run(*arguments).out.partition("\nCommands:\n")[2].splitlines()
    assert len(listed) >= 7
    for line in listed:
        command, _, words = line.strip().partition(" ")
        assert words.strip() == IN_FEW_WORDS[command]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_teaches(command: str) -> None:
    ran, short = run(command, "--help"), run(command, "-h")
    assert (ran.status, ran.err) == (DONE, "")
    assert ran.out == short.out
    assert ran.out.startswith(f"Usage: firstdose {command} ")
    words = " ".join(ran.out.split())
    for word in COMMANDS[command]:
        assert word in words
    options = [line for line in ran.out.splitlines() if line.startswith("  -") and "--help" not in line]
    assert all(len(line.split("  ")) > 1 for line in options)


def test_commands_without_a_test_of_their_help() -> None:
    listed = run("--help").out.split("\nCommands:\n")[1]
    assert {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "} == set(
        COMMANDS
    )


@pytest.mark.parametrize("arguments", [["--help"], ["oc", "--help"], ["--version"], []])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """But for pydantic, which typer itself loads for a command that has options."""
    code = (
        "import sys\nfrom firstdose.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print('LOADED', *sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )
    loaded = {name.split(".")[0] for name in ended.stderr.split("LOADED ")[1].split()}
    assert "typer" in loaded
    assert not loaded & (HEAVY - {"pydantic"} if "oc" in arguments else HEAVY)


def test_no_command_is_wrong_usage_and_shows_the_help() -> None:
    ran = shell()
    assert ran.status == WRONG_USAGE
    assert "Usage: firstdose" in ran.out + ran.err


@pytest.mark.parametrize(
    "arguments",
    [["ok", str(MINIMAL)], ["oc"], ["check"], ["decide", str(MINIMAL), "1NNN"], ["--colour"], ["design", "x"]],
)
def test_wrong_usage(arguments: list[str]) -> None:
    ran = shell(*arguments)
    assert (ran.status, ran.out) == (WRONG_USAGE, "")
    assert ran.err.startswith("Usage: firstdose")
    assert "Error: " in ran.err
    assert "Traceback" not in ran.err


def test_installed_script_is_the_same_command() -> None:
    script = Path(sysconfig.get_path("scripts"), "firstdose")
    if not script.exists():
        pytest.skip("the firstdose script is not installed beside this Python")
    ended = subprocess.run(
        [script, "check", MINIMAL], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (ended.returncode, ended.stderr) == (DONE, "")
    assert ended.stdout == shell("check", MINIMAL).out
    failed = subprocess.run(
        [script, "check", "absent.yaml"], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (failed.returncode, failed.stdout) == (WRONG_INPUT, "")


@pytest.mark.parametrize("arguments", [["oc", str(MINIMAL), "--json"], ["pathways", str(MINIMAL), "--cohorts", "5"]])
def test_a_reader_that_goes_away_leaves_no_traceback(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen(command_line(*arguments), stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    os.close(reading)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, errors) == (NOBODY_READ, "")


@pytest.mark.parametrize("arguments", [["check", "absent.yaml"], ["--colour"]])
def test_what_is_wrong_has_its_status_though_nobody_reads_either_stream(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen(command_line(*arguments), stdout=writing, stderr=writing)
    os.close(writing)
    os.close(reading)
    assert process.wait(timeout=PATIENCE_SECONDS) == (WRONG_USAGE if arguments == ["--colour"] else WRONG_INPUT)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told_without_a_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            command_line("oc", MINIMAL, "--json"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == WRONG_INPUT
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [["check", "absent.yaml"], ["oc", MINIMAL, "--json"]])
def test_what_cannot_even_be_told_has_its_status(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command_line(*arguments), stdout=full, stderr=full, check=False)
    assert ended.returncode == WRONG_INPUT


def test_output_in_a_place_without_unicode() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    protocol = str(ROOT / "examples" / "nsc-spms" / "protocol.yaml")
    for arguments in (["check", protocol], ["decide", protocol], ["oc", protocol, "--json"]):
        ended = subprocess.run(
            command_line(*arguments),
            capture_output=True,
            text=True,
            env=environment,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert ended.returncode == DONE, ended.stderr
        assert "Traceback" not in ended.stderr


def all_of(screen: int) -> bytes:
    """All that a terminal is told, until nobody has it open any more."""
    told = b""
    with contextlib.suppress(OSError):
        while part := os.read(screen, 1 << 16):
            told += part
    return told


@pytest.mark.parametrize("terminal_type", ["xterm", "dumb"])
def test_progress_goes_to_standard_error_only(terminal_type: str) -> None:
    """On a terminal that sees standard error only, after a second; standard output stays one document."""
    arguments = ["oc", str(MINIMAL), "--method", "monte-carlo", "--trials", "30000", "--json"]
    code = "from firstdose.cli import main, output; output.SECONDS_BEFORE_PROGRESS = 0.0; main()"
    screen, terminal = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=terminal, text=True,
            env={**os.environ, "TERM": terminal_type},
        )  # fmt: skip
        os.close(terminal)
        with ThreadPoolExecutor(1) as beside:  # a terminal that nobody reads is soon full, and the command waits
            seen = beside.submit(all_of, screen)
            try:
                out, _ = process.communicate(timeout=PATIENCE_SECONDS)
            finally:
                process.kill()
            shown = seen.result(PATIENCE_SECONDS).decode(errors="replace")
    finally:
        os.close(screen)
    assert process.returncode == DONE
    assert out.startswith("{\n")
    assert out.endswith("}\n")
    assert "simulating boin" in shown if terminal_type == "xterm" else shown == ""
    assert "simulating" not in out


NOT_LATIN = {"trial": {"id": "T-1", "title": "細胞 🙂"}, "dose_levels": {"unit": "млн клеток", "values": [1, 3]}}


@pytest.fixture
def not_latin(tmp_path: Path) -> Path:
    """A protocol with characters that few encodings have, in a folder of such a name."""
    folder = tmp_path / "Prüfung 日本"
    folder.mkdir()
    escalation = {"design": "boin", "target_dlt_rate": 0.25, "cohort_size": 3, "max_participants": 6}
    path = folder / "протокол.yaml"
    path.write_text(json.dumps(NOT_LATIN | {"escalation": escalation}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8"])
def test_characters_that_the_output_lacks(encoding: str, not_latin: Path) -> None:
    """As where output goes into a file on Windows."""

    def printed(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        command = command_line(arguments[0], not_latin, *arguments[1:])
        ended = subprocess.run(command, capture_output=True, env=environment, timeout=PATIENCE_SECONDS, check=False)
        assert (ended.returncode, ended.stderr) == (DONE, b"")
        return ended.stdout.decode(encoding)

    unit = "млн клеток" if encoding == "utf-8" else "млн клеток".encode("ascii", "backslashreplace").decode()
    assert f"dose ({unit})" in printed("oc")
    assert json.loads(printed("oc", "--json"))["unit"] == "млн клеток"


@pytest.mark.parametrize("arguments", [["check", b"\xff.yaml"], ["design", str(MINIMAL), "--out", b"o\xff"]])
def test_names_that_are_no_text_are_told(arguments: list[str | bytes], tmp_path: Path) -> None:
    command = [*command_line(), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=PATIENCE_SECONDS, check=False)
    assert (ended.returncode, ended.stdout) == (WRONG_INPUT, "")
    assert ended.stderr.endswith("name it in UTF-8, and set PYTHONUTF8=1 if it is\n")
    assert list(tmp_path.iterdir()) == []
