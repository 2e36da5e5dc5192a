"""The folders that an export writes into, one for each standard and format, and room in them.

Files are written into a folder beside them first, and are put in their place when everything is whole: what ends the
export before, an interrupt or a full disk, leaves what was there before as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from firstdose.cli.output_folder import check_folder, is_same, room_in

if TYPE_CHECKING:
    from firstdose.cdisc.writing.checking import FileFormat


class Standard(StrEnum):
    """What can be exported."""

    sdtm = "sdtm"
    adam = "adam"
    usdm = "usdm"


@dataclass(frozen=True)
class Target:
    """One standard in one format, and its folder. USDM, which is JSON alone, has no format."""

    standard: Standard
    file_format: FileFormat | None
    folder: Path


def targets_of(standards: Sequence[Standard], formats: Sequence[FileFormat], out: Path) -> list[Target]:
    """Where everything goes: where there are several standards each has a folder, and so have several formats."""
    found = []
    for standard in standards:
        place = out / standard.value if len(standards) > 1 else out
        if standard is Standard.usdm:
            found.append(Target(standard, None, place))
            continue
        found += [Target(standard, each, place / each if len(formats) > 1 else place) for each in formats]
    return found


def look_for_room(targets: Sequence[Target], data: Path | None, overwrite: bool) -> None:
    """Refuse folders that hold datasets, unless these may be replaced, and the one that holds the data.

    Nothing is removed here: InputError leaves everything as it was.
    """
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    for target in targets:
        folder = target.folder
        check_folder(folder)
        if data is not None and is_same(folder, data):
            raise InputError(f"--out {printable(str(folder))}: this folder holds the data; name another for the export")
        files = _written_before(target)
        if files and not overwrite:
            raise InputError(
                f"--out {printable(str(folder))}: the folder holds {files[0].name}; name another one, or add "
                "--overwrite to replace its datasets"
            )


@contextmanager
def unfinished(out: Path, targets: Sequence[Target]) -> Iterator[Mapping[Target, Path]]:
    """A folder for each target, to write into; what is there at the end of the block is put in its place.

    If the block fails nothing is, and the folders are removed with all that they hold.
    """
    with room_in(out) as room:
        folders = {target: room / str(number) for number, target in enumerate(targets)}
        yield folders
        for target, folder in folders.items():
            if folder.is_dir():
                _put_in_place(folder, target)


def _put_in_place(folder: Path, target: Target) -> None:
    """Move files to where they belong, in the place of those written before; other files there stay.

    The definition goes first and comes last, so that datasets without one are not taken for a whole export.
    """
    from firstdose.cdisc.define import DEFINE_FILES

    for path in sorted(_written_before(target), key=lambda each: each.name not in DEFINE_FILES):
        path.unlink()
    if not target.folder.exists():
        target.folder.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target.folder)
        return
    for path in sorted(folder.iterdir(), key=lambda each: each.name in DEFINE_FILES):
        path.replace(target.folder / path.name)


def _written_before(target: Target) -> list[Path]:
    """The files in a folder that an export makes, if there is such a folder."""
    from firstdose.cdisc.adam.metadata import adam_datasets
    from firstdose.cdisc.define import DEFINE_FILES
    from firstdose.cdisc.domains import SUPPLEMENT
    from firstdose.cdisc.sources import dataset_of
    from firstdose.cdisc.usdm import USDM_FILE
    from firstdose.cdisc.writing.metadata import all_domains

    folder = target.folder
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    if target.standard is Standard.usdm:
        return [path for path in files if path.name == USDM_FILE]
    names = {*all_domains(), *adam_datasets()}

    def is_dataset(path: Path) -> bool:
        known = dataset_of(path)
        return known is not None and known[0].removeprefix(SUPPLEMENT) in names

    return [path for path in files if path.name in DEFINE_FILES or is_dataset(path)]
