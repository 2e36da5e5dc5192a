"""Trials in time keep the memory that their arrays free, and have it in large pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from firstdose.simulation.calendar.trials import KEPT_BYTES

PAGES = Path("/proc/self/smaps")
LARGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage")
HEAP = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ +\[heap\]\n(?:(?!VmFlags)\S+: .*\n)*VmFlags:(.*)$", re.M)
KEEPS = f"""
from firstdose.simulation.calendar.trials import keep_freed_memory
keep_freed_memory()
print(open("{PAGES}").read())
"""


@pytest.mark.skipif(not (PAGES.exists() and LARGE_PAGES.exists()), reason="only Linux has large pages on request")
def test_freed_memory_is_kept_in_large_pages() -> None:
    """What the C library keeps for the next arrays holds a piece for a whole step, asked for in large pages."""
    listed = subprocess.run([sys.executable, "-c", KEEPS], check=True, capture_output=True, text=True).stdout
    large = [int(end, 16) - int(start, 16) for start, end, flags in HEAP.findall(listed) if "hg" in flags.split()]
    assert max(large, default=0) >= KEPT_BYTES
