"""Pictures drawn beside: the same bytes as drawn alone, the same errors, and no process left behind."""

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from matplotlib.figure import Figure

from firstdose.report.documents import second_process
from firstdose.report.documents.drawing import Drawing
from firstdose.report.documents.figure_style import new_figure
from firstdose.report.documents.second_process import alone, beside_this_process
from firstdose.report.trial.files import DRAWINGS
from firstdose.report.trial.report import trial_document
from tests.patience import PATIENCE_SECONDS
from tests.report.reference_trial import DAY, analysis, protocol

HERE = __name__
MADE_HERE = {"participant-flow"}
"""The first picture, which is not sent: this process would draw it before its turn came."""
PARENT = """
import time
from firstdose.report.documents import second_process
second_process._cores = lambda: 2
started = second_process._started
def told(module):
    process = started(module)
    print(process.pid, flush=True)
    return process
second_process._started = told
with second_process.beside_this_process("json"):
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_process, "_cores", lambda: 2)


def line(title: str) -> Figure:
    figure = new_figure(3, 2)
    axes = figure.subplots()
    axes.plot([1, 2, 3], [2, 1, 3])
    axes.set_title(title)
    return figure


def wrong(title: str) -> Figure:
    raise ValueError(f"{title} cannot be drawn")


def warned(title: str) -> Figure:
    warnings.warn(f"{title} looks odd", UserWarning, stacklevel=1)
    return line(title)


def drawing(name: str, draw: Callable[[str], Figure] = line) -> Drawing:
    return Drawing(name, "A line", "one line", partial(draw, name), pl.DataFrame())


def test_the_pictures_of_a_trial_are_the_same_bytes_drawn_beside_or_alone() -> None:
    data, results = analysis()
    _, expected = trial_document(protocol(), data, results, DAY)
    with beside_this_process(DRAWINGS) as beside:
        _, shared = trial_document(protocol(), data, results, DAY, beside=lambda each: waited(beside(each)))
        assert [each.name for each in shared] == [each.name for each in expected]
        assert {each.name for each in shared if is_made_here(each)} <= MADE_HERE
        for one, other in zip(shared, expected, strict=True):
            assert one.picture() == other.picture(), one.name
            assert one.png() == other.png(), one.name


def waited(drawings: Sequence[Drawing]) -> Sequence[Drawing]:
    """The drawings once the other process has had its turn with all of them."""
    assert drawings
    for each in drawings:
        is_made_here(each)
    return drawings


def is_made_here(drawing: Drawing) -> bool:
    assert drawing.elsewhere is not None
    return drawing.elsewhere.exception(PATIENCE_SECONDS) is not None or drawing.elsewhere.result() is None


def test_what_cannot_be_sent_or_drawn_there_is_drawn_or_told_here() -> None:
    unsent = Drawing("unsent", "A line", "one line", lambda: line("unsent"), pl.DataFrame())
    with beside_this_process(HERE) as beside:
        good, bad, odd, local = beside([drawing("good"), drawing("bad", wrong), drawing("odd", warned), unsent])
        assert good.elsewhere is not None
        assert good.elsewhere.result(PATIENCE_SECONDS) is not None  # asked for last
        assert good.picture().svg == drawing("good").picture().svg
        assert local.png() == drawing("unsent").png()
        with pytest.raises(ValueError, match="bad cannot be drawn"):
            bad.picture()
        with pytest.warns(UserWarning, match="odd looks odd"):
            assert odd.picture().svg.startswith("<svg")


def test_a_process_that_dies_costs_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    started = second_process._started

    def noted(module: str) -> subprocess.Popen[bytes] | None:
        process = started(module)
        assert process is not None
        begun.append(process)
        return process

    monkeypatch.setattr(second_process, "_started", noted)
    with beside_this_process("no.such.module") as beside:
        assert [each.picture().svg for each in beside([drawing("one"), drawing("two")])] == [
            drawing(name).picture().svg for name in ("one", "two")
        ]
    assert begun[0].poll() is not None
    with pytest.raises(FileNotFoundError, match="no disk"), beside_this_process(HERE):
        raise FileNotFoundError("no disk")
    assert begun[1].poll() is not None
    assert all(pipe is not None and pipe.closed for pipe in (begun[1].stdin, begun[1].stdout))


def test_one_core_draws_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_process, "_cores", lambda: 1)
    with beside_this_process(HERE) as beside:
        assert beside is alone
    monkeypatch.setattr(second_process, "_cores", lambda: 2)
    with beside_this_process(HERE, is_wanted=False) as beside:
        assert beside is alone
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with beside_this_process(HERE) as beside:
        assert beside is alone


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by its number")
def test_a_killed_command_leaves_no_process() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        os.kill(number, 0)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_alive(number):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc/self/stat").exists():
        return True
    try:
        state = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it ended just now
        return False
    return state.rpartition(")")[2].split()[0] != "Z"  # of one that has ended and that nobody has asked about yet
