"""What is derived of the one person of a trial, and the notes about it."""

from typing import Any

import polars as pl

from firstdose.analysis.deriving.derive import derive
from firstdose.protocol import Protocol
from firstdose.records import TrialData
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import AnalysisNote, SubjectAnalysis
from tests.analysis.trial_records import reference_protocol


def derived(data: TrialData, protocol: Protocol | None = None) -> dict[str, Any]:
    """The one person of a trial."""
    return derive(protocol or reference_protocol(), data)[SubjectAnalysis].row(0, named=True)


def notes(data: TrialData, what: str, protocol: Protocol | None = None) -> list[str]:
    """The notes about one thing."""
    found: AnalysisData = derive(protocol or reference_protocol(), data)
    return found[AnalysisNote].filter(pl.col("what") == what)["note"].to_list()
