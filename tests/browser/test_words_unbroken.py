"""Words of wide listings stay whole: terms in capitals, dates and identifiers, as the browser lays them out."""

from __future__ import annotations

import json
import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

from firstdose.report.documents.blocks import Chapter, Document, Table, rows
from firstdose.report.documents.html_page import render_html
from tests.browser.browsing import POLICY
from tests.patience import PATIENCE_SECONDS

COLUMNS = 14
LINE = ("01-701-1015", "3", "ATRIOVENTRICULAR BLOCK SECOND DEGREE", "GENERAL DISORDERS AND ADMINISTRATION",
        "2014-01-03", "2014-01-11", "moderate", "TABLET", "ORAL", "PRN", "not recovered", "probable", "SCREENING 1",
        "2014-01-16")  # fmt: skip
BROKEN = """
const broken = [];
for (const cell of document.querySelectorAll('tbody th, tbody td')) {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const word of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map(each => Math.round(each.top)));
      if (tops.size > 1) broken.push(word[0]);
    }
}
document.documentElement.dataset.broken = JSON.stringify([...new Set(broken)]);
"""


def broken(html: str, width: int, chromium: list[str], folder: Path) -> list[str]:
    """The words of tables that stand on two lines in a window of this width."""
    page = folder / "page.html"
    page.write_text(POLICY.sub("", html).replace("</body>", f"<script>{BROKEN}</script></body>"), "utf-8")
    done = subprocess.run(
        [*chromium, f"--window-size={width},900", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True,
    )  # fmt: skip
    (found,) = re.findall(r'data-broken="([^"]*)"', done.stdout)
    words: list[str] = json.loads(unescape(found))
    return words


@pytest.mark.parametrize("width", [600, 1280])
@pytest.mark.parametrize("columns", [6, 9, COLUMNS])
def test_words_of_a_listing_are_not_broken(width: int, columns: int, chromium: list[str], tmp_path: Path) -> None:
    heads = tuple(f"heading {number}" for number in range(columns))
    listing = Table("Listing", heads, rows([LINE[:columns]] * 3), words=tuple(range(columns)))
    chapters = (Chapter("listings", "Listings", (listing,)),)
    html = render_html(Document("t", "h", "s", (), chapters, "f"))
    assert broken(html, width, chromium, tmp_path) == []


def test_a_broken_word_is_found(chromium: list[str], tmp_path: Path) -> None:
    body = '<table style="table-layout: fixed; width: 60px"><tbody><tr><td style="overflow-wrap: anywhere">TABLETTABLET'
    assert broken(f"<!doctype html><title>t</title><body>{body}</table></body>", 600, chromium, tmp_path)
