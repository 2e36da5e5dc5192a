"""Whoever reads what a command prints may go away, as ``head`` does: the command then does its work to the end.

Without this the first line that nobody reads would end the command, before its files are written.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Buffer

GONE = {errno.EPIPE, errno.EINVAL} if os.name == "nt" else {errno.EPIPE}
"""What a system says of a pipe that nobody reads; Windows calls it an invalid argument."""


class Pipe(io.RawIOBase):
    """A stream of the process; once nobody reads it any more, what is written to it goes nowhere."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self.stream, self.is_gone = stream, False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.stream.fileno()

    def isatty(self) -> bool:
        return self.stream.isatty()

    def write(self, data: Buffer, /) -> int | None:
        if not self.is_gone:
            try:
                return self.stream.write(data)
            except OSError as error:
                if error.errno not in GONE:
                    raise
                self.is_gone = True
        return memoryview(data).nbytes


def outlive_readers() -> None:
    """Let this process's own standard output and error take what nobody reads."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not getattr(sys, f"__{name}__") or not isinstance(stream, io.TextIOWrapper):
            continue  # somebody else's, such as a test's
        stream.flush()
        raw: Any = getattr(stream.buffer, "raw", stream.buffer)  # Python's -u leaves out what lies between
        outlet = io.TextIOWrapper(
            io.BufferedWriter(Pipe(raw)),
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=stream.line_buffering,
            write_through=stream.write_through,
        )
        setattr(sys, name, outlet)


def reader_is_gone() -> bool:
    """Whether something of standard output was read by nobody."""
    pipe = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return isinstance(pipe, Pipe) and pipe.is_gone
