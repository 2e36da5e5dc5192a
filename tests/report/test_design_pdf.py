"""The design report as PDF: repeatable, tagged, complete, and never reading a protocol's text as markup."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from firstdose.designs.building import build_design
from firstdose.protocol import read_protocol
from firstdose.report.design.content import DesignReport
from firstdose.report.design.evaluation import Engine
from firstdose.report.design.report import render_design_pdf, render_design_report, write_design_report
from firstdose.report.documents.wording import percent_figure
from tests.patience import PATIENCE_SECONDS
from tests.report.conftest import DAY, ROOT

HOSTILE = "<script>alert(1)</script> #text(red)[x] $x$ {{ 7*7 }} */ // @ref <b> ]#panic()"


def hostile_protocol() -> str:
    return f"""
trial: {{id: HOSTILE-1, title: '{HOSTILE}', condition: '{HOSTILE}'}}
dose_levels: {{unit: '{HOSTILE}', values: [1, 2, 3], labels: ['<i>', '$a$', '#b']}}
escalation:
  design: boin
  target_dlt_rate: 0.25
  cohort_size: 3
  max_participants: 9
  dlt: {{definition: '{HOSTILE}', attribution: [product], window_days: 28}}
  committee_review: {{required: true, name: '{HOSTILE}', members: ['{HOSTILE}']}}
assumed:
  - {{path: escalation, why: '{HOSTILE}'}}
"""


@pytest.fixture(scope="module")
def content(example_content: Callable[[str], DesignReport]) -> DesignReport:
    return example_content("nsc-spms")


@pytest.fixture
def pdf_text(pdftoppm: str, tmp_path: Path) -> Callable[[bytes], str]:
    """The text of a PDF, through the program that stands beside the fixture's."""

    def read(made: bytes) -> str:
        file = tmp_path / "report.pdf"
        file.write_bytes(made)
        tool = Path(pdftoppm).with_name("pdftotext")
        return subprocess.run(
            [tool, "-layout", file, "-"], check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        ).stdout

    return read


def test_same_content_gives_the_same_bytes(content: DesignReport) -> None:
    assert render_design_pdf(content) == render_design_pdf(content)


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    protocol = read_protocol(ROOT / "examples" / "minimal" / "protocol.yaml")
    written = write_design_report(protocol, build_design(protocol), tmp_path / "here", DAY, engine=Engine(curves=5))
    code = """if True:
        import sys
        from datetime import date
        from pathlib import Path
        from firstdose.designs.building import build_design
        from firstdose.protocol import read_protocol
        from firstdose.report.design.report import write_design_report
        from firstdose.report.design.evaluation import Engine
        protocol = read_protocol(sys.argv[1])
        folder, day = Path(sys.argv[2]), date(2026, 1, 31)
        write_design_report(protocol, build_design(protocol), folder, day, engine=Engine(curves=5))
    """
    file = ROOT / "examples" / "minimal" / "protocol.yaml"
    subprocess.run([sys.executable, "-c", code, file, tmp_path / "there"], check=True, timeout=PATIENCE_SECONDS)
    for path in written:
        assert (tmp_path / "there" / path.name).read_bytes() == path.read_bytes()


def test_pages_and_text(content: DesignReport, pdf_text: Callable[[bytes], str]) -> None:
    text = pdf_text(render_design_pdf(content))
    pages = text.count("\f")
    assert 6 <= pages <= 14
    assert f"1 of {pages}" in text
    joined = " ".join(text.replace("\u00a0", " ").split())
    for words in (
        "Design report",
        "Summary",
        "Decision table",
        "Operating characteristics",
        "References",
        "Assumptions",
    ):
        assert words in joined
    for scenario in content.figures.scenarios:
        assert " ".join(percent_figure(chance) for chance in scenario.selected) in joined


def test_pdf_is_tagged_and_has_a_title(content: DesignReport, pdftoppm: str, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(render_design_pdf(content))
    tool = Path(pdftoppm).with_name("pdfinfo")
    told = subprocess.run([tool, file], check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS).stdout
    assert re.search(r"Tagged:\s+yes", told)
    assert re.search(r"Title:\s+NCT03282760: design report", told)
    assert re.search(r"Page size:.*A4", told)


def test_hostile_text_stays_text_in_html(text_content: Callable[[str], DesignReport]) -> None:
    html = render_design_report(text_content(hostile_protocol()))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html


def test_hostile_text_stays_text_in_pdf(
    text_content: Callable[[str], DesignReport], pdf_text: Callable[[bytes], str]
) -> None:
    text = pdf_text(render_design_pdf(text_content(hostile_protocol())))
    assert "#panic()" in text
    assert "#text(red)[x] $x$ {{ 7*7 }}" in text
