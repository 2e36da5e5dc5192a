"""Terminals, files and names that are not in UTF-8: what is written there, and what cannot be read."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable


def write_what_can_be_written() -> None:
    """Let a stream in another encoding, as files of Windows are, show characters that it lacks by their number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not holds_everything(stream):
            stream.reconfigure(errors="backslashreplace")


def holds_everything(stream: object) -> bool:
    """Whether every character can be written to a stream."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8")


def refuse_what_is_no_text(arguments: Iterable[str]) -> None:
    """InputError for an argument with bytes that are no text: libraries that write files cannot use such a name."""
    for each in arguments:
        if any("\ud800" <= character <= "\udfff" for character in each):
            from firstdose.cli.inputs import InputError
            from firstdose.protocol.problems import printable

            raise InputError(
                f"{printable(each)}: this is not text in {sys.getfilesystemencoding()}; name it in UTF-8, and set "
                "PYTHONUTF8=1 if it is"
            )
