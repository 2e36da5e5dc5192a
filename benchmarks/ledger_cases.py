"""One case of the ledger in a process of its own: `python -m benchmarks.ledger_cases NAME FILE` prints JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.case import peak_mib, seconds
from benchmarks.ledger_data import KEY
from benchmarks.ledger_measuring import WRITES
from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, Verification, rebuild, verify


def opened(path: str) -> Ledger:
    """The ledger in a file."""
    return Ledger.open(f"sqlite:///{path}", KEY, lambda: datetime.now(UTC))


def verified(path: str) -> dict[str, Any]:
    """Everything that `firstdose ledger verify` looks at."""
    ledger, found = opened(path), list[Verification]()
    before = time.process_time()
    took = seconds(lambda: found.append(verify(ledger, [ledger.head()])))
    worked = time.process_time() - before
    (one,) = found
    told = {"faults": len(one.faults), "records": one.records, "seal": one.head.seal, "processor": worked}
    return {"seconds": took, "peak_mib": peak_mib(), **told}


def rebuilt(path: str) -> dict[str, Any]:
    """All records, from the entries."""
    ledger, counts = opened(path), list[int]()
    took = seconds(lambda: counts.append(rebuild(ledger)))
    return {"seconds": took, "records": counts[0]}


def written(path: str, writers: int) -> dict[str, Any]:
    """Processes that write at once, from the moment when all are ready to the end of the last."""
    processes, (waiting, start) = [], os.pipe()
    for number in range(writers):
        process = os.fork()
        if process == 0:
            os.close(start)
            _write(opened(path), number, waiting)
            os._exit(0)
        processes.append(process)
    time.sleep(0.5)
    began = time.perf_counter()
    os.close(start)  # all of them see the end of the pipe
    if any(os.waitpid(process, 0)[1] for process in processes):
        raise AssertionError("a writer failed")
    took = time.perf_counter() - began
    ledger = opened(path)
    if ledger.head().sequence != writers * WRITES or not verify(ledger).is_whole:
        raise AssertionError("not all was written")
    return {"seconds": took}


def _write(ledger: Ledger, writer: int, waiting: int) -> None:
    author = Author(f"writer.{writer}", "coordinator")
    ledger.head()
    os.read(waiting, 1)
    for number in range(WRITES):
        fields = tuple(FieldChange(f"field_{each}", None, str(number + each)) for each in range(8))
        ledger.write(
            author, [Draft("create", "laboratory_result", f"{writer}-{number}", fields)], request=f"{writer}-{number}"
        )


if __name__ == "__main__":
    name, file = sys.argv[1], str(Path(sys.argv[2]))
    result = (
        written(file, int(sys.argv[3])) if name == "write" else {"verify": verified, "rebuild": rebuilt}[name](file)
    )
    print(json.dumps(result))
