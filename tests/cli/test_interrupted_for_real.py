"""Ctrl-C in a terminal reaches all processes of a command: it ends with one word, and none of them outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.running import MINIMAL, command_line
from tests.cli.test_oc import in_time
from tests.patience import PATIENCE_SECONDS
from tests.simulation.tunings import plan_text

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not told in files")

INTERRUPTED = 130
LONG = ("--trials", "1000000", "--family", "random", "--curves", "200")
SEARCH = {"designs": {"crm": {"half_width": {"from": 0.02, "to": 0.08, "step": 0.0005}, "prior_mtd": 2}}}


def calls(folder: Path) -> dict[str, list[str | Path]]:
    """A command of each kind that would take minutes, with two processes beside its own."""
    plan = folder / "plan.yaml"
    curves = {"scenarios": {"random": 400, "seed": 1}, "unseen": {"random": 400, "seed": 2}}
    plan.write_text(plan_text(search={**SEARCH, "max_participants": [57, 60]}, **curves), encoding="utf-8")
    calendar: list[str | Path] = ["oc", in_time(folder), "--method", "calendar", "--accrual", "3", *LONG]
    return {
        "oc, cluster": [*calendar, "--cluster", "local", "--workers", "2"],
        "oc, cores": [*calendar, "--workers", "2"],
        "tune, cores": ["tune", MINIMAL, "--plan", plan, "--out", folder / "made", "--workers", "2"],
    }


def members(session: int) -> dict[int, float]:
    """The processes of a session that have not ended, with the seconds that each has worked."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8").rsplit(")", 1)[1].split()
        except OSError:  # it has gone meanwhile
            continue
        if fields[0] != "Z" and int(fields[3]) == session:
            found[int(path.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def wait_until_at_work(command: subprocess.Popen[str]) -> None:
    """Wait until two processes beside a command's own have done a second of work each."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert command.poll() is None, command.communicate()
        busy = [each for each, seconds in members(command.pid).items() if each != command.pid and seconds > 1.0]
        if len(busy) >= 2:
            return
        time.sleep(0.1)
    raise AssertionError("no two processes went to work")


def heed_interrupts() -> None:
    """A command that a shell runs in the background ignores interrupts, as do those that it starts: not this one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("name", ["oc, cluster", "oc, cores", "tune, cores"])
def test_one_word_and_nobody_left(tmp_path: Path, name: str) -> None:
    with subprocess.Popen(
        command_line(*calls(tmp_path)[name]),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heed_interrupts,
    ) as command:  # fmt: skip
        try:
            wait_until_at_work(command)
            os.killpg(command.pid, signal.SIGINT)
            out, err = command.communicate(timeout=PATIENCE_SECONDS)
        finally:
            if command.poll() is None:
                os.killpg(command.pid, signal.SIGKILL)
    assert (command.returncode, out) == (INTERRUPTED, "")
    lines = err.splitlines()
    assert lines[-1] == "interrupted"
    assert len(lines) == (2 if name.startswith("tune") else 1), err
    until = time.monotonic() + PATIENCE_SECONDS
    while members(command.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert members(command.pid) == {}


def test_what_is_started_does_not_hear_and_what_waits_is_heard_afterwards() -> None:
    """In a process of its own, so that a mistake does not interrupt the tests."""
    script = """if True:
        import os, signal, subprocess, sys
        from firstdose.simulation.machines.interrupts import deaf_to_interrupts
        try:
            with deaf_to_interrupts():
                child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
                os.kill(os.getpid(), signal.SIGINT)
                print("still here")
            print("never printed")
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            child.communicate(b"\\n")
            print("heard", child.returncode)
    """
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, preexec_fn=heed_interrupts,
    )  # fmt: skip
    assert ran.stdout.split("\n") == ["still here", "heard 0", ""], ran.stderr
