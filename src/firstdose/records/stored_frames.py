"""Frames that wait in a temporary folder instead of memory; the folder goes when nothing refers to it any more."""

from __future__ import annotations

import shutil
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import polars as pl


class TemporaryFolder:
    """A folder that only this user can read, made when the first frame is stored."""

    def __init__(self) -> None:
        self._path: Path | None = None

    def store(self, frame: pl.DataFrame) -> StoredFrame:
        """Put a frame away."""
        if self._path is None:
            self._path = Path(mkdtemp(prefix="firstdose-"))
            weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        path = self._path / f"{len(list(self._path.iterdir()))}.parquet"
        frame.write_parquet(path)
        return StoredFrame(path, frame.height, self)


@dataclass(frozen=True)
class StoredFrame:
    """A frame in a temporary folder, which it keeps."""

    path: Path
    height: int
    folder: TemporaryFolder = field(repr=False)

    def read(self) -> pl.DataFrame:
        """The frame, in memory again."""
        return pl.read_parquet(self.path)
