"""Starts the clients and reads what they found."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[3]


def clients(job: str, url: str, *numbers: int) -> Any:
    """The JSON document that a job of the clients prints."""
    command = [sys.executable, "-m", "tests.conduct.ledger.clients", job, url, *map(str, numbers)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)
