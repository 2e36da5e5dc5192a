"""Exports a trial as SDTM: makes the datasets, checks them, and writes them if nothing forbids it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path

from firstdose.cdisc.progress import Progress, tell_nobody
from firstdose.cdisc.terminology_file import Terminology
from firstdose.cdisc.writing.checking import FileFormat, check_datasets
from firstdose.cdisc.writing.datasets import Dataset, not_written, sdtm_datasets
from firstdose.cdisc.writing.files import WRITERS
from firstdose.cdisc.writing.findings import FINDINGS_FILE, Finding, refused, write_findings
from firstdose.cdisc.writing.terminology import code_lists
from firstdose.protocol import Protocol
from firstdose.records import TrialData


@dataclass(frozen=True)
class Export:
    """What was exported: the datasets, everything found, the files written, and kinds of record that are not held.

    Without files the datasets could not be written; the findings that are refused say why.
    """

    datasets: tuple[Dataset, ...]
    findings: tuple[Finding, ...]
    files: tuple[Path, ...]
    not_held: dict[str, int]

    @property
    def is_refused(self) -> bool:
        """Whether nothing was written."""
        return bool(refused(self.findings))


def export_sdtm(
    protocol: Protocol,
    trial_data: TrialData,
    folder: str | PathLike[str],
    *,
    created: datetime,
    file_format: FileFormat = "xpt",
    progress: Progress | None = None,
    terminology: Terminology | None = None,
) -> Export:
    """Write a trial as SDTM (IG 3.4), one file for each dataset, and the findings of the checks beside them.

    `created` is the time that the files bear: the same data and time give the same bytes. Nothing but the findings is
    written if any of them is refused. With a package of the terminology values are held against its lists.
    """
    tell = progress or tell_nobody
    datasets = tuple(sdtm_datasets(protocol, trial_data, lambda domain: tell(0, 1, domain)))
    findings = tuple(check_datasets(datasets, file_format, code_lists(terminology)))
    files = write_checked(datasets, findings, Path(folder), created, file_format, tell)
    return Export(datasets, findings, files, not_written(trial_data))


def write_checked(
    datasets: Sequence[Dataset],
    findings: Sequence[Finding],
    folder: Path,
    created: datetime,
    file_format: FileFormat,
    tell: Progress,
) -> tuple[Path, ...]:
    """Write the findings, and the datasets unless any of them is refused; returns the datasets' files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_findings(findings, folder / FINDINGS_FILE)
    files = []
    if not refused(findings):
        ending, write = WRITERS[file_format]
        for number, each in enumerate(datasets):
            tell(number, len(datasets), each.name)
            path = folder / f"{each.name.lower()}.{ending}"
            write(each, path, created)
            files.append(path)
    return tuple(files)
