"""A page of the report used in a browser, under its own policy but for the one script that uses it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_SECONDS


def log_of(script: str, page: str, chromium: list[str], folder: Path) -> Any:
    """What a script has written into ``document.documentElement.dataset.log``, as JSON, after it used the page."""
    allowed = base64.b64encode(sha256(script.encode()).digest()).decode()
    text = page.replace("script-src ", f"script-src 'sha256-{allowed}' ", 1)
    file = folder / "page.html"
    file.write_text(text.replace("</body>", f"<script>{script}</script></body>"), "utf-8")
    done = subprocess.run(
        [*chromium, "--window-size=1280,900", "--virtual-time-budget=20000", "--dump-dom", file.as_uri()],
        check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    (found,) = re.findall(r'data-log="([^"]*)"', done.stdout)
    return json.loads(unescape(found))
