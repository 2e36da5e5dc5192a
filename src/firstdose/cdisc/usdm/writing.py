"""The USDM document as a file."""

from __future__ import annotations

import json
from pathlib import Path

from firstdose.cdisc.usdm.study import usdm_document
from firstdose.protocol import Protocol

USDM_FILE = "usdm.json"


def write_usdm(protocol: Protocol, folder: Path) -> Path:
    """Write usdm.json into a folder, which is made if it is missing; the same protocol gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / USDM_FILE
    document = json.dumps(usdm_document(protocol), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(f"{document}\n", "utf-8", newline="\n")
    return path
