"""Exports an analysis as ADaM: makes the datasets, checks them, and writes them if nothing forbids it."""

from __future__ import annotations

from datetime import datetime
from os import PathLike
from pathlib import Path

from firstdose.cdisc.adam.checking import check_analysis_datasets
from firstdose.cdisc.adam.datasets import analysis_datasets
from firstdose.cdisc.progress import Progress, tell_nobody
from firstdose.cdisc.writing.checking import FileFormat
from firstdose.cdisc.writing.exporting import Checked, Export, write_checked
from firstdose.protocol import Protocol
from firstdose.records.analysis_tables import AnalysisTables


def export_adam(
    protocol: Protocol,
    tables: AnalysisTables,
    folder: str | PathLike[str],
    *,
    created: datetime,
    file_format: FileFormat = "xpt",
    progress: Progress | None = None,
) -> Export:
    """Write an analysis as ADaM (IG 1.3), one file for each dataset, and the findings of the checks beside them.

    `created` is the time that the files bear: the same data and time give the same bytes. Nothing but the findings is
    written if any of them is refused.
    """
    return write_checked(checked_adam(protocol, tables, progress), Path(folder), created, file_format, progress)


def checked_adam(protocol: Protocol, tables: AnalysisTables, progress: Progress | None = None) -> Checked:
    """An analysis as ADaM, checked."""
    tell = progress or tell_nobody
    datasets = tuple(analysis_datasets(protocol, tables, lambda name: tell(0, 1, name)))
    return Checked(datasets, tuple(check_analysis_datasets(datasets, "xpt")), {})
