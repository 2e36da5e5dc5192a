"""Virtual trials as parts of work: each is made and put into files by whoever has the time, and written where asked."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from firstdose.protocol.plan import Protocol
from firstdose.simulation.machines import RunParts
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.simulation.virtual.trial import make_trial
from firstdose.simulation.virtual.writing import FileFormat, write_virtual_trial

Files = dict[str, bytes]
"""The files of a trial by their paths inside its folder."""


def files_of_trials(
    protocol: Protocol,
    scenario: Scenario,
    *,
    seed: int,
    numbers: Sequence[int],
    file_format: FileFormat,
    run: RunParts,
) -> Iterator[tuple[int, Files]]:
    """The place of each number with the files of its trial, in whatever order they are done.

    They are those that ``write_virtual_trial`` writes. Raises what ``virtual_trial`` does.
    """
    work = partial(_files, pickle.dumps((protocol, scenario)), seed, file_format)
    yield from run(work, numbers)


def write_files(files: Files, folder: Path) -> None:
    """Write a trial's files into its folder, which is made if it is missing."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@lru_cache(maxsize=1)
def _plan(pickled: bytes) -> tuple[Plan, Scenario]:
    """What trials share; worked out once by each process that makes some."""
    protocol, scenario = pickle.loads(pickled)
    return Plan.of(protocol, scenario), scenario


def _files(pickled: bytes, seed: int, file_format: FileFormat, number: int) -> Files:
    """Make the trial of this number and put it into files."""
    plan, scenario = _plan(pickled)
    trial = make_trial(plan, seed, number)
    with TemporaryDirectory(prefix="firstdose-") as name:
        folder = write_virtual_trial(trial, name, file_format, scenario)
        return {
            str(PurePosixPath(path.relative_to(folder))): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
