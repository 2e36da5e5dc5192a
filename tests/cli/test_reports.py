"""`firstdose design` and `firstdose demo`: the files that they leave, which ask nothing of the network."""

import re
from pathlib import Path

import pytest
from matplotlib.font_manager import fontManager

from tests.cli.running import DONE, MINIMAL, WRONG_INPUT, Ran, run, shell

FETCHED = re.compile(
    r"""<(?:script|link|img|iframe|source|object|embed)\b[^>]*?(?:src|href|data)\s*=\s*["']?(?!data:|#|%23)([^"'\s>]+)"""
    r"""|url\(\s*["']?(?!data:|#|%23)([^"')]+)|@import\s+["']?([^"';]+)""",
    re.IGNORECASE,
)


def check_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    assert not FETCHED.findall(text)


@pytest.fixture(scope="module")
def designed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    folder = tmp_path_factory.mktemp("design") / "made" / "by the command"
    return run("design", MINIMAL, "--out", folder), folder


def test_design_writes_a_page_and_a_document(designed: tuple[Ran, Path]) -> None:
    ran, folder = designed
    assert ran.status == DONE, ran.err
    written = [Path(line.removeprefix("wrote ")) for line in ran.out.splitlines()]
    assert {file.suffix for file in written} == {".html", ".pdf"}
    assert sorted(written) == sorted(folder.iterdir())
    for file in written:
        if file.suffix == ".html":
            check_page(file)
        else:
            assert file.read_bytes().startswith(b"%PDF-")


def test_design_into_a_place_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    ran = run("design", MINIMAL, "--out", tmp_path / "taken")
    assert ran.status == WRONG_INPUT
    assert "taken" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_design_of_a_broken_file_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text("trial: {}", encoding="utf-8")
    ran = run("design", tmp_path / "protocol.yaml", "--out", tmp_path / "out")
    assert ran.status == WRONG_INPUT
    assert not (tmp_path / "out").exists()


def test_demo_takes_the_reference_trial_from_protocol_to_report(tmp_path: Path) -> None:
    assert fontManager.ttflist, "the first process that draws looks for fonts, and tells it where that takes long"
    ran = shell("demo", "--out", tmp_path)
    assert ran.status == DONE, ran.err
    assert not [line for line in ran.err.splitlines() if not line.startswith("note: ")]
    written = {line.removeprefix("wrote ") for line in ran.out.splitlines() if line.startswith("wrote /")}
    assert written >= {str(file) for file in tmp_path.iterdir() if file.is_file()}
    assert all(Path(file).is_file() for file in written)
    pages = sorted(tmp_path.glob("*.html"))
    assert tmp_path / "index.html" in pages
    assert len(pages) >= 3
    pages += [tmp_path / "report" / name for name in ("committee-pack.html", "people/index.html")]
    for page in pages:
        check_page(page)
    assert list(tmp_path.glob("*.pdf"))
    links = re.findall(r'href="([^"#]+)"', (tmp_path / "index.html").read_text(encoding="utf-8"))
    assert {"report/trial-report.html", "report/people/index.html", "report/committee-pack.pdf"} <= set(links)
    for name in links:
        assert (tmp_path / name).is_file()
    people = [page for page in (tmp_path / "report" / "people").glob("*.html") if page.name != "index.html"]
    index = (tmp_path / "report" / "people" / "index.html").read_text(encoding="utf-8")
    assert {f'href="{page.name}"' for page in people} == set(re.findall(r'href="[^"]+"', index))
    for page in (tmp_path / "report" / "trial-report.html", people[0]):
        assert "simulated" in page.read_text(encoding="utf-8")
    for command in ("firstdose design ", "firstdose simulate ", "firstdose report "):
        assert command in ran.out
