"""The folder that a command writes into: nothing is replaced unasked, and files appear there whole or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

UNFINISHED = ".firstdose-"
"""How the name of a folder begins that is written into, until all in it is whole."""
MOST_NAMED = 6
"""Files of one folder that are told one by one."""
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what an earlier run wrote there.")]


def check_folder(out: Path, names: Iterable[str] = (), *, overwrite: bool = False) -> None:
    """InputError for a folder that cannot be made or written to, or that holds files of these names already.

    To be called before anything that takes time.
    """
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    told = f"--out {printable(str(out))}"
    _check_place(told, (out, *out.absolute().parents))
    held = [] if overwrite else [name for name in names if (out / name).exists()]
    if held:
        raise InputError(
            f"{told}: the folder holds {printable(held[0])}; name another one, or add --overwrite to replace it"
        )


def check_file(option: str, path: Path, *, overwrite: bool = False) -> None:
    """InputError for a single file that is there already, or whose folder cannot be made or written to."""
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    told = f"{option} {printable(str(path))}"
    if path.is_dir():
        raise InputError(f"{told}: this is a folder; name the file in it")
    if path.exists() and not overwrite:
        raise InputError(f"{told}: there is a file already; name another one, or add --overwrite to replace it")
    _check_place(told, path.absolute().parents)


def _check_place(told: str, folders: Iterable[Path]) -> None:
    """InputError where the first of these folders that is there is none, or takes nothing."""
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    nearest = next(place for place in folders if place.exists())
    if not nearest.is_dir():
        raise InputError(f"{told}: {printable(str(nearest))} is a file; name a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"{told}: {printable(str(nearest))} may not be written to; name another folder")


def is_same(one: Path, other: Path) -> bool:
    """Whether two names lead to one place, there or not; links that lead in a circle lead nowhere."""
    return os.path.realpath(one) == os.path.realpath(other)


@contextmanager
def whole_or_not(out: Path) -> Iterator[Path]:
    """A folder to write into, whose files are put into ``out`` at the end; after an error nothing has changed there.

    A disk that is full must not leave half a table, or new figures beside an old page.
    """
    with room_in(out) as made:
        yield made
        for path in sorted(made.rglob("*")):
            if path.is_file():
                target = out / path.relative_to(made)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)


@contextmanager
def room_in(out: Path) -> Iterator[Path]:
    """A folder inside ``out``, gone at the end; ``out`` is made if it is missing, and goes too after an error."""
    is_new = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(prefix=UNFINISHED, dir=out) as made:
            yield Path(made)
    except BaseException:
        if is_new:
            with suppress(OSError):  # it holds what was written
                out.rmdir()
        raise


def told_in_short(written: Sequence[Path], out: Path) -> list[str]:
    """A line for each file that was written, and one for all in a folder inside ``out`` that holds many."""
    from firstdose.protocol.problems import printable
    from firstdose.records.wording import counted

    in_folder = Counter(path.parent for path in written if path.parent != out)
    lines: dict[str, None] = {}
    for path in written:
        many = in_folder[path.parent]
        where, what = (path.parent, f"{counted(many, 'file')} to ") if many > MOST_NAMED else (path, "")
        lines[f"wrote {what}{printable(str(where))}"] = None
    return list(lines)


def placed(written: Iterable[Path], made: Path, out: Path) -> list[Path]:
    """Where files that were written into the one folder stand in the end."""
    return [out / path.relative_to(made) for path in written]
