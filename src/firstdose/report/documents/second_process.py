"""A second process that draws pictures beside the first one; without it the same pictures are drawn, only later."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.report.documents.drawing import Drawing, Drawn, drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Beside = Callable[[Sequence[Drawing]], Sequence[Drawing]]
"""Takes drawings and returns them in their order, some of them to be drawn by another process."""

START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {module} import serve; serve(sys.argv[2])"


def alone(drawings: Sequence[Drawing]) -> Sequence[Drawing]:
    """The drawings as they are: each is drawn here, when it is asked for."""
    return drawings


@contextlib.contextmanager
def beside_this_process(module: str, is_wanted: bool = True) -> Iterator[Beside]:
    """A process that draws pictures while this one goes on; `alone` on a single core or where none can be started.

    It is started at once and imports ``module``, that of the drawings, so that it is ready when the first one is
    wanted. It ends with the context; when this process dies in any way, its requests end, and so does it. What cannot
    be sent to it, and what it cannot draw, is drawn here: with the same bytes, or the error that it met.
    """
    process = _started(module) if is_wanted and sys.executable and _cores() > 1 else None
    if process is None:
        yield alone
        return
    # One thread asks for one picture at a time, so that those not yet asked for can still be drawn here.
    asking = ThreadPoolExecutor(1)
    try:
        yield lambda drawings: _shared(drawings, process, asking)
    finally:
        process.kill()
        asking.shutdown(cancel_futures=True)
        with contextlib.suppress(OSError), process:  # closes its pipes, where half a request may be left
            pass


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _started(module: str) -> subprocess.Popen[bytes] | None:
    start, places = START.format(module=__name__), json.dumps(sys.path)
    with contextlib.suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-P", "-c", start, places, module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    return None


def _shared(
    drawings: Sequence[Drawing], process: subprocess.Popen[bytes], asking: ThreadPoolExecutor
) -> Sequence[Drawing]:
    """The drawings, the last ones asked for first: this process needs the first ones first, and draws those itself."""
    shared = [replace(each, elsewhere=asking.submit(_asked, process, each.draw)) for each in reversed(drawings)]
    return shared[::-1]


def _asked(process: subprocess.Popen[bytes], draw: Callable[[], Figure]) -> Drawn | None:
    """What the process drew; raises what `pickle` does, or OSError or EOFError where the process is not there."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(pickle.dumps(draw))
    process.stdin.flush()
    made: Drawn | None = pickle.load(process.stdout)
    return made


def serve(module: str) -> None:
    """Draw what standard input asks for until it ends; None on standard output where that raises an error or warns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the process that asks, and ends this one too
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    for name in (module, "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"):
        importlib.import_module(name)
    while True:
        try:
            draw = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(_drawn_in_silence(draw), answers)
        answers.flush()


def _drawn_in_silence(draw: Callable[[], Figure]) -> Drawn | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return drawn(draw)
        except Exception:
            return None
