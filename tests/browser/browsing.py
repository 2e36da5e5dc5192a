"""What the tests of pages ask a browser, and of whom else: the accessibility checker, the HTML validator."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.conftest import find_tool
from tests.patience import PATIENCE_SECONDS

HERE = Path(__file__).parent
CHECKERS = HERE / "node_modules"
RULES = HERE / "html-validate.json"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
PHONE, DESKTOP = (390, 844), (1280, 900)
BAD = ("serious", "critical")
ROWS = 40
"""Of each table the accessibility checker sees so many rows: the rows of a table are made alike, and it is slow."""


def checker(path: str) -> Path:
    """A file of a checker that npm installs; without it, skip, or fail where FIRSTDOSE_REQUIRE_TOOLS=1."""
    if (CHECKERS / path).is_file():
        return CHECKERS / path
    message = f"{path} is not installed: run npm ci in {HERE.relative_to(HERE.parents[1])}"
    if os.environ.get("FIRSTDOSE_REQUIRE_TOOLS") == "1":
        pytest.fail(message)
    pytest.skip(message)


def invalid(pages: Sequence[Path]) -> list[str]:
    """What the HTML standard forbids, of all that stands in the pages."""
    command = [find_tool("node"), str(checker("html-validate/bin/html-validate.mjs"))]
    done = subprocess.run(
        [*command, "--config", str(RULES), "--formatter", "json", *map(str, pages)],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, cwd=HERE,
    )  # fmt: skip
    found = json.loads(done.stdout)
    return [
        f"{Path(each['filePath']).name}:{one['line']}: {one['message']} ({one['ruleId']})"
        for each in found
        for one in each["messages"]
    ]


@dataclass(frozen=True)
class Seen:
    """A page as the browser lays it out: its widths in pixels, what sticks out, and what the checker finds."""

    page: str
    width: int
    window: int
    is_dark: bool
    sticking_out: list[str] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def problems(self) -> Iterator[str]:
        """Everything that is wrong, in words."""
        scheme = "dark" if self.is_dark else "light"
        where = f"{self.page}, {scheme}, {self.window} px"
        if self.width > self.window:
            yield f"{where}: {self.width} px wide: {', '.join(self.sticking_out)}"
        for address in self.asked_for:
            yield f"{where}: asks for {address}"
        for one in self.violations:
            if one["impact"] in BAD:
                yield f"{where}: {one['help']} ({one['id']}, {one['impact']}), {one['count']} x: {one['first']}"


LOOK = """
for (const each of document.querySelectorAll('details')) each.open = true;
const width = document.documentElement.scrollWidth, sticking = [];
for (const each of document.body.querySelectorAll('*'))
  if (Math.max(each.getBoundingClientRect().right, each.offsetLeft + each.scrollWidth) > innerWidth + 1
      && !each.closest('.scroll') && sticking.length < 5)
    sticking.push(each.tagName + '.' + each.className + ' ' + each.textContent.trim().slice(0, 40));
for (const body of document.querySelectorAll('tbody'))
  for (const row of [...body.rows].slice(ROWS)) row.remove();
const seen = {width, window: innerWidth, is_dark: matchMedia('(prefers-color-scheme: dark)').matches,
  sticking_out: sticking, asked_for: performance.getEntriesByType('resource')
    .map(each => each.name).filter(name => !name.startsWith('data:'))};
const told = found => found.violations.map(one => ({id: one.id, impact: one.impact, help: one.help,
  count: one.nodes.length, first: one.nodes[0].html.slice(0, 200) + ' ' + one.nodes[0].failureSummary}));
axe.run(document, {resultTypes: ['violations']}).then(async found => {
  seen.violations = told(found);
  document.querySelector('button[aria-haspopup=dialog]')?.click();
  const dialog = document.querySelector('dialog[open]');
  if (dialog) seen.violations.push(...told(await axe.run(dialog, {resultTypes: ['violations']})));
}).catch(error => { seen.failure = String(error); }).finally(() => parent.postMessage(JSON.stringify(seen), '*'));
"""

FRAME = """<!doctype html><html style="color-scheme: SCHEME"><title>frame</title><body style="margin: 0">
<script>addEventListener('message', event => { document.body.dataset.seen = encodeURIComponent(event.data); });</script>
<iframe src="COPY" width="WIDTH" height="HEIGHT" style="border: 0"></iframe></body></html>
"""
"""The page stands in a frame: a browser's own window cannot be as narrow as a telephone."""


def look(page: Path, chromium: list[str], size: tuple[int, int], *, is_dark: bool = False) -> Seen:
    """The page in a window of this size, everything unfolded. The copy that is looked at lets the checker run."""
    axe = checker("axe-core/axe.min.js").read_text("utf-8")
    script = f"<script>{axe}</script><script>{LOOK.replace('ROWS', str(ROWS))}</script>"
    copy, frame = (page.with_name(f"{page.stem}-{name}.html") for name in ("looked-at", "frame"))
    html = POLICY.sub("", page.read_text("utf-8"))
    copy.write_text(html.replace("</body>", f"{script}</body>"), "utf-8")
    words = {"SCHEME": "dark" if is_dark else "light", "COPY": copy.name, "WIDTH": str(size[0]), "HEIGHT": str(size[1])}
    frame.write_text(re.sub("|".join(words), lambda found: words[found[0]], FRAME), "utf-8")
    window = f"--window-size={max(size[0], 600)},{size[1]}"
    done = subprocess.run(
        [*chromium, window, "--hide-scrollbars", "--virtual-time-budget=60000", "--dump-dom", frame.as_uri()],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True,
    )  # fmt: skip
    copy.unlink()
    frame.unlink()
    match = re.search(r'data-seen="([^"]*)"', done.stdout)
    assert match is not None, f"{page.name}: the checker did not finish: {done.stderr[-500:]}"
    seen = json.loads(unquote(match[1]))
    assert "failure" not in seen, f"{page.name}: {seen['failure']}"
    return Seen(page.name, **seen)


def messages(page: Path, chromium: list[str]) -> list[str]:
    """What the page as it is makes the browser write to its console; its policy forbids all that is not in it."""
    done = subprocess.run(
        [*chromium, "--enable-logging=stderr", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True,
    )  # fmt: skip
    return [f"{page.name}: {line}" for line in done.stderr.splitlines() if ":CONSOLE" in line]
