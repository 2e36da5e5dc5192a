"""Reads abundances from whatever holds them: mwTab as text or JSON, a CSV matrix, a folder beside a trial's records."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from firstdose.metabolites.matrix_reading import read_matrix
from firstdose.metabolites.mwtab_reading import read_mwtab
from firstdose.records.abundances import Abundances, Scale
from firstdose.records.decoding import open_bytes

METABOLITES_FOLDER = "metabolites"
ABUNDANCES, FEATURES, RUNS = "abundances.csv", "features.csv", "runs.csv"
MWTAB_TEXT_START = b"#METABOLOMICS WORKBENCH"
HEAD_BYTES = 4_000


def read_abundances(
    path: str | PathLike[str],
    samples: str | PathLike[str] | None = None,
    features: str | PathLike[str] | None = None,
    *,
    scale: Scale | None = None,
    units: str | None = None,
) -> Abundances:
    """Read abundances; the form is found from what the file begins with.

    `samples` is a sheet of samples (sample, subject, visit, dose; batch, run_order, fluid, kind where known), which for
    mwTab takes precedence over the file's own factors; `features` one of metabolites. A folder is read as
    `read_metabolites_folder` does. Raises nothing for what is in the files: that is in `problems`.
    """
    source = Path(path)
    sheet, described = (Path(each) if each is not None else None for each in (samples, features))
    if source.is_dir():
        return read_metabolites_folder(source, sheet, scale=scale, units=units)
    if _is_mwtab(source):
        return read_mwtab(source, sheet, scale=scale, units=units)
    return read_matrix(source, sheet, described, scale=scale, units=units)


def read_metabolites_folder(
    folder: str | PathLike[str],
    samples: str | PathLike[str] | None = None,
    *,
    scale: Scale | None = None,
    units: str | None = None,
) -> Abundances:
    """Read a folder with `abundances.csv`, `features.csv` and `runs.csv`, or the folder of a trial that has it inside.

    The runs say of each sample its kind, its run and its place in it; people and visits come from the records of the
    trial (`match_samples`) or from a sheet of samples, which is then read instead of the runs.
    """
    source = Path(folder)
    if not (source / ABUNDANCES).is_file() and (source / METABOLITES_FOLDER).is_dir():
        source = source / METABOLITES_FOLDER
    sheet, described = (source / name if (source / name).is_file() else None for name in (RUNS, FEATURES))
    return read_matrix(
        source / ABUNDANCES,
        sheet if samples is None else Path(samples),
        described,
        scale=scale,
        units=units,
    )


def _is_mwtab(path: Path) -> bool:
    """Whether a file is mwTab, as text or JSON, by how it begins."""
    try:
        with open_bytes(path) as stream:
            head = stream.read(HEAD_BYTES)
    except (OSError, EOFError):
        return False
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return text.startswith((MWTAB_TEXT_START, b"{", b"["))
