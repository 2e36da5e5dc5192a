"""Exports a trial as SDTM: makes the datasets, checks them, and writes them if nothing forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path

from firstdose.cdisc.nci_codes import PACKAGE
from firstdose.cdisc.progress import Progress, tell_nobody
from firstdose.cdisc.terminology_file import Terminology
from firstdose.cdisc.writing.checking import FileFormat, check_datasets, that_concern
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


@dataclass(frozen=True)
class Checked:
    """Datasets made and checked once, to be written in any format.

    `found` is what the checks find for transport files, which have all the rules.
    """

    datasets: tuple[Dataset, ...]
    found: tuple[Finding, ...]
    not_held: dict[str, int]


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
    checked = checked_sdtm(protocol, trial_data, progress, terminology)
    return write_checked(checked, Path(folder), created, file_format, progress)


def checked_sdtm(
    protocol: Protocol,
    trial_data: TrialData,
    progress: Progress | None = None,
    terminology: Terminology | None = None,
) -> Checked:
    """A trial as SDTM, checked."""
    tell = progress or tell_nobody
    package = terminology.package if terminology else PACKAGE
    datasets = tuple(sdtm_datasets(protocol, trial_data, lambda domain: tell(0, 1, domain), package))
    found = tuple(check_datasets(datasets, "xpt", code_lists(terminology)))
    return Checked(datasets, found, not_written(trial_data))


def write_checked(
    checked: Checked, folder: Path, created: datetime, file_format: FileFormat, progress: Progress | None = None
) -> Export:
    """Write the findings, and the datasets in a format unless any finding that concerns it is refused."""
    tell = progress or tell_nobody
    findings = that_concern(checked.found, file_format)
    folder.mkdir(parents=True, exist_ok=True)
    write_findings(findings, folder / FINDINGS_FILE)
    files = []
    if not refused(findings):
        ending, write = WRITERS[file_format]
        for number, each in enumerate(checked.datasets):
            tell(number, len(checked.datasets), each.name)
            path = folder / f"{each.name.lower()}.{ending}"
            write(each, path, created)
            files.append(path)
    return Export(checked.datasets, findings, tuple(files), checked.not_held)
