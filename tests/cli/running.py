"""Runs the command line: in this process where speed matters, as a process of its own where streams do."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firstdose.cli import main
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
MINIMAL = EXAMPLES / "minimal" / "protocol.yaml"
CRM = EXAMPLES / "crm" / "protocol.yaml"
PROTOCOLS = sorted(EXAMPLES.rglob("protocol.yaml"))
BROKEN = sorted((ROOT / "tests" / "protocol" / "broken").glob("*.yaml"))
DONE, WRONG_INPUT, WRONG_USAGE, NOBODY_READ = 0, 1, 2, 141


@dataclass(frozen=True)
class Ran:
    """What became of a command."""

    status: int
    out: str
    err: str

    def document(self) -> Any:
        """The one JSON document on standard output."""
        assert self.status == DONE, self.err
        return json.loads(self.out, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def run(*arguments: str | Path) -> Ran:
    """The command in this process; an exception other than its exit goes through, as a traceback would."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status: object = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
    assert isinstance(status, int)
    return Ran(status, out.getvalue(), err.getvalue())


def command_line(*arguments: str | Path) -> list[str]:
    """The command as a process of its own."""
    start = "import sys; from firstdose.cli import main; sys.exit(main())"
    return [sys.executable, "-c", start, *map(str, arguments)]


def shell(*arguments: str | Path) -> Ran:
    """The command as a process of its own, with the streams as they come out of it."""
    ended = subprocess.run(
        command_line(*arguments),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def protocol_text(**escalation: object) -> str:
    """The smallest protocol, as JSON, with some keys of its escalation changed."""
    keys = {
        "design": "boin",
        "target_dlt_rate": 0.25,
        "cohort_size": 3,
        "max_participants": 24,
        "start_level": 1,
        **escalation,
    }
    return json.dumps(
        {
            "trial": {"id": "TEST-1", "title": "A trial"},
            "dose_levels": {"unit": "million cells", "values": [5, 10, 16, 24]},
            "escalation": keys,
        }
    )
