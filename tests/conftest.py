"""Fixtures for every test: repeatable properties, and the outside tools that some tests need."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# The tests run in several processes, so that threads of their libraries would only stand in each other's way. The
# libraries read this when they are imported, which is later.
for threads in ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


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
