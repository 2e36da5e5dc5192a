"""Fixtures for every test: repeatable properties, and the outside tools that some tests need."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

# The tests run in several processes, so that threads of their libraries would only stand in each other's way. The
# libraries read this when they are imported, which is later.
for threads in ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

# Where nothing can be kept at home, Matplotlib says so on the standard error of every command that draws.
if "MPLCONFIGDIR" not in os.environ and not os.access(os.path.expanduser("~"), os.W_OK):
    os.environ["MPLCONFIGDIR"] = tempfile.mkdtemp(prefix="firstdose-fonts-")
    atexit.register(shutil.rmtree, os.environ["MPLCONFIGDIR"], ignore_errors=True)

# How fast a machine draws examples says nothing about what is tested.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

# Hypothesis mixes into its examples the literals of whatever modules of the project have been imported by then, which
# depends on the tests that ran before in the same process, on all changes of the code, and on how it is installed.
nothing_of_the_project = Constants()
providers._get_local_constants = lambda: nothing_of_the_project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the browser, so that `-m "not chromium"` leaves it out."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("chromium")


def find_tool(*names: str) -> str:
    """Path of the first of these programs; without any, skip, or fail where FIRSTDOSE_REQUIRE_TOOLS=1."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise missing_tool(f"{names[0]} is not installed")


def missing_tool(message: str) -> Exception:
    """Skip for want of a tool, or fail where FIRSTDOSE_REQUIRE_TOOLS=1; to be raised, though it never comes back."""
    if os.environ.get("FIRSTDOSE_REQUIRE_TOOLS") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def chromium(tmp_path: Path) -> list[str]:
    """Start of a command line that runs a headless browser with a new profile; add options and an address."""
    return [
        find_tool("chromium", "chromium-browser", "google-chrome"),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={tmp_path / 'chromium-profile'}",
    ]


@pytest.fixture
def pdftoppm() -> str:
    """Path of the program that turns PDF pages into pictures."""
    return find_tool("pdftoppm")
