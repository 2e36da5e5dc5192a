"""From the records of a trial to the one table of results: `derive`, then `analyse`."""

from __future__ import annotations

from firstdose.analysis.analysing import analyse
from firstdose.analysis.deriving.derive import derive

__all__ = ["analyse", "derive"]
