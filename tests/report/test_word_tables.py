"""The tables for a word processor, opened by two that are not ours: LibreOffice Writer and python-docx."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import docx
import pytest

from tests.cli.running import DONE, EXAMPLES, run
from tests.conftest import find_tool
from tests.patience import PATIENCE_SECONDS

REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
CAPTION = re.compile(r"^\f?Table ([0-9]+)\.", re.MULTILINE)


@pytest.fixture
def soffice(tmp_path: Path) -> list[str]:
    """Start of a command line that runs LibreOffice without a window and with a new profile."""
    profile = (tmp_path / "office-profile").as_uri()
    return [find_tool("soffice", "libreoffice"), f"-env:UserInstallation={profile}", "--headless"]


def plain(text: str) -> str:
    """Text without its white space: a line may break anywhere."""
    return re.sub(r"\s+", "", text)


def test_word_processors_open_every_table(soffice: list[str], tmp_path: Path) -> None:
    """Each caption and each number that python-docx reads is in the pages that LibreOffice lays out."""
    pdftotext = find_tool("pdftotext")
    data, out = tmp_path / "data", tmp_path / "out"
    assert run("simulate", REFERENCE, "--seed", "5", "--out", data).status == DONE
    assert run("report", REFERENCE, data, "--out", out, "--only", "tables").status == DONE
    document = docx.Document(str(out / "tables.docx"))
    captions = [each.text for each in document.paragraphs if each.style and each.style.name == "Caption"]
    words = [each.text for each in document.paragraphs]
    assert words[0] == "Trial report"
    assert words[1].startswith("NCT03282760: ")
    assert any(re.fullmatch("Data [(]SHA-256[)]: [0-9a-f]{64}", text) for text in words[:12])
    assert f"Tables: {len(document.tables)}" in words
    numbers = list(range(1, len(document.tables) + 1))
    assert len(numbers) > 50
    assert [int(number) for caption in captions for number in CAPTION.findall(caption)] == numbers
    file = str(out / "tables.docx")
    subprocess.run([*soffice, "--convert-to", "pdf", "--outdir", str(out), file], check=True, timeout=PATIENCE_SECONDS)
    shown = subprocess.run(
        [pdftotext, str(out / "tables.pdf"), "-"], check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    ).stdout
    assert sorted({int(number) for number in CAPTION.findall(shown)}) == numbers
    laid_out = plain(shown)
    assert not [caption for caption in captions if plain(caption) not in laid_out]
    figures = {
        word
        for element in document.element.body.iter("{*}tbl")
        for text in element.iter("{*}t")
        for word in re.findall(r"[−<]?[0-9][0-9.,/]*", text.text or "")
    }
    assert len(figures) > 1000
    assert not [figure for figure in figures if figure not in laid_out]
