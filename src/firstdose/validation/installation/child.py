"""A process of its own that writes, and can be killed; it is told what to do by one line of JSON on standard input.

It is run as a file, so that it starts quickly and does not import what only the certificate needs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, LedgerError, read_key

RECORDS_OF_A_WRITE = 3
PAUSE_SECONDS = 0.002
"""Lets the others in: who writes again at once keeps them waiting."""


def write_without_end(ledger: Ledger, name: str) -> Iterator[dict[str, Any]]:
    """Write three records at a time, and tell each write once it was acknowledged."""
    author = Author(name, "coordinator", "A", "UTC")
    for number in count(1):
        request = f"{name}-{number}"
        drafts = [
            Draft("create", "vital_signs", f"{request}-{each}", (FieldChange("pulse", None, str(60 + each)),))
            for each in range(RECORDS_OF_A_WRITE)
        ]
        entries = ledger.write(author, drafts, request=request)
        yield {"request": request, "entries": [[entry.sequence, entry.seal] for entry in entries]}
        time.sleep(PAUSE_SECONDS)


def claim_slots(ledger: Ledger, name: str, site: str, cohort: str, protocol: str, asked: TextIO) -> Iterator[Any]:
    """Reserve a cohort's last slot for a participant each time that a line is read; what was answered."""
    from firstdose.conduct.desk import Desk
    from firstdose.conduct.slots import reserve_slot
    from firstdose.protocol import examine_text

    rules = examine_text(protocol).protocol
    if rules is None:
        raise ValueError("the protocol cannot be read")
    author = Author(name, "coordinator", site, "Europe/Rome")
    yield "ready"
    for _ in asked:
        try:
            with Desk(ledger, rules).work(author) as work:
                reserve_slot(work, cohort, name)
            yield "reserved"
        except LedgerError as problem:
            yield f"{type(problem).__name__}: {problem}"


def main() -> None:
    """Do what the first line says, and tell each result in a line of its own."""
    job = json.loads(sys.stdin.readline())
    moment = datetime.fromisoformat(job["now"])
    ledger = Ledger.open(job["url"], read_key(Path(job["key_file"])), lambda: moment)
    name = job["name"]
    told = (
        write_without_end(ledger, name)
        if job["do"] == "write"
        else claim_slots(ledger, name, job["site"], job["cohort"], job["protocol"], sys.stdin)
    )
    for result in told:
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
    ledger.close()


if __name__ == "__main__":
    main()
