"""Reports of the example protocols, each made once."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from firstdose.designs.building import build_design
from firstdose.protocol import examine_text, read_protocol
from firstdose.report.design.content import DesignReport, design_content
from firstdose.report.design.evaluation import Engine

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 1, 31)
QUICK = Engine(curves=20)


@cache
def make_content(example: str) -> DesignReport:
    protocol = read_protocol(ROOT / "examples" / example / "protocol.yaml")
    return design_content(protocol, build_design(protocol), DAY, engine=QUICK)


def content_of_text(text: str) -> DesignReport:
    protocol = examine_text(text).protocol
    assert protocol is not None
    return design_content(protocol, build_design(protocol), DAY, engine=QUICK)


@pytest.fixture(scope="session")
def example_content() -> Callable[[str], DesignReport]:
    """The content of an example's report, by the name of its folder."""
    return make_content


@pytest.fixture(scope="session")
def text_content() -> Callable[[str], DesignReport]:
    """The content of the report of a protocol given as text."""
    return content_of_text
