"""Poppler, with which many people read and check a PDF, finds nothing wrong with what is written."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from firstdose.report.committee.pdf import fitting_pack
from firstdose.report.design.content import DesignReport
from firstdose.report.design.report import render_design_pdf
from firstdose.report.documents.pdf_file import PLAIN, render_pdf
from firstdose.report.trial.report import trial_document
from tests.conftest import find_tool
from tests.patience import PATIENCE_SECONDS
from tests.report.committee_decisions import DATES, decision_at
from tests.report.conftest import DAY
from tests.report.reference_trial import analysis, protocol


@pytest.fixture(params=["design report", "trial report", "committee's pack"])
def pdf(
    request: pytest.FixtureRequest, example_content: Callable[[str], DesignReport], tmp_path: Path
) -> tuple[Path, str]:
    """Each kind of PDF, and words that stand in it."""
    if request.param == "design report":
        made, words = render_design_pdf(example_content("minimal")), "Operating characteristics"
    elif request.param == "trial report":
        made, words = render_pdf(trial_document(protocol(), *analysis(), DAY)[0], DAY), "At a glance"
    else:
        made, words = fitting_pack(decision_at(DATES["the middle"]), DAY, (), PLAIN)[1], "Decision and signatures"
    file = tmp_path / "made.pdf"
    file.write_bytes(made)
    return file, words


def test_poppler_finds_nothing_wrong_and_reads_the_text(pdf: tuple[Path, str]) -> None:
    file, words = pdf
    info = told(find_tool("pdfinfo"), str(file))
    assert info.stderr == ""
    assert re.search(r"Tagged:\s+yes", info.stdout)
    assert re.search(r"Suspects:\s+no", info.stdout)
    text = told(find_tool("pdftotext"), str(file), "-")
    assert text.stderr == ""
    assert words in " ".join(text.stdout.split())


def told(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
