"""The USDM document as a file."""

from __future__ import annotations

import json
from pathlib import Path

from firstdose.cdisc.progress import Progress, tell_nobody
from firstdose.cdisc.usdm.study import usdm_document
from firstdose.protocol import Protocol

USDM_FILE = "usdm.json"
STEPS = 2


def write_usdm(protocol: Protocol, folder: Path, progress: Progress | None = None) -> Path:
    """Write usdm.json into a folder, which is made if it is missing; the same protocol gives the same bytes."""
    tell = progress or tell_nobody
    tell(0, STEPS, "making the document")
    document = usdm_document(protocol)
    tell(1, STEPS, "writing")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / USDM_FILE
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(f"{text}\n", "utf-8", newline="\n")
    tell(STEPS, STEPS, "written")
    return path
