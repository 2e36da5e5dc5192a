"""What was evaluated, a line each as soon as it is known: a search that was killed goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from firstdose.simulation.tuning.evaluation import Evaluation
from firstdose.simulation.tuning.measures import as_plain, from_plain


@dataclass
class Journal:
    """A file of JSON lines that only grows; without a path nothing is kept.

    Each line holds the key of a part, which covers everything that its figures depend on, and the figures. So a journal
    may hold lines of other plans and protocols, and a changed aim computes nothing again.
    """

    path: Path | None = None
    known: dict[str, Evaluation] = field(default_factory=dict)
    _file: BinaryIO | None = None

    def read(self) -> Journal:
        """Take up what the file holds; a line that was cut off, or is none of these, is left out."""
        if self.path is not None and self.path.exists():
            for line in self.path.read_bytes().splitlines():
                self._take(line)
        return self

    def _take(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            self.known[told["key"]] = _evaluation(told)
        except (ValueError, KeyError, TypeError, AttributeError):
            return

    def write(self, key: str, about: Mapping[str, Any], found: Evaluation) -> None:
        """Add a line, in one piece, and hand it to the system."""
        self.known[key] = found
        if self.path is None:
            return
        if self._file is None:
            self._file = self._opened(self.path)
        told = {"key": key, **about, "method": found.method, "states": found.states, "trials": found.trials}
        told |= {"problem": found.problem, "figures": as_plain(found.figures)}
        self._file.write(json.dumps(told, allow_nan=False, separators=(",", ":")).encode("utf-8") + b"\n")
        self._file.flush()

    @staticmethod
    def _opened(path: Path) -> BinaryIO:
        """The file to add to, after the end of a line."""
        is_cut_off = path.exists() and path.read_bytes()[-1:] not in (b"", b"\n")
        file = path.open("ab")
        if is_cut_off:
            file.write(b"\n")
        return file

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _evaluation(told: Mapping[str, Any]) -> Evaluation:
    return Evaluation(told["method"], told["states"], told["trials"], from_plain(told["figures"]), told["problem"])
