"""Every page that a command writes: valid HTML, accessible, inside its window, silent, and asking for nothing.

Truth comes from checkers of others: html-validate for the HTML standard, axe-core for WCAG, and the browser itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.browsing import DESKTOP, PHONE, invalid, look, messages
from tests.cli.running import DONE, EXAMPLES, run

PILOT = EXAMPLES / "cdisc-pilot"
STYLE = "<style>:root{color-scheme:light dark}body{background:Canvas;color:CanvasText}</style>"
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>{head}</head>'
    "<body><main><h1>A page</h1>{body}</main></body></html>\n"
)


PEOPLE = 2
"""So many of the pages of single people are looked at; they are made alike, and all of them are validated."""


def demonstration(out: Path) -> None:
    """The index, the design report, published trials, a virtual trial's report, its pack and a page for each person."""
    assert run("demo", "--out", out).status == DONE


def pilot(out: Path) -> None:
    """Summary and report of real data, with a control, without escalation, and with chapters that hold nothing."""
    sources = (PILOT / "protocol.yaml", PILOT / "sdtm")
    assert run("analyse", *sources, "--out", out / "summary").status == DONE
    assert run("report", *sources, "--out", out / "report", "--only", "html").status == DONE


@pytest.mark.parametrize(
    ("make", "least"),
    [
        (demonstration, {"index", "design-report", "published-trials", "trial-report", "committee-pack"}),
        (pilot, {"summary", "trial-report"}),
    ],
)
def test_every_page_is_sound(
    make: Callable[[Path], None], least: set[str], chromium: list[str], tmp_path: Path
) -> None:
    """Each scheme and each width once: a telephone in the dark, a desk in the light."""
    make(tmp_path)
    pages = sorted(tmp_path.rglob("*.html"))
    assert least <= {page.stem for page in pages}
    problems = invalid(pages)
    people = [page for page in pages if page.parent.name == "people" and page.stem != "index"]
    for page in pages:
        if page in people[PEOPLE:]:
            continue
        problems += messages(page, chromium)
        problems += look(page, chromium, PHONE, is_dark=True).problems
        problems += look(page, chromium, DESKTOP).problems
    assert not problems, "\n".join(problems[:20])


def written(folder: Path, body: str, head: str = STYLE) -> Path:
    page = folder / "page.html"
    page.write_text(PAGE.format(head=head, body=body), "utf-8")
    return page


def test_a_sound_page_has_no_problem(chromium: list[str], tmp_path: Path) -> None:
    page = written(tmp_path, "<p>All is well.</p>")
    seen = look(page, chromium, PHONE, is_dark=True)
    assert (seen.window, seen.is_dark, list(seen.problems)) == (390, True, [])
    assert not invalid([page])
    assert not messages(page, chromium)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<p id="a">One.</p><p id="a">Two.</p>', "no-dup-id"),
        ("<ul><p>No item.</p></ul>", "element-permitted-content"),
        ("<table><tr><td>Open</table>", "close-order"),
        ("<p>Open<div>Inside.</div></p>", "close-order"),
        ('<img alt="">', "element-required-attributes"),
    ],
)
def test_invalid_html_is_found(body: str, rule: str, tmp_path: Path) -> None:
    assert rule in " ".join(invalid([written(tmp_path, body)]))


@pytest.mark.parametrize(
    ("body", "is_dark", "problem"),
    [
        ('<img src="data:," alt="">' + "<p>" + "x" * 400 + "</p>", False, ", P. xxx"),
        ('<details><summary>More</summary><img src="data:image/gif,"></details>', False, "image-alt"),
        ('<p style="color: #767676; background: light-dark(#fff, #555)">Grey</p>', True, "color-contrast"),
        ('<p style="color: #bbb; background: light-dark(#fff, #222)">Grey</p>', False, "color-contrast"),
        ('<a href="#nowhere"></a>', False, "link-name"),
        (
            '<button aria-haspopup="dialog" onclick="document.querySelector(\'dialog\').showModal()">Why?</button>'
            '<dialog aria-label="Why"><img src="data:,"></dialog>',
            False,
            "image-alt",
        ),
    ],
)
def test_what_is_wrong_in_the_browser_is_found(
    body: str, is_dark: bool, problem: str, chromium: list[str], tmp_path: Path
) -> None:
    found = list(look(written(tmp_path, body), chromium, PHONE, is_dark=is_dark).problems)
    assert len(found) == 1
    assert problem in found[0]
    if problem == "color-contrast":
        assert not list(look(written(tmp_path, body), chromium, PHONE, is_dark=not is_dark).problems)


def test_what_a_page_asks_for_and_complains_of_is_found(chromium: list[str], tmp_path: Path) -> None:
    """With a policy the browser complains; the copy without one shows what would have been asked for."""
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    page = written(tmp_path, '<img src="https://example.invalid/a.png" alt="">', policy + STYLE)
    assert "Content Security Policy" in " ".join(messages(page, chromium))
    assert list(look(page, chromium, PHONE).problems) == [
        "page.html, light, 390 px: asks for https://example.invalid/a.png"
    ]
